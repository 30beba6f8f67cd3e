"""Which accounts a webhook speaks for, and which of them comes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import Reference
from atd_channelkit.webhooks.proof import AccountProof
from atd_channelkit.webhooks.reader import NamedAccounts, WebhookDescription, WebhookReader, in_header
from atd_channelkit.webhooks.translation import Translation
from atd_servicekit.problems import Problem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NUMBER = ("number", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyAccount(Account):
    secret: bytes


def account(account_id: str, secret: bytes, version: int = 1) -> ToyAccount:
    return ToyAccount(
        id=account_id, tenant_id="tenant-1", kind="app", name="Loja", status="active", version=version, secret=secret
    )


@dataclass(frozen=True)
class Accounts:
    found: Mapping[Reference, Sequence[ToyAccount]]

    async def find_referenced(self, references: Sequence[Reference]) -> Mapping[Reference, Sequence[ToyAccount]]:
        return {one: self.found[one] for one in references if one in self.found}


READER: WebhookReader[ToyAccount] = WebhookReader(
    description=WebhookDescription(provider="Toy", proof_header="X-Toy", proof="the secret"),
    secrets=lambda one, _now: (one.secret,),
    proving=in_header("X-Toy"),
    translate=lambda _payload, _accounts, _now, _received_at: Translation(()),
    named=lambda payload: NamedAccounts(about=tuple(("number", one) for one in payload)),
)


def proof(*owners: ToyAccount) -> AccountProof[ToyAccount]:
    return AccountProof(READER, Accounts({NUMBER: owners}))


def ids(found: Mapping[Any, Sequence[ToyAccount]]) -> list[str]:
    return [one.id for one in found.get(NUMBER, ())]


async def test_a_part_belongs_to_the_account_of_the_address_before_any_other_that_has_its_number() -> None:
    """One that was disconnected lately may still be in memory."""
    own, earlier = account("own", b"s"), account("earlier", b"s")
    accounts = await proof(earlier, own).at_own_address(["1"], own, frozenset([b"s"]), NOW)
    assert (accounts.first, ids(accounts.named)) == (own, ["own", "earlier"])


async def test_the_account_of_the_address_is_covered_when_it_was_changed_while_the_body_arrived() -> None:
    read_before, changed = account("own", b"s"), account("own", b"another", version=2)
    accounts = await proof(changed).at_own_address(["1"], read_before, frozenset([b"s"]), NOW)
    assert ids(accounts.named) == ["own"]


async def test_an_account_without_a_secret_that_proves_is_not_covered() -> None:
    own, other = account("own", b"s"), account("other", b"another")
    accounts = await proof(other).at_own_address(["1"], own, frozenset([b"s"]), NOW)
    assert ids(accounts.named) == []


async def test_at_the_shared_address_only_a_named_account_can_prove() -> None:
    holder, other = account("holder", b"s"), account("other", b"another")
    accounts = await proof(other, holder).at_shared_address(["1"], b"", {b"x-toy": b"s"}, NOW)
    assert (accounts.first, ids(accounts.named)) == (holder, ["holder"])
    with pytest.raises(Problem) as unknown:
        await proof(holder).at_shared_address(["2"], b"", {b"x-toy": b"s"}, NOW)
    with pytest.raises(Problem) as unproven:
        await proof(holder).at_shared_address(["1"], b"", {b"x-toy": b"wrong"}, NOW)
    assert (unknown.value.status, unproven.value.status) == (404, 401)
