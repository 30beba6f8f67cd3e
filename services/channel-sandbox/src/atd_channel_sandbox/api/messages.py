"""What customers send: messages, files, reactions, edits, deletions."""

import contextlib
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, UploadFile
from pydantic import BaseModel, Field

from atd_channel_sandbox import voice
from atd_channel_sandbox.api.conversation_key import ConversationKey, conversation_of
from atd_channel_sandbox.model import Company, Customer, FileView, PhoneMessage
from atd_channel_sandbox.phones import NotAllowed, PhoneOffline, Phones
from atd_channel_sandbox.state import SandboxState
from atd_channel_sandbox.views import milliseconds
from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.media import kind_of

_Text = Annotated[str, Field(max_length=65_536)]


class Draft(ConversationKey):
    """What a customer sends without a file. `reply` is what was tapped in the message `reply_to`."""

    kind: Literal["text", "location", "contacts", "order", "unsupported", "reply"] = "text"
    text: _Text | None = None
    content: Json = Field(default_factory=dict)
    reply_to: str | None = None
    forwarded: bool = False


class Reaction(BaseModel):
    """An emoji, or none to take it away."""

    emoji: Annotated[str, Field(max_length=16)] | None = None


class NewText(BaseModel):
    """What a text says now."""

    text: Annotated[str, Field(min_length=1, max_length=65_536)]


def add_messages(router: APIRouter, state: SandboxState, phones: Phones, upload_limit: int) -> None:
    """`POST /api/messages`, `POST /api/files`."""

    @router.post("/api/messages", status_code=201)
    async def write(draft: Draft) -> PhoneMessage:
        """A customer sends a message without a file, or taps a button where that is one."""
        company, customer = conversation_of(state, draft)
        content = dict(draft.content)
        if draft.kind == "reply" and not isinstance(content.get("reply"), dict):
            raise HTTPException(422, "content.reply is required for a reply")
        if draft.kind == "reply" and draft.reply_to is not None:
            tapped = _tapped(phones, draft.reply_to, str(content["reply"].get("id")))
            if tapped is not None:
                return tapped
        made = _message(state, phones, company, customer, "text" if draft.kind == "reply" else draft.kind)
        made.text, made.content, made.reply_to = draft.text, content, draft.reply_to
        made.forwarded = draft.forwarded
        return phones.customer_writes(made)

    @router.post("/api/files", status_code=201)
    async def write_file(
        company: Annotated[str, Form()],
        customer: Annotated[str, Form()],
        file: UploadFile,
        text: Annotated[str, Form(max_length=4096)] = "",
        reply_to: Annotated[str | None, Form()] = None,
        spoken: Annotated[bool, Form()] = False,  # noqa: FBT002 - a form's field
        sticker: Annotated[bool, Form()] = False,  # noqa: FBT002 - a form's field
        album: Annotated[str | None, Form(max_length=40)] = None,
    ) -> PhoneMessage:
        """A customer sends a file; `spoken` makes it a voice message, those of one `album` belong together."""
        place = conversation_of(state, ConversationKey(company=company, customer=customer))
        data = await file.read(upload_limit + 1)
        if len(data) > upload_limit:
            raise HTTPException(413, f"the file is larger than {upload_limit} bytes")
        mime_type = file.content_type or "application/octet-stream"
        if spoken:
            data, mime_type = _as_voice(data, mime_type)
        kind = "sticker" if sticker else _kind(mime_type)
        held = state.graph.media.add(
            data, mime_type, state.graph.now(), filename=file.filename, phone_number_id=place[0].id
        )
        made = _message(state, phones, *place, kind)
        made.text, made.reply_to = text or None, reply_to
        if album is not None:
            made.content = {"album": album}
        made.file = FileView(
            id=held.id,
            name=file.filename,
            mime_type=mime_type,
            size=len(data),
            voice=spoken,
            seconds=voice.seconds_of(data),
        )
        return phones.customer_writes(made)


def add_changes(router: APIRouter, phones: Phones) -> None:
    """Reactions, edits, deletions, `POST /api/messages/{id}/played`, `POST /api/seen`."""

    @router.put("/api/messages/{message_id:path}/reaction")
    async def react(message_id: str, reaction: Reaction) -> PhoneMessage:
        """The customer reacts."""
        return _changed(lambda: phones.react(message_id, reaction.emoji))

    @router.patch("/api/messages/{message_id:path}")
    async def edit(message_id: str, changed: NewText) -> PhoneMessage:
        """The customer changes an own text."""
        return _changed(lambda: phones.edit(message_id, changed.text))

    @router.delete("/api/messages/{message_id:path}")
    async def revoke(message_id: str) -> PhoneMessage:
        """The customer deletes an own message for everyone."""
        return _changed(lambda: phones.revoke(message_id))

    @router.post("/api/messages/{message_id:path}/played", status_code=204)
    async def played(message_id: str) -> None:
        """The customer listened to a voice message."""
        phones.mark_played(message_id)

    @router.post("/api/seen")
    async def seen(conversation: ConversationKey) -> dict[str, int]:
        """The customer looks at the conversation."""
        return {"read": phones.mark_seen((conversation.company, conversation.customer))}


def _tapped(phones: Phones, message_id: str, chosen: str) -> PhoneMessage | None:
    """The message whose button was tapped; `None` where the answer is a message of its own."""
    with contextlib.suppress(KeyError):
        try:
            return phones.tap(message_id, chosen)
        except PhoneOffline:
            return None
    return None


def _message(state: SandboxState, phones: Phones, company: Company, customer: Customer, kind: str) -> PhoneMessage:
    return PhoneMessage(
        id=phones.new_message_id(company, customer),
        company=company.id,
        customer=customer.key,
        mine=True,
        kind=kind,
        at=milliseconds(state.graph.now()),
        status="waiting",
    )


def _kind(mime_type: str) -> str:
    found = kind_of(mime_type)
    return "document" if found in (None, "sticker") else str(found)


def _as_voice(data: bytes, mime_type: str) -> tuple[bytes, str]:
    """A recording in the container that phones use (Ogg), and its type."""
    if voice.is_webm(data):
        try:
            data = voice.ogg_from_webm(data)
        except voice.UnreadableAudioError:
            raise HTTPException(422, "the recording could not be read") from None
    return data, "audio/ogg; codecs=opus" if data.startswith(b"OggS") else mime_type


def _changed(change: Callable[[], PhoneMessage]) -> PhoneMessage:
    try:
        return change()
    except KeyError:
        raise HTTPException(404, "message not found") from None
    except PhoneOffline:
        raise HTTPException(409, "the phone is offline") from None
    except NotAllowed:
        raise HTTPException(403, "only the customer's own messages that are not deleted can be changed") from None
