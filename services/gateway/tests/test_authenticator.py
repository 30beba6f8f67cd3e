import asyncio
from datetime import timedelta

import pytest

from atd_gateway.authenticator import Authenticator
from atd_gateway.domain.sessions import Lifetimes, open_session
from atd_gateway.domain.tokens import AccessTokens
from atd_gateway.store.people import Attendant, Tenant
from atd_servicekit.identity import IdentitySigner
from atd_servicekit.identity_keys import read_private_key
from atd_servicekit.problems import Problem
from atd_testing.clock import FakeClock
from atd_testing.keys import IDENTITY_PRIVATE_KEY
from atd_testing.waiting import eventually


class Stores:
    """Sessions and people in memory; counts how often a session is read."""

    def __init__(self, clock):
        now = clock.now()
        lifetimes = Lifetimes(timedelta(days=7), timedelta(days=30))
        self.tenants = {"t1": Tenant("t1", "T", now)}
        self.people = {"a1": Attendant("a1", "t1", "a@b.c", "Ana", "attendant", "", now)}
        self.sessions = {"s1": open_session("s1", "t1", "a1", b"x" * 32, lifetimes, now)}
        self.reads = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def get(self, session_id):
        self.reads += 1
        found = self.sessions.get(session_id)
        await self.gate.wait()
        return found

    async def tenant(self, tenant_id):
        return self.tenants.get(tenant_id)

    async def attendant(self, attendant_id):
        return self.people.get(attendant_id)


@pytest.fixture
async def clock():
    return FakeClock()


@pytest.fixture
async def stores(clock):
    return Stores(clock)


@pytest.fixture
def tokens():
    return AccessTokens(timedelta(minutes=15), b"k" * 32)


@pytest.fixture
def authenticator(stores, clock, tokens):
    cache_for = timedelta(seconds=30)
    signer = IdentitySigner(read_private_key(IDENTITY_PRIVATE_KEY))
    return Authenticator(tokens=tokens, signer=signer, sessions=stores, people=stores, clock=clock, cache_for=cache_for)


def token_of(tokens, clock, **more):
    claims = {"tenant_id": "t1", "attendant_id": "a1", "session_id": "s1", **more}
    return tokens.issue(now=clock.now(), **claims)


async def test_a_sign_in_is_read_once_in_thirty_seconds_however_many_ask(authenticator, stores, tokens, clock):
    token = token_of(tokens, clock)
    found = await asyncio.gather(*(authenticator.authenticate(token) for _ in range(20)))
    assert {one.signed for one in found} == {found[0].signed}
    assert found[0].identity.permissions >= {"conversations:read"}
    assert stores.reads == 1
    clock.advance(timedelta(seconds=31))
    await authenticator.authenticate(token)
    assert stores.reads == 2


async def test_a_changed_role_counts_after_thirty_seconds(authenticator, stores, tokens, clock):
    token = token_of(tokens, clock)
    assert not (await authenticator.authenticate(token)).identity.may("channels:manage")
    stores.people["a1"] = Attendant("a1", "t1", "a@b.c", "Ana", "admin", "", clock.now())
    clock.advance(timedelta(seconds=31))
    assert (await authenticator.authenticate(token)).identity.may("channels:manage")


@pytest.mark.parametrize(
    "change",
    [
        lambda stores: stores.sessions.clear(),
        lambda stores: stores.people.clear(),
        lambda stores: stores.tenants.clear(),
        lambda stores: stores.tenants.update(t1=Tenant("t1", "T", stores.tenants["t1"].created_at, active=False)),
    ],
)
async def test_who_may_not_work_any_more_is_refused_and_not_looked_up_each_time(
    authenticator, stores, tokens, clock, change
):
    change(stores)
    token = token_of(tokens, clock)
    for _ in range(10):
        with pytest.raises(Problem) as refused:
            await authenticator.authenticate(token)
        assert refused.value.status == 401
    assert stores.reads == 1


async def test_a_token_for_another_tenant_than_the_attendants_is_refused(authenticator, stores, tokens, clock):
    stores.tenants["t2"] = Tenant("t2", "Other", clock.now())
    with pytest.raises(Problem):
        await authenticator.authenticate(token_of(tokens, clock, tenant_id="t2"))


async def test_a_sign_in_that_ends_while_it_is_looked_up_is_refused(authenticator, stores, tokens, clock):
    stores.gate.clear()
    looking = asyncio.create_task(authenticator.authenticate(token_of(tokens, clock)))
    await eventually(lambda: stores.reads)
    authenticator.end("s1")
    stores.gate.set()
    with pytest.raises(Problem):
        await looking


async def test_a_role_that_changes_while_it_is_looked_up_counts_from_the_next_request(
    authenticator, stores, tokens, clock
):
    token = token_of(tokens, clock)
    stores.gate.clear()
    looking = asyncio.create_task(authenticator.authenticate(token))
    await eventually(lambda: stores.reads)  # and the attendant with it
    stores.people["a1"] = Attendant("a1", "t1", "a@b.c", "Ana", "admin", "", clock.now())
    authenticator.forget("a1")
    next_one = asyncio.create_task(authenticator.authenticate(token))
    await eventually(lambda: stores.reads == 2)
    stores.gate.set()
    assert not (await looking).identity.may("channels:manage")
    assert (await next_one).identity.may("channels:manage")
    assert (await authenticator.authenticate(token)).identity.may("channels:manage")


async def test_a_caller_is_renewed_by_what_is_true_after_the_last_change(authenticator, stores, tokens, clock):
    caller = await authenticator.authenticate(token_of(tokens, clock))
    assert await authenticator.renew(caller) == caller
    assert stores.reads == 1
    authenticator.forget("a1")
    stores.gate.clear()
    renewing = asyncio.create_task(authenticator.renew(caller))
    await eventually(lambda: stores.reads == 2)  # and the attendant with it
    stores.people["a1"] = Attendant("a1", "t1", "a@b.c", "Ana", "admin", "", clock.now())
    authenticator.forget("a1")
    stores.gate.set()
    renewed = await renewing
    assert renewed.identity.may("channels:manage")
    assert (renewed.session_id, renewed.expires_at) == (caller.session_id, caller.expires_at)
    stores.sessions.clear()
    authenticator.forget("a1")
    with pytest.raises(Problem):
        await authenticator.renew(caller)


async def test_the_present_token_expires_even_when_it_was_seen_before(authenticator, tokens, clock):
    token = token_of(tokens, clock)
    await authenticator.authenticate(token)
    clock.advance(timedelta(minutes=15))
    with pytest.raises(Problem, match="expired"):
        await authenticator.authenticate(token)
