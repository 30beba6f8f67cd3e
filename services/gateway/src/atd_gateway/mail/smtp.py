"""Sends mails by SMTP."""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

TIMEOUT_SECONDS = 20.0
"""Of each step of the conversation with the server."""

_PORTS = {"smtp": 587, "smtps": 465}
_PERMANENT = 500


class MailRefused(Exception):
    """The server says that it will never take this mail. The text has its code alone."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mails are handed in. `tls`: from the first byte; else STARTTLS, which credentials must have."""

    host: str
    port: int
    tls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def read_smtp_url(url: str) -> SmtpServer:
    """`smtp://user:password@host:587` or `smtps://…:465`. Raises `ValueError`, which does not repeat the text."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError("is not smtp://[user:password@]host[:port] or smtps://…")
    password = None if parts.password is None else unquote(parts.password)
    username = None if parts.username is None else unquote(parts.username)
    if (username is None) != (password is None):
        raise ValueError("has a user without a password, or a password without a user")
    return SmtpServer(parts.hostname, parts.port or _PORTS[parts.scheme], parts.scheme == "smtps", username, password)


def read_sender(text: str) -> str:
    """`Atendimento <no-reply@example.com>`, or an address alone. Raises `ValueError`."""
    _, address = parseaddr(text)
    if address.count("@") != 1 or any(letter.isspace() for letter in address) or "\n" in text or "\r" in text:
        raise ValueError("is not an address such as Atendimento <no-reply@example.com>")
    return text


class Mailer:
    """Hands mails to one server, each over a connection of its own: they are few."""

    def __init__(self, server: SmtpServer, sender: str, context: ssl.SSLContext | None = None) -> None:
        """`context` is for tests; the system's authorities are trusted without it."""
        self._server = server
        self._sender = sender
        self._context = context

    async def send(self, recipient: str, subject: str, text: str, message_id: str) -> None:
        """Hand one mail in. `message_id` is the same when it is sent again, so that mail systems know repeats.

        Raises `MailRefused` where trying again is of no use; `aiosmtplib.SMTPException` and `OSError` may pass.
        """
        domain = parseaddr(self._sender)[1].partition("@")[2]
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = self._sender, recipient, subject
        message["Date"], message["Message-ID"] = format_datetime(datetime.now(UTC)), f"<{message_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(text)
        server = self._server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.tls,
                start_tls=None if server.tls or server.username is None else True,
                tls_context=self._context,
                timeout=TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [one.code for one in error.recipients]
            if all(code >= _PERMANENT for code in codes):
                raise MailRefused(f"recipient refused: {codes[0]}") from None
            raise
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            if error.code >= _PERMANENT:
                raise MailRefused(f"mail refused: {error.code}") from None
            raise
