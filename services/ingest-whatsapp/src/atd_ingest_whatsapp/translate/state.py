"""Fields beside `messages` that tell of templates and of the health of accounts. They concern a business account.

Shapes: Meta's webhook reference (v25.0) for `message_template_status_update`, `template_category_update`,
`message_template_quality_update`, `message_template_components_update`, `phone_number_quality_update`,
`account_update`, `account_alerts`, `account_review_update`, `business_capability_update` and `security`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from atd_channelkit.webhooks.problems import Problems
from atd_channelkit.webhooks.values import Json, label_of, plain
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.failures import class_of, code_of, detail_of
from atd_ingest_whatsapp.translate.notes import Alert, HealthNote, Note, TemplateNote
from atd_schemas.ids import uuid5

LANGUAGE_LIMIT = 16
TEMPLATE_NAME_LIMIT = 512
REASON_LIMIT = 500

_SEVERITIES: Mapping[str, str] = MappingProxyType(
    {"CRITICAL": "critical", "WARNING": "warning", "INFORMATIONAL": "info"}
)
_CRITICAL_WORDS = ("DISABLED", "VIOLATION", "RESTRICT", "DELETED", "REJECTED", "BAN", "REMOVED")
_WARNING_WORDS = ("FLAGGED", "DOWNGRADE", "PENDING", "PIN", "DEFERRED", "LIMIT")
_QUALITIES: Mapping[str, str] = MappingProxyType({"FLAGGED": "RED", "UNFLAGGED": "UNKNOWN"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a business account: its accounts here, and when Meta sent it.

    Where Meta did not date it, `at` is when it came.
    """

    field: str
    value: Json
    where: str
    accounts: Sequence[Account]
    at: datetime
    dated: bool
    problems: Problems

    def word(self, name: str, limit: int = REASON_LIMIT) -> str | None:
        """A text of the value; Meta writes some numbers as numbers."""
        found = self.value.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)[:limit]
        return label_of(found, limit)

    def alert(self, kind: str, message: str = "", severity: str | None = None, code: int | None = None) -> Alert:
        """An alert of this change, with an id that its repeats share."""
        # Undated, the same words within an hour are one alert: Meta may have sent them twice.
        since = self.at if self.dated else self.at.replace(minute=0, second=0, microsecond=0)
        words = (kind, message, since.isoformat(), str(code))
        return Alert(
            id=uuid5("alert", self.field, *words),
            type=plain(kind, 64),
            severity=severity or _severity_of(kind),
            message=message[:REASON_LIMIT],
            code=code,
        )


def notes_of(change: Change) -> Iterator[Note]:
    """What the change says of each account; when it is not understood, nothing, and a problem."""
    read = FIELDS[change.field]
    found = read(change)
    if found is None:
        change.problems.add(change.where, f"has not the shape of {change.field} that this version knows")
        return
    yield from found


def error_notes(
    account: Account, errors: Any, at: datetime, where: str, problems: Problems, *, dated: bool
) -> Iterator[HealthNote]:
    """The errors that stand beside messages: they are about the account."""
    if not isinstance(errors, list):
        problems.add(where, "is not a list")
        return
    for i, error in enumerate(errors):
        code = code_of(error) if isinstance(error, dict) else None
        if code is None:
            problems.add(f"{where}[{i}]", "is no error with a code")
            continue
        change = Change("errors", error, where, (account,), at, dated, problems)
        yield HealthNote(account, at, alert=change.alert(f"error:{class_of(code)}", detail_of(error), "warning", code))


def _severity_of(kind: str) -> str:
    word = kind.upper()
    if word.startswith("UNFLAGGED"):
        return "info"
    if any(one in word for one in _CRITICAL_WORDS):
        return "critical"
    return "warning" if any(one in word for one in _WARNING_WORDS) else "info"


def _template(change: Change, **said: str | None) -> list[Note] | None:
    name = label_of(change.value.get("message_template_name"), TEMPLATE_NAME_LIMIT)
    language = label_of(change.value.get("message_template_language"), LANGUAGE_LIMIT)
    if name is None or language is None or not any(said.values()):
        return None
    # Meta writes the language with `-` in some webhooks and with `_` in every list of templates.
    return [TemplateNote(one, change.at, name, language.replace("-", "_"), **said) for one in change.accounts]


def _template_status(change: Change) -> list[Note] | None:
    if change.word("event") is None:
        return None
    return _template(
        change,
        status=change.word("event", 64),
        reason=_status_reason(change),
        category=change.word("message_template_category", 64),
    )


