"""Mails to administrators: what they say, and how they are handed in. Against a mail server of the test."""

import asyncio
from datetime import timedelta
from typing import Any

import aiosmtplib
import pytest

from atd_gateway.domain.mail_words import DisabledWebhook, disabled_words
from atd_gateway.mail import smtp
from atd_gateway.mail.disabled_webhooks import FRESH
from atd_gateway.mail.smtp import Mailer, MailRefused, SmtpServer, read_sender, read_smtp_url
from atd_schemas.topics import WEBHOOK_EVENTS
from atd_testing.mail_server import mail_server
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

SYSTEM = {"type": "system", "id": None, "name": None}
SENDER = "Atendimento <no-reply@example.com>"
ENDPOINT = DisabledWebhook(
    host="erp.example.com",
    description="ERP\r\nBcc: someone@example.com",
    reason="failing",
    since="2026-03-01T12:00:00Z",
    failed=412,
    at="2026-03-06T12:34:00Z",
    link="https://chat.example.com/settings/webhooks/e1",
)


@pytest.mark.parametrize("language", ["pt-BR", "en", "es"])
async def test_a_mail_says_host_time_and_what_to_do_in_each_language(language: Any) -> None:
    words = disabled_words(ENDPOINT, language)
    assert words.subject.endswith("erp.example.com")
    for part in ("ERP Bcc: someone@example.com", "412", "2026-03-01 12:00 UTC", "2026-03-06 12:34 UTC", ENDPOINT.link):
        assert part in words.text
    assert "{" not in words.text


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", SmtpServer("mail.example.com", 587, tls=False)),
        ("smtps://u%40x:p%2Fw@mail.example.com", SmtpServer("mail.example.com", 465, True, "u@x", "p/w")),
        ("smtp://mail.example.com:25/", SmtpServer("mail.example.com", 25, tls=False)),
    ],
)
async def test_a_mail_server_is_named_by_a_url(url: str, server: SmtpServer) -> None:
    assert read_smtp_url(url) == server


@pytest.mark.parametrize("url", ["http://mail.example.com", "smtp://", "smtp://user@mail.example.com", "mail:25"])
async def test_what_names_no_mail_server_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(is not|has a)") as refused:
        read_smtp_url(url)
    assert "mail.example" not in str(refused.value)


@pytest.mark.parametrize("sender", ["Atendimento", "a@b@c", "a b@example.com", "a@example.com\nBcc: x@y.z"])
async def test_a_sender_is_one_address(sender: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        read_sender(sender)


async def test_credentials_never_travel_in_clear() -> None:
    async with mail_server() as server:
        mailer = Mailer(SmtpServer("127.0.0.1", server.port, False, "user", "password"), SENDER)
        with pytest.raises(aiosmtplib.SMTPException):  # the server offers no STARTTLS
            await mailer.send("ana@example.com", "Oi", "Texto", "m1")
        assert server.mails == []


@pytest.mark.parametrize(
    ("answer", "error"), [("550 no such user", MailRefused), ("451 later", aiosmtplib.SMTPException)]
)
async def test_a_recipient_is_refused_for_good_or_for_now(answer: str, error: type[Exception]) -> None:
    async with mail_server() as server:
        server.answers = [answer]
        with pytest.raises(error) as refused:
            await Mailer(read_smtp_url(server.url), SENDER).send("ana@example.com", "Oi", "Texto", "m1")
        assert not isinstance(refused.value, MailRefused) or "ana" not in str(refused.value)


async def test_a_mail_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.2)
    async with mail_server() as server:
        server.silent = True
        with pytest.raises((aiosmtplib.SMTPException, TimeoutError)):
            await asyncio.wait_for(Mailer(read_smtp_url(server.url), SENDER).send("a@example.com", "Oi", "x", "m"), 30)


async def test_each_administrator_is_mailed_once_by_two_gateways_that_start_anew(
    start: Any, event: Any, listening: Any
) -> None:
    async with mail_server() as server:
        server.answers = ["451 later"]
        mail = {"smtp_url": server.url, "mail_from": SENDER, "mail_language": "en", "public_url": "http://chat.test"}
        first = await start(**mail)
        ana = await first.person()
        bia = await first.person(tenant=ana.tenant_id, name="Bia")
        await first.person(tenant=ana.tenant_id, role="supervisor", name="Caio")
        second = await start(**mail)
        now = first.apps.runtime.clock.now()
        async with ana.listen() as socket:
            heard = listening(socket)
            await heard.until("ready")
            events = [disabled(event, ana.tenant_id, name, at) for name, at in (("e1", now), ("e2", now - 2 * FRESH))]
            await first.publish(*events, topic=WEBHOOK_EVENTS)
            frames = await heard.events(2)
        assert {one["type"] for one in frames} == {"webhook.disabled"}
        await eventually(lambda: len(server.mails) == 2, message="both administrators are mailed")
        third = await start(**mail)  # reads the topic from its beginning
        jobs = third.apps.runtime.mongo.db["jobs"]

        async def done() -> bool:
            left: int = await jobs.count_documents({"tenant_id": ana.tenant_id})
            return left == 0

        await eventually(done, message="nothing is left to do")
        assert second.apps.runtime.mongo.db.name == third.apps.runtime.mongo.db.name
    assert sorted(one for one, _ in server.mails) == sorted([ana.attendant.email, bia.attendant.email])
    message = server.mails[0][1]
    assert (message["Subject"], message["Auto-Submitted"]) == ("Webhook disabled: erp.example.com", "auto-generated")
    assert "http://chat.test/settings/webhooks/e1" in message.get_payload()


async def test_a_supervisor_hears_nothing_of_webhooks(gateway: Any, event: Any, listening: Any) -> None:
    ana = await gateway.person()
    caio = await gateway.person(tenant=ana.tenant_id, role="supervisor", name="Caio")
    async with caio.listen() as socket:
        heard = listening(socket)
        await heard.until("ready")
        now = gateway.apps.runtime.clock.now() - timedelta(days=2)
        await gateway.publish(disabled(event, ana.tenant_id, "e1", now), topic=WEBHOOK_EVENTS)
        await gateway.caught_up(WEBHOOK_EVENTS)
        await gateway.publish(event(ana.tenant_id, "c1", 1))
        (frame,) = await heard.events(1)
    assert frame["type"] == "message.received"


def disabled(event: Any, tenant_id: str, name: str, at: Any) -> dict[str, Any]:
    """`webhook.disabled` of an endpoint."""
    data = {"endpoint_id": name, "description": "ERP", "host": "erp.example.com", "reason": "failing", "failed": 5}
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    more = {"type": "webhook.disabled", "source": "webhook-dispatcher", "occurred_at": moment, "recorded_at": moment}
    made: dict[str, Any] = event(
        tenant_id, name, 0, **more, data=data, actor={"type": "system", "id": None, "name": None}
    )
    return made
