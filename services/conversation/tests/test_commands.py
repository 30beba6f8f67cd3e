"""What attendants do leads to events and to commands for the channel: both, once, or neither."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from atd_conversation.commands import Draft
from atd_conversation.domain.attachments import StoredAttachment
from atd_conversation.domain.drafts import TemplateDraft
from atd_conversation.domain.message_files import Attachment
from atd_schemas.ids import uuid7
from atd_schemas.inbound import SendFailure
from atd_schemas.settings_changes import TemplateChanged, TemplateData
from atd_schemas.views import TemplateParameters, TemplateView
from atd_servicekit.identity import Identity
from atd_servicekit.problems import Problem
from atd_testing.clock import FakeClock
from atd_testing.inbound import CUSTOMER, NOON, customer_message, send_receipt

T, A = "t1", "a1"
BIA = Identity(T, "attendant", "bia", "Bia", frozenset())
CAIO = Identity(T, "attendant", "caio", "Caio", frozenset())
FAILURE = SendFailure(code="131026", reason="recipient")
DAY = timedelta(days=1)


class Talk:
    """A conversation with a customer who has just written `wamid.in`."""

    def __init__(self, parts: Any, clock: FakeClock, conversation_id: str) -> None:
        self.parts = parts
        self.clock = clock
        self.id = conversation_id

    async def say(self, **draft: Any) -> Any:
        return await self.parts.say(T, self.id, Draft(**draft))

    async def upload(self, mime_type: str = "application/pdf", size: int = 3) -> str:
        file = Attachment(uuid7(), "boleto.pdf", mime_type, size, "ready", sha256="00")
        await self.parts.files.begin(StoredAttachment(T, file, self.clock.now(), uploaded_by="bia"))
        return file.id

    async def do(self, name: str, *arguments: Any, identity: Identity = BIA, **more: Any) -> Any:
        owner = self.parts.commands if name == "read" else self.parts.message_commands
        work = getattr(owner, name)
        return await self.parts.mongo.transaction(
            lambda session: work(session, identity.tenant_id, identity.actor(), *arguments, request_id=uuid7(), **more)
        )

    async def refused(self, name: str, *arguments: Any, **more: Any) -> tuple[int, str]:
        before = await self.parts.outbox()
        with pytest.raises(Problem) as refused:
            await self.do(name, *arguments, **more)
        assert await self.parts.outbox() == before
        return refused.value.status, refused.value.code

    async def message(self, message_id: str) -> Any:
        return await self.parts.queries.message(T, message_id)

    async def received(self) -> Any:
        """The customer's first message."""
        rows = await self.parts.all("messages")
        return await self.message(next(row["_id"] for row in rows if row["direction"] == "inbound"))

    async def sent(self, **draft: Any) -> Any:
        """A message of ours that the channel has."""
        said = await self.say(**{"text": "Olá", **draft})
        await self.parts.take(
            send_receipt(T, A, "sent", message_id=said.id, external_id=f"wamid.{said.id}", occurred_at=self.clock.now())
        )
        return said

    async def failed(self, **draft: Any) -> Any:
        """A message of ours that the channel refused."""
        said = await self.say(**{"text": "Olá", **draft})
        await self.parts.take(
            send_receipt(T, A, "failed", message_id=said.id, failure=FAILURE, occurred_at=self.clock.now())
        )
        return said

    async def told(self, kind: str) -> list[Any]:
        return [event for event in await self.parts.outbox() if event.type == kind]


@pytest.fixture
async def talk(parts: Any) -> Talk:
    clock = FakeClock()
    process = parts.another(clock)
    await process.take(customer_message(T, A, "wamid.in"))
    (row,) = await process.all("conversations")
    return Talk(process, clock, row["_id"])


# --- sending


@pytest.mark.proves("whatsapp", "document-out")
async def test_a_file_goes_to_the_channel_with_its_message(talk: Talk) -> None:
    attachment_id = await talk.upload()
    said = await talk.say(text="Segunda via", attachment_ids=(attachment_id,), reply_to=(await talk.received()).id)
    (command,) = await talk.told("outbound.message")
    assert (command.data.kind, command.data.text, command.data.attempt) == ("document", "Segunda via", 0)
    assert command.data.reply_to_external_id == "wamid.in"
    assert [(one.id, one.name, one.sha256) for one in command.data.attachments] == [(attachment_id, "boleto.pdf", "00")]
    (event,) = await talk.told("message.sent")
    assert [one.id for one in event.data.message.attachments] == [attachment_id]
    assert (await talk.message(said.id)).attachments[0].state == "ready"


