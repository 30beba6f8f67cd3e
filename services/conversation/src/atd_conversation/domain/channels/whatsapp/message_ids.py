"""The names of one message: Meta spells its id by the customer's phone in some places and by their user id in others.

An id is `wamid.` and the base64 of: 1c 18, length and text of the peer; 15 02 00 (a phone) or 15 14 00 (a user id);
11 (ours) or 12 (theirs); 18, length and text of a token that is the same in both spellings; 00. So the other spellings
follow from the ids that the customer goes by, whatever is stored: they never name a message of anybody else.
"""

import base64
from collections.abc import Collection, Iterable
from typing import NamedTuple

from atd_conversation.domain.phones import other_spellings

_PREFIX = "wamid."
_START = b"\x1c\x18"
_BY_PHONE, _BY_USER_ID = b"\x15\x02\x00", b"\x15\x14\x00"
_WITH_PEER, _PEER_AT, _DIGITS = "wamid.HBg", len("wamid.HBgN"), "MNO"
_SIDES = (0x11, 0x12)
_TEXT = 0x18
_LONGEST_PEER = 255
_PEERS = 8
"""The most ids of one customer that are tried."""


class _Spelling(NamedTuple):
    peer: str
    by_phone: bool
    rest: bytes


def is_by_phone(external_id: str) -> bool:
    """Whether the id is not the spelling by a user id: a quick look at the first letter of the peer, in base64."""
    return external_id[_PEER_AT : _PEER_AT + 1] in _DIGITS or not external_id.startswith(_WITH_PEER)


def spellings(external_id: str, ids: Collection[str]) -> tuple[str, ...]:
    """Every id by which Meta may name the message of a customer with these ids, itself too; by phone first.

    Nothing for an id of another shape.
    """
    told = _read(external_id)
    if told is None:
        return ()
    digits = [one for one in ids if one.isascii() and one.isdigit()]
    phones = [told.peer] if told.by_phone else []
    phones += [*digits, *(other for one in digits for other in other_spellings(f"+{one}"))]
    users = [*([] if told.by_phone else [told.peer]), *(one for one in ids if not one.isdigit())]
    made = [_written(one.removeprefix("+"), _BY_PHONE, told.rest) for one in _first(phones)]
    made += [_written(one, _BY_USER_ID, told.rest) for one in _first(users)]
    return tuple(external_id if _read(one) == told else one for one in dict.fromkeys(made))


def _first(peers: Iterable[str]) -> list[str]:
    return [one for one in dict.fromkeys(peers) if len(one.encode()) <= _LONGEST_PEER][:_PEERS]


def _written(peer: str, head: bytes, rest: bytes) -> str:
    text = peer.encode()
    return _PREFIX + base64.b64encode(_START + bytes([len(text)]) + text + head + rest).decode()


def _read(external_id: str) -> _Spelling | None:
    if not external_id.startswith(_PREFIX):
        return None
    text = external_id[len(_PREFIX) :].rstrip("=")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        end = 3 + raw[2]
        peer, head, rest = raw[3:end].decode(), raw[end : end + 3], raw[end + 3 :]
        whole = rest[0] in _SIDES and rest[1] == _TEXT and len(rest) == rest[2] + 4
    except (ValueError, IndexError):
        return None
    if not raw.startswith(_START) or head not in (_BY_PHONE, _BY_USER_ID) or not whole:
        return None
    return _Spelling(peer, head == _BY_PHONE, rest)
