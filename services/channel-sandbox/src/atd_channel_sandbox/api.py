"""What the page asks for, under `/sandbox/api/`, and the files under `/sandbox/media/`."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Response, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from atd_channel_sandbox import voice
from atd_channel_sandbox.model import Company, Customer, FileView, PhoneMessage, Switches
from atd_channel_sandbox.phones import NotTheirs, Offline, Phones
from atd_channel_sandbox.screen import milliseconds
from atd_testing import providers
from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.customers import new_message_id
from atd_testing.whatsapp.media import essence, kind_of
from atd_testing.whatsapp.state import Behaviour, CallKind

SHOWN_INLINE = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")
BATCH_SIZE, BATCH_WAIT_MS = 20, 1500

_Words = Annotated[str, Field(max_length=65_536)]


class Draft(BaseModel):
    """What a customer sends without a file. `reply` is what was tapped in the message `reply_to`."""

    company: str
    customer: str
    kind: Literal["text", "location", "contacts", "order", "unsupported", "reply"] = "text"
    text: _Words | None = None
    content: Json = Field(default_factory=dict)
    reply_to: str | None = None
    forwarded: bool = False


class Place(BaseModel):
    """A conversation."""

    company: str
    customer: str


class Reaction(BaseModel):
    """An emoji, or none to take it away."""

    emoji: Annotated[str, Field(max_length=16)] | None = None


class NewText(BaseModel):
    """What a text says now."""

    text: Annotated[str, Field(min_length=1, max_length=65_536)]


class PhoneState(BaseModel):
    """What is switched at a phone; what is left out stays."""

    online: bool | None = None
    hides_phone: bool | None = None


class WindowState(Place):
    """Whether the 24 hours of a conversation are over."""

    closed: bool


class NextError(BaseModel):
    """The next call of this kind answers this error of Meta's."""

    code: int
    on: CallKind = "send"


def api_router(phones: Phones, upload_limit: int) -> APIRouter:
    """Every route of the page."""
    router = APIRouter(prefix="/sandbox")
    _add_reading(router, phones)
    _add_writing(router, phones, upload_limit)
    _add_changes(router, phones)
    _add_switches(router, phones)
    return router


