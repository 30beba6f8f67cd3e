"""What customers who wait are told where the company has no text of its own, and a waiting time in words."""

import math
from collections.abc import Mapping
from datetime import timedelta

from atd_routing.domain.customers import Language

POSITION: Mapping[Language, str] = {
    "pt-BR": 'Você está na posição {{position}} da fila. Espera estimada: {{wait|"ainda não sabemos"}}.',
    "en": 'You are number {{position}} in the queue. Estimated wait: {{wait|"not known yet"}}.',
    "es": 'Está en la posición {{position}} de la cola. Espera estimada: {{wait|"aún no lo sabemos"}}.',
}
OVERDUE: Mapping[Language, str] = {
    "pt-BR": "Desculpe a demora. Sua conversa continua na fila e vamos responder assim que possível.",
    "en": "Sorry for the wait. You are still in the queue, and we will answer as soon as we can.",
    "es": "Disculpe la demora. Su conversación sigue en la cola y responderemos lo antes posible.",
}

POSITION_VARIABLES = ("position", "wait")
"""What only routing knows of a place in the queue."""

_STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)
"""Minutes that are said: nobody counts on more exact ones, and the longer of two is said."""

_HOUR = 60

_WORDS: Mapping[Language, tuple[str, str, str, str, str]] = {
    "pt-BR": ("cerca de 1 minuto", "cerca de {} minutos", "cerca de 1 hora", "cerca de {} horas", "mais de 4 horas"),
    "en": ("about 1 minute", "about {} minutes", "about 1 hour", "about {} hours", "more than 4 hours"),
    "es": ("alrededor de 1 minuto", "unos {} minutos", "alrededor de 1 hora", "unas {} horas", "más de 4 horas"),
}


def wait_in_words(wait: timedelta, language: Language) -> str:
    """A waiting time as it is said to a customer."""
    minute, minutes, hour, hours, longer = _WORDS[language]
    exact = math.ceil(wait / timedelta(minutes=1))
    said = next((step for step in _STEPS if exact <= step), None)
    if said is None:
        return longer
    if said == 1:
        return minute
    full, rest = divmod(said, _HOUR)
    if rest:
        return minutes.format(said)
    return hour if full == 1 else hours.format(full)
