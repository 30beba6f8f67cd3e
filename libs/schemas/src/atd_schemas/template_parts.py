"""Which templates can be sent whole: what a command to a channel can say of a template, and what it cannot.

A template is sent by its name, with values for its parts (`TemplateValues`). A part that wants something that has no
place there would be missing at the customer's, or the provider would refuse it: such a template is refused by the name
of that part. Components and buttons are in the shape and the words of Meta's templates. Source: Meta's pages on
message templates and their components (2026).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from atd_schemas.envelope import Schema

Fate = Literal["sent", "refused"]

COMPONENTS: Mapping[str, Fate] = MappingProxyType(
    {
        "HEADER": "sent",
        "BODY": "sent",
        "FOOTER": "sent",
        "BUTTONS": "sent",
        "CALL_PERMISSION_REQUEST": "sent",
        "CAROUSEL": "refused",
        "LIMITED_TIME_OFFER": "refused",
        "ORDER_STATUS": "refused",
    }
)
"""The components that are known. One that goes without values is sent with the template's name."""

HEADER_FORMATS: Mapping[str, Fate] = MappingProxyType(
    {
        "TEXT": "sent",
        "IMAGE": "sent",
        "VIDEO": "sent",
        "DOCUMENT": "sent",
        "GIF": "refused",
        "LOCATION": "refused",
        "PRODUCT": "refused",
    }
)

BUTTONS: Mapping[str, Fate] = MappingProxyType(
    {
        "QUICK_REPLY": "sent",
        "URL": "sent",
        "PHONE_NUMBER": "sent",
        "COPY_CODE": "sent",
        "OTP": "sent",
        "FLOW": "sent",
        "VOICE_CALL": "sent",
        "REQUEST_CONTACT_INFO": "sent",
        "APP": "refused",
        "BOOKING_CONFIRMATION": "refused",
        "CATALOG": "refused",
        "MPM": "refused",
        "SPM": "refused",
        "ORDER_DETAILS": "refused",
        "REMINDER": "refused",
    }
)
"""The types of buttons that are known. All sorts of one-time codes (`otp_type`) are sent by one value, the code."""

_NAME_LIMIT = 64


class UnsendablePart(Schema):
    """The part of a template because of which it cannot be sent.

    `part` is where it is, `type` the provider's own word for it, in lower case; `detail` says it in English.
    """

    part: Literal["component", "header", "button", "components"]
    type: str
    detail: str


def find_unsendable_part(components: Sequence[Mapping[str, Any]]) -> UnsendablePart | None:
    """The first part of a template that cannot be sent; None when all of it can. What is unknown cannot be."""
    kinds = [_word(one.get("type")) for one in components]
    if "BODY" not in kinds:
        detail = "The texts of this template are not known here, so it cannot be sent whole."
        return UnsendablePart(part="components", type="unknown", detail=detail)
    for number, (kind, component) in enumerate(zip(kinds, components, strict=True)):
        if COMPONENTS.get(kind) != "sent" or kind in kinds[:number]:
            return _unsendable("component", kind, f"a component of the type {_shown(kind)}")
        if kind == "HEADER":
            header = _word(component.get("format") or "TEXT")
            if HEADER_FORMATS.get(header) != "sent":
                return _unsendable("header", header, f"a header of the format {_shown(header)}")
        if kind == "BUTTONS" and (found := _unsendable_button(component.get("buttons"))) is not None:
            return found
    return None


def _unsendable_button(buttons: Any) -> UnsendablePart | None:
    for button in buttons if isinstance(buttons, list | tuple) else [buttons]:
        kind = _word(button.get("type")) if isinstance(button, Mapping) else "UNKNOWN"
        if BUTTONS.get(kind) != "sent":
            return _unsendable("button", kind, f"a button of the type {_shown(kind)}")
    return None


def _unsendable(part: Literal["component", "header", "button"], kind: str, what: str) -> UnsendablePart:
    return UnsendablePart(part=part, type=_shown(kind).lower(), detail=f"Templates with {what} cannot be sent.")


def _word(value: Any) -> str:
    return value.upper() if isinstance(value, str) and value else "UNKNOWN"


def _shown(kind: str) -> str:
    return kind[:_NAME_LIMIT]
