"""Builders for messages of every kind as Meta's webhooks carry them. Pure.

A message is an `envelope` (`message`) around the content of its kind. Shapes are those of Meta's webhook reference
for Graph API v25.0; rare fields (referral, errors) are passed as keywords.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from atd_testing.whatsapp.builders import DISPLAY_PHONE_NUMBER, Json, unix_seconds


def message(
    message_id: str,
    kind: str,
    content: Any,
    at: datetime,
    *,
    sender: str | None,
    user_id: str | None = None,
    context: Json | None = None,
    **extra: Any,
) -> Json:
    """One element of `messages`: `content` (if any) under the name of its kind, `extra` fields next to it."""
    made: Json = {"id": message_id, "timestamp": unix_seconds(at), "type": kind}
    if content is not None:
        made[kind] = content
    if sender is not None:
        made["from"] = sender
    if user_id is not None:
        made["from_user_id"] = user_id
    if context is not None:
        made["context"] = context
    return made | extra


def context(
    reply_to: str | None = None, forwarded: str = "no", product: Json | None = None, sender: str = DISPLAY_PHONE_NUMBER
) -> Json | None:
    """The context of a reply or of a forwarded message (`once`, `often`); `None` for neither."""
    if reply_to is not None:
        made: Json = {"from": sender, "id": reply_to}
        return made if product is None else made | {"referred_product": product}
    if forwarded != "no":
        return {"forwarded" if forwarded == "once" else "frequently_forwarded": True}
    return None


def media(
    media_id: str,
    mime_type: str,
    sha256_base64: str,
    *,
    caption: str | None = None,
    filename: str | None = None,
    voice: bool | None = None,
    animated: bool | None = None,
    url: str | None = None,
) -> Json:
    """The content of an image, a video, an audio (`voice`), a document (`filename`) or a sticker (`animated`)."""
    optional = {"caption": caption, "filename": filename, "voice": voice, "animated": animated, "url": url}
    present = {name: value for name, value in optional.items() if value is not None}
    return {"mime_type": mime_type, "sha256": sha256_base64, "id": media_id} | present


def location(
    latitude: float, longitude: float, *, name: str | None = None, address: str | None = None, url: str | None = None
) -> Json:
    """The content of a location; the last three only for a place chosen from a list."""
    optional = {"name": name, "address": address, "url": url}
    present = {key: value for key, value in optional.items() if value is not None}
    return {"latitude": latitude, "longitude": longitude} | present


def contact_card(
    name: str, phones: Iterable[str] = (), emails: Iterable[str] = (), organization: str | None = None
) -> Json:
    """One element of the content of a `contacts` message; phones are written with `+`."""
    first, _, last = name.partition(" ")
    made: Json = {"name": {"formatted_name": name, "first_name": first}}
    if last:
        made["name"]["last_name"] = last
    if numbers := list(phones):
        made["phones"] = [{"phone": one, "wa_id": one.lstrip("+"), "type": "CELL"} for one in numbers]
    if addresses := list(emails):
        made["emails"] = [{"email": one, "type": "WORK"} for one in addresses]
    if organization is not None:
        made["org"] = {"company": organization}
    return made


def button_reply(reply_id: str, title: str) -> Json:
    """The content of an `interactive` reply: a button was tapped."""
    return {"type": "button_reply", "button_reply": {"id": reply_id, "title": title}}


def list_reply(reply_id: str, title: str, description: str | None = None) -> Json:
    """The content of an `interactive` reply: a row of a list was chosen."""
    chosen = {"id": reply_id, "title": title}
    return {
        "type": "list_reply",
        "list_reply": chosen if description is None else chosen | {"description": description},
    }


def flow_reply(answers: Mapping[str, Any], *, token: str | None = "t1", body: str = "Sent") -> Json:  # noqa: S107 - no secret
    """The content of an `interactive` reply: a form was filled in."""
    written = dict(answers) if token is None else {"flow_token": token, **answers}
    return {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": body, "response_json": json.dumps(written)}}


def template_button(text: str, payload: str | None = None) -> Json:
    """The content of a `button` message: a quick reply of a template was tapped."""
    return {"payload": text if payload is None else payload, "text": text}


def reaction(target_id: str, emoji: str | None) -> Json:
    """The content of a reaction; without an emoji it is removed."""
    return {"message_id": target_id} if emoji is None else {"message_id": target_id, "emoji": emoji}


def order(items: Iterable[Json], *, catalog_id: str = "500600", text: str = "") -> Json:
    """The content of an order; items are `{product_retailer_id, quantity, item_price, currency}`."""
    return {"catalog_id": catalog_id, "text": text, "product_items": list(items)}


def edit(target_id: str, kind: str, content: Any) -> Json:
    """The content of an edit (numbers shared with the WhatsApp Business app only)."""
    return {"original_message_id": target_id, "message": {"context": {"id": "M0"}, "type": kind, kind: content}}


def revoke(target_id: str) -> Json:
    """The content of a deletion (numbers shared with the WhatsApp Business app only)."""
    return {"original_message_id": target_id}


def number_change(body: str, *, new_wa_id: str | None, new_user_id: str | None) -> Json:
    """The content of a `system` message: the customer has another number. It comes without `contacts`."""
    optional = {"wa_id": new_wa_id, "user_id": new_user_id}
    present = {name: value for name, value in optional.items() if value is not None}
    return {"body": body, **present, "type": "user_changed_number"}


def user_id_change(body: str, *, previous_user_id: str | None, new_user_id: str) -> Json:
    """The content of a `system` message: the customer has another user id, and the phone as before."""
    previous = {} if previous_user_id is None else {"previous_user_id": previous_user_id}
    return {"body": body, **previous, "user_id": new_user_id, "type": "user_changed_user_id"}


def referral(headline: str, *, source_id: str = "1200", source_type: str = "ad", **more: Any) -> Json:
    """The referral of the first message after a tap on an advertisement."""
    return {
        "source_url": "https://fb.me/exemplo",
        "source_id": source_id,
        "source_type": source_type,
        "headline": headline,
        "body": "Fale conosco",
        "media_type": "image",
        "image_url": "https://scontent.example/i.jpg",
        "ctwa_clid": "ARexemplo",
        **more,
    }


def echo(
    message_id: str, kind: str, content: Any, at: datetime, *, to: str, sender: str = DISPLAY_PHONE_NUMBER
) -> Json:
    """One element of `message_echoes`: what the owner wrote with the WhatsApp Business app on the same number."""
    return {"from": sender, "to": to, "id": message_id, "timestamp": unix_seconds(at), "type": kind, kind: content}


def field_change(phone_number_id: str, field: str, value: Json, *, with_metadata: bool = False) -> Json:
    """One element of `changes` for a field other than `messages`."""
    if not with_metadata:
        return {"field": field, "value": value}
    metadata = {"display_phone_number": DISPLAY_PHONE_NUMBER, "phone_number_id": phone_number_id}
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}


def template_status(template_id: str, name: str, language: str, event: str, reason: str | None = None) -> Json:
    """The value of `message_template_status_update`."""
    return {
        "event": event,
        "message_template_id": int(template_id),
        "message_template_name": name,
        "message_template_language": language,
        "reason": reason or "NONE",
    }