def _status_reason(change: Change) -> str | None:
    told = [change.word("reason")]
    for name, fields in (
        ("rejection_info", ("reason", "recommendation")),
        ("other_info", ("title", "description")),
        ("disable_info", ("disable_date",)),
    ):
        found = change.value.get(name)
        if isinstance(found, dict):
            told += [label_of(found.get(field), REASON_LIMIT) for field in fields]
    words = dict.fromkeys(one for one in told if one and one != "NONE")
    return ": ".join(words)[:REASON_LIMIT] or None


def _template_category(change: Change) -> list[Note] | None:
    return _template(change, category=change.word("new_category", 64))


def _template_quality(change: Change) -> list[Note] | None:
    return _template(change, quality=change.word("new_quality_score", 64))


def _template_components(change: Change) -> list[Note] | None:
    return _template(
        change,
        header=change.word("message_template_title", TEMPLATE_NAME_LIMIT),
        body=change.word("message_template_element", 4096),
        footer=change.word("message_template_footer", TEMPLATE_NAME_LIMIT),
    )


def _number_quality(change: Change) -> list[Note] | None:
    event = change.word("event", 64)
    if event is None:
        return None
    limit = change.word("max_daily_conversations_per_business", 64) or change.word("current_limit", 64)
    before = change.word("old_limit", 64)
    words = f"{before} → {limit}" if before and limit else limit or ""
    alert = change.alert(event, words)
    return [
        HealthNote(one, change.at, _QUALITIES.get(event), limit, alert)
        for one in _with_number(change, change.word("display_phone_number", 64))
    ]


def _account_update(change: Change) -> list[Note] | None:
    event = change.word("event", 64)
    if event is None:
        return None
    alert = change.alert(event, ", ".join(_words_in(change.value)))
    return [HealthNote(one, change.at, alert=alert) for one in _with_number(change, change.word("phone_number", 64))]


def _words_in(value: Json) -> Iterator[str]:
    """What the objects beside the event say: kind of violation, restriction and its end, state of a ban."""
    for name in ("violation_info", "restriction_info", "ban_info"):
        found = value.get(name)
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, dict):
                yield from (plain(word) for word in list(one.values())[:5] if isinstance(word, str))


def _account_alerts(change: Change) -> list[Note] | None:
    told = change.value.get("alert_info")
    info: Json = told if isinstance(told, dict) else change.value
    kind = label_of(info.get("alert_type"), 64)
    if kind is None:
        return None
    severity = info.get("alert_severity")
    message = label_of(info.get("alert_description"), REASON_LIMIT) or ""
    known = _SEVERITIES.get(severity) if isinstance(severity, str) else None
    accounts = change.accounts
    if change.value.get("entity_type") == "PHONE_NUMBER":
        number = change.word("entity_id", 64)
        accounts = [one for one in accounts if one.phone_number_id == number] or accounts
    return [HealthNote(one, change.at, alert=change.alert(kind, message, known)) for one in accounts]


def _account_review(change: Change) -> list[Note] | None:
    decision = change.word("decision", 64)
    if decision is None:
        return None
    alert = change.alert(f"REVIEW_{decision}")
    return [HealthNote(one, change.at, alert=alert) for one in change.accounts]


def _capability(change: Change) -> list[Note] | None:
    names = ("max_daily_conversations_per_business", "max_daily_conversation_per_phone")
    limit = next((word for name in names if (word := change.word(name, 64))), None)
    if limit is None and not any(name.startswith("max_") for name in change.value):
        return None
    return [HealthNote(one, change.at, messaging_limit=limit) for one in change.accounts] if limit else []


def _security(change: Change) -> list[Note] | None:
    event = change.word("event", 64)
    if event is None:
        return None
    accounts = _with_number(change, change.word("display_phone_number", 64))
    return [HealthNote(one, change.at, alert=change.alert(event, severity="warning")) for one in accounts]


def _with_number(change: Change, number: str | None) -> Sequence[Account]:
    """The accounts of the number that is named; else those whose number is not known here, else all."""
    digits = _digits(number)
    if not digits:
        return change.accounts
    same = [one for one in change.accounts if _digits(one.display_phone_number) == digits]
    return same or [one for one in change.accounts if not one.display_phone_number] or change.accounts


def _digits(number: str | None) -> str:
    return "".join(c for c in number or "" if c.isdigit())


FIELDS: Mapping[str, Callable[[Change], Sequence[Note] | None]] = MappingProxyType(
    {
        "message_template_status_update": _template_status,
        "template_category_update": _template_category,
        "message_template_quality_update": _template_quality,
        "message_template_components_update": _template_components,
        "phone_number_quality_update": _number_quality,
        "account_update": _account_update,
        "account_alerts": _account_alerts,
        "account_review_update": _account_review,
        "business_capability_update": _capability,
        "security": _security,
    }
)
