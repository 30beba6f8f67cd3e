"""Customers' pictures, as events tell of them. Pure."""

from datetime import datetime

from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundPicture

PICTURE_DAYS = 30
"""How long one picture of a customer is shown before it is fetched again: no provider tells when it changes."""


def customer_picture(
    account_id: str, external_id: str, at: datetime, *, provider_id: str, url: str | None = None
) -> InboundPicture:
    """What an event of this moment says of its customer's picture; its id is another one every `PICTURE_DAYS`."""
    period = str(at.toordinal() // PICTURE_DAYS)
    return InboundPicture(id=uuid5("picture", account_id, external_id, period), provider_id=provider_id, url=url)
