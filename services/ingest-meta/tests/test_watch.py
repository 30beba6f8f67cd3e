"""What is wrong with an account at Meta is seen, said which in three languages, and mended by one button."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_channelkit.accounts.watch import AccountWarning
from atd_channelkit.answers import Refused, Works
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.subscriptions import FIELDS, INSTAGRAM_FIELDS, PERMISSIONS, Subscriptions
from atd_ingest_meta.policy import Policy
from atd_testing.clock import FakeClock
from atd_testing.meta import Behaviour, FakeMeta, create_fake_meta

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSTAGRAM_ID = "17840000000000001"
EVERYTHING = tuple(sorted({one for names in PERMISSIONS.values() for one in names}))
LANGUAGES = {"pt-BR", "en", "es"}


def texts_of(warning: AccountWarning) -> dict[str, str]:
    """The words of a warning by language, as clients get them."""
    return warning.texts.model_dump(by_alias=True)


@dataclass
class Stored:
    """The accounts of a page and Meta's notes, in memory."""

    others: frozenset[str] = frozenset()
    held: Policy | None = None
    asked: list[str | None] = field(default_factory=list)

    async def kinds(self, page_id: str, *, but: str | None = None) -> frozenset[str]:  # noqa: ARG002 - as PageAccounts
        self.asked.append(but)
        return self.others

    async def of(self, account_id: str) -> Policy | None:  # noqa: ARG002 - as PolicyNotes
        return self.held


@dataclass
class Watched:
    """An account, what Meta plays, and who looks."""

    subscriptions: Subscriptions
    fake: FakeMeta
    stored: Stored
    account: Account

    async def codes(self) -> list[str]:
        return [one.code for one in await self.warnings()]

    async def warnings(self) -> Sequence[AccountWarning]:
        found = await self.subscriptions.inspect(self.account)
        assert isinstance(found, Sequence)
        return found


@pytest.fixture
def watched(graph_of: Callable[[FakeMeta], GraphApi], messenger: Account) -> Watched:
    fake, stored = create_fake_meta(), Stored()
    fake.state.rules.permissions = EVERYTHING
    given: Any = stored
    subscriptions = Subscriptions(graph=graph_of(fake), accounts=given, policies=given, clock=FakeClock(NOW))
    return Watched(subscriptions, fake, stored, _with_token(messenger))


def _with_token(account: Account) -> Account:
    return replace(account, access_token=type(account.access_token)(f"{account.own_id}.token"))


@pytest.mark.proves("messenger", "unsubscribed")
async def test_a_page_that_was_unsubscribed_is_seen_and_mended_by_the_button(watched: Watched) -> None:
    [warning] = await watched.warnings()
    assert (warning.code, warning.severity, warning.repairable) == ("unsubscribed", "critical", True)
    assert isinstance(await watched.subscriptions.connect(watched.account), Works)
    assert await watched.codes() == []


async def test_fields_that_are_not_subscribed_are_named(watched: Watched) -> None:
    kept = tuple(one for one in FIELDS["messenger"] if one not in ("message_reads", "messages"))
    watched.fake.state.subscribed[watched.account.own_id] = kept
    [warning] = await watched.warnings()
    assert (warning.code, warning.repairable) == ("fields_missing", True)
    assert all("message_reads, messages" in one for one in texts_of(warning).values())
    await watched.subscriptions.connect(watched.account)
    assert await watched.codes() == []


@pytest.mark.proves("messenger", "permission-named")
@pytest.mark.parametrize("kind", ["messenger", "facebook", "instagram"])
async def test_a_permission_that_is_lost_is_said_by_its_name_in_three_languages(watched: Watched, kind: Any) -> None:
    account = replace(watched.account, kind=kind)
    for lost in PERMISSIONS[kind]:
        watched.fake.state.rules.permissions = EVERYTHING
        await watched.subscriptions.connect(account)
        watched.fake.state.rules.permissions = tuple(one for one in EVERYTHING if one != lost)
        found = await watched.subscriptions.inspect(account)
        assert isinstance(found, Sequence), lost
        [warning] = found
        assert (warning.code, warning.severity, warning.detail) == ("permission_missing", "critical", lost)
        assert set(texts_of(warning)) == LANGUAGES
        assert all(lost in one for one in texts_of(warning).values())