def _add_reading(router: APIRouter, phones: Phones) -> None:
    world = phones.world

    @router.get("/api/state")
    async def show_state() -> dict[str, Any]:
        """Everything but the messages."""
        return {
            "companies": list(world.companies.values()),
            "customers": list(world.customers.values()),
            "threads": [phones.summary(pair) for pair in world.threads.pairs()],
            "connection": world.connection,
            "switches": switches_of(phones),
        }

    @router.get("/api/threads/{company}/{customer}")
    async def show_thread(company: str, customer: str) -> list[PhoneMessage]:
        """The messages of a conversation, the oldest first."""
        return world.threads.of((company, customer))

    @router.get("/api/events")
    async def follow() -> StreamingResponse:
        """Every change, as server-sent events."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(world.bus.frames(), media_type="text/event-stream", headers=headers)

    @router.get("/media/{media_id}")
    async def show_media(media_id: str, name: str = "") -> Response:
        """The bytes of a file; what a browser might run is only ever saved."""
        file = next((one for one in world.state.media.all() if one.id == media_id), None)
        if file is None:
            raise HTTPException(404)
        kind = essence(file.mime_type)
        inline = kind.startswith(SHOWN_INLINE)
        safe = "".join(letter for letter in name or file.filename or media_id if letter.isalnum() or letter in "._- ")
        plain = safe.encode("ascii", "ignore").decode() or media_id
        return Response(
            file.data,
            media_type=kind if inline else "application/octet-stream",
            headers={
                "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{plain}"',
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cache-Control": "private, max-age=3600",
            },
        )


def _add_writing(router: APIRouter, phones: Phones, upload_limit: int) -> None:
    world = phones.world

    @router.post("/api/messages", status_code=201)
    async def write(draft: Draft) -> PhoneMessage:
        """A customer sends a message without a file."""
        company, customer = _place(phones, draft)
        content = dict(draft.content)
        if draft.kind == "reply" and not isinstance(content.get("reply"), dict):
            raise HTTPException(422, "content.reply is missing")
        made = _message(phones, company, customer, "text" if draft.kind == "reply" else draft.kind)
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
    ) -> PhoneMessage:
        """A customer sends a file; `spoken` is a voice message."""
        place = _place(phones, Place(company=company, customer=customer))
        data = await file.read(upload_limit + 1)
        if len(data) > upload_limit:
            raise HTTPException(413, "too large")
        mime_type = file.content_type or "application/octet-stream"
        if spoken:
            data, mime_type = _as_voice(data, mime_type)
        kind = "sticker" if sticker else _kind(mime_type)
        held = world.state.media.add(
            data, mime_type, world.state.now(), filename=file.filename, phone_number_id=place[0].id
        )
        made = _message(phones, *place, kind)
        made.text, made.reply_to = text or None, reply_to
        made.file = FileView(
            id=held.id,
            name=file.filename,
            mime_type=mime_type,
            size=len(data),
            voice=spoken,
            seconds=voice.seconds_of(data),
        )
        return phones.customer_writes(made)


def _add_changes(router: APIRouter, phones: Phones) -> None:
    @router.put("/api/messages/{message_id:path}/reaction")
    async def react(message_id: str, reaction: Reaction) -> PhoneMessage:
        """The customer reacts."""
        return _or_refused(lambda: phones.react(message_id, reaction.emoji))

    @router.patch("/api/messages/{message_id:path}")
    async def edit(message_id: str, changed: NewText) -> PhoneMessage:
        """The customer changes an own text."""
        return _or_refused(lambda: phones.edit(message_id, changed.text))

    @router.delete("/api/messages/{message_id:path}")
    async def revoke(message_id: str) -> PhoneMessage:
        """The customer takes an own message back."""
        return _or_refused(lambda: phones.revoke(message_id))

    @router.post("/api/messages/{message_id:path}/played", status_code=204)
    async def played(message_id: str) -> None:
        """The customer listened to a voice message."""
        phones.play(message_id)

    @router.post("/api/seen")
    async def seen(place: Place) -> dict[str, int]:
        """The customer looks at the conversation."""
        return {"read": phones.see((place.company, place.customer))}


def _add_switches(router: APIRouter, phones: Phones) -> None:
    state = phones.world.state

    @router.put("/api/switches")
    async def set_switches(switches: Switches) -> Switches:
        """How the network behaves."""
        others = [one for one in state.behaviours if not _is_slowness(one)]
        slow = Behaviour(kind="delay", delay_ms=switches.answer_delay_ms, times=None)
        state.behaviours[:] = [*others, slow] if switches.answer_delay_ms else others
        webhooks = state.webhooks
        state.webhooks = webhooks.model_copy(
            update={
                "receipt_delay_ms": switches.receipt_delay_ms,
                "duplicates": int(switches.duplicates),
                "shuffle": switches.shuffle,
                "batch_size": BATCH_SIZE if switches.batches or switches.shuffle else 1,
                "batch_wait_ms": BATCH_WAIT_MS if switches.batches or switches.shuffle else 0,
            }
        )
        phones.world.bus.publish("switches", switches)
        return switches

    @router.post("/api/next-error", status_code=204)
    async def fail_next(error: NextError) -> None:
        """Refuse the next call; before what is slow."""
        state.behaviours.insert(0, Behaviour(kind="error", on=error.on, code=error.code))

    @router.put("/api/customers/{key}")
    async def set_customer(key: str, changes: PhoneState) -> Customer:
        """Switch a phone on or off; hide its number."""
        if key not in phones.world.customers:
            raise HTTPException(404)
        return phones.set_customer(key, **changes.model_dump(exclude_none=True))

    @router.put("/api/windows", status_code=204)
    async def set_window(window: WindowState) -> None:
        """Let the 24 hours of a conversation be over."""
        company, customer = _place(phones, window)
        phones.expire_window((company.id, customer.key), closed=window.closed)


def switches_of(phones: Phones) -> Switches:
    """How the network behaves now."""
    state = phones.world.state
    slow = next((one.delay_ms for one in state.behaviours if _is_slowness(one)), 0)
    return Switches(
        answer_delay_ms=slow,
        receipt_delay_ms=state.webhooks.receipt_delay_ms,
        duplicates=state.webhooks.duplicates > 0,
        shuffle=state.webhooks.shuffle,
        batches=state.webhooks.batch_size > 1 and not state.webhooks.shuffle,
    )


def _is_slowness(behaviour: providers.Behaviour) -> bool:
    everybody = behaviour.account is None and behaviour.recipient is None
    return behaviour.kind == "delay" and behaviour.times is None and everybody


def _place(phones: Phones, place: Place | Draft) -> tuple[Company, Customer]:
    company = phones.world.companies.get(place.company)
    customer = phones.world.customers.get(place.customer)
    if company is None or customer is None:
        raise HTTPException(404, "no such conversation")
    return company, customer


def _message(phones: Phones, company: Company, customer: Customer, kind: str) -> PhoneMessage:
    return PhoneMessage(
        id=new_message_id(),
        company=company.id,
        customer=customer.key,
        mine=True,
        kind=kind,
        at=milliseconds(phones.world.state.now()),
        status="waiting",
    )


def _kind(mime_type: str) -> str:
    found = kind_of(mime_type)
    return "document" if found in (None, "sticker") else str(found)


def _as_voice(data: bytes, mime_type: str) -> tuple[bytes, str]:
    """A recording in the box that phones use."""
    if voice.is_webm(data):
        try:
            data = voice.ogg_from_webm(data)
        except voice.UnreadableSoundError:
            raise HTTPException(422, "the recording is not understood") from None
    return data, "audio/ogg; codecs=opus" if data.startswith(b"OggS") else mime_type


def _or_refused(change: Any) -> PhoneMessage:
    try:
        found: PhoneMessage = change()
    except KeyError:
        raise HTTPException(404) from None
    except Offline:
        raise HTTPException(409, "offline") from None
    except NotTheirs:
        raise HTTPException(403, "not the customer's to change") from None
    return found
