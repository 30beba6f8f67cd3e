"""Messages that go out in several parts, of which some arrived."""

from atd_schemas.views import MessageError

_ARRIVED = {
    "pt-BR": ("A primeira parte chegou ao cliente", "As {count} primeiras partes chegaram ao cliente"),
    "en": ("The customer has received the first part", "The customer has received the first {count} parts"),
    "es": ("El cliente recibió la primera parte", "El cliente recibió las {count} primeras partes"),
}
_AGAIN = {
    "pt-BR": "tentar de novo envia só as que faltam.",
    "en": "trying again sends only the missing ones.",
    "es": "reintentar envía solo las que faltan.",
}


def with_arrived(error: MessageError, parts_sent: int) -> MessageError:
    """Why sending failed, and that the first parts have arrived: nobody need fear that they are sent twice."""
    texts = {
        language: f"{text} {_arrived(language, parts_sent)}; {_AGAIN[language]}"
        for language, text in error.texts.items()
        if language in _AGAIN
    }
    return error.model_copy(update={"texts": {**error.texts, **texts}, "message": texts.get("pt-BR", error.message)})


def _arrived(language: str, parts_sent: int) -> str:
    one, several = _ARRIVED[language]
    return one if parts_sent == 1 else several.format(count=parts_sent)
