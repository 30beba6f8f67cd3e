"""A bot's webhook as Telegram tells of it: what is wrong with it, in words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from atd_channelkit.accounts.watch import AccountWarning
from atd_channelkit.accounts.words import words
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.translate.updates import ALLOWED_UPDATES

FAILED_LATELY = timedelta(minutes=30)
"""An older failure of a delivery is over: Telegram tries again after two minutes at most."""

_TELLS = 200
"""Characters of what Telegram says of a failed delivery."""

_MISSING = words(
    "O Telegram não está entregando as mensagens deste bot: o endereço de entrega foi removido. Repare para "
    "registrá-lo de novo.",
    "Telegram is not delivering this bot's messages: the delivery address was removed. Repair it to register the "
    "address again.",
    "Telegram no está entregando los mensajes de este bot: se quitó la dirección de entrega. Repáralo para registrarla "
    "de nuevo.",
)
_ELSEWHERE = words(
    "O Telegram entrega as mensagens deste bot a outro sistema. Desligue o bot lá e repare aqui; os dois juntos não "
    "funcionam.",
    "Telegram delivers this bot's messages to another system. Disconnect the bot there and repair it here; both at "
    "once do not work.",
    "Telegram entrega los mensajes de este bot a otro sistema. Desconecta el bot allí y repáralo aquí; los dos a la "
    "vez no funcionan.",
)
_LACKS = words(
    "O bot não recebe tudo o que precisa (por exemplo reações ou toques em botões). Repare para pedir de novo.",
    "The bot does not get all that it needs (such as reactions or taps on buttons). Repair it to ask again.",
    "El bot no recibe todo lo que necesita (por ejemplo reacciones o toques en botones). Repáralo para pedirlo de "
    "nuevo.",
)
_FAILING = words(
    "O Telegram não consegue entregar as mensagens aqui. Confira se o endereço público abre pela internet, com um "
    "certificado HTTPS válido. Nada se perde em 24 horas.",
    "Telegram cannot deliver the messages here. Check that the public address opens from the internet, with a valid "
    "HTTPS certificate. Nothing is lost within 24 hours.",
    "Telegram no consigue entregar los mensajes aquí. Comprueba que la dirección pública se abre desde internet, con "
    "un certificado HTTPS válido. Nada se pierde en 24 horas.",
)
_CONFLICT = words(
    "Outro sistema também pergunta ao Telegram pelas mensagens deste bot. Desligue-o lá: cada mensagem vai para um só.",
    "Another system asks Telegram for this bot's messages too. Switch it off there: each message goes to one of them "
    "only.",
    "Otro sistema también pide a Telegram los mensajes de este bot. Desconéctalo allí: cada mensaje va a uno solo.",
)


def webhook_url(account: Account, public_url: str) -> str:
    """Where Telegram delivers the updates of a bot."""
    return f"{public_url.rstrip('/')}/webhooks/telegram/{account.id}"


def registration(account: Account, public_url: str) -> dict[str, Any]:
    """The parameters of `setWebhook`. Updates that wait are kept: they are what customers wrote meanwhile."""
    return {
        "url": webhook_url(account, public_url),
        "secret_token": account.webhook_secret.decode(),
        "allowed_updates": list(ALLOWED_UPDATES),
        "max_connections": 40,
        "drop_pending_updates": False,
    }


def polling_conflict() -> AccountWarning:
    """Somebody else asks for the bot's updates."""
    return AccountWarning(code="polling_conflict", severity="critical", texts=_CONFLICT)


def warnings_of(account: Account, info: Mapping[str, Any], public_url: str, now: datetime) -> Sequence[AccountWarning]:
    """What is wrong with a webhook, by the answer of `getWebhookInfo`."""
    url, ours = info.get("url"), webhook_url(account, public_url)
    if account.long_polling:
        return () if not url else (_elsewhere(url),)
    if not url:
        return (AccountWarning(code="webhook_missing", severity="critical", texts=_MISSING, repairable=True),)
    if url != ours:
        return (_elsewhere(url),)
    return tuple(one for one in (_lacking(info.get("allowed_updates")), _failing(info, now)) if one is not None)


def is_ours(account: Account, info: Mapping[str, Any], public_url: str) -> bool:
    """Whether the webhook of the bot is the one that we registered."""
    return info.get("url") == webhook_url(account, public_url)


def _elsewhere(url: Any) -> AccountWarning:
    """The address itself may be a secret of whoever has the bot: only its host is shown."""
    try:
        host = urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        host = None
    return AccountWarning(code="webhook_elsewhere", severity="critical", texts=_ELSEWHERE, detail=host, repairable=True)


def _lacking(allowed: Any) -> AccountWarning | None:
    """Kinds of updates that are not delivered. Without a list Telegram delivers nearly all, but no reactions."""
    told: Iterable[Any] = allowed if isinstance(allowed, list) and allowed else _BY_DEFAULT
    lacking = [kind for kind in ALLOWED_UPDATES if kind not in told]
    if not lacking:
        return None
    return AccountWarning(
        code="updates_missing", severity="warning", texts=_LACKS, detail=", ".join(lacking), repairable=True
    )


_BY_DEFAULT = frozenset(ALLOWED_UPDATES) - {"message_reaction"}


def _failing(info: Mapping[str, Any], now: datetime) -> AccountWarning | None:
    failed, pending = info.get("last_error_date"), info.get("pending_update_count")
    if isinstance(failed, bool) or not isinstance(failed, int) or not isinstance(pending, int) or pending <= 0:
        return None
    if not timedelta(0) <= now - _at(failed) <= FAILED_LATELY:
        return None
    said = info.get("last_error_message")
    detail = said[:_TELLS] if isinstance(said, str) else ""
    return AccountWarning(
        code="deliveries_failing", severity="critical", texts=_FAILING, detail=f"{detail} ({pending})".strip()
    )


def _at(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)
