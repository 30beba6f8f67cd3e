"""Services of tests only: small examples of what the product's are."""

from pathlib import Path

from atd_schemas.services import PublicPrefix, Service

MESSAGE_COUNTS = Service(
    name="message-counts",
    port=8190,
    does="counts the messages of each channel account",
    prefixes=(PublicPrefix("/api/v1/message-counts"),),
)
"""Its entry, as it would stand in `atd_schemas.services`."""

MESSAGE_COUNTS_SOURCE = Path(__file__).parent / "message_counts" / "src"
