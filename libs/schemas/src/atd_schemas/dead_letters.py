"""`<service>.dead-letter.v1`: records that a consumer could not handle, each alone."""

from typing import Annotated, Literal

from pydantic import Field

from atd_schemas.envelope import Envelope, Schema


class DeadLetterData(Schema):
    """Where a record came from, why it was put aside, and the record itself.

    `value` and `key` are base64 of the raw bytes; `error` is the class of the error, `detail` its words
    without any content of the record.
    """

    topic: str
    partition: int
    offset: int
    group: str
    key: str | None
    value: str
    headers: dict[str, str]
    error: str
    detail: str


class DeadLetter(Envelope):
    """A record put aside. `subject` is `topic/partition/offset`; the Kafka key is the record's own."""

    type: Literal["dead_letter"] = "dead_letter"
    data: DeadLetterData


class DeadLetterRedrivenData(Schema):
    """Which dead letter went back to its origin: it is open no longer."""

    dead_letter_id: str


class DeadLetterRedriven(Envelope):
    """An operator published the record again where it came from.

    `subject` is that of the dead letter, and so is the Kafka key: this follows it in the same partition.
    """

    type: Literal["dead_letter.redriven"] = "dead_letter.redriven"
    data: DeadLetterRedrivenData


DeadLetterEvent = Annotated[DeadLetter | DeadLetterRedriven, Field(discriminator="type")]
