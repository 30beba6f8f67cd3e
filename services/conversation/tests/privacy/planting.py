"""Plants a word in every place where a customer's data can stand, and looks for it in all that is stored."""

import csv
import io
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

from atd_schemas.ids import uuid7
from atd_schemas.inbound import (
    InboundAttachment,
    InboundAuthor,
    InboundFile,
    InboundFileData,
    InboundPicture,
    InboundPost,
    InboundThread,
    PrivateAccount,
    inbound_subject,
)
from atd_schemas.settings_changes import AttendantChanged, AttendantData
from atd_servicekit.files import file_key
from atd_testing.inbound import (
    customer_message,
    edited,
    file_fetched,
    hidden,
    phone_message,
    reacted,
    receipt_until,
    send_receipt,
)
from atd_testing.waiting import eventually

WORD = "Zebrafonia"
PHONE, SECOND_PHONE = "5511977776666", "5511966665555"
MARKS = ("zebrafon", "zebrafôn", PHONE, PHONE[2:], SECOND_PHONE, SECOND_PHONE[2:])
"""Lower case; the stem of the word is in the terms of the search."""


class Planting:
    """A customer whose every detail has the word, in one tenant."""

    def __init__(self, keeper: Any) -> None:
        self.keeper = keeper
        self.service = keeper.service
        self._count = 0

    async def all(self) -> str:
        """Plant everywhere; the customer's id."""
        keeper = self.keeper
        conversation_id = await self.writes(PHONE, name=f"{WORD} Souza")
        contact_id = (await keeper.get(f"/conversations/{conversation_id}"))["contact"]["id"]
        await self._receives_picture()
        await self._what_waits()
        await self._thread(conversation_id)
        await StrandPlanting(self).all(contact_id)
        await self._record(contact_id)
        await self._unsent(conversation_id)
        await self._papers(conversation_id, contact_id)
        await self._merges(contact_id)
        await self._rating()
        return str(contact_id)

    async def writes(self, customer: str, text: str | None = f"Sou {WORD}", **more: Any) -> str:
        """The customer writes; the id of the conversation."""
        self._count += 1
        external_id = f"wamid.{WORD}.{self._count}"
        now = self.service.runtime.clock.now()
        values = {"occurred_at": now, "customer": customer, "text": text, "name": f"{WORD} {customer[-2:]}", **more}
        await self.service.take(customer_message(self.keeper.tenant, self.keeper.account, external_id, **values))
        row = await self.service.db.messages.find_one({"external_id": external_id})
        return str(row["conversation_id"])

    async def _what_waits(self) -> None:
        """Receipts, edits, reactions and quotes of messages that nobody has seen."""
        tenant, account, now = self.keeper.tenant, self.keeper.account, self.service.runtime.clock.now()
        more = {"customer": PHONE, "occurred_at": now}
        unknown = f"wamid.{WORD}.unknown"
        await self.service.take(
            send_receipt(tenant, account, "delivered", external_id=f"{unknown}-sent", recipient=PHONE),
            edited(tenant, account, unknown, f"{WORD} de novo", **more),
            reacted(tenant, account, f"{unknown}-2", "👍", **more),
        )
        await self.writes(PHONE, reply_to_external_id=f"{unknown}-3")

    async def _thread(self, conversation_id: str) -> None:
        keeper = self.keeper
        path = f"/conversations/{conversation_id}/messages"
        key = {"headers": {"Idempotency-Key": uuid7()}}
        sent = await keeper.do("POST", path, {"text": f"Olá, {WORD}"}, **key)
        receipt = {"message_id": sent["id"], "external_id": f"wamid.{WORD}.sent", "recipient": PHONE}
        await self.service.take(send_receipt(keeper.tenant, keeper.account, "sent", **receipt))
        await self._knows("bia")
        note = {"text": f"{WORD} ligou para Bia", "direction": "note", "mentions": ["bia"]}
        await keeper.do("POST", path, note)
        file = await keeper.do(
            "POST", "/attachments", files={"file": (f"{WORD}.txt", f"de {WORD}".encode(), "text/plain")}, **_key()
        )
        await keeper.do("POST", path, {"attachment_ids": [file["id"]], "text": f"para {WORD}"})
        tag = await keeper.do("POST", "/tags", {"name": "Urgente", "color": "#c92a2a"})
        await keeper.do("PUT", f"/messages/{sent['id']}/tags/{tag['id']}")
        await self._receives_file()
        bulk = {"action": "priority", "ids": [conversation_id], "priority": "high"}
        await keeper.do("POST", "/conversations/bulk", bulk, **_key())

    async def _knows(self, attendant_id: str) -> None:
        """The directory has this attendant."""
        now = self.service.runtime.clock.now()
        told = {"id": uuid7(), "tenant_id": self.keeper.tenant, "occurred_at": now, "recorded_at": now}
        data = AttendantData(attendant_id=attendant_id, name=attendant_id.title())
        await self.service.learn(AttendantChanged(**told, source="test", subject=attendant_id, data=data))

    async def _receives_file(self) -> None:
        keeper, attachment_id = self.keeper, uuid7()
        announced = InboundAttachment(
            id=attachment_id, provider_id="1", mime_type="text/plain", name=f"foto-{WORD}.txt"
        )
        await self.writes(PHONE, text=None, kind="document", attachments=(announced,))
        key = file_key(keeper.tenant, attachment_id)
        stored = await self.service.file_store.put(
            key, _chunks(f"bytes de {WORD}".encode()), content_type="text/plain", limit=2**20
        )
        row = await self.service.db.attachments.find_one({"_id": attachment_id})
        now = self.service.runtime.clock.now()
        data = InboundFileData(
            account_id=keeper.account,
            channel="whatsapp",
            conversation_id=row["conversation_id"],
            message_id=row["message_id"],
            contact_external_id=PHONE,
            attachment_id=attachment_id,
            state="ready",
            size=stored.size,
            sha256=stored.sha256,
        )
        told = {"tenant_id": keeper.tenant, "occurred_at": now, "recorded_at": now, "source": "test"}
        subject = inbound_subject(keeper.account, PHONE)
        await self.service.take(InboundFile(id=uuid7(), subject=subject, data=data, **told))

    async def _receives_picture(self) -> None:
        """A picture of the customer, on an account of its own: the word is in its address and its bytes."""
        tenant, now = self.keeper.tenant, self.service.runtime.clock.now()
        account, told = f"i-{tenant}", InboundPicture(id=uuid7(), provider_id=f"person:{WORD}", url=f"https://x/{WORD}")
        event = customer_message(tenant, account, "i1", customer=PHONE, name=f"{WORD} Souza", occurred_at=now)
        contact = event.data.contact.model_copy(update={"picture": told})
        await self.service.take(event.model_copy(update={"data": event.data.model_copy(update={"contact": contact})}))
        row = await self.service.db.attachments.find_one({"tenant_id": tenant, "contact_id": {"$exists": True}})
        stored = await self.service.file_store.put(
            file_key(tenant, row["_id"]), _chunks(f"rosto de {WORD}".encode()), content_type="image/jpeg", limit=2**20
        )
        file = file_fetched(
            tenant,
            account,
            event.id,
            row["_id"],
            "ready",
            contact_id=row["contact_id"],
            sha256=stored.sha256,
            size=stored.size,
            width=1,
            height=1,
        )
        await self.service.take(file)
        shown = await self.keeper.get(f"/contacts/{row['contact_id']}")
        assert shown["avatar_url"], "the picture is the customer's"

    async def _record(self, contact_id: str) -> None:
        keeper = self.keeper
        label = await keeper.do("POST", "/labels", {"name": "VIP", "color": "#c92a2a"})
        await keeper.do("PUT", f"/contacts/{contact_id}/labels/{label['id']}")
        field = await keeper.do("POST", "/contact-fields", {"label": "Apelido", "type": "text"})
        edit = {
            "name": f"{WORD} Souza",
            "email": f"{WORD}@exemplo.com.br".lower(),
            "document": "529.982.247-25",
            "address": f"Rua {WORD}, 10",
            "fields": {field["key"]: WORD},
        }
        await keeper.do("PATCH", f"/contacts/{contact_id}", edit)
        await keeper.do("PATCH", f"/contacts/{contact_id}", {"address": f"Avenida {WORD}, 20"})
        await keeper.do("POST", f"/contacts/{contact_id}/notes", {"text": f"{WORD} prefere tarde"}, **_key())
        await keeper.do("PUT", f"/contacts/{contact_id}/block", {"reason": f"{WORD} pediu"})
        await keeper.do("DELETE", f"/contacts/{contact_id}/block")

    async def _unsent(self, conversation_id: str) -> None:
        """Drafts and scheduled messages, each with a file that nothing else holds."""
        keeper = self.keeper
        held = await keeper.uploaded(f"{WORD}-rascunho.txt", f"rascunho de {WORD}".encode())
        draft = {"text": f"rascunho a {WORD}", "attachments": [{"id": held["id"]}]}
        await keeper.do("PUT", f"/conversations/{conversation_id}/draft", draft)
        later = await keeper.uploaded(f"{WORD}-depois.txt", f"depois de {WORD}".encode())
        due_at = (self.service.runtime.clock.now() + timedelta(hours=2)).isoformat()
        body = {"text": f"depois, {WORD}", "attachment_ids": [later["id"]], "scheduled_for": due_at}
        await keeper.do("POST", f"/conversations/{conversation_id}/messages", body, **_key())

    async def _papers(self, conversation_id: str, contact_id: str) -> None:
        """Imports, one taken in and one only read; exports and transcripts made before."""
        for start in (True, False):
            await self._import(start=start)
        await self._made(f"/conversations/{conversation_id}/transcripts", {"format": "text"})
        await self._made("/contacts/exports", {"q": WORD})
        await self._made(f"/contacts/{contact_id}/data-exports", {})

    async def _import(self, *, start: bool) -> None:
        keeper, out = self.keeper, io.StringIO()
        rows = (
            ("Nome", "Celular", "E-mail"),
            (f"{WORD} Souza", f"+55 {PHONE[2:4]} {PHONE[4:9]}-{PHONE[9:]}", f"{WORD}@exemplo.com.br"),
            (f"{WORD} Souza", "123", ""),
            ("Outra Pessoa", f"+55 11 95555-{'1111' if start else '2222'}", ""),
        )
        csv.writer(out, delimiter=";").writerows(rows)
        file = await keeper.uploaded("clientes.csv", out.getvalue().encode())
        made = await keeper.do("POST", "/contacts/imports", {"attachment_id": file["id"]}, **_key())
        path = f"/contacts/imports/{made['id']}"
        if start:
            columns = [{"index": one["index"], "field": one["field"]} for one in made["columns"]]
            await keeper.do("POST", f"{path}/check", {"columns": columns})
            await self._until(path, "checked")
            await keeper.do("POST", f"{path}/start")
            await self._until(path, "done")

    async def _made(self, path: str, body: Any) -> None:
        made = await self.keeper.do("POST", path, body, **_key())
        await self._until(f"{path}/{made['id']}", "ready")

    async def _until(self, path: str, state: str) -> None:
        async def there() -> Any:
            return (await self.keeper.get(path))["state"] == state

        await eventually(there)

    async def _merges(self, contact_id: str) -> None:
        """A record that was merged into this one, and one that was merged, separated and merged again."""
        await self.writes(SECOND_PHONE)
        body = {"contact_id": await self._contact_of(SECOND_PHONE)}
        merged = await self.keeper.do("POST", f"/contacts/{contact_id}/merge", body)
        await self.keeper.do("POST", f"/contacts/merges/{merged['merge']['id']}/undo")
        await self.keeper.do("POST", f"/contacts/{contact_id}/merge", body)

    async def _contact_of(self, phone: str) -> str:
        row = await self.service.db.identities.find_one({"_id": f"{self.keeper.tenant}|phone|+{phone}"})
        return str(row["contact_id"])

    async def _rating(self) -> None:
        """The last thing: the customer rates with a comment what was closed."""
        keeper = self.keeper
        found = await keeper.pages("/conversations", channel="whatsapp")
        found = [one for one in found if one["channel"]["account_id"] == keeper.account]
        (goes_on,) = [one for one in found if one["status"] != "closed"]
        conversation_id = goes_on["id"]
        await keeper.do("PUT", "/settings/ratings", {"enabled": True, "ask_comment": True})
        await keeper.do("POST", f"/conversations/{conversation_id}/assign", {"attendant_id": "bia"})
        await keeper.do("POST", f"/conversations/{conversation_id}/close", {})
        await self.writes(PHONE, f"5 - {WORD} gostou")


