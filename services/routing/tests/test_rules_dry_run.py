"""The dry run: what rules would have done with past conversations, beside what did happen."""

from datetime import UTC, datetime, timedelta
from typing import Any

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.customers import UNKNOWN, Customer
from atd_routing.domain.rules.dry_run import Outcome, Past, TeamCount, dry_run
from atd_routing.domain.rules.facts import InsideHours, always_inside
from atd_routing.domain.rules.model import Condition, Rule

OPENED = datetime(2026, 3, 2, 12, tzinfo=UTC)


def past(number: int, text: str = "", *, customer: Customer = UNKNOWN, **values: Any) -> Past:
    conversation = RoutedConversation(
        **{
            "id": f"k{number}",
            "tenant_id": "t",
            "number": number,
            "status": "closed",
            "channel": "whatsapp",
            "account_id": "a1",
            "contact_id": f"c{number}",
            "opened_at": OPENED + timedelta(hours=number),
            "first_text": text,
            **values,
        }
    )
    return Past(conversation, customer)


def open_at(moment: datetime) -> InsideHours:
    return lambda _account, _team: moment < OPENED + timedelta(hours=2)


BOLETO = Rule("boleto", "Boleto", 1, conditions=(Condition("word", ("boleto",)),), team_id="finance", priority="high")
NIGHT = Rule("night", "Noite", 2, conditions=(Condition("hours", ("outside",)),), team_id="night", attendant_id="ana")
OFF = Rule("off", "Desligada", 0, enabled=False, team_id="nobody")


def test_a_dry_run_tells_what_would_have_been_beside_what_happened() -> None:
    ran = dry_run(
        [OFF, NIGHT, BOLETO],
        [
            past(0, "Segunda via do boleto", team_id="finance", priority="high", assignee_id="bia", type_id="t1"),
            past(1, "Oi", team_id="sales"),
            past(3, "Oi", team_id="sales", assignee_id="bia"),
        ],
        open_at,
    )
    assert [(one.rule_ids, one.differs) for one in ran.told] == [(("boleto",), False), ((), False), (("night",), True)]
    assert ran.told[0].would == Outcome(team_id="finance", priority="high")
    assert ran.told[0].happened == Outcome("finance", "bia", "high", "t1")
    assert ran.told[2].would == Outcome(team_id="night", attendant_id="ana")
    assert (ran.differing, ran.unmatched) == (1, 1)
    assert ran.by_rule == (("boleto", 1), ("night", 1))
    assert ran.by_team == (
        TeamCount(None, 1, 0),
        TeamCount("finance", 1, 1),
        TeamCount("night", 1, 0),
        TeamCount("sales", 0, 2),
    )


def test_a_dry_run_looks_at_a_conversation_as_it_was_opened_and_not_as_it_ended() -> None:
    wants = Rule("r", "R", conditions=(Condition("type", ("t1",)),), team_id="sales")
    urgent = Rule("u", "U", conditions=(Condition("priority", ("urgent",)),), team_id="sales")
    (told,) = dry_run([wants, urgent], [past(1, type_id="t1", priority="urgent")], open_at).told
    assert told.rule_ids == ()


def test_a_label_that_the_customer_lacks_is_a_difference() -> None:
    rule = Rule("r", "R", label_ids=("vip",), goes_on=True)
    lacks, has = dry_run([rule], [past(1), past(2, label_ids=("vip", "new"))], open_at).told
    assert (lacks.differs, has.differs) == (True, False)


def test_a_dry_run_changes_nothing() -> None:
    one = past(1, "boleto")
    before = repr(one.conversation)
    dry_run([BOLETO], [one], lambda _moment: always_inside)
    assert repr(one.conversation) == before
