"""What happens in private: Messenger and Instagram have one shape for it. One item of `messaging` or `standby`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from atd_channelkit.sending.references import read_reference
from atd_channelkit.webhooks.events import receipt_event
from atd_channelkit.webhooks.translation import SendProof
from atd_channelkit.webhooks.values import Json, id_of, is_blank, plain, shown
from atd_ingest_meta.ids import meta_id
from atd_ingest_meta.translate.attachments import Said, attached, file_at, in_context, joined
from atd_ingest_meta.translate.changes import delete, edit, reaction
from atd_ingest_meta.translate.found import Found
from atd_ingest_meta.translate.notes import EchoNote, PolicyNote
from atd_ingest_meta.translate.orders import order
from atd_ingest_meta.translate.part import SOURCE, Part
from atd_ingest_meta.translate.receipts import delivered, read
from atd_ingest_meta.translate.referrals import product_of, referral_of
from atd_schemas.contents import Shared, UnsupportedContent, answer_of
from atd_schemas.inbound import (
    InboundActivity,
    InboundActivityData,
    InboundContact,
    InboundEcho,
    InboundMessage,
    InboundMessageData,
)

PAGE_INBOX = "26390203743090"
"""The app of Meta's own inbox: what it sends was written there by a person."""

_IGNORED = frozenset(
    (
        "account_linking",
        "app_roles",
        "pass_thread_control",
        "prior_message",
        "request_thread_control",
        "response_feedback",
        "take_thread_control",
    )
)
"""Who may answer in a thread, what became of a link of accounts: nothing that conversation has to know."""

_AROUND = frozenset(("sender", "recipient", "timestamp", "hop_context", "priority"))


@dataclass(frozen=True, slots=True)
class Stamp:
    """Whom an item is about, and who did it. `by_business`: the company did, elsewhere."""

    contact: InboundContact
    by_business: bool = False


def read_item(part: Part) -> Found:
    """What one item says; what is not understood of it was named as a problem."""
    found = Found()
    known = False
    for name, value in part.item.items():
        if name in _IGNORED:
            known = True
        elif (handle := HANDLERS.get(name)) is not None:
            known = True
            if part.standby and name != "message":
                continue  # another app answers: what customers and it write is shown, and no more
            if isinstance(value, dict):
                handle(part, value, found)
            else:
                part.problem("is not an object", f".{name}")
        elif name not in _AROUND:
            part.problem("is not known to this version", f".{plain(name)}")
            known = True
    if not known:
        part.problem("says nothing that this version knows")
    return found


def _stamp(part: Part, *, echo: bool = False) -> Stamp | None:
    """Whom it is about: whoever is not the account itself. None when that is nobody, or nobody is told."""
    sender, recipient = part.person("sender"), part.person("recipient")
    by_business = echo or part.is_own(sender)
    customer = recipient if by_business else sender
    if customer is None:
        part.problem("names no recipient" if by_business else "names no sender")
        return None
    if part.is_own(customer):
        return None  # the account writes to itself, or Meta tries an address out
    return Stamp(InboundContact(external_id=customer), by_business)


def _message(part: Part, message: Json, found: Found) -> None:
    mid = id_of(message.get("mid"))
    if mid is None:
        return part.problem("is missing or too long", ".message.mid")
    if message.get("is_self") is True:
        return None  # the account's own notes to itself: it is no customer
    stamp = _stamp(part, echo=message.get("is_echo") is True)
    if stamp is None:
        return None
    if message.get("is_deleted") is True:
        found.events.append(delete(part, mid, stamp.contact, by_business=stamp.by_business))
        return None
    if stamp.by_business and _ours(part, message, mid, stamp.contact, found):
        return None
    said, what = _said(part, message, mid)
    event = _event(part, mid, stamp, said, message, what)
    if isinstance(event, InboundEcho) and meta_id(message.get("app_id")) != PAGE_INBOX:
        found.notes.append(EchoNote(part.account, event))
    else:
        found.events.append(event)
    return None


def _ours(part: Part, message: Json, mid: str, contact: InboundContact, found: Found) -> bool:
    """Whether an echo is of a send of ours, by what travelled with it: then it is a receipt.

    It proves to whom a private answer to a comment went, too.
    """
    metadata = message.get("metadata")
    reference = read_reference(metadata)
    if reference is None:
        return False
    customer, times = contact.external_id, (part.moment(), part.now)
    receipt = receipt_event(part.account, SOURCE, mid, customer, "sent", times, reference=metadata)
    told = receipt.data.model_copy(update={"aliases": (customer,)})
    found.events.append(receipt.model_copy(update={"data": told}))
    found.confirmed.append(SendProof(part.account.id, reference.row_id, mid, reference.part))
    return True


