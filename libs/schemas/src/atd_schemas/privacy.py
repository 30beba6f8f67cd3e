"""`privacy.confirmations.v1`: services say that they have erased what they were asked to erase."""

from typing import Literal

from atd_schemas.envelope import Envelope, Schema


class ErasureConfirmedData(Schema):
    """`command_id` is the command that was carried out, `erased` how many records it removed."""

    erasure_id: str
    command_id: str
    service: str
    erased: int


class ErasureConfirmed(Envelope):
    """A service keeps nothing any more of what a command named. `subject` and key are the erasure."""

    type: Literal["erasure.confirmed"] = "erasure.confirmed"
    data: ErasureConfirmedData
