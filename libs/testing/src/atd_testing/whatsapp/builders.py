"""Builders for webhook bodies as Meta's WhatsApp Cloud API sends them. Pure.

Small pieces (`text_message`, `status`, `contact`) go into a `change`, changes into an `entry`, entries
into a body. `encode` writes the bytes as Meta does (non-ASCII and `/` escaped) and `sign` makes the header
value. The shapes are those of Meta's webhook reference for Graph API v25.0.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

SIGNATURE_HEADER = "X-Hub-Signature-256"
DISPLAY_PHONE_NUMBER = "551133330000"

Json = dict[str, Any]


def wamid(token: str) -> str:
    """An opaque WhatsApp message id that is the same for the same token."""
    return "wamid." + base64.b64encode(token.encode()).decode()


def unix_seconds(moment: datetime) -> str:
    """A timestamp as WhatsApp writes it: whole unix seconds in a string."""
    return str(int(moment.timestamp()))


def contact(wa_id: str | None, name: str | None = None, *, user_id: str | None = None) -> Json:
    """One element of `contacts`. Without `wa_id` the person hides the phone and only `user_id` is known."""
    made: Json = {"profile": {} if name is None else {"name": name}}
    if wa_id is not None:
        made["wa_id"] = wa_id
    if user_id is not None:
        made["user_id"] = user_id
    return made


def text_message(
    message_id: str,
    text: str,
    at: datetime,
    *,
    sender: str | None,
    user_id: str | None = None,
    reply_to: str | None = None,
    forwarded: str = "no",
) -> Json:
    """One element of `messages`; `forwarded` is `no`, `once` or `often`."""
    made: Json = {"id": message_id, "timestamp": unix_seconds(at), "type": "text", "text": {"body": text}}
    if sender is not None:
        made["from"] = sender
    if user_id is not None:
        made["from_user_id"] = user_id
    if reply_to is not None:
        made["context"] = {"from": DISPLAY_PHONE_NUMBER, "id": reply_to}
    elif forwarded != "no":
        made["context"] = {"forwarded" if forwarded == "once" else "frequently_forwarded": True}
    return made


def error(code: int, details: str, *, title: str = "Error") -> Json:
    """One element of an `errors` list, as statuses, messages and values carry it."""
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }


def status(
    message_id: str,
    state: str,
    at: datetime,
    *,
    recipient: str | None,
    user_id: str | None = None,
    callback_data: str | None = None,
    errors: Sequence[Json] = (),
) -> Json:
    """One element of `statuses`; `callback_data` is the `biz_opaque_callback_data` of the send."""
    made: Json = {"id": message_id, "status": state, "timestamp": unix_seconds(at)}
    if recipient is not None:
        made["recipient_id"] = recipient
    if user_id is not None:
        made["recipient_user_id"] = user_id
    if callback_data is not None:
        made["biz_opaque_callback_data"] = callback_data
    if errors:
        made["errors"] = list(errors)
    elif state == "sent":
        made["pricing"] = {
            "billable": False,
            "pricing_model": "PMP",
            "type": "free_customer_service",
            "category": "service",
        }
    return made


def change(
    phone_number_id: str,
    *,
    messages: Iterable[Json] = (),
    statuses: Iterable[Json] = (),
    contacts: Iterable[Json] = (),
    errors: Iterable[Json] = (),
    display_phone_number: str = DISPLAY_PHONE_NUMBER,
) -> Json:
    """One element of `changes` for the field `messages`; empty lists are left out, as Meta does."""
    lists = {"contacts": contacts, "messages": messages, "statuses": statuses, "errors": errors}
    value: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": display_phone_number, "phone_number_id": phone_number_id},
        **{name: found for name, elements in lists.items() if (found := list(elements))},
    }
    return {"field": "messages", "value": value}


def entry(business_account_id: str, *changes: Json) -> Json:
    """One element of `entry`: the changes of one business account."""
    return {"id": business_account_id, "changes": list(changes)}


def body(*entries: Json) -> Json:
    """A whole webhook payload."""
    return {"object": "whatsapp_business_account", "entry": list(entries)}


def encode(payload: Any) -> bytes:
    r"""The bytes of a payload as Meta writes them: compact, non-ASCII as `\uXXXX`, `/` as `\/`."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


def sign(raw: bytes, app_secret: str) -> str:
    """The value of `X-Hub-Signature-256` for these bytes."""
    return "sha256=" + hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()


def signed_headers(raw: bytes, app_secret: str) -> dict[str, str]:
    """The headers of a webhook with these bytes."""
    return {"Content-Type": "application/json", SIGNATURE_HEADER: sign(raw, app_secret)}


def business_scoped_user_id(wa_id: str) -> str:
    """A business-scoped user id for the fake's customer with this number."""
    return "BR." + UUID(bytes=hashlib.md5(wa_id.encode(), usedforsecurity=False).digest()).hex[:16]


def text_webhook(
    phone_number_id: str,
    text: str,
    at: datetime,
    *,
    sender: str,
    message_id: str,
    name: str = "Ana Souza",
    business_account_id: str = "200300400500600",
) -> bytes:
    """A webhook with one text message of one customer, ready to sign."""
    user_id = business_scoped_user_id(sender)
    message = text_message(message_id, text, at, sender=sender, user_id=user_id)
    made = change(phone_number_id, messages=[message], contacts=[contact(sender, name, user_id=user_id)])
    return encode(body(entry(business_account_id, made)))


def status_webhook(
    phone_number_id: str,
    message_id: str,
    state: str,
    at: datetime,
    *,
    recipient: str,
    callback_data: str | None = None,
    errors: Sequence[Json] = (),
    business_account_id: str = "200300400500600",
) -> bytes:
    """A webhook with one receipt, ready to sign."""
    made = status(message_id, state, at, recipient=recipient, callback_data=callback_data, errors=errors)
    return encode(body(entry(business_account_id, change(phone_number_id, statuses=[made]))))


def batch_webhook(
    phone_number_id: str,
    at: datetime,
    *,
    senders: tuple[str, str, str] = ("5511999990001", "5511999990002", "5511999990003"),
    prefix: str = "batch",
    sent: Mapping[str, str] | None = None,
    business_account_id: str = "200300400500600",
) -> bytes:
    """Three entries with five messages of three customers and two statuses, ready to sign.

    `sent` maps the provider ids of the two statuses (`delivered`, `read`) to their recipients.
    """
    first, second, third = senders
    receipts = dict(sent or {wamid(f"{prefix}-out-1"): first, wamid(f"{prefix}-out-2"): second})
    states = ("delivered", "read")

    def text_of(number: int, sender: str) -> Json:
        return text_message(wamid(f"{prefix}-{number}"), f"Mensagem nº {number}", at, sender=sender)

    def messages_of(sender: str, name: str, *numbers: int) -> Json:
        messages = [text_of(number, sender) for number in numbers]
        return change(phone_number_id, messages=messages, contacts=[contact(sender, name)])

    statuses = [
        status(message_id, state, at, recipient=recipient)
        for (message_id, recipient), state in zip(receipts.items(), states, strict=True)
    ]
    return encode(
        body(
            entry(business_account_id, messages_of(first, "Ana Souza", 1, 2), messages_of(second, "João Lima", 3)),
            entry(business_account_id, messages_of(third, "Zoë Ação", 4, 5)),
            entry(business_account_id, change(phone_number_id, statuses=statuses)),
        )
    )
