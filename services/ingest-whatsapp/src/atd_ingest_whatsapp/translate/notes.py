"""What a body says of our own state: the copies of templates, and the health of accounts. Data for their stores."""

from dataclasses import dataclass
from datetime import datetime

from atd_ingest_whatsapp.accounts import Account


@dataclass(frozen=True, slots=True)
class TemplateNote:
    """What Meta says of one template; what is absent was not said. `status` and `category` are Meta's words.

    `at` is when Meta sent it, to the second. `header`, `body` and `footer` are new texts; buttons are read again.
    """

    account: Account
    at: datetime
    name: str
    language: str
    status: str | None = None
    reason: str | None = None
    category: str | None = None
    quality: str | None = None
    header: str | None = None
    body: str | None = None
    footer: str | None = None

    def says_texts(self) -> bool:
        """Whether the template reads otherwise now."""
        return self.header is not None or self.body is not None or self.footer is not None


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that whoever looks after the account must know. `severity` is `info`, `warning` or `critical`.

    `id` is the same for the same alert, however often Meta sends it; `type` is Meta's word, `code` Meta's number.
    """

    id: str
    type: str
    severity: str
    message: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class HealthNote:
    """What Meta says of an account; what is absent was not said. `at` is when Meta sent it."""

    account: Account
    at: datetime
    quality: str | None = None
    messaging_limit: str | None = None
    alert: Alert | None = None


Note = TemplateNote | HealthNote
