"""What customers who are silent are told where the company has no text of its own."""

from collections.abc import Mapping
from typing import Literal

Language = Literal["pt-BR", "en", "es"]

REMINDER: Mapping[str, str] = {
    "pt-BR": "Você ainda está aí? Se precisar de algo, é só responder por aqui.",
    "en": "Are you still there? If you need anything, just answer here.",
    "es": "¿Sigue ahí? Si necesita algo, responda por aquí.",
}

CLOSING: Mapping[str, str] = {
    "pt-BR": "Encerramos esta conversa porque ficamos sem resposta. Se precisar, é só escrever de novo.",
    "en": "We have closed this conversation because we did not hear from you. Just write again if you need us.",
    "es": "Cerramos esta conversación porque no recibimos respuesta. Si necesita algo, escriba de nuevo.",
}