@pytest.mark.proves("whatsapp", "file-type-size-one")
async def test_a_file_is_used_once(talk: Talk) -> None:
    attachment_id = await talk.upload()
    await talk.say(attachment_ids=(attachment_id,))
    for draft in (
        {"attachment_ids": (attachment_id,)},
        {"attachment_ids": (attachment_id,), "note": True},
        {"attachment_ids": ("nobodys",)},
    ):
        with pytest.raises(Problem) as refused:
            await talk.say(**draft)
        assert (refused.value.code, refused.value.errors[0].field) == ("unknown_attachment", "attachment_ids[0]")
    twice = await talk.upload()
    with pytest.raises(Problem) as refused:
        await talk.say(attachment_ids=(twice, twice), note=True)
    assert refused.value.errors[0].field == "attachment_ids[1]"


async def test_of_two_messages_at_once_one_gets_the_file(talk: Talk) -> None:
    attachment_id = await talk.upload()
    said = await asyncio.gather(*(talk.say(attachment_ids=(attachment_id,)) for _ in range(5)), return_exceptions=True)
    assert [one.code for one in said if isinstance(one, Problem)] == ["unknown_attachment"] * 4
    assert len(await talk.told("outbound.message")) == 1


async def test_a_refused_message_uses_its_file_not_up(talk: Talk) -> None:
    attachment_id = await talk.upload()
    with pytest.raises(Problem):
        await talk.say(text="x" * 1025, attachment_ids=(attachment_id,))
    assert await talk.say(text="x" * 1024, attachment_ids=(attachment_id,))


@pytest.mark.proves("whatsapp", "note-stays-inside-with")
async def test_a_note_with_a_file_stays_inside(talk: Talk) -> None:
    note = await talk.say(attachment_ids=(await talk.upload("application/zip"),), note=True)
    assert (note.kind, note.direction, len(note.attachments)) == ("document", "note", 1)
    assert await talk.told("outbound.message") == []


def _template(recorded_at: Any = NOON, *, deleted: bool = False, tenant_id: str = T, **more: Any) -> TemplateChanged:
    view = TemplateView(
        name="aviso",
        language="pt_BR",
        category="UTILITY",
        components=({"type": "BODY", "text": "Olá {{1}}"},),
        parameters=TemplateParameters(body=1),
        **{"status": "approved", **more},
    )
    data = TemplateData(account_id=A, channel="whatsapp", template=view, deleted=deleted)
    common: dict[str, Any] = {"occurred_at": recorded_at, "recorded_at": recorded_at, "source": "s", "subject": A}
    return TemplateChanged(id=uuid7(), tenant_id=tenant_id, **common, data=data)


GREETING = {"kind": "template", "template": TemplateDraft("aviso", "pt_BR", body=("Ana",))}


@pytest.mark.proves("whatsapp", "template-goes-out")
async def test_a_template_goes_out_when_the_window_has_closed_and_free_text_does_not(talk: Talk) -> None:
    await talk.parts.directory.put_template(_template())
    talk.clock.advance(2 * DAY)
    for draft, field_name in (
        ({"text": "Olá"}, "text"),
        ({"attachment_ids": (await talk.upload(),)}, "attachment_ids"),
        ({"kind": "location", "content": {"latitude": 1.0, "longitude": 1.0}}, "location"),
        ({"kind": "interactive", "text": "Onde?", "content": {"type": "ask_location"}}, "interactive"),
    ):
        with pytest.raises(Problem) as refused:
            await talk.say(**draft)
        assert (refused.value.code, refused.value.errors[0].field) == ("window_closed", field_name)
    said = await talk.say(**GREETING)
    assert (said.kind, said.text, said.status) == ("template", "Olá Ana", "pending")
    (command,) = await talk.told("outbound.message")
    assert command.data.content.model_dump(mode="json")["parameters"] == {"header": [], "body": ["Ana"], "buttons": []}
    (row,) = await talk.parts.all("conversations")
    assert (row["last_message"]["kind"], row["last_message"]["preview"]) == ("template", "Olá Ana")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([], "unknown_template"),
        ([_template(tenant_id="t2")], "unknown_template"),
        ([_template(status="paused", reason="QUALITY")], "template_not_approved"),
        ([_template(), _template(NOON + DAY, deleted=True)], "unknown_template"),
        ([_template(NOON + DAY, deleted=True), _template()], "unknown_template"),
        ([_template(NOON + DAY), _template(status="rejected")], None),
    ],
)
async def test_the_latest_that_was_told_of_a_template_decides(talk: Talk, changes: Any, code: str | None) -> None:
    for change in changes:
        await talk.parts.directory.put_template(change)
    if code is None:
        assert (await talk.say(**GREETING)).text == "Olá Ana"
        return
    with pytest.raises(Problem) as refused:
        await talk.say(**GREETING)
    assert refused.value.code == code


