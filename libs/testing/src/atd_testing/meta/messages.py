"""The Send API and the messages of people: what is sent, its echo and receipts, and the list of conversations."""

from datetime import timedelta
from functools import partial
from typing import Any

import httpx

from atd_testing.meta import webhooks
from atd_testing.meta.errors import GraphError
from atd_testing.meta.handled import Asked, Handled
from atd_testing.meta.sends import CheckedSend, check_send, sent_text
from atd_testing.meta.state import FakeState, Json, MetaFile, SentMessage
from atd_testing.meta.webhooks_sender import MetaWebhooks

_PRIVATE_REPLY_FOR = timedelta(days=7)


class Messages:
    """Answers `/messages` and `/conversations`."""

    def __init__(self, state: FakeState, told: MetaWebhooks, http: httpx.AsyncClient) -> None:
        self._state = state
        self._told = told
        self._http = http

    def handler(self, call: Asked) -> Handled | None:
        """What answers a call, if it is of this part."""
        if (call.method, call.edge) == ("POST", "messages"):
            whom = _whom(call.body)
            action = call.body.get("sender_action")
            if action in ("mark_seen", "typing_on", "typing_off"):
                return ("read" if action == "mark_seen" else "typing"), "", whom, partial(self._act, call, whom, action)
            if action in ("react", "unreact"):
                return "send", "", whom, partial(self._react, call, whom, action)
            return "send", call.body.get("message", {}).get("text") or "", whom, partial(self._send, call)
        if (call.method, call.edge) == ("GET", "conversations"):
            return "conversations", "", "", partial(self._list, call)
        return None

    async def _act(self, call: Asked, whom: str, action: str) -> Json:
        self._state.actions.append((call.account, whom, action))
        return {"recipient_id": whom}

    async def _react(self, call: Asked, whom: str, action: str) -> Json:
        payload = call.body.get("payload")
        if not isinstance(payload, dict) or not payload.get("message_id"):
            raise GraphError(100, "(#100) Param payload[message_id] is required")
        if action == "react" and not payload.get("reaction"):
            raise GraphError(100, "(#100) Param payload[reaction] is required")
        self._log(call, whom, payload["message_id"], kind="reaction", text=payload.get("reaction"))
        return {"recipient_id": whom}

    async def _send(self, call: Asked) -> Json:
        account = call.account
        own = self._own(call)
        checked = check_send(
            self._state, own, call.body, instagram=own != account or own.startswith("1784"), file=call.file
        )
        whom = self._person(own, checked)
        data = call.file if checked.url is None else await self._fetched(checked.url)
        message_id = self._state.next_message_id()
        sent = self._log(
            call,
            whom,
            message_id,
            kind=checked.kind,
            text=sent_text(checked, call.body),
            callback_data=checked.message.get("metadata"),
            reply_to=(call.body.get("reply_to") or {}).get("mid"),
            file=data,
            file_name=call.file_name,
        )
        file = None if data is None else self._state.add_file(data, _type_of(checked.kind))
        self._keep(own, whom, sent, checked, file)
        await self._report(own, whom, sent, checked, file)
        return {"recipient_id": whom, "message_id": message_id}

    def _own(self, call: Asked) -> str:
        """The account of the messages: of a page's node an Instagram account's, when the person is one of its."""
        account = call.account
        linked = self._state.page(account).instagram_id
        whom = call.body.get("recipient")
        person = whom.get("id") if isinstance(whom, dict) else None
        if linked is not None and person is not None and (linked, person) in self._state.people:
            return linked
        return account

    def _person(self, own: str, checked: CheckedSend) -> str:
        recipient = checked.recipient
        if "id" in recipient:
            return str(recipient["id"])
        if "comment_id" in recipient:
            return self._answered_privately(own, str(recipient["comment_id"]))
        return f"7{abs(hash(str(recipient))) % 10**15:015d}"

    def _answered_privately(self, own: str, comment_id: str) -> str:
        comment = self._state.comments.get(comment_id)
        if comment is None:
            raise GraphError(100, "(#100) The comment does not exist", 33)
        if comment.author["id"] == own or self._state.now() > comment.created + _PRIVATE_REPLY_FOR:
            raise GraphError(10902, "(#10902) This comment can't be replied to")
        if comment.answered_privately:
            raise GraphError(10900, "(#10900) Activity already replied to")
        comment.answered_privately = True
        whom = messenger_id(comment.author["id"])
        known = self._state.person(own, whom)
        known.name = comment.author.get("name", known.name)
        return whom

    async def _fetched(self, url: str) -> bytes | None:
        """The file at an address, as Meta fetches it: at once, and anonymously."""
        if not self._state.rules.fetches:
            return None
        try:
            answer = await self._http.get(url)
        except httpx.HTTPError:
            raise GraphError(100, "(#100) Failed to fetch the file from the url", 2018008) from None
        if answer.status_code != httpx.codes.OK:
            raise GraphError(100, "(#100) Failed to fetch the file from the url", 2018008)
        return answer.content

    def _log(self, call: Asked, whom: str, message_id: str, *, kind: str, **more: Any) -> SentMessage:
        sent = SentMessage(
            number=self._state.next_number(),
            account=call.account,
            recipient=whom,
            message_id=message_id,
            body=call.body,
            at=self._state.now(),
            kind=kind,
            **more,
        )
        self._state.sent.append(sent)
        return sent

    def _keep(self, own: str, whom: str, sent: SentMessage, checked: CheckedSend, file: MetaFile | None) -> None:
        kept: Json = {
            "id": sent.message_id,
            "from": {"id": own},
            "message": checked.message.get("text", ""),
            "created_time": sent.at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        }
        if "attachment" in checked.message:
            kept["attachments"] = {"data": [{"id": sent.message_id}]}
        self._state.talks[own, whom].messages.append(kept)
        if file is not None:
            self._state.message_files[sent.message_id] = [file.id]

    async def _report(
        self, own: str, whom: str, sent: SentMessage, checked: CheckedSend, file: MetaFile | None
    ) -> None:
        """The echo, then receipts as the settings say: watermarks on Messenger, `read` by id on Instagram."""
        settings, rules = self._state.webhooks, self._state.rules
        instagram = own.startswith("1784")
        delay = settings.receipt_delay_ms / 1000
        if rules.echo != "never" and "sent" in settings.receipts:
            item = self._echo(own, whom, sent, checked, file)
            if rules.echo == "before":
                await self._told.tell_now(own, messaging=[item])
            else:
                self._told.tell(own, delay, messaging=[item])
        if own in self._state.without_receipts:
            return
        moment = webhooks.milliseconds(sent.at) + 1
        if "delivered" in settings.receipts and not instagram:
            delivery = {"mids": [sent.message_id], "watermark": moment}
            self._told.tell(own, 2 * delay, messaging=[webhooks.item(whom, own, self._state.now(), delivery=delivery)])
        if "read" in settings.receipts:
            read = {"mid": sent.message_id} if instagram else {"watermark": moment}
            self._told.tell(own, 3 * delay, messaging=[webhooks.item(whom, own, self._state.now(), read=read)])

    def _echo(self, own: str, whom: str, sent: SentMessage, checked: CheckedSend, file: MetaFile | None) -> Json:
        more: Json = {} if sent.callback_data is None else {"metadata": sent.callback_data}
        attachment = checked.message.get("attachment")
        if attachment is not None:
            url = None if file is None else f"{self._state.base_url}/cdn/{file.id}/{file.key}"
            payload = {"url": url} if url else attachment["payload"]
            more["attachments"] = [{"type": attachment["type"], "payload": payload}]
        echo = webhooks.echo(sent.message_id, checked.message.get("text"), **more)
        return webhooks.item(own, whom, sent.at, message=echo)

    async def _list(self, call: Asked) -> Json:
        """The conversation with one person, its newest messages first."""
        person = call.params.get("user_id", "")
        owns = [call.account, self._state.page(call.account).instagram_id]
        found = [talk for own in owns if own and (talk := self._state.talks.get((own, person))) is not None]
        return {"data": [{"id": f"t_{person}", "messages": {"data": list(reversed(talk.messages))}} for talk in found]}


def messenger_id(commenter: str) -> str:
    """The id of the author of comments on Messenger: another one."""
    return f"8{commenter[1:]}" if len(commenter) > 1 else f"8{commenter}"


def _whom(body: Json) -> str:
    recipient = body.get("recipient")
    found = next(iter(recipient.values()), "") if isinstance(recipient, dict) else ""
    return str(found)


def _type_of(kind: str) -> str:
    return {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mp4"}.get(kind, "application/octet-stream")
