"""What a route names in its path or body, made for a tenant: the very thing that a case asks for, and no more."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from atd_schemas.ids import uuid7
from atd_testing.teams import team_changed

from .test_api_public_comments import below

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

Make = Callable[[Any, Mapping[str, str]], Awaitable[str]]
"""Makes one thing for a desk, beside those that are there by their names, and answers its id."""


async def ids_named(desk: Any, path: str, body: Any = None) -> dict[str, str]:
    """Ids of everything that a route's path and body name."""
    text = f"{path} {body}"
    return await _made(desk, [name for name in MAKERS if f"{{{name}}}" in text])


async def ids_of_everything(desk: Any) -> dict[str, str]:
    """Ids of one of everything that any route names."""
    return await _made(desk, list(MAKERS))


def filled(body: Any, ids: Mapping[str, str]) -> Any:
    """The body with the ids that it names."""
    if isinstance(body, dict):
        return {name: filled(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(one, ids) for one in body]
    return body.format_map(ids) if isinstance(body, str) else body


async def _made(desk: Any, names: list[str]) -> dict[str, str]:
    ids: dict[str, str] = {}
    for name in MAKERS:  # in this order: later ones are about earlier ones
        if name in names or name in {needed for one in names for needed in NEEDS.get(one, ())}:
            ids[name] = await MAKERS[name](desk, ids)
    return ids


async def _conversation(desk: Any, ids: Mapping[str, str]) -> str:
    return str((await desk.written())[0])


async def _message(desk: Any, ids: Mapping[str, str]) -> str:
    row = await desk.service.db.messages.find_one({"conversation_id": ids["conversation_id"]}, sort=[("sequence", 1)])
    return str(row["_id"])


async def _contact(desk: Any, ids: Mapping[str, str]) -> str:
    return str((await desk.get(f"/conversations/{ids['conversation_id']}"))["contact"]["id"])


async def _other_contact(desk: Any, ids: Mapping[str, str]) -> str:
    return await _contact(desk, {"conversation_id": await _conversation(desk, ids)})


async def _said(desk: Any, conversation_id: str, **more: Any) -> str:
    said = await desk.do("POST", f"/conversations/{conversation_id}/messages", {"text": "Olá", **more})
    return str(said["id"])


async def _failed(desk: Any, ids: Mapping[str, str]) -> str:
    message_id = await _said(desk, ids["conversation_id"])
    await desk.service.db.messages.update_one({"_id": message_id}, {"$set": {"status": "failed"}})
    return message_id


async def _sent(desk: Any, ids: Mapping[str, str]) -> str:
    """A message that was sent, on a channel where it can be changed."""
    conversation_id = await _conversation(desk, ids)
    message_id, db = await _said(desk, conversation_id), desk.service.db
    sent = {"status": "sent", "external_id": "p_1", "sent_as": message_id}
    await db.messages.update_one({"_id": message_id}, {"$set": sent})
    place = {"channel.kind": "facebook", "thread": {"id": "p", "kind": "post", "public": True}}
    await db.conversations.update_one({"_id": conversation_id}, {"$set": place})
    return message_id


async def _comment(desk: Any, ids: Mapping[str, str]) -> str:
    comment = below(desk, 1, "ana")
    await desk.service.take(comment)
    return str(comment.id)


async def _scheduled(desk: Any, ids: Mapping[str, str]) -> str:
    soon = desk.service.runtime.clock.now() + timedelta(hours=1)
    return await _said(desk, ids["conversation_id"], scheduled_for=soon.isoformat())


async def _transcript(desk: Any, ids: Mapping[str, str]) -> str:
    path = f"/conversations/{ids['conversation_id']}/transcripts"
    return str((await desk.do("POST", path, {"format": "text"}))["id"])


async def _lost(desk: Any, ids: Mapping[str, str]) -> str:
    """A file that could not be fetched."""
    attachment_id, db = await desk.received(PIXEL), desk.service.db
    row = await db.attachments.find_one({"_id": attachment_id})
    await db.messages.update_one({"_id": row["message_id"]}, {"$set": {"attachments.0.state": "failed"}})
    return str(attachment_id)


async def _uploaded(desk: Any, ids: Mapping[str, str]) -> str:
    return str((await desk.uploaded("foto.png", PIXEL))["id"])


async def _closed(desk: Any, ids: Mapping[str, str]) -> str:
    closed_id = await _conversation(desk, ids)
    await desk.do("POST", f"/conversations/{closed_id}/assign", {"attendant_id": "bia"})
    await desk.do("POST", f"/conversations/{closed_id}/close")
    return closed_id


async def _team(desk: Any, ids: Mapping[str, str]) -> str:
    team_id = uuid7()
    await desk.service.learn(team_changed(desk.tenant, team_id, "Vendas"))
    return team_id


async def _given(desk: Any, ids: Mapping[str, str]) -> str:
    """A conversation that the attendant has handed over."""
    given_id = await _conversation(desk, ids)
    await desk.do("POST", f"/conversations/{given_id}/assign", {"attendant_id": "bia"})
    given = {"by": {"id": "bia"}, "from_attendant": {"id": "bia"}, "at": desk.service.runtime.clock.now()}
    await desk.service.db.conversations.update_one({"_id": given_id}, {"$set": {"transfer": given}})
    return given_id


async def _merge(desk: Any, ids: Mapping[str, str]) -> str:
    lost_id = (await desk.do("POST", "/contacts", {"name": "Caio"}))["id"]
    merged = await desk.do("POST", f"/contacts/{ids['contact_id']}/merge", {"contact_id": lost_id})
    return str(merged["merge"]["id"])


async def _note(desk: Any, ids: Mapping[str, str]) -> str:
    path = f"/contacts/{ids['contact_id']}/notes"
    return str((await desk.do("POST", path, {"text": "Liga à tarde"}))["id"])


def _item(path: str, body: dict[str, str]) -> Make:
    """Something of one of the company's lists."""

    async def make(desk: Any, ids: Mapping[str, str]) -> str:
        manager = desk.seen_by(permissions=("settings:manage", "conversations:write"))
        return str((await manager.do("POST", path, body))["id"])

    return make


MAKERS: Mapping[str, Make] = {
    "conversation_id": _conversation,
    "contact_id": _contact,
    "message_id": _message,
    "failed_id": _failed,
    "lost_id": _lost,
    "closed_id": _closed,
    "attachment_id": _uploaded,
    "sent_id": _sent,
    "scheduled_id": _scheduled,
    "transcript_id": _transcript,
    "reply_id": _item("/replies", {"shortcut": "ate", "title": "Até", "body": "Até"}),
    **{
        f"{kind}_{name}": _item(f"/{kind}s", {"name": f"Reclamação {name}"})
        for kind in ("tag", "label", "type")
        for name in ("item", "id")  # one that routes are about, and one for what bears it
    },
    "field_id": _item("/contact-fields", {"label": "Cor", "type": "text"}),
    "automatic_id": _item("/automatic-replies", {"name": "Boas-vindas", "trigger": "closed", "text": "Olá"}),
    "team_id": _team,
    "given_id": _given,
    "comment_id": _comment,
    "other_contact_id": _other_contact,
    "merge_id": _merge,
    "note_id": _note,
}
"""By the name of its id, in the order in which they are made."""

_IN_CONVERSATION, _OF_CONTACT = ("conversation_id",), ("conversation_id", "contact_id")
NEEDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("contact_id", "message_id", "failed_id", "scheduled_id", "transcript_id"), _IN_CONVERSATION),
    **dict.fromkeys(("merge_id", "note_id"), _OF_CONTACT),
}
"""What must be there before."""
