"""What can be wrong with an account at Meta, in words of three languages."""

from collections.abc import Sequence
from datetime import datetime

from atd_channelkit.accounts.watch import AccountWarning
from atd_channelkit.accounts.words import words


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
        code="permission_missing",
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
