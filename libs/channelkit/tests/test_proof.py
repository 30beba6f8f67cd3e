"""Which accounts a webhook speaks for, and which of them comes first."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import Reference
from atd_channelkit.webhooks.proof import LARGE_BODY_BYTES, SECRETS_LIMIT, AccountProof
from atd_channelkit.webhooks.reader import Headers, WebhookDescription, WebhookReader, in_header
from atd_channelkit.webhooks.translation import Translation
from atd_servicekit.problems import Problem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NUMBER = ("number", "1")
SIGNED = {b"x-toy": b"s"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyAccount(Account):
    secret: bytes


def account(account_id: str, secret: bytes, version: int = 1) -> ToyAccount:
    return ToyAccount(
        id=account_id, tenant_id="tenant-1", kind="app", name="Loja", status="active", version=version, secret=secret
    )


@dataclass(frozen=True)
class Accounts:
    """Accounts of which some are in memory and some must be looked up."""

    found: Mapping[Reference, Sequence[ToyAccount]]
    in_memory: bool = True

    def known(self, references: Sequence[Reference]) -> Mapping[Reference, Sequence[ToyAccount]] | None:
        found = self._of(references)
        return found if self.in_memory and len(found) == len(references) else None

    async def find_referenced(self, references: Sequence[Reference]) -> Mapping[Reference, Sequence[ToyAccount]]:
        return self._of(references)

    def _of(self, references: Sequence[Reference]) -> Mapping[Reference, Sequence[ToyAccount]]:
        return {one: self.found[one] for one in references if one in self.found}


@dataclass
class Prover:
    """Notes how many secrets it was given, and in which thread."""

    tried: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)

    def __call__(self, raw: bytes, headers: Headers, secrets: Iterable[bytes]) -> frozenset[bytes]:
        given = list(secrets)
        self.tried.append(len(given))
        self.threads.append(threading.get_ident())
        return in_header("X-Toy")(raw, headers, given)


def reader(prover: Prover | None = None) -> WebhookReader[ToyAccount]:
    return WebhookReader(
        description=WebhookDescription(provider="Toy", proof_header="X-Toy", proof="the secret"),
        secrets=lambda one, _now: (one.secret,),
        proving=prover or Prover(),
        translate=lambda _payload, _accounts, _now, _received_at: Translation(()),
        named=lambda payload: tuple(("number", one) for one in payload),
        mentioned=lambda raw: tuple(("number", one) for one in raw.decode().split()),
    )


def proof(*owners: ToyAccount, in_memory: bool = True) -> AccountProof[ToyAccount]:
    return AccountProof(reader(), Accounts({NUMBER: owners}, in_memory))


def ids(found: Mapping[Any, Sequence[ToyAccount]]) -> list[str]:
    return [one.id for one in found.get(NUMBER, ())]


@pytest.mark.parametrize("in_memory", [True, False])
async def test_a_part_belongs_to_the_account_of_the_address_before_any_other_that_has_its_number(
    in_memory: bool,
) -> None:
    """One that was disconnected lately may still be in memory."""
    own, earlier = account("own", b"s"), account("earlier", b"s")
    accounts = await proof(earlier, own, in_memory=in_memory).covered(["1"], own, frozenset([b"s"]), NOW)
    assert (accounts.first, ids(accounts.named)) == (own, ["own", "earlier"])


async def test_the_account_of_the_address_is_covered_when_it_was_changed_while_the_body_arrived() -> None:
    read_before, changed = account("own", b"s"), account("own", b"another", version=2)
    accounts = await proof(changed).covered(["1"], read_before, frozenset([b"s"]), NOW)
    assert ids(accounts.named) == ["own"]


async def test_an_account_without_a_secret_that_proves_is_not_covered() -> None:
    own, other = account("own", b"s"), account("other", b"another")
    accounts = await proof(other).covered(["1"], own, frozenset([b"s"]), NOW)
    assert ids(accounts.named) == []


async def test_at_the_shared_address_only_an_account_in_the_body_can_prove() -> None:
    holder, other = account("holder", b"s"), account("other", b"another")
    assert await proof(other, holder).at_shared_address(b"1", SIGNED, NOW) == (holder, frozenset([b"s"]))
    with pytest.raises(Problem) as unknown:
        await proof(holder).at_shared_address(b"2", SIGNED, NOW)
    with pytest.raises(Problem) as unproven:
        await proof(holder).at_shared_address(b"1", {b"x-toy": b"wrong"}, NOW)
    assert (unknown.value.status, unproven.value.status) == (404, 401)


async def test_an_unproven_body_is_tried_with_few_secrets_however_many_accounts_it_mentions() -> None:
    prover = Prover()
    many = {("number", str(n)): (account(str(n), str(n).encode()),) for n in range(1000)}
    with pytest.raises(Problem):
        await AccountProof(reader(prover), Accounts(many)).at_shared_address(
            b" ".join(b"%d" % n for n in range(1000)), {}, NOW
        )
    assert prover.tried == [SECRETS_LIMIT]


@pytest.mark.parametrize("size", [10, LARGE_BODY_BYTES])
async def test_the_signature_of_a_large_body_does_not_hold_the_event_loop(size: int) -> None:
    prover, own = Prover(), account("own", b"s")
    proving = AccountProof(reader(prover), Accounts({NUMBER: (own,)}))
    await proving.at_own_address(b"1".ljust(size), SIGNED, own, NOW)
    await proving.at_shared_address(b"1".ljust(size), SIGNED, NOW)
    in_loop = [thread == threading.get_ident() for thread in prover.threads]
    assert in_loop == [size < LARGE_BODY_BYTES] * 2
