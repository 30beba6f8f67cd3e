"""The policy of presence and the reasons for being away as they are stored; see `api/` for what each value means."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from atd_routing.domain.availability.policy import DEFAULT_ZONE, Absence, AwayReason, Break, PresencePolicy
from atd_routing.domain.items import ItemKind, StoredSettings, Values, own_list
from atd_schemas.ids import uuid5

AWAY_REASON = ItemKind("away_reason", limit=50, ordered=True)

PRESENCE = "presence"
"""The name of the policy."""

DEFAULT_REASONS: tuple[tuple[str, Values], ...] = (
    ("lunch", {"name": "Almoço", "names": {"en": "Lunch", "es": "Almuerzo"}, "counts_as_break": True}),
    ("break", {"name": "Pausa", "names": {"en": "Break", "es": "Pausa"}, "counts_as_break": True}),
    ("meeting", {"name": "Reunião", "names": {"en": "Meeting", "es": "Reunión"}, "counts_as_break": False}),
    ("training", {"name": "Treinamento", "names": {"en": "Training", "es": "Capacitación"}, "counts_as_break": False}),
)
"""What a company has that has changed nothing, in order."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ABSENCES: tuple[Absence, ...] = ("away", "offline", "deactivated")


def default_id(tenant_id: str, key: str) -> str:
    """The id of a default reason: the same before and after the company keeps a list of its own."""
    return uuid5("away-reason", tenant_id, key)


def default_reasons(tenant_id: str) -> dict[str, Values]:
    """The default reasons of a company, by id and in order."""
    return {default_id(tenant_id, key): values for key, values in DEFAULT_REASONS}


def presence_of_settings(stored: StoredSettings) -> PresencePolicy:
    """The tenant's policy, with the defaults of what nobody has set."""
    values = stored.policy(PRESENCE)
    untouched, release = values.get("untouched_minutes", 15), values.get("release_minutes") or {}
    return PresencePolicy(
        grace=timedelta(seconds=values.get("grace_seconds", 90)),
        untouched=None if untouched is None else timedelta(minutes=untouched),
        start_as=values.get("start_as", "online"),
        release={one: timedelta(minutes=release[one]) for one in _ABSENCES if release.get(one) is not None},
        breaks=tuple(_break(one) for one in values.get("breaks", ())),
        zone=ZoneInfo(values.get("zone", DEFAULT_ZONE)),
        reasons=reasons_of(stored),
    )


def reasons_of(stored: StoredSettings) -> Mapping[str, AwayReason]:
    """The reasons by id: the company's own, or the defaults."""
    if not stored.policy(own_list(AWAY_REASON)):
        return {id_: _reason(id_, values) for id_, values in default_reasons(stored.tenant_id).items()}
    return {item.id: _reason(item.id, item.values) for item in stored.of(AWAY_REASON)}


def _reason(reason_id: str, values: Values) -> AwayReason:
    return AwayReason(reason_id, values["name"], values.get("names", {}), values.get("counts_as_break", True))


def _break(values: Values) -> Break:
    on = values.get("date")
    return Break(
        start=time.fromisoformat(values["start"]),
        end=time.fromisoformat(values["end"]),
        days=frozenset(DAYS.index(day) for day in values.get("days", ())),
        on=None if on is None else date.fromisoformat(on),
        reason_id=values.get("reason_id"),
        attendant_ids=frozenset(values.get("attendant_ids", ())),
        team_ids=frozenset(values.get("team_ids", ())),
    )
