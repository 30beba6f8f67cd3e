"""The shop's page and Instagram account: their ids and secrets, kept over a restart."""

import contextlib
import secrets
from pathlib import Path

from pydantic import BaseModel, ValidationError

from atd_channel_sandbox.channels.channel import Json
from atd_channel_sandbox.model import ChannelKind
from atd_channel_sandbox.storage import write_private


class MetaAccounts(BaseModel):
    """What Meta's dashboard would show; the tokens begin with the account that they are of, as the fake wants it."""

    page_id: str
    instagram_id: str
    post_id: str
    app_secret: str
    token: str

    def company_id(self, kind: ChannelKind) -> str:
        """The phones' company: the page, the Instagram account, or the post that is commented on."""
        return {"instagram": self.instagram_id, "facebook": f"{self.page_id}_{self.post_id}"}.get(kind, self.page_id)

    def new_channel(self, kind: ChannelKind, name: str) -> Json:
        """The body of `POST /api/v1/channels`."""
        if kind == "instagram":
            token = f"{self.instagram_id}.{self.token}"
            credentials = {"instagram_id": self.instagram_id, "access_token": token, "app_secret": self.app_secret}
            return {"kind": kind, "name": name, "credentials": credentials, "settings": {"login": "instagram"}}
        token = f"{self.page_id}.{self.token}"
        credentials = {"page_id": self.page_id, "page_access_token": token, "app_secret": self.app_secret}
        return {"kind": kind, "name": name, "credentials": credentials}


def read_accounts(file: Path) -> MetaAccounts:
    """The accounts of this file; new ones are written into it."""
    with contextlib.suppress(OSError, ValidationError):
        return MetaAccounts.model_validate_json(file.read_bytes())
    made = MetaAccounts(
        page_id=f"10{secrets.randbelow(10**13):013d}",
        instagram_id=f"1784{secrets.randbelow(10**13):013d}",
        post_id=f"12{secrets.randbelow(10**13):013d}",
        app_secret=secrets.token_hex(16),
        token=secrets.token_urlsafe(24),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    write_private(file, made.model_dump_json(indent=1).encode())
    return made
