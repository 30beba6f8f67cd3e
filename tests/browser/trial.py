"""A system of its own with the built client and the customers' phone, for what is run by hand."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from atd_schemas.services import WEBHOOK_DISPATCHER
from deploy.web.client import CLIENT, Client
from tests.harness.system import FAKE, GATEWAY, SANDBOX, System

_ROOT = Path(__file__).parents[2]


def run_trial(work: Callable[[System], Coroutine[Any, Any, None]]) -> None:
    """Build the client, start the system, do the work, stop the system."""
    client = Client(_ROOT / CLIENT, os.environ)
    client.build()
    with tempfile.TemporaryDirectory() as directory:
        environment = {
            GATEWAY: {"ATD_WEB_ROOT": str(client.dist)},
            FAKE: {"ATD_SANDBOX_DATA": str(Path(directory) / "sandbox")},
            WEBHOOK_DISPATCHER.name: {
                "ATD_CUSTOMER_URLS_ALLOW_PRIVATE": "true",
                "ATD_CUSTOMER_URLS_ALLOW_HTTP": "true",
            },
        }
        system = System(Path(directory), environment=environment, fake=SANDBOX)
        try:
            system.start()
            asyncio.run(work(system))
        finally:
            system.stop()
