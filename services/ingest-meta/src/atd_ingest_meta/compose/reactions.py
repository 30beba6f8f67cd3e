"""Reactions as Messenger names them."""

from collections.abc import Mapping
from types import MappingProxyType

from atd_channelkit.answers import Unsendable

_NAMES: Mapping[str, str] = MappingProxyType(
    {"❤": "love", "😆": "smile", "😮": "wow", "😢": "sad", "😠": "angry", "👍": "like", "👎": "dislike"}
)
_VARIATION = "\N{VARIATION SELECTOR-16}"

LIKES = ("👍", "❤")
"""What puts a like on a comment: pages have no other reaction to give."""


def plain(emoji: str) -> str:
    """The emoji without the sign that asks for its coloured form."""
    return emoji.replace(_VARIATION, "")


def reaction_name(emoji: str) -> str | Unsendable:
    """The name of a reaction."""
    return _NAMES.get(plain(emoji)) or Unsendable("reaction_not_supported", "Messenger does not have this reaction.")


def is_like(emoji: str) -> bool:
    """Whether it stands for a like of a comment."""
    return plain(emoji) in LIKES
