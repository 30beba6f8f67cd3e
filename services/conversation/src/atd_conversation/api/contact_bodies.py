"""Shapes of requests about customers' records, and of the answers that are no `ContactView` alone."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, field_validator

from atd_conversation.api.parts import Body
from atd_conversation.domain.contact_record import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_REASON
from atd_conversation.domain.duplicates import DuplicateReason
from atd_conversation.domain.tax_numbers import LONGEST_TYPED, tax_number
from atd_conversation.domain.typed_details import LONGEST_EMAIL, LONGEST_PHONE, typed_date, typed_email, typed_phone
from atd_conversation.store.contact_notes import LONGEST_NOTE, ContactNote
from atd_schemas.envelope import Timestamp
from atd_schemas.views import AttachmentView, ChannelKind, ContactView, Named

MOST_FIELDS = 100
"""Custom fields in one request."""


def _read_by(read: Callable[[str], str | None], complaint: str) -> AfterValidator:
    """Checks what was typed with a function that has no answer for what it cannot read."""

    def check(typed: str) -> str:
        found = read(typed)
        if found is None:
            raise ValueError(complaint)
        return found

    return AfterValidator(check)


_PHONE = _read_by(typed_phone, "must be a phone number, with its area code; of another country with + and its code")
_EMAIL = _read_by(typed_email, "must be an e-mail address")
_DOCUMENT = _read_by(tax_number, "must be a CPF or a CNPJ; the check digits do not fit")
_DATE = _read_by(typed_date, "must be a date such as 1990-02-28, from 1900 to 2199")


def _text(longest: int) -> Any:
    return StringConstraints(strip_whitespace=True, max_length=longest)


class ContactEdit(Body):
    """The fields to change; absent ones stay, null or an empty text takes the value away.

    `fields` has custom fields by their key, of which those that are named change.
    """

    name: Annotated[str, _text(LONGEST_NAME)] | None = None
    phone: Annotated[str, StringConstraints(max_length=LONGEST_PHONE), _PHONE] | None = None
    email: Annotated[str, StringConstraints(max_length=LONGEST_EMAIL), _EMAIL] | None = None
    document: (
        Annotated[
            str,
            StringConstraints(max_length=LONGEST_TYPED),
            _DOCUMENT,
            Field(description="CPF or CNPJ, with punctuation or without"),
        ]
        | None
    ) = None
    birthday: Annotated[str, StringConstraints(max_length=10), _DATE] | None = None
    address: Annotated[str, _text(LONGEST_ADDRESS)] | None = None
    fields: dict[Annotated[str, StringConstraints(max_length=64)], Any] = Field(
        default_factory=dict, max_length=MOST_FIELDS
    )

    @field_validator("*", mode="before")
    @classmethod
    def _nothing(cls, value: Any) -> Any:
        """A field that was emptied has no value."""
        return None if isinstance(value, str) and not value.strip() else value

    def wanted(self) -> dict[str, Any]:
        """What was given, without the custom fields."""
        return {name: getattr(self, name) for name in self.model_fields_set if name != "fields"}


class Blocking(Body):
    """Why a customer is blocked, for colleagues."""

    reason: Annotated[str, _text(LONGEST_REASON)] | None = None


class NewNote(Body):
    """A note on a customer."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NOTE)]


class Merger(Body):
    """The contact that gives way, and values that were chosen for the one that goes on; else what that has stays."""

    contact_id: str = Field(max_length=64)
    fields: ContactEdit | None = Field(default=None, description="In the shape of an edit")


class NoteView(BaseModel):
    """A note on a customer, with who wrote it and when."""

    id: str
    contact_id: str
    text: str
    author: Named
    created_at: Timestamp
    edited_at: Timestamp | None = None

    @classmethod
    def of(cls, note: ContactNote) -> "NoteView":
        return cls(
            id=note.id,
            contact_id=note.contact_id,
            text=note.text,
            author=note.author,
            created_at=note.created_at,
            edited_at=note.edited_at,
        )


class IdentityView(BaseModel):
    """By what a customer is known, or what was said of them.

    `verified`: a channel has proven it, and by these alone people are recognised; `claimed`: the customer said so;
    `given`: an attendant wrote it down.
    """

    kind: Literal["phone", "email", "id"]
    value: str
    status: Literal["verified", "claimed", "given"]
    channel: ChannelKind | None = None
    account_id: str | None = None
    account_name: str | None = None


class Identities(BaseModel):
    """All identities of one customer."""

    items: list[IdentityView]


class DuplicateView(BaseModel):
    """Another record that may be the same customer's, and what the two share."""

    contact: ContactView
    reasons: list[DuplicateReason]


class Duplicates(BaseModel):
    """The records that are most alike, at most ten."""

    items: list[DuplicateView]


class MergeView(BaseModel):
    """A merge that can be undone. `by` is null where a channel proved that both are one person."""

    id: str
    contact: Named
    into: str
    at: Timestamp
    by: Named | None = None


class Merges(BaseModel):
    """The records that a customer's goes on for, the latest merge first."""

    items: list[MergeView]


class MergedContact(ContactView):
    """The contact that goes on, with what takes the merge back."""

    merge: MergeView


class SeparatedContact(ContactView):
    """The contact that went on, and the one that is of its own again."""

    restored: ContactView


class CustomerFile(BaseModel):
    """A file of one of the customer's conversations."""

    attachment: AttachmentView
    conversation_id: str
    message_id: str
    from_customer: bool
    created_at: Timestamp
