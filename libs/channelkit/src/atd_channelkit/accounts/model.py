"""What every channel account has, whatever its provider."""

from dataclasses import dataclass
from typing import Literal

from atd_schemas.views import ChannelKind

AccountStatus = Literal["active", "needs_reconnection", "disabled"]
"""`needs_reconnection`: the provider refused the credentials. `disabled`: somebody switched the account off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One channel account of one tenant, as webhooks and sends use it; `version` counts its changes.

    `proven`: the provider has confirmed that its credentials speak for what it claims (a number, a page, a bot). Until
    then it receives no webhooks.

    A channel's own class adds its provider's ids and opened credentials (kept out of the representation).
    """

    id: str
    tenant_id: str
    kind: ChannelKind
    name: str
    status: AccountStatus
    version: int
    proven: bool = True
