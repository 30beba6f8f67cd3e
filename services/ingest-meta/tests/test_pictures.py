"""Customers' pictures at Meta: where one is when the address that was told is over, and what is said of none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_channelkit.media.source import FileAddress
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.files import GraphFiles, fetch_rules
from atd_testing.meta import FakeMeta, create_fake_meta
from atd_testing.meta.state import Person

PAGE, ANA = "300100200300400", "7001112223334445"
PORTRAIT = "https://platform-lookaside.fbsbx.com/platform/profilepic/?psid=7001"
Found = FileAddress | Refused | Unsent | Uncertain


@pytest.fixture
def look_up(graph_of: Callable[[FakeMeta], GraphApi], messenger: Account) -> Callable[..., Any]:
    """Where the picture of Ana is, whom the page sees so; None: it does not know her."""
    account = replace(messenger, access_token=type(messenger.access_token)(f"{PAGE}.token"))

    async def found(person: Person | None) -> Found:
        fake = create_fake_meta()
        if person is not None:
            fake.state.people[PAGE, ANA] = person
        return await GraphFiles(graph_of(fake), cast(Any, None), timedelta(seconds=5)).look_up(account, f"person:{ANA}")

    return found


async def test_a_picture_is_looked_up_by_whose_it_is_on_a_host_of_metas(look_up: Callable[..., Any]) -> None:
    assert await look_up(Person(id=ANA, picture=PORTRAIT)) == FileAddress(PORTRAIT)
    rules = fetch_rules("https://graph.facebook.com")
    assert rules.hosts.allow(httpx.URL(PORTRAIT))
    assert not rules.hosts.allow(httpx.URL("https://elsewhere.example/picture.jpg"))


@pytest.mark.parametrize(("person", "code"), [(Person(id=ANA), "file_missing"), (None, "100/2018218")])
async def test_who_shows_no_picture_or_is_not_told_of_has_none_and_nothing_else_waits(
    look_up: Callable[..., Any], person: Person | None, code: str
) -> None:
    found = await look_up(person)
    assert isinstance(found, Refused)
    assert found.code == code
    assert (found.suspends, found.passes) == (False, False), "the account goes on, and nobody asks again"
