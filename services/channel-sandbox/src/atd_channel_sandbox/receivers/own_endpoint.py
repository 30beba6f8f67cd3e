"""The webhook of the sample company that leads to a receiver of the sandbox: made once, by the public API."""

from pathlib import Path

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from atd_channel_sandbox.gateway_session import ConnectionFailed, call
from atd_channel_sandbox.receivers.model import Receivers
from atd_channel_sandbox.storage import write_private

NAME = "erp"
RETRY_SECONDS = [2, 5, 10, 30, 60, 300]
"""Shorter than usual: whoever tries it does not want to wait."""


class KeptEndpoint(BaseModel):
    """What is remembered of it over a restart."""

    id: str
    secret: str


class OwnEndpoint:
    """Makes the endpoint where it was never made. One that a person changed or deleted stays as it is."""

    def __init__(self, directory: Path, origin: str, receivers: Receivers) -> None:
        """`origin` is where the webhook dispatcher reaches the sandbox."""
        self._file = directory / "receiver.json"
        self._url = f"{origin}/receiver/{NAME}"
        self._receivers = receivers
        self._kept = self._read()
        if self._kept is not None:
            receivers.of(NAME).secret = self._kept.secret

    async def connect(self, client: httpx.AsyncClient) -> None:
        """Make it, unless that was done. What fails is tried again with the next check of the connection."""
        if self._kept is not None:
            return
        try:
            self._kept = await self._made(client)
        except ConnectionFailed as failed:  # an installation without webhooks can be tried, too
            structlog.get_logger("receiver").info("receiver.not_connected", reason=failed.problem)
            return
        self._receivers.of(NAME).secret = self._kept.secret
        write_private(self._file, self._kept.model_dump_json().encode())

    async def _made(self, client: httpx.AsyncClient) -> KeptEndpoint:
        page = await call(client, "GET", "/webhooks")
        known = next((one["id"] for one in page["items"] if one["url"] == self._url), None)
        if known is not None:
            rotated = await call(client, "POST", f"/webhooks/{known}/rotate-secret")
            return KeptEndpoint(id=known, secret=rotated["secret"])
        body = {
            "url": self._url,
            "description": "ERP de teste (sandbox)",
            "event_types": ["conversation.*", "message.*", "contact.*", "rating.*"],
            "ordered": True,
            "retry_seconds": RETRY_SECONDS,
        }
        made = await call(client, "POST", "/webhooks", body)
        return KeptEndpoint(id=made["id"], secret=made["secret"])

    def _read(self) -> KeptEndpoint | None:
        try:
            return KeptEndpoint.model_validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return None
