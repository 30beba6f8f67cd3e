"""The web client of `make run`: built once, and again only when its files have changed."""

from __future__ import annotations

from pathlib import Path

from deploy.local.console import Console
from deploy.local.environment import Local
from deploy.web.client import CLIENT, Client, ClientError

GIVEN = "ATD_WEB_ROOT"
"""Names a client that is built already, or none if it is empty; then nothing is built here."""


def build_client(local: Local, root: Path, console: Console) -> Path | None:
    """Build the client of the workspace `root` and return its folder.

    When that fails, the reason is told and None is returned: whoever works on the services, or has no way to npm's
    packages, still gets all the rest, and `/` says that the client is not there.
    """
    if GIVEN in local.given:
        return None
    client = Client(root / CLIENT, local.given, console.say)
    try:
        client.build()
    except ClientError as error:
        log = local.log_file("web")
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"{error}\n", encoding="utf-8")
        console.say(f"The web client could not be built; everything else starts without it. {error}")
        return None
    return client.dist
