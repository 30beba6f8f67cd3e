"""What can be wrong with an account at Meta, in words of three languages."""

from collections.abc import Sequence
from datetime import datetime

from atd_channelkit.accounts.reasons import reason_texts
from atd_channelkit.accounts.watch import AccountWarning
from atd_channelkit.accounts.words import words
from atd_channelkit.answers import Refused

PERMISSION_MISSING = "permission_missing"


def unsubscribed(fields: Sequence[str]) -> AccountWarning:
    """Meta does not send the page's events here; `fields` when it is only some."""
    if fields:
        named = ", ".join(fields)
        return AccountWarning(
            code="fields_missing",
            severity="warning",
            texts=words(
                f"A página não avisa de tudo: falta assinar {named}. Corrija aqui com um clique.",
                f"The page does not tell everything: {named} is not subscribed. Repair it here with one click.",
                f"La página no avisa de todo: falta suscribir {named}. Repáralo aquí con un clic.",
            ),
            repairable=True,
        )
    return AccountWarning(
        code="unsubscribed",
        severity="critical",
        texts=words(
            "A página não está mais assinada pelo aplicativo: as mensagens não chegam. Corrija aqui com um clique.",
            "The page is not subscribed to the app any more: messages do not arrive. Repair it here with one click.",
            "La página ya no está suscrita a la aplicación: los mensajes no llegan. Repáralo aquí con un clic.",
        ),
        repairable=True,
    )


def permission_missing(names: Sequence[str]) -> AccountWarning:
    """The token may not do what the account needs."""
    named = ", ".join(names)
    return AccountWarning(
        code=PERMISSION_MISSING,
        severity="critical",
        texts=words(
            f"O token não tem a permissão {named}. Gere outro com ela e coloque-o aqui.",
            f"The token lacks the permission {named}. Make another one that has it and enter it here.",
            f"El token no tiene el permiso {named}. Genera otro que lo tenga e introdúcelo aquí.",
        ),
        detail=named,
    )


def token_expires(moment: datetime) -> AccountWarning:
    """The token works for a few days more."""
    day = moment.date().isoformat()
    return AccountWarning(
        code="token_expires",
        severity="warning",
        texts=words(
            f"O token vence em {day}. Gere outro antes, para que as mensagens não parem.",
            f"The token expires on {day}. Make another one before, so that messages do not stop.",
            f"El token caduca el {day}. Genera otro antes, para que los mensajes no se detengan.",
        ),
        detail=day,
    )


def not_told(refused: Refused) -> AccountWarning:
    """Meta does not say how the account is doing, and why."""
    return AccountWarning(
        code="not_told",
        severity="warning",
        texts=reason_texts(refused.failure),
        detail=refused.detail[:_DETAIL_LIMIT],
    )


def policy(action: str, reason: str | None) -> AccountWarning:
    """Meta has warned the account, or blocked it (`action`)."""
    blocked = action != "warning"
    return AccountWarning(
        code="policy_block" if blocked else "policy_warning",
        severity="critical" if blocked else "warning",
        texts=_BLOCKED if blocked else _WARNED,
        detail=reason,
    )


_DETAIL_LIMIT = 500
_WARNED = words(
    "A Meta advertiu esta conta por desrespeitar as regras dela. O motivo está ao lado; se continuar, ela bloqueia os "
    "envios.",
    "Meta has warned this account for breaking its rules. The reason is shown beside this; if it goes on, Meta blocks "
    "what is sent.",
    "Meta advirtió a esta cuenta por incumplir sus reglas. El motivo está al lado; si continúa, bloqueará los envíos.",
)
_BLOCKED = words(
    "A Meta bloqueou os envios desta conta. O motivo está ao lado; recorra no painel da Meta (Qualidade da conta).",
    "Meta has blocked what this account sends. The reason is shown beside this; appeal in Meta's dashboard (Account "
    "quality).",
    "Meta bloqueó los envíos de esta cuenta. El motivo está al lado; apela en el panel de Meta (Calidad de la cuenta).",
)