def _said(part: Part, message: Json, mid: str) -> tuple[Said, str]:
    """What a message says, and what its event is called: a placeholder has an id of its own."""
    words = part.text(message.get("text"), ".message.text")
    text = None if words is None or is_blank(words) else words
    quick = message.get("quick_reply")
    if isinstance(quick, dict):
        answer = answer_of(part.label(quick.get("payload")), part.label(text))
        if answer is not None:
            return Said("interactive", text or answer.reply.title, answer), "message"
    said, unknown = attached(part, message, mid)
    if (story := _story_reply(part, message, mid)) is not None:
        said = [*said, story]
    if said:
        return joined(text, said), "message"
    if text is not None:
        return Said("text", text, shared=Shared(type=unknown[0]) if unknown else None), "message"
    if unknown:
        return Said("unsupported", content=UnsupportedContent(type=unknown[0])), "placeholder"
    if message.get("is_unsupported") is True:
        return Said("unsupported", content=UnsupportedContent(type="unsupported")), "message"
    if isinstance(message.get("referral"), dict):
        return Said("text"), "message"
    part.problem("says nothing", ".message")
    return Said("unsupported", content=UnsupportedContent(type="unknown")), "placeholder"


def _story_reply(part: Part, message: Json, mid: str) -> Said | None:
    """The story that a message answers, as long as it can be had."""
    answered = message.get("reply_to")
    story = answered.get("story") if isinstance(answered, dict) else None
    if not isinstance(story, dict):
        return None
    url = part.link(story.get("url"))
    files = () if url is None else (file_at(part, mid, url, "story", role="story"),)
    return Said("text", attachments=files, shared=Shared(type="story_reply", id=meta_id(story.get("id"))))


def _event(part: Part, mid: str, stamp: Stamp, said: Said, message: Json, what: str) -> InboundMessage | InboundEcho:
    answered = message.get("reply_to")
    reply_to = id_of(answered.get("mid")) if isinstance(answered, dict) else None
    referral = message.get("referral")
    if said.product is None and (product := product_of(part, referral)) is not None:
        said = Said(said.kind, said.text, said.content, said.attachments, said.shared, product)
    data = InboundMessageData(
        **part.common(mid, stamp.contact),
        kind=said.kind,
        text=said.text,
        content=in_context(said),
        reply_to_external_id=reply_to,
        attachments=said.attachments,
        referral=referral_of(part, referral, ".message.referral"),
    )
    event = InboundEcho if stamp.by_business else InboundMessage
    return event(**part.envelope(mid, what, stamp.contact, by_business=stamp.by_business), data=data)


def _postback(part: Part, postback: Json, found: Found) -> None:
    """A button that was tapped, or Get Started: its title is the text, so that the thread reads well."""
    stamp = _stamp(part)
    if stamp is None or stamp.by_business or postback.get("is_self") is True:
        return
    payload, title = part.label(postback.get("payload")), part.label(postback.get("title"))
    mid = id_of(postback.get("mid")) or _made_up(part, "postback", stamp.contact.external_id, payload)
    referral = referral_of(part, postback.get("referral"), ".postback.referral")
    answer = answer_of(payload, title)
    data = part.common(mid, stamp.contact) | {"referral": referral}
    envelope = part.envelope(mid, "message", stamp.contact, by_business=False)
    if answer is None:
        activity = InboundActivityData(**data, what="other" if referral is None else "referral")
        found.events.append(InboundActivity(**envelope | {"id": _id(part, mid, "activity")}, data=activity))
        return
    message = InboundMessageData(**data, kind="interactive", text=answer.reply.title, content=answer)
    found.events.append(InboundMessage(**envelope, data=message))


def _referral(part: Part, referral: Json, found: Found) -> None:
    """The customer came back by a link or an advertisement, and has not written yet."""
    _activity(part, found, "referral", referral_of(part, referral, ".referral"))


def _optin(part: Part, optin: Json, found: Found) -> None:
    """The customer agreed to be written to. An old one names them by a word of the plugin's."""
    if part.person("sender") is None and (ref := meta_id(optin.get("user_ref"))) is not None:
        part = part.below({**part.item, "sender": {"user_ref": ref}}, "")
    told = referral_of(part, {"ref": optin.get("ref")}, ".optin") if optin.get("ref") else None
    _activity(part, found, "opt_in", told)