class StrandPlanting:
    """The same customer below a post, in private with the page, and in chats of a business and of a bot."""

    def __init__(self, planting: Planting) -> None:
        self.planting = planting
        self.keeper = planting.keeper
        self.service = planting.service
        self.page, self.messenger = f"f-{self.keeper.tenant}", f"m-{self.keeper.tenant}"
        self.bot = f"t-{self.keeper.tenant}"

    async def all(self, contact_id: str) -> None:
        for strand in (self._post, self._chats):
            await self.keeper.do("POST", f"/contacts/{contact_id}/merge", {"contact_id": await strand()})

    async def _post(self) -> str:
        """Comments, held changes and receipts, a private reply; another person quotes them. The author's record."""
        tenant, now = self.keeper.tenant, self.service.runtime.clock.now()
        more = {"customer": f"{WORD}-fan", "channel": "facebook", "name": f"{WORD} Lima"}
        comment = self._below("1", **more)
        await self.service.take(comment)
        await self.service.take(self._below("2", reply_to_external_id="p1_1", customer="rui", name="Rui"))
        await self.service.take(self._below("3", reply_to_external_id="p1_2", **more))
        await self.service.take(self._below("4", reply_to_external_id="p1_unknown", **more))
        told: dict[str, Any] = {"customer": f"{WORD}-fan", "channel": "facebook"}
        await self.service.take(
            edited(tenant, self.page, "p1_1", f"agora {WORD}", **told),
            edited(tenant, self.page, "p1_2", "também acho", **{**told, "customer": "rui"}),
            edited(tenant, self.page, "p1_late", f"e {WORD}", **told),
            hidden(tenant, self.page, "p1_later", **told),
            receipt_until(tenant, self.messenger, "read", until=now, recipient=f"{WORD}-psid", channel="messenger"),
        )
        reply = await self.keeper.do("POST", f"/messages/{comment.id}/private-reply", {"text": f"Oi, {WORD}"}, **_key())
        await self.keeper.do("PUT", f"/messages/{comment.id}/hidden")
        early: dict[str, Any] = {"channel": "messenger", "external_id": f"mid.{WORD}", "recipient": f"{WORD}-psid"}
        await self.service.take(send_receipt(tenant, self.messenger, "delivered", **early))
        sent = {"message_id": reply["id"], "recipient": "comment:p1_1", "aliases": (f"{WORD}-psid",)}
        await self.service.take(
            send_receipt(tenant, self.messenger, "sent", channel="messenger", external_id=f"mid.{WORD}.1", **sent)
        )
        return await self._author_of(str(comment.id))

    def _below(self, number: str, **more: Any) -> Any:
        private = PrivateAccount(account_id=self.messenger, channel="messenger", name="Loja")
        post = InboundPost(id="p1", text="Promoção")
        thread = InboundThread(id="p1", kind="post", public=True, private_account=private, post=post)
        is_theirs = more["customer"] != "rui"
        values = {"channel": "facebook", "text": f"{number}: quero {WORD}" if is_theirs else "eu também", **more}
        now = self.service.runtime.clock.now()
        return customer_message(self.keeper.tenant, self.page, f"p1_{number}", thread=thread, occurred_at=now, **values)

    async def _chats(self) -> str:
        """With the bot and with the business, an answer that was changed and taken back. The customer's record."""
        tenant, now = self.keeper.tenant, self.service.runtime.clock.now()
        more = {"customer": f"{WORD}-chat", "channel": "telegram", "occurred_at": now, "name": WORD}
        business = InboundThread(id="b1", kind="business")
        private = customer_message(tenant, self.bot, f"{WORD}:1", text=f"Sou {WORD}", **more)
        await self.service.take(
            private,
            customer_message(tenant, self.bot, f"b1:{WORD}:1", text=f"{WORD} aqui", thread=business, **more),
            phone_message(tenant, self.bot, f"b1:{WORD}:2", text=f"Oi, {WORD}", thread=business, **more),
        )
        row = await self.service.db.messages.find_one({"_id": private.id})
        path = f"/conversations/{row['conversation_id']}/messages"
        sent: Any = {}
        for number in (2, 3):
            sent = await self.keeper.do("POST", path, {"text": f"Bom dia, {WORD}"}, **_key())
            told: dict[str, Any] = {
                "external_id": f"{WORD}:{number}",
                "recipient": f"{WORD}-chat",
                "channel": "telegram",
            }
            await self.service.take(send_receipt(tenant, self.bot, "sent", message_id=sent["id"], **told))
            await self.keeper.do("PATCH", f"/messages/{sent['id']}", {"text": f"Boa tarde, {WORD}"})
        await self.keeper.do("DELETE", f"/messages/{sent['id']}")
        return await self._author_of(str(private.id))

    async def group(self) -> str:
        """People who write in topics of a group; the group's record."""
        now = self.service.runtime.clock.now()
        more = {"customer": "-100", "channel": "telegram", "occurred_at": now, "name": f"Turma {WORD}"}
        events = [
            customer_message(
                self.keeper.tenant,
                self.bot,
                f"-100:{number}",
                text=f"{WORD} {number}",
                author=InboundAuthor(external_id=f"{WORD}-{number}", name=f"{WORD} {number}"),
                thread=thread,
                reply_to_external_id=f"-100:{number - 1}",
                **more,
            )
            for number, thread in enumerate((None, InboundThread(id="7", kind="topic", title="Entregas"), None), 1)
        ]
        await self.service.take(*events)
        return await self._author_of(str(events[0].id))

    async def _author_of(self, message_id: str) -> str:
        row = await self.service.db.messages.find_one({"_id": message_id})
        conversation = await self.service.db.conversations.find_one({"_id": row["conversation_id"]})
        return str(conversation["contact"]["id"])


def _key() -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": uuid7()}}


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def found_in(client: Any, prefix: str) -> list[str]:
    """Where any of `MARKS` stands in all databases with this prefix: `database.collection: path in the document`."""
    found = []
    for name in await client.list_database_names():
        if not name.startswith(prefix):
            continue
        for collection in await client[name].list_collection_names():
            async for document in client[name][collection].find():
                found += [f"{collection}: {place}" for place in _places(document, "")]
    return found


def _places(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _places(key, f"{path}.<key>")
            yield from _places(one, f"{path}.{key}")
    elif isinstance(value, list):
        for one in value:
            yield from _places(one, f"{path}[]")
    elif _is_marked(value):
        yield path


def _is_marked(value: Any) -> bool:
    text = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else value
    return isinstance(text, str) and any(mark in text.lower() for mark in MARKS)
