"""Runs one story: each step is a method."""

import base64
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from atd_channel_sandbox.demo.calling import Json, call
from atd_channel_sandbox.demo.desk import Desk, key_of
from atd_channel_sandbox.demo.stories import Story

OPENING = time(12, tzinfo=UTC)
"""When a snoozed conversation comes back: nine o'clock in São Paulo."""


class Stage(Protocol):
    """What the stories of one demonstration share; both clients are ready to be used, `api` as the administrator."""

    sandbox: httpx.AsyncClient
    api: httpx.AsyncClient
    desk: Desk
    me: str
    numbers: dict[tuple[str, str], str]
    accounts: dict[tuple[str, str], str]
    done: Counter[str]

    async def pause(self) -> None: ...

    async def until(self, condition: Callable[[], Awaitable[Any]], otherwise: str) -> Any: ...


class StoryRunner:
    """Runs one story; each step is a method."""

    def __init__(self, stage: Stage, story: Story) -> None:
        self._stage = stage
        self._story = story
        self._company = stage.numbers[story.account]
        self._account = stage.accounts[story.account]
        self._api = stage.desk.clients.get(story.attendant, stage.api)
        self._attendant_id = stage.desk.people.get(story.attendant, stage.me)
        self._conversation = ""

    async def run(self) -> None:
        """Run every step, in order."""
        for step in self._story.steps:
            await getattr(self, step.act)(**step.given)
            self._stage.done[step.act] += 1
            await self._stage.pause()

    # The customer.

    async def writes(self, text: str) -> None:
        await self._customer(kind="text", text=text)
        await self._arrives(text)

    async def sends(self, kind: str, data: Callable[[], bytes], mime_type: str, name: str, text: str) -> None:
        if self._story.channel != "whatsapp":
            await self._upload(data(), mime_type, name, text=text, spoken=kind == "audio")
            return
        encoded = base64.b64encode(data()).decode()
        file = {"data": encoded, "mime_type": mime_type, "filename": name, "voice": kind == "audio"}
        await self._customer(kind=kind, text=text, file=file)

    async def sends_album(self, pictures: Sequence[Callable[[], bytes]], text: str) -> None:
        album = f"{self._story.phone}{len(pictures)}"
        for number, data in enumerate(pictures):
            said = "" if number else text
            await self._upload(data(), "image/jpeg", f"foto{number + 1}.jpg", text=said, album=album)

    async def starts(self, title: str) -> None:
        await self._draft(text=title, content={"postback": "GET_STARTED"})

    async def tells_story(self, text: str | None, mention: bool) -> None:  # noqa: FBT001 - by its name, from a step
        story = {"id": f"story-{self._story.phone}", "mention": mention}
        await self._draft(text=text, content={"story": story})

    async def sends_place(self, name: str, address: str, latitude: float, longitude: float) -> None:
        place = {"name": name, "address": address, "latitude": latitude, "longitude": longitude}
        await self._customer(kind="location", place=place)

    async def taps(self, title: str, about: str = "") -> None:
        found = await self._until(lambda: self._choice(title, about), f"no button '{title}' came")
        message, reply, sent_as = found
        draft = {
            "company": self._company,
            "customer": self._story.phone,
            "kind": "reply",
            "text": title,
            "content": {"sent_as": sent_as, "reply": reply},
            "reply_to": message["id"],
        }
        await self._see()
        tapped = self._sandbox("POST", "/sandbox/api/messages", draft)
        if self._story.channel != "whatsapp":  # a tap need not be a text there
            await self._noticed(tapped)
            return
        await tapped
        await self._arrives(title)

    async def rates(self, choice: str, comment: str) -> None:
        async def asked() -> Any:
            conversation = await self._attendant("GET", "")
            request = conversation["rating_request"]
            answered = (conversation["rating_details"] or {}).get("request_id")
            return request if request and request["id"] != answered else None

        request = await self._until(asked, "no rating was asked for")
        await self.taps(choice, about=request["id"])
        await self._until(self._is_rated, "the rating did not arrive")
        await self.writes(comment)

    async def likes(self, emoji: str) -> None:
        async def last_answer() -> Json | None:
            return next((one for one in reversed(await self._screen()) if not one["mine"]), None)

        message = await self._until(last_answer, "no answer came")
        await self._see()
        await self._sandbox("PUT", f"/sandbox/api/messages/{quote(message['id'], safe='')}/reaction", {"emoji": emoji})

    # The attendant.

    async def takes(self) -> None:
        self._conversation = (await self._until(self._found, "the conversation did not open"))["id"]
        await self._attendant("POST", "/assign", {"attendant_id": self._attendant_id})
        await self._attendant("POST", "/read")

    async def answers(self, text: str) -> None:
        await self._say({"text": text})

    async def asks(self, text: str, titles: Sequence[str]) -> None:
        buttons = [{"id": f"b{number}", "title": title} for number, title in enumerate(titles, 1)]
        await self._say({"kind": "interactive", "text": text, "interactive": {"type": "buttons", "buttons": buttons}})

    async def offers(self, text: str, button: str, rows: Sequence[tuple[str, str]]) -> None:
        listed = [
            {"id": f"r{number}", "title": title, **({"description": words} if words else {})}
            for number, (title, words) in enumerate(rows, 1)
        ]
        interactive = {"type": "list", "button": button, "sections": [{"title": "Opções", "rows": listed}]}
        await self._say({"kind": "interactive", "text": text, "interactive": interactive})

    async def attaches(self, data: Callable[[], bytes], mime_type: str, name: str, text: str) -> None:
        files = {"file": (name, data(), mime_type)}
        made = await call(self._api, "POST", "/attachments", files=files)
        await self._say({"attachment_ids": [made["id"]], "text": text or None})

    async def sends_template(self, name: str, body: Any) -> None:
        parameters: Json = {"body": body}
        if name == "aviso_entrega":
            parameters["buttons"] = ["4821"]
        await self._say({"kind": "template", "template": {"name": name, "language": "pt_BR", "parameters": parameters}})

    async def reacts(self, emoji: str) -> None:
        message = await self._last_of_customer()
        await self._attendant("POST", "/read")
        await call(self._api, "PUT", f"/messages/{message['id']}/reaction", {"emoji": emoji})

    async def answers_privately(self, text: str) -> None:
        message = await self._last_of_customer()
        await call(self._api, "POST", f"/messages/{message['id']}/private-reply", {"text": text})

    async def hides(self) -> None:
        message = await self._last_of_customer()
        await call(self._api, "PUT", f"/messages/{message['id']}/hidden")

    async def tags(self, name: str) -> None:
        message = await self._last_of_customer()
        await call(self._api, "PUT", f"/messages/{message['id']}/tags/{self._stage.desk.tags[key_of(name)]}")

    async def notes(self, text: str, mentions: Sequence[str], by: str | None) -> None:
        people = self._stage.desk.people
        mentioned = [people.get(name, self._stage.me) for name in mentions]
        writer = self._stage.desk.clients[by] if by else self._api
        path = f"/conversations/{self._conversation}/messages"
        await call(writer, "POST", path, {"direction": "note", "text": text, "mentions": mentioned})

    async def classifies(self, name: str) -> None:
        await self._attendant("PATCH", "", {"type_id": self._stage.desk.types[key_of(name)]})

    async def prioritises(self, priority: str) -> None:
        await self._attendant("PATCH", "", {"priority": priority})

    async def favours(self) -> None:
        await call(self._stage.api, "PUT", f"/conversations/{self._conversation}/favourite")

    async def snoozes(self, days: int) -> None:
        day = datetime.now(UTC).date() + timedelta(days=days)
        await self._attendant("POST", "/snooze", {"until": datetime.combine(day, OPENING).isoformat()})

    async def closes(self, type: str) -> None:  # noqa: A002 - the word of the API
        await self._attendant("POST", "/read")
        await self._attendant("POST", "/close", {"type_id": self._stage.desk.types[key_of(type)]})
        await self._see()

    # What both need.

    async def _customer(self, **message: Any) -> None:
        if self._story.channel != "whatsapp":
            await self._draft(kind=message["kind"], text=message.get("text"), content=message.get("place", {}))
            return
        whole = {"phone_number_id": self._company, "sender": self._story.phone, "name": self._story.name, **message}
        await self._sandbox("POST", "/_fake/messages", [whole])

    async def _draft(self, **draft: Any) -> None:
        """The customer writes by the phone."""
        place = {"company": self._company, "customer": self._story.phone}
        await self._noticed(self._sandbox("POST", "/sandbox/api/messages", {**place, **draft}))

    async def _upload(self, data: bytes, mime_type: str, name: str, **more: Any) -> None:
        """The customer sends a file by the phone."""
        form = {"company": self._company, "customer": self._story.phone, **more}
        files = {"file": (name, data, mime_type)}
        await self._noticed(call(self._stage.sandbox, "POST", "/sandbox/api/files", data=form, files=files))

    async def _say(self, message: Json) -> None:
        await self._attendant(
            "POST", "/messages", {name: value for name, value in message.items() if value is not None}
        )
        await self._see()

    async def _see(self) -> None:
        await self._sandbox("POST", "/sandbox/api/seen", {"company": self._company, "customer": self._story.phone})

    async def _screen(self) -> list[Json]:
        found: list[Json] = await self._sandbox("GET", f"/sandbox/api/threads/{self._company}/{self._story.phone}")
        return found

    async def _choice(self, title: str, about: str) -> tuple[Json, Json, str] | None:
        """The last message with this button or row, whose id contains `about`: the reply to send, and its kind."""
        for message in reversed(await self._screen()):
            content = message["content"]
            rows = [row for section in content.get("sections", ()) for row in section["rows"]]
            for one in [*content.get("buttons", ()), *rows]:
                if not message["mine"] and one["title"] == title and about in one.get("id", ""):
                    tap = "button" if message["kind"] == "template" else "list_reply" if rows else "button_reply"
                    return message, {key: one[key] for key in ("id", "title", "description") if one.get(key)}, tap
        return None

    async def _found(self) -> Json | None:
        path = f"/conversations?account_id={self._account}&limit=100"
        page = await call(self._stage.api, "GET", path)
        mine = (one for one in page["items"] if one["contact"]["name"] == self._story.name)
        return next((one for one in mine if one["status"] != "closed"), None)

    async def _last_of_customer(self) -> Json:
        async def last() -> Json | None:
            page = await self._attendant("GET", "/messages?limit=20")
            return next((one for one in page["items"] if one["direction"] == "inbound"), None)

        found: Json = await self._until(last, "nothing of the customer came")
        return found

    async def _arrives(self, text: str) -> None:
        """Wait for what the customer says: a closing that is faster would be followed by it, and taken back."""

        async def stands() -> bool:
            page = await self._attendant("GET", "/messages?limit=5")
            return any(one["direction"] == "inbound" and one["text"] == text for one in page["items"])

        if self._conversation:
            await self._until(stands, f"'{text}' did not arrive")

    async def _noticed(self, act: Awaitable[Any]) -> None:
        """Let the customer do something, and wait until the conversation has one message of theirs more."""
        before = await self._newest()
        await act

        async def is_there() -> bool:
            return await self._newest() != before

        if self._conversation:
            await self._until(is_there, "what the customer did arrived nowhere")

    async def _newest(self) -> str | None:
        """The id of the customer's newest message, once the conversation is known."""
        if not self._conversation:
            return None
        page = await self._attendant("GET", "/messages?limit=50")
        return next((str(one["id"]) for one in page["items"] if one["direction"] == "inbound"), None)

    async def _is_rated(self) -> Any:
        conversation = await self._attendant("GET", "")
        details = conversation["rating_details"]
        return details and details["request_id"] == conversation["rating_request"]["id"]

    async def _until(self, condition: Callable[[], Awaitable[Any]], otherwise: str) -> Any:
        return await self._stage.until(condition, otherwise)

    async def _attendant(self, method: str, path: str, body: Any = None) -> Any:
        whole = f"/conversations/{self._conversation}{path}"
        return await call(self._api, method, whole, body)

    async def _sandbox(self, method: str, path: str, body: Any = None) -> Any:
        return await call(self._stage.sandbox, method, path, body)
