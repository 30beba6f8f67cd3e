"""Every kind of news from topic to topic, through the whole service on real Kafka and MongoDB."""

from datetime import UTC, datetime
from typing import Any

import pytest

from atd_schemas.ids import provider_event_id, uuid7
from atd_schemas.topics import CONVERSATION_EVENTS, OUTBOUND_WHATSAPP
from atd_testing.inbound import (
    customer_message,
    deleted,
    edited,
    file_fetched,
    file_of,
    goes_by,
    phone_message,
    prefers,
    reacted,
)
from atd_testing.waiting import eventually

VOICE = {"voice": True, "duration": None}
ANSWER = {"reply": {"id": "1", "title": "Sim", "description": None}, "form": None}
PLACE = {"latitude": -23.5, "longitude": -46.6, "name": "Loja", "address": None, "url": None}
CARD = {"name": "Rui", "phones": [], "emails": [], "organization": None}
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("text", {"text": "Oi", "referral": {"source_type": "ad", "headline": "Promoção"}}),
    ("image", {"text": "a nota", "attachments": (file_of(1),)}),
    (
        "audio",
        {
            "text": None,
            "attachments": (file_of(2, mime_type="audio/ogg"),),
            "content": {"voice": True, "duration": None},
        },
    ),
    ("video", {"text": None, "attachments": (file_of(3, mime_type="video/mp4"),)}),
    ("document", {"text": None, "attachments": (file_of(4, name="boleto.pdf", mime_type="application/pdf"),)}),
    ("sticker", {"text": None, "attachments": (file_of(5, mime_type="image/webp"),)}),
    ("location", {"text": None, "content": PLACE}),
    ("contacts", {"text": None, "content": {"contacts": [CARD]}}),
    (
        "interactive",
        {"text": None, "content": ANSWER},
    ),
    ("order", {"text": None, "content": {"catalog_id": "5", "items": []}}),
    ("unsupported", {"text": None, "content": {"type": "poll", "reason": None}}),
]


class Customer:
    """The customer of one test, on an account of their own tenant."""

    def __init__(self) -> None:
        self.tenant, self.account = uuid7(), uuid7()
        self.now = datetime.now(UTC)

    def writes(self, external_id: str, **more: Any) -> Any:
        return customer_message(self.tenant, self.account, external_id, occurred_at=self.now, **more)

    async def thread(self, service: Any, messages: int) -> list[Any]:
        """The messages of the one conversation, oldest first, once there are so many."""

        async def there() -> list[Any]:
            answer = await service.http.get("/api/v1/conversations", headers=service.headers(self.tenant))
            conversations = answer.json()["items"]
            assert len(conversations) == 1
            path = f"/api/v1/conversations/{conversations[0]['id']}/messages"
            items: list[Any] = (await service.http.get(path, headers=service.headers(self.tenant))).json()["items"]
            assert len(items) == messages
            return items[::-1]

        return list(await eventually(there, message=f"{messages} messages are there"))


@pytest.fixture
def customer() -> Customer:
    return Customer()


@pytest.mark.proves("whatsapp", "every-kind-stored-thread-shown")
async def test_every_kind_is_stored_and_shown_and_its_files_are_asked_for(
    start: Any, customer: Customer, read_topic: Any
) -> None:
    commands = await read_topic(OUTBOUND_WHATSAPP)
    service = await start()
    written = [customer.writes(f"w{n}", kind=kind, **more) for n, (kind, more) in enumerate(KINDS)]
    await service.publish(*written)
    shown = await customer.thread(service, len(KINDS))
    for message, (kind, more) in zip(shown, KINDS, strict=True):
        assert (message["kind"], message["text"], message["content"], message["referral"]) == (
            kind,
            more["text"],
            more.get("content", {}),
            more.get("referral"),
        )
        assert [one["state"] for one in message["attachments"]] == ["pending" for _ in more.get("attachments", ())]
    names = [one["name"] for message in shown for one in message["attachments"]]
    assert names == ["image.jpg", "audio.ogg", "video.mp4", "boleto.pdf", "sticker.webp"]
    asked = await commands.until(lambda seen: len(seen) >= 5, customer.tenant)
    assert [(c.type, c.data.kind) for c in asked] == [
        ("outbound.fetch", kind) for kind in ("image", "audio", "video", "document", "sticker")
    ]


async def test_what_happens_to_messages_and_people_is_told_in_order(
    start: Any, customer: Customer, read_topic: Any
) -> None:
    events = await read_topic(CONVERSATION_EVENTS)
    service = await start()
    tenant, account = customer.tenant, customer.account
    message_id = provider_event_id(account, "w1", "message")
    await service.publish(
        customer.writes("w1", kind="image", text="legenda", attachments=(file_of(6),)),
        file_fetched(tenant, account, message_id, file_of(6).id, "ready"),
        reacted(tenant, account, "w1", "👍"),
        edited(tenant, account, "w1", "outra legenda", kind="image", at=1),
        phone_message(tenant, account, "p1", occurred_at=customer.now),
        goes_by(tenant, account, ("5511999990000",), "5511988880000"),
        deleted(tenant, account, "w1", at=2),
    )
    await events.until(lambda seen: len({e.id for e in seen}) >= 10, tenant)
    # Under the new number it has a key of its own, and may come before what was said under the old one.
    await service.publish(prefers(tenant, account, "stopped", customer="5511988880000"))
    told = await events.until(lambda seen: len({e.id for e in seen}) >= 11, tenant)
    (conversation_id,) = {e.subject for e in told if e.type.startswith("conversation.")}
    assert [(e.type, e.sequence) for e in told if e.subject == conversation_id] == [
        ("conversation.opened", 1),
        ("message.received", 2),
        ("message.updated", 3),
        ("message.reacted", 4),
        ("message.edited", 5),
        ("message.sent", 6),
        ("message.sent", 7),
        ("message.deleted", 8),
    ]
    assert [(e.type, e.data.changed) for e in told if e.type.startswith("contact.")] == [
        ("contact.created", ()),
        ("contact.updated", ("identities", "phone")),
        ("contact.updated", ("marketing",)),
    ]
    picture, ours, remark = await customer.thread(service, 3)
    assert (picture["text"], picture["attachments"], picture["deleted_at"] is None) == (None, [], False)
    assert (ours["direction"], ours["status"]) == ("outbound", "sent")
    assert (remark["direction"], remark["content"]["type"]) == ("system", "number_changed")
