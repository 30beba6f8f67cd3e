"""The health of an account: the last word of each kind holds, and the last twenty alerts are kept."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.health import ALERTS_LIMIT, ChannelHealth, noted, shown
from atd_ingest_whatsapp.translate import Alert, HealthNote

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNT = Account(
    id="0192d1a0-0000-7000-8000-000000000001",
    tenant_id="tenant-1",
    name="Loja",
    status="active",
    phone_number_id="700800900100200",
    business_account_id="200300400500600",
    version=1,
    app_secret=b"example-app-secret",
    access_token=SecretStr("token"),
    verify_token=SecretStr("verify"),
)


def note(seconds: int, alert: str | None = None, **said: Any) -> HealthNote:
    told = None if alert is None else Alert(alert, "ACCOUNT_VIOLATION", "critical", "SCAM")
    return HealthNote(ACCOUNT, NOW + timedelta(seconds=seconds), alert=told, **said)


def test_an_account_that_meta_said_nothing_of_has_an_empty_health() -> None:
    assert shown(None) == ChannelHealth(quality=None, messaging_limit=None, alerts=[])


def test_the_last_twenty_alerts_are_kept_newest_first() -> None:
    document = None
    for second in range(30):
        document = noted(document, note(second, f"alert-{second}"))
    document = noted(document, note(3, "alert-3"))
    health = shown(document)
    assert len(health.alerts) == ALERTS_LIMIT
    assert [alert.at for alert in health.alerts] == [NOW + timedelta(seconds=29 - place) for place in range(20)]
    assert health.alerts[0].model_dump(exclude={"at"}) == {
        "type": "ACCOUNT_VIOLATION",
        "code": None,
        "severity": "critical",
        "message": "SCAM",
    }


said = st.fixed_dictionaries(
    {},
    optional={
        "alert": st.sampled_from(["a", "b"]),
        "quality": st.sampled_from(["GREEN", "RED"]),
        "messaging_limit": st.sampled_from(["TIER_2K", "TIER_10K"]),
    },
)


@given(st.lists(said, min_size=1, max_size=4))
def test_any_order_and_repetition_ends_in_the_same_health(told: list[dict[str, str]]) -> None:
    notes = [
        note(second, **{**one, "alert": one.get("alert") and f"{one['alert']}{second}"})
        for second, one in enumerate(told)
    ]
    ends = []
    for order in itertools.permutations(notes):
        document = None
        for one in (*order, *order[:2]):
            document = noted(document, one)
        ends.append(document)
    assert all(end == ends[0] for end in ends)
