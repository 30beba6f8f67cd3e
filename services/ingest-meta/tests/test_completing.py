"""What Meta is asked for beside a webhook, without a server: once for each customer, and only what is told is added."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from atd_channelkit.webhooks.translation import Translation
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.completing import Completer
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.translate import translate
from atd_testing.clock import FakeClock
from atd_testing.meta import webhooks

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = "300100200300400"


class Meta:
    """Tells the names and the picture that it knows, and notes who was asked for."""

    def __init__(self, picture: Any = None, **names: str) -> None:
        self._names = names
        self._picture = picture
        self.asked: list[str] = []

    async def get(self, _account: Account, path: str, **_params: str) -> Any:
        self.asked.append(path)
        return {"name": name, "profile_pic": self._picture} if (name := self._names.get(path)) else {}


@dataclass(frozen=True)
class OneAccount:
    """The accounts in memory."""

    account: Account

    def get(self, account_id: str) -> Account | None:
        return self.account if account_id == self.account.id else None


def completer(meta: Meta, account: Account) -> Completer:
    return Completer(cast(GraphApi, meta), OneAccount(account), FakeClock(NOW))


def written(account: Account, *people: str) -> Translation:
    """A body in which these people write, one after the other."""
    items = [
        webhooks.item(person, PAGE, NOW, message=webhooks.message(f"m_{place}", "Oi"))
        for place, person in enumerate(people)
    ]
    body = webhooks.body("page", webhooks.entry(PAGE, NOW, messaging=items))
    return translate(body, {("page", PAGE): (account,)}, NOW)


def names(translation: Translation) -> list[str | None]:
    return [cast(Any, event).data.contact.name for event in translation.events]


async def test_who_writes_twice_in_one_body_is_asked_for_once_and_others_stay_nameless(messenger: Account) -> None:
    meta = Meta(**{"700": "Ana Souza"})
    complete = await completer(meta, messenger).complete(written(messenger, "700", "701", "700"))
    assert names(complete) == ["Ana Souza", None, "Ana Souza"]
    assert sorted(meta.asked) == ["700", "701"]


async def test_a_name_that_was_told_is_not_asked_for_again(messenger: Account) -> None:
    meta = Meta(**{"700": "Ana Souza"})
    asking = completer(meta, messenger)
    for _ in range(3):
        assert names(await asking.complete(written(messenger, "700"))) == ["Ana Souza"]
    assert meta.asked == ["700"]


async def test_a_translation_without_anything_to_ask_for_is_handed_on_as_it_is(messenger: Account) -> None:
    meta = Meta()
    nothing = Translation(())
    assert await completer(meta, messenger).complete(nothing) is nothing
    assert meta.asked == []


async def test_a_picture_that_is_told_with_the_name_is_announced_and_no_message_waits_for_it(
    messenger: Account,
) -> None:
    meta = Meta("https://platform-lookaside.fbsbx.com/platform/profilepic/?psid=700", **{"700": "Ana Souza"})
    first, again = (await completer(meta, messenger).complete(written(messenger, "700", "700"))).events
    picture = cast(Any, first).data.contact.picture
    assert (picture.provider_id, picture.url) == ("person:700", meta._picture)
    assert cast(Any, again).data.contact.picture.id == picture.id, "the same for a month"
    assert meta.asked == ["700"]


@pytest.mark.parametrize("told", [None, "", 7, "file:///etc/passwd", "javascript:alert(1)", "https://x/" + "a" * 5000])
async def test_a_picture_without_an_address_is_none(messenger: Account, told: Any) -> None:
    (event,) = (await completer(Meta(told, **{"700": "Ana"}), messenger).complete(written(messenger, "700"))).events
    assert (cast(Any, event).data.contact.name, cast(Any, event).data.contact.picture) == ("Ana", None)
