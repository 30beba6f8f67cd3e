"""The ids of Meta as they are compared and kept here. Pure.

Webhooks write ids as texts, old ones as numbers. A comment is `{post}_{comment}`; the form of three parts with the page
before them is deprecated and still comes, and an answer of the API may leave the post away. One form is kept.
"""

from typing import Any

from atd_channelkit.webhooks.values import id_of

USER_REF = "user_ref:"
"""Before the id of a person who wrote by a plugin of a website, and whom Meta has not given an id yet."""

ANONYMOUS = "anonymous:"
"""Before the id of a comment whose author Meta does not tell: each is somebody of its own."""

_PARTS_WITH_PAGE = 3
_NO_ID = 2**63


def meta_id(value: Any) -> str | None:
    """An id as text, whether it came as a text or as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 < value < _NO_ID else None
    return id_of(value)


def comment_id(value: Any, post_id: str | None = None) -> str | None:
    """The id of a comment as `{post}_{comment}`; `post_id` is of the post (`{page}_{post}`), where it is known."""
    found = meta_id(value)
    if found is None:
        return None
    parts = found.split("_")
    if not all(part.isdecimal() for part in parts):
        return found  # no id of a comment
    if len(parts) == _PARTS_WITH_PAGE:
        return "_".join(parts[1:])
    if len(parts) == 1 and post_id is not None:
        return f"{last_part(post_id)}_{found}"
    return found


def last_part(value: str) -> str:
    """The id without those of what it is part of."""
    return value.rpartition("_")[2]


def is_top_level(parent_id: str | None, post_id: str) -> bool:
    """Whether a comment is below the post itself: its parent is the post then, or is not told."""
    return parent_id is None or last_part(parent_id) == last_part(post_id)
