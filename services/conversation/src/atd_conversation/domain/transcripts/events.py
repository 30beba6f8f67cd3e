"""What happened to a conversation beside its messages, as lines of the transcript for the company."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from atd_conversation.domain.timeline import TimelineEntry
from atd_conversation.domain.transcripts.entries import Entry
from atd_conversation.domain.transcripts.words import LANGUAGES, Words

_LINES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "took": ("{who} assumiu a conversa", "{who} took the conversation", "{who} tomó la conversación"),
        "assigned": (
            "{who} transferiu a conversa para {to}",
            "{who} transferred the conversation to {to}",
            "{who} transfirió la conversación a {to}",
        ),
        "unassigned": (
            "{who} devolveu a conversa à fila",
            "{who} gave the conversation back to the queue",
            "{who} devolvió la conversación a la cola",
        ),
        "closed": ("{who} encerrou a conversa", "{who} closed the conversation", "{who} cerró la conversación"),
        "reopened": ("{who} reabriu a conversa", "{who} reopened the conversation", "{who} reabrió la conversación"),
        "snoozed": ("{who} adiou a conversa", "{who} snoozed the conversation", "{who} pospuso la conversación"),
        "due": (
            "A conversa voltou do adiamento",
            "The conversation came back from its snooze",
            "La conversación volvió de la pausa",
        ),
        "priority": (
            "{who} mudou a prioridade: {to}",
            "{who} changed the priority: {to}",
            "{who} cambió la prioridad: {to}",
        ),
        "classified": (
            "{who} classificou a conversa: {to}",
            "{who} classified the conversation: {to}",
            "{who} clasificó la conversación: {to}",
        ),
        "queued": (
            "{who} colocou a conversa na fila: {to}",
            "{who} put the conversation into the queue: {to}",
            "{who} puso la conversación en la cola: {to}",
        ),
        "team": (
            "{who} mudou a equipe: {to}",
            "{who} changed the team: {to}",
            "{who} cambió el equipo: {to}",
        ),
        "service_level_breached": (
            "Meta de atendimento não cumprida",
            "Service target missed",
            "Objetivo de servicio no cumplido",
        ),
        "rated": ("Avaliação: {rating}/5", "Rating: {rating}/5", "Calificación: {rating}/5"),
        "contact": (
            "A conversa passou para o cliente {to}",
            "The conversation went to the customer {to}",
            "La conversación pasó al cliente {to}",
        ),
    }
)
_PRIORITIES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "low": ("baixa", "low", "baja"),
        "normal": ("normal", "normal", "normal"),
        "high": ("alta", "high", "alta"),
        "urgent": ("urgente", "urgent", "urgente"),
    }
)
_NOBODY = "—"


def event_entry(event: TimelineEntry, words: Words, *, customer: str) -> Entry | None:
    """The line of an event; None for one that is no news beside the messages, whose tags stand with them."""
    name = _name(event)
    if name is None:
        return None
    place = LANGUAGES.index(words.language)
    details = event.details
    line = _LINES[name][place].format(
        who=_who(event, words, customer),
        to=_to(details.get("to") or details.get("to_team") or details.get("team"), place),
        rating=details.get("rating", _NOBODY),
    )
    lines = (line, *(part for part in (_comment(details),) if part))
    return Entry(event.at, "system", words("system"), lines)


def _name(event: TimelineEntry) -> str | None:
    kind, details = event.type.rpartition(".")[2], event.details
    if event.type in ("conversation.assigned", "conversation.transferred"):
        to = details.get("to")
        if to is None:
            return "queued"
        return "took" if isinstance(to, dict) and to.get("id") == event.actor.id else "assigned"
    if event.type != "conversation.updated":
        return kind if event.type.startswith("conversation.") and kind in _LINES else None
    if "due" in details:
        return "due"
    return next((one for one in ("contact", "priority", "team") if one in event.changed), None)


def _who(event: TimelineEntry, words: Words, customer: str) -> str:
    actor = event.actor
    if actor.type == "contact":
        return actor.name or customer
    return actor.name or words("bot" if actor.type == "bot" else "system")


def _to(told: Any, place: int) -> str:
    if isinstance(told, dict):
        return str(told.get("name") or _NOBODY)
    if isinstance(told, datetime) or told is None:
        return _NOBODY
    return _PRIORITIES[told][place] if told in _PRIORITIES else str(told)


def _comment(details: Mapping[str, Any]) -> str:
    comment = details.get("comment")
    return str(comment) if comment else ""
