r"""Builders for webhook bodies as Meta sends them for pages and Instagram accounts. Pure.

What happened (`message`, `echo`, `reaction`, ...) goes into an `item`, items into the `messaging` of an entry, values
of comments (`comment`, `visitor_post`) into its `changes`, entries into a body. `encode` writes the bytes as Meta does
(non-ASCII as `\uXXXX`, `/` as `\/`) and `signed_headers` proves them. The shapes are those of Meta's references for
Graph API v25.0.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from atd_testing.whatsapp.builders import encode, sign, signed_headers

__all__ = ["encode", "sign", "signed_headers"]

Json = dict[str, Any]
Verb = Literal["add", "edited", "edit", "remove", "hide", "unhide"]

OWN_APP = 9988776655443322
"""The app that sends by the API."""

PAGE_INBOX = 26390203743090
"""Meta's own inbox: a person wrote there."""


def milliseconds(moment: datetime) -> int:
    """A time as messages have it."""
    return int(moment.timestamp() * 1000)


def seconds(moment: datetime) -> int:
    """A time as comments have it."""
    return int(moment.timestamp())


def body(kind: Literal["page", "instagram"], *entries: Json) -> Json:
    """A whole payload."""
    return {"object": kind, "entry": list(entries)}


def entry(own_id: str, at: datetime, **lists: Sequence[Json]) -> Json:
    """One element of `entry`: `messaging`, `standby` or `changes` of a page or Instagram account."""
    return {"id": own_id, "time": milliseconds(at), **{name: list(items) for name, items in lists.items()}}


def item(sender: str, recipient: str, at: datetime, **content: Any) -> Json:
    """One element of `messaging`; `content` is its `message`, `postback`, `read`, ..."""
    return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": milliseconds(at), **content}


def message(
    mid: str,
    text: str | None = None,
    *,
    attachments: Sequence[Json] = (),
    reply_to: Mapping[str, Any] | None = None,
    quick_reply: str | None = None,
    **more: Any,
) -> Json:
    """What a message says; `reply_to` is `{"mid"}` or `{"story": {"url", "id"}}`."""
    made: Json = {"mid": mid}
    if text is not None:
        made["text"] = text
    if attachments:
        made["attachments"] = list(attachments)
    if reply_to is not None:
        made["reply_to"] = dict(reply_to)
    if quick_reply is not None:
        made["quick_reply"] = {"payload": quick_reply}
    return {**made, **more}


def attachment(kind: str, url: str | None = None, **payload: Any) -> Json:
    """One attachment."""
    return {"type": kind, "payload": {**({} if url is None else {"url": url}), **payload}}


def echo(mid: str, text: str | None = None, *, app_id: int | None = OWN_APP, **more: Any) -> Json:
    """What the company wrote; `metadata` comes back from sends of Messenger, and never from Instagram."""
    made = message(mid, text, is_echo=True, **more)
    return made if app_id is None else {**made, "app_id": app_id}


def postback(
    mid: str | None, title: str | None, payload: str | None, referral: Mapping[str, Any] | None = None
) -> Json:
    """A button that was tapped, or Get Started."""
    given = {"mid": mid, "title": title, "payload": payload, "referral": None if referral is None else dict(referral)}
    return {name: value for name, value in given.items() if value is not None}


def reaction(mid: str, emoji: str | None, word: str = "love") -> Json:
    """A reaction that was put on a message, or taken away (None)."""
    return (
        {"mid": mid, "action": "unreact"}
        if emoji is None
        else {
            "mid": mid,
            "action": "react",
            "emoji": emoji,
            "reaction": word,
        }
    )


def feed(value: Json) -> Json:
    """One element of `changes` for comments and posts."""
    return {"field": "feed", "value": value}


def comment(
    post_id: str,
    comment_id: str,
    at: datetime,
    *,
    author: Mapping[str, str] | None,
    text: str | None = None,
    parent_id: str | None = None,
    verb: Verb = "add",
    **more: Any,
) -> Json:
    """What happened to a comment. `post_id` is `{page}_{post}`, `comment_id` `{post}_{comment}`."""
    made: Json = {
        "item": "comment",
        "verb": verb,
        "post_id": post_id,
        "comment_id": comment_id,
        "parent_id": parent_id or post_id,
        "created_time": seconds(at),
        "post": {
            "id": post_id,
            "status_type": "added_photos",
            "is_published": True,
            "updated_time": "2026-01-01T00:00:00+0000",
            "permalink_url": f"https://www.facebook.com/{post_id.replace('_', '/posts/')}",
            "promotion_status": "inactive",
        },
    }
    if author is not None:
        made["from"] = dict(author)
    if text is not None and verb in ("add", "edited", "edit"):
        made["message"] = text
    return {**made, **more}


def comment_reaction(
    post_id: str, comment_id: str, at: datetime, *, author: Mapping[str, str], word: str | None = "love"
) -> Json:
    """A reaction to a comment, or its removal (None)."""
    made: Json = {
        "item": "reaction",
        "verb": "add" if word is not None else "remove",
        "post_id": post_id,
        "comment_id": comment_id,
        "parent_id": post_id,
        "from": dict(author),
        "created_time": seconds(at),
    }
    return {**made, "reaction_type": word or "love"}


def visitor_post(
    post_id: str, at: datetime, *, author: Mapping[str, str], text: str | None, item_kind: str = "status", **more: Any
) -> Json:
    """A post that a visitor put on the page."""
    made: Json = {
        "item": item_kind,
        "verb": "add",
        "post_id": post_id,
        "from": dict(author),
        "created_time": seconds(at),
        "published": 1,
        **({} if text is None else {"message": text}),
    }
    return {**made, **more}


def text_webhook(
    kind: Literal["page", "instagram"], own_id: str, text: str, at: datetime, *, sender: str, mid: str
) -> bytes:
    """A webhook with one text of one customer, ready to sign."""
    return encode(body(kind, entry(own_id, at, messaging=[item(sender, own_id, at, message=message(mid, text))])))


def comment_webhook(page_id: str, value: Json, at: datetime) -> bytes:
    """A webhook with one change of the field `feed`, ready to sign."""
    return encode(body("page", entry(page_id, at, changes=[feed(value)])))