# --- reactions


@pytest.mark.proves("whatsapp", "reaction-removal-out")
async def test_a_reaction_is_told_and_sent_and_replaces_ours(talk: Talk) -> None:
    message = await talk.received()
    assert (await talk.do("react", message.id, "👍")).reactions[0].emoji == "👍"
    assert (await talk.do("react", message.id, "👍")).reactions[0].emoji == "👍"
    talk.clock.advance(timedelta(seconds=1))
    reacted = await talk.do("react", message.id, "❤️", identity=CAIO)
    assert [(one.emoji, one.author.id) for one in reacted.reactions] == [("❤️", "caio")]
    talk.clock.advance(timedelta(seconds=1))
    assert (await talk.do("react", message.id, None)).reactions == ()
    assert (await talk.do("react", message.id, None)).reactions == ()
    commands = await talk.told("outbound.reaction")
    assert [one.data.emoji for one in commands] == ["👍", "❤️", None]
    assert {one.data.target_external_id for one in commands} == {"wamid.in"}
    assert {(one.data.message_id, one.data.recipient) for one in commands} == {(message.id, CUSTOMER)}
    assert len({one.id for one in commands}) == 3
    events = await talk.told("message.reacted")
    assert [event.data.changed for event in events] == [("reactions",)] * 3


async def test_our_own_messages_can_be_reacted_to_once_the_channel_has_them(talk: Talk) -> None:
    pending = await talk.say(text="Olá")
    assert await talk.refused("react", pending.id, "👍") == (422, "message_not_sent")
    sent = await talk.sent()
    await talk.do("react", sent.id, "👍")
    (command,) = await talk.told("outbound.reaction")
    assert command.data.target_external_id == f"wamid.{sent.id}"


async def test_a_reaction_that_fails_is_taken_away_unless_it_was_replaced(talk: Talk) -> None:
    message = await talk.received()
    await talk.do("react", message.id, "👍")
    await talk.do("react", message.id, "❤️")
    first, second = await talk.told("outbound.reaction")
    for command, left in ((first, ["❤️"]), (second, [])):
        failed = send_receipt(
            T,
            A,
            "failed",
            message_id=message.id,
            about="reaction",
            external_id=command.id,
            occurred_at=talk.clock.now(),
        )
        await talk.parts.take(failed.model_copy(update={"causation_id": command.id}))
        stored = await talk.parts.queries.message(T, message.id)
        assert [one.emoji for one in stored.reactions] == left


@pytest.mark.proves("whatsapp", "reaction-when-cannot-be")
async def test_when_a_message_cannot_be_reacted_to(talk: Talk) -> None:
    message, note = await talk.received(), await talk.say(text="Nota", note=True)
    assert await talk.refused("react", uuid7(), "👍") == (404, "not_found")
    assert await talk.refused("react", note.id, "👍") == (422, "invalid")
    assert await talk.refused("react", message.id, "olá") == (422, "invalid")
    talk.clock.advance(2 * DAY)
    assert await talk.refused("react", message.id, "👍") == (422, "window_closed")
    talk.clock.advance(30 * DAY)
    assert await talk.refused("react", message.id, "👍") == (422, "too_old")
    await talk.parts.db.messages.update_one({"_id": message.id}, {"$set": {"deleted_at": NOON}})
    assert await talk.refused("react", message.id, "👍") == (422, "message_deleted")


async def test_a_channel_without_reactions_has_none(talk: Talk) -> None:
    await talk.parts.db.conversations.update_one({"_id": talk.id}, {"$set": {"channel.kind": "web"}})
    assert (await talk.refused("react", (await talk.received()).id, "👍"))[0] == 422


