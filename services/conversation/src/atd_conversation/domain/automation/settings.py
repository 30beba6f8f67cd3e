"""From what a company has saved to the rules that are decided by, and what cannot be saved."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from atd_conversation.domain.automation.acting import VARIABLES
from atd_conversation.domain.automation.hours import Interval, WeeklyHours
from atd_conversation.domain.automation.policies import Automation, FilePolicy, ProtocolPolicy, RatingPolicy
from atd_conversation.domain.automation.rules import AutomaticReply
from atd_conversation.domain.catalogue import CatalogueItem, TenantSettings, Values
from atd_conversation.domain.catalogue_kinds import AUTOMATIC_REPLY
from atd_conversation.domain.placing import REOPEN_WITHIN
from atd_conversation.domain.public_comments import policy_of
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.variables import check_variables
from atd_servicekit.text_variables import parsed
from atd_servicekit.text_words import words_in

RATINGS = "ratings"
PROTOCOL = "protocol"
PUBLIC_COMMENTS = "public-comments"
FILES = "file-too-large"
REOPENING = "reopening"
"""The names of the policies."""


def automation_of(settings: TenantSettings) -> Automation:
    """Everything that a company has decided."""
    replies = tuple(reply_of(item) for item in settings.of(AUTOMATIC_REPLY).values())
    policy = settings.policy
    return Automation(
        replies,
        protocol_of(policy(PROTOCOL)),
        ratings_of(policy(RATINGS)),
        policy_of(policy(PUBLIC_COMMENTS)),
        files_of(policy(FILES)),
        timedelta(hours=policy(REOPENING).get("within_hours", REOPEN_WITHIN / timedelta(hours=1))),
    )


def reply_of(item: CatalogueItem) -> AutomaticReply:
    """The rule that an item of the catalogue is."""
    return reply_of_values(item.id, item.values)


def reply_of_values(reply_id: str, values: Values) -> AutomaticReply:
    """The rule of what was saved, or is about to be."""
    get = values.get
    hours, period = get("hours"), get("period_hours")
    return AutomaticReply(
        id=reply_id,
        name=values["name"],
        trigger=values["trigger"],
        text=values["text"],
        enabled=get("enabled", True),
        position=get("position", 0),
        words=tuple(get("words") or ()),
        closed_by=get("closed_by", "anyone"),
        when=get("when", "always"),
        hours=hours_of(hours) if hours else None,
        channels=tuple(get("channels") or ()),
        period=timedelta(hours=period) if period else None,
    )


def hours_of(values: Mapping[str, Any]) -> WeeklyHours:
    """Weekly hours of what was saved."""
    return WeeklyHours(
        values["zone"],
        tuple(
            Interval(one["day"], time.fromisoformat(one["start"]), time.fromisoformat(one["end"]))
            for one in values["intervals"]
        ),
    )


def protocol_of(values: Values) -> ProtocolPolicy:
    """The policy; what was never set is as it is at first."""
    names = ("on_request", "text", "on_opening", "opening_text")
    found = {name: values[name] for name in names if name in values}
    if "words" in values:
        found["words"] = tuple(values["words"])
    return ProtocolPolicy(**found)


def ratings_of(values: Values) -> RatingPolicy:
    """The policy; what was never set is as it is at first."""
    plain = ("enabled", "after", "language", "question", "thanks", "ask_comment", "comment_question")
    found = {name: values[name] for name in plain if name in values}
    if "expires_after_hours" in values:
        found["expires_after"] = timedelta(hours=values["expires_after_hours"])
    if "correct_minutes" in values:
        found["correct_within"] = timedelta(minutes=values["correct_minutes"])
    return RatingPolicy(**found)


def files_of(values: Values) -> FilePolicy:
    """The policy; what was never set is as it is at first."""
    return FilePolicy(**{name: values[name] for name in ("enabled", "language", "text") if name in values})


def check_automatic_reply(item: CatalogueItem, _: TenantSettings | None = None) -> None:
    """What keeps a rule from being saved. Raises `Refusal` with the field."""
    check_reply_values(item.values)


def check_reply_values(values: Values) -> None:
    """The same, of values that are not saved yet."""
    for name, value in values.items():
        if value is None and name not in ("hours", "period_hours"):
            raise Refusal("invalid", "must not be null", name)
    check_text(values["text"], "text")
    if values["trigger"] == "keyword":
        check_words(values.get("words") or (), "words")
    if values.get("when", "always") != "always":
        if not values.get("hours"):
            raise Refusal("invalid", "are required when the reply depends on them", "hours")
        check_zone(values["hours"]["zone"], "hours.zone")


def check_text(text: str, field_name: str) -> None:
    """Raises `Refusal` for a variable that is broken, unknown, or not known where automatic messages are made."""
    check_variables(text, field_name)
    for variable in parsed(text).variables:
        if variable.name not in VARIABLES:
            detail = f"{variable.name} is not available in automatic messages; there are {', '.join(VARIABLES)}"
            raise Refusal("unknown_variable", detail, field_name)


def check_words(words: "tuple[str, ...] | list[str]", field_name: str) -> None:
    """Raises `Refusal` when there is none, or one without a letter or digit: it would be found nowhere."""
    if not words:
        raise Refusal("invalid", "at least one word or phrase is required", field_name)
    for number, word in enumerate(words):
        if not words_in(word):
            raise Refusal("invalid", "must contain a letter or a digit", f"{field_name}[{number}]")


def check_zone(zone: str, field_name: str) -> None:
    """Raises `Refusal` for what is no time zone."""
    try:
        ZoneInfo(zone)
    except (ValueError, OSError):  # also `ZoneInfoNotFoundError`, which is a `KeyError` besides
        raise Refusal("invalid", "is not a time zone such as America/Sao_Paulo", field_name) from None
    except KeyError:
        raise Refusal("invalid", "is not a time zone such as America/Sao_Paulo", field_name) from None
