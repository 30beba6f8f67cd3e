"""A page or an Instagram account as webhooks and sends use it: opened credentials, ready in memory."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import SecretStr

from atd_channelkit.accounts import model

Login = Literal["facebook", "instagram"]
"""By which of Meta's two logins the token of an Instagram account was made; each has a host and ids of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(model.Account):
    """One account of one tenant: the Messenger of a page, its comments, or the messages of an Instagram account.

    `page_id` is absent for an Instagram account with Instagram Login, `instagram_id` for those of a page. Credentials
    are not part of its representation. `previous_app_secrets` are those replaced lately, each with the moment until
    which it still proves a webhook. `read_receipts`: whether customers see that their messages were read.
    """

    page_id: str | None = None
    instagram_id: str | None = None
    app_secret: bytes = field(repr=False)
    access_token: SecretStr
    verify_token: SecretStr
    previous_app_secrets: tuple[tuple[bytes, datetime], ...] = field(default=(), repr=False)
    login: Login = "facebook"
    read_receipts: bool = True

    @property
    def own_id(self) -> str:
        """The id under which Meta's webhooks name it, which is also its own id as a sender."""
        return (self.instagram_id if self.kind == "instagram" else self.page_id) or ""

    @property
    def sending_id(self) -> str:
        """The node whose messages are sent: of an Instagram account with Facebook Login its page."""
        return self.own_id if self.uses_instagram_login else (self.page_id or "")

    @property
    def uses_instagram_login(self) -> bool:
        """Whether it is called at Instagram's own host."""
        return self.kind == "instagram" and self.login == "instagram"

    def app_secrets(self, now: datetime) -> tuple[bytes, ...]:
        """The secrets that prove a webhook of this account at `now`, the current one first."""
        if not self.previous_app_secrets:
            return (self.app_secret,)
        return (self.app_secret, *(secret for secret, until in self.previous_app_secrets if until > now))
