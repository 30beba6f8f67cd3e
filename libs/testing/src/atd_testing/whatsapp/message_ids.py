"""Ids of messages as Meta makes them: the same message by the customer's phone or by their user id."""

import base64

_OF_A_MESSAGE = "3A123456789ABCDEF012"


def wamid(peer: str, token: str = _OF_A_MESSAGE, *, ours: bool = False) -> str:
    """The id of a message of, or (`ours`) to, the customer `peer`: a phone in digits or a business-scoped user id."""
    head = b"\x15\x02\x00" if peer.isdigit() else b"\x15\x14\x00"
    raw = b"\x1c\x18" + bytes([len(peer)]) + peer.encode() + head + (b"\x11" if ours else b"\x12")
    return "wamid." + base64.b64encode(raw + b"\x18" + bytes([len(token)]) + token.encode() + b"\x00").decode()
