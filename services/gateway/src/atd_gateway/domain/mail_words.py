"""What mails say. Pure. They name hosts and ids, and never a whole URL of a customer: it may hold secrets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from atd_schemas.webhooks import DisabledReason

Language = Literal["pt-BR", "en", "es"]


@dataclass(frozen=True, slots=True)
class DisabledWebhook:
    """An endpoint that was disabled. `since` and `at` are RFC 3339, `link` leads into the client."""

    host: str
    description: str
    reason: DisabledReason
    since: str | None
    failed: int
    at: str
    link: str


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and text of a mail."""

    subject: str
    text: str


_REASONS: Mapping[Language, Mapping[DisabledReason, str]] = {
    "pt-BR": {
        "failing": "Nada chegou a esse sistema desde {since}: {failed} envios falharam, mesmo repetidos.",
        "gone": "O sistema respondeu 410 (Gone): ele diz que esse endereço não existe mais.",
    },
    "en": {
        "failing": "Nothing has arrived there since {since}: {failed} deliveries failed, even when they were repeated.",
        "gone": "The system answered 410 (Gone): it says that this address no longer exists.",
    },
    "es": {
        "failing": "Nada llegó a ese sistema desde {since}: {failed} envíos fallaron, aunque se repitieron.",
        "gone": "El sistema respondió 410 (Gone): dice que esa dirección ya no existe.",
    },
}

_TEXTS: Mapping[Language, tuple[str, str]] = {
    "pt-BR": (
        "Webhook desativado: {host}",
        """O webhook "{name}" ({host}) foi desativado em {at}.

{reason}

Os eventos não são mais enviados para lá. Quando o sistema estiver funcionando, abra

{link}

e escolha "Recuperar": o webhook volta a funcionar, e o que ele perdeu é enviado.

Você recebe esta mensagem porque administra o Atendimento da sua empresa.
""",
    ),
    "en": (
        "Webhook disabled: {host}",
        """The webhook "{name}" ({host}) was disabled at {at}.

{reason}

Events are no longer sent there. When the system works again, open

{link}

and choose "Recover": the webhook works again, and what it missed is sent.

You get this message because you administer Atendimento for your company.
""",
    ),
    "es": (
        "Webhook desactivado: {host}",
        """El webhook "{name}" ({host}) fue desactivado el {at}.

{reason}

Los eventos ya no se envían allí. Cuando el sistema funcione, abra

{link}

y elija "Recuperar": el webhook vuelve a funcionar, y se envía lo que perdió.

Recibe este mensaje porque administra Atendimento en su empresa.
""",
    ),
}


def disabled_words(webhook: DisabledWebhook, language: Language) -> Words:
    """The mail about an endpoint that was disabled."""
    subject, text = _TEXTS[language]
    since = webhook.since or webhook.at
    reason = _REASONS[language][webhook.reason].format(since=_minute(since), failed=webhook.failed)
    host = "".join(webhook.host.split())
    filled = text.format(
        name=" ".join(webhook.description.split()) or host,
        host=host,
        at=_minute(webhook.at),
        reason=reason,
        link=webhook.link,
    )
    return Words(subject.format(host=host), filled)


def _minute(moment: str) -> str:
    """`2026-03-01 12:00 UTC` of RFC 3339."""
    return f"{moment[:10]} {moment[11:16]} UTC"