def _activity(part: Part, found: Found, what: Any, referral: Any) -> None:
    stamp = _stamp(part)
    if stamp is None or stamp.by_business:
        return
    external_id = _made_up(part, what, stamp.contact.external_id, None)
    data = InboundActivityData(**part.common(external_id, stamp.contact), what=what, referral=referral)
    envelope = part.envelope(external_id, "activity", stamp.contact, by_business=False)
    found.events.append(InboundActivity(**envelope, data=data))


def _made_up(part: Part, what: str, person: str, payload: str | None) -> str:
    """An id for what Meta gives none: who, what and when; the same whenever it comes again."""
    when = part.item.get("timestamp")
    told = when if isinstance(when, int | str) and not isinstance(when, bool) else part.sent_at
    return ":".join(str(one)[:128] for one in (what, person, told, payload) if one is not None)


def _id(part: Part, external_id: str, what: str) -> str:
    return str(part.envelope(external_id, what, InboundContact(external_id=""), by_business=False)["id"])


def _edit(part: Part, change: Json, found: Found) -> None:
    if (stamp := _stamp(part)) is not None:
        _put(found, edit(part, change, stamp.contact, by_business=stamp.by_business))


def _reaction(part: Part, change: Json, found: Found) -> None:
    if (stamp := _stamp(part)) is not None:
        _put(found, reaction(part, change, stamp.contact, by_business=stamp.by_business))


def _delivery(part: Part, told: Json, found: Found) -> None:
    if (stamp := _stamp(part)) is not None and not stamp.by_business:
        found.events.extend(delivered(part, told, stamp.contact.external_id))


def _read(part: Part, told: Json, found: Found) -> None:
    if (stamp := _stamp(part)) is not None and not stamp.by_business:
        found.events.extend(read(part, told, stamp.contact.external_id))


def _order(part: Part, told: Json, found: Found) -> None:
    if (stamp := _stamp(part)) is not None and not stamp.by_business:
        mid = id_of(told.get("mid")) or _made_up(part, "order", stamp.contact.external_id, None)
        _put(found, order(part, told, mid, stamp.contact))


def _feedback(part: Part, told: Json, found: Found) -> None:
    """The answers to Meta's own form of satisfaction, which another app sent: shown as a form."""
    stamp = _stamp(part)
    screens = part.objects(told.get("feedback_screens"), 10, ".messaging_feedback.feedback_screens")
    answers = {
        plain(name): part.label(answer.get("payload"))
        for screen in screens
        if isinstance(questions := screen.get("questions"), dict)
        for name, answer in questions.items()
        if isinstance(answer, dict) and isinstance(answer.get("payload"), str)
    }
    content = answer_of(None, None, form={name: value for name, value in answers.items() if value})
    if stamp is None or stamp.by_business:
        return None
    if content is None:
        return part.problem("says nothing", ".messaging_feedback")
    mid = _made_up(part, "feedback", stamp.contact.external_id, None)
    data = InboundMessageData(
        **part.common(mid, stamp.contact), kind="interactive", text=content.reply.title, content=content
    )
    found.events.append(InboundMessage(**part.envelope(mid, "message", stamp.contact, by_business=False), data=data))
    return None


def _policy(part: Part, told: Json, found: Found) -> None:
    action = told.get("action")
    if not isinstance(action, str) or not action:
        return part.problem(f"action {shown(action)} is not known to this version", ".policy_enforcement")
    found.notes.append(PolicyNote(part.account, part.moment(), plain(action), part.label(told.get("reason"))))
    return None


def _put(found: Found, event: Any) -> None:
    if event is not None:
        found.events.append(event)


HANDLERS: Mapping[str, Callable[[Part, Json, Found], None]] = MappingProxyType(
    {
        "message": _message,
        "postback": _postback,
        "referral": _referral,
        "optin": _optin,
        "message_edit": _edit,
        "reaction": _reaction,
        "delivery": _delivery,
        "read": _read,
        "order": _order,
        "messaging_feedback": _feedback,
        "policy_enforcement": _policy,
        "policy-enforcement": _policy,
    }
)


def known_keys() -> Iterable[str]:
    """Every key of an item that is read or ignored on purpose."""
    return (*HANDLERS, *sorted(_IGNORED))