# --- sending again


@pytest.mark.proves("whatsapp", "failed-sent-again-hand")
async def test_a_failed_message_goes_out_again_as_another_attempt(talk: Talk) -> None:
    message = await talk.received()
    failed = await talk.failed(reply_to=message.id)
    again = await talk.do("retry", failed.id)
    assert (again.status, again.error, again.external_id, again.attempt) == ("pending", None, None, 1)
    first, second = await talk.told("outbound.message")
    assert (first.data.attempt, second.data.attempt) == (0, 1)
    assert first.id != second.id
    assert first.data.model_copy(update={"attempt": 1}) == second.data
    event = (await talk.told("message.status_changed"))[-1]
    assert (event.data.message.status, event.data.changed) == ("pending", ("status", "error"))
    assert await talk.refused("retry", failed.id) == (409, "not_failed")


@pytest.mark.proves("whatsapp", "failed-sent-again-hand")
async def test_the_repeat_of_a_file_sends_the_same_file(talk: Talk) -> None:
    attachment_id = await talk.upload()
    failed = await talk.failed(text=None, attachment_ids=(attachment_id,))
    await talk.do("retry", failed.id)
    assert [one.data.attachments[0].id for one in await talk.told("outbound.message")] == [attachment_id] * 2


@pytest.mark.proves("whatsapp", "failed-sent-again-hand")
async def test_what_has_not_failed_is_not_sent_again(talk: Talk) -> None:
    sent, note = await talk.sent(), await talk.say(text="Nota", note=True)
    assert await talk.refused("retry", uuid7()) == (404, "not_found")
    assert await talk.refused("retry", sent.id) == (409, "not_failed")
    assert await talk.refused("retry", note.id) == (422, "invalid")
    assert await talk.refused("retry", (await talk.received()).id) == (422, "invalid")


@pytest.mark.proves("whatsapp", "template-goes-out")
async def test_the_window_counts_for_the_repeat_of_free_text_and_not_of_a_template(talk: Talk) -> None:
    await talk.parts.directory.put_template(_template())
    text, template = await talk.failed(), await talk.failed(text=None, **GREETING)
    talk.clock.advance(2 * DAY)
    assert await talk.refused("retry", text.id) == (422, "window_closed")
    assert (await talk.do("retry", template.id)).status == "pending"


# --- reading


@pytest.mark.proves("whatsapp", "mark-as-out")
async def test_reading_tells_the_customer_once(talk: Talk) -> None:
    for _ in range(2):
        await talk.do("read", talk.id, typing=False)
    (command,) = await talk.told("outbound.read")
    assert (command.data.external_id, command.data.typing, command.data.recipient) == ("wamid.in", False, CUSTOMER)
    assert await talk.told("conversation.updated") == []


async def test_only_the_first_who_reads_is_told_to_the_customer(talk: Talk) -> None:
    await talk.do("read", talk.id, typing=False)
    shown = await talk.do("read", talk.id, typing=False, identity=CAIO)
    assert len(await talk.told("outbound.read")) == 1
    assert [shown.view(who).unread_count for who in ("bia", "caio", "dora", None)] == [0, 0, 1, 1]
    await talk.parts.take(customer_message(T, A, "wamid.later", occurred_at=NOON))
    await talk.do("read", talk.id, typing=False, identity=CAIO)
    assert [one.data.external_id for one in await talk.told("outbound.read")] == ["wamid.in", "wamid.later"]


@pytest.mark.proves("whatsapp", "mark-as-out")
async def test_typing_is_told_each_time_and_names_the_customers_last_message(talk: Talk) -> None:
    await talk.parts.take(customer_message(T, A, "wamid.later", occurred_at=NOON))
    await talk.say(text="Olá")
    for _ in range(2):
        await talk.do("read", talk.id, typing=True)
    commands = await talk.told("outbound.read")
    assert [(one.data.external_id, one.data.typing) for one in commands] == [("wamid.later", True)] * 2
    assert await talk.told("conversation.updated") == []


async def test_a_channel_that_cannot_be_told_is_read_all_the_same(talk: Talk) -> None:
    await talk.parts.db.conversations.update_one({"_id": talk.id}, {"$set": {"channel.kind": "web"}})
    assert (await talk.do("read", talk.id, typing=True)).view("bia").unread_count == 0
    assert await talk.told("outbound.read") == []