async def test_a_page_that_may_not_be_subscribed_says_which_permission_is_missing(watched: Watched) -> None:
    watched.fake.state.rules.permissions = ()
    answer = await watched.subscriptions.connect(watched.account)
    assert isinstance(answer, Refused)
    assert (answer.failure, answer.code) == ("permission", "200")
    assert "pages_manage_metadata" in answer.detail


async def test_with_instagram_login_metas_own_words_say_what_is_refused(watched: Watched, instagram: Account) -> None:
    account = _with_token(replace(instagram, login="instagram", page_id=None))
    lost = Behaviour(kind="error", code=10, on="subscribe", details="(#10) instagram_business_basic is needed")
    watched.fake.state.behaviours = [lost]
    found = await watched.subscriptions.inspect(account)
    assert isinstance(found, Sequence)
    [warning] = found
    assert (warning.code, warning.detail) == ("not_told", "(#10) instagram_business_basic is needed")


@pytest.mark.parametrize(("code", "suspends"), [(190, True), (2, False), (4, False)])
async def test_a_dead_token_is_no_warning_but_marks_the_account_and_what_passes_changes_nothing(
    watched: Watched, code: int, suspends: bool
) -> None:
    watched.fake.state.behaviours = [Behaviour(kind="error", code=code, on="subscribe")]
    found = await watched.subscriptions.inspect(watched.account)
    assert isinstance(found, Refused)
    assert found.suspends is suspends


async def test_a_token_that_ends_soon_is_told_a_week_before(watched: Watched) -> None:
    await watched.subscriptions.connect(watched.account)
    watched.fake.state.rules.expires_at = int((NOW + timedelta(days=8)).timestamp())
    assert await watched.codes() == []
    watched.fake.state.rules.expires_at = int((NOW + timedelta(days=6)).timestamp())
    [warning] = await watched.warnings()
    assert (warning.code, warning.detail) == ("token_expires", "2026-03-07")


@pytest.mark.proves("messenger", "policy-shown")
@pytest.mark.parametrize(("action", "code"), [("warning", "policy_warning"), ("block", "policy_block")])
async def test_what_meta_holds_against_an_account_is_shown_with_its_reason(
    watched: Watched, action: str, code: str
) -> None:
    await watched.subscriptions.connect(watched.account)
    watched.stored.held = Policy(action, "Spam", NOW)
    [warning] = await watched.warnings()
    assert (warning.code, warning.detail, set(texts_of(warning))) == (code, "Spam", LANGUAGES)


async def test_a_page_is_subscribed_to_the_fields_of_all_its_accounts_and_narrowed_when_one_leaves(
    watched: Watched,
) -> None:
    page = watched.account.own_id
    watched.stored.others = frozenset({"facebook"})
    await watched.subscriptions.connect(watched.account)
    assert set(watched.fake.state.subscribed[page]) == {*FIELDS["messenger"], *FIELDS["facebook"]}
    await watched.subscriptions.leave(watched.account)
    assert watched.stored.asked[-1] == watched.account.id
    assert set(watched.fake.state.subscribed[page]) == set(FIELDS["facebook"])
    watched.stored.others = frozenset()
    await watched.subscriptions.leave(watched.account)
    assert page not in watched.fake.state.subscribed


async def test_an_instagram_login_account_is_subscribed_itself(watched: Watched, instagram: Account) -> None:
    account = _with_token(replace(instagram, login="instagram", page_id=None))
    await watched.subscriptions.connect(account)
    assert watched.fake.state.subscribed == {INSTAGRAM_ID: INSTAGRAM_FIELDS}
    assert await watched.subscriptions.inspect(account) == []
