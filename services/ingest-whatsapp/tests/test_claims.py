"""An account counts once Meta has confirmed that its credentials speak for its number."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from atd_testing.providers.behaviours import Behaviour
from atd_testing.waiting import eventually
from atd_testing.whatsapp import builders

pytestmark = pytest.mark.asyncio(loop_scope="module")


def number() -> str:
    return str(uuid4().int)[:15]


def text_of(phone_number_id: str) -> bytes:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return builders.text_webhook(phone_number_id, "Oi", at, sender="5511999990000", message_id=f"wamid.{uuid4().hex}")


def refused_once(service: Any, phone_number_id: str, code: int = 100) -> None:
    """Let Meta refuse to speak of this number to whoever asks next."""
    behaviour = Behaviour(kind="error", code=code, on="check", account=phone_number_id)
    service.fake.graph.state.behaviours.append(behaviour)


async def is_proven(service: Any, made: Any, tenant: str | None = None) -> bool:
    shown = await service.client.get(f"/api/v1/channels/{made['id']}", headers=service.headers(tenant))
    return bool(shown.json()["proven"])


async def checked(service: Any, made: Any, tenant: str | None = None) -> Any:
    return await service.client.post(f"/api/v1/channels/{made['id']}/check", headers=service.headers(tenant))


async def test_a_number_is_proven_as_it_is_connected(service: Any) -> None:
    made = await service.connect()
    assert (made["proven"], made["verified_name"]) == (True, "Loja Exemplo")


async def test_a_claim_that_is_not_proven_blocks_nobody_and_receives_nothing(service: Any) -> None:
    claimed, owner = number(), f"tenant-{uuid4()}"
    refused_once(service, claimed)
    claim = await service.connect(phone_number_id=claimed)
    assert not claim["proven"]
    raw = text_of(claimed)
    assert (await service.deliver(f"/{claim['id']}", raw)).status_code == 503

    owned = await service.connect(owner, phone_number_id=claimed)
    assert owned["proven"]
    assert (await service.deliver(f"/{owned['id']}", raw)).status_code == 200
    assert {event.tenant_id for event in await service.of_account(owned["id"], 1)} == {owner}
    late = await checked(service, claim)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert not await is_proven(service, claim)


async def test_a_number_whose_credentials_are_refused_goes_to_whoever_proves_it_next(service: Any) -> None:
    first, second = f"tenant-{uuid4()}", f"tenant-{uuid4()}"
    moved = number()
    before = await service.connect(first, phone_number_id=moved)
    with pytest.raises(AssertionError, match="connected already"):
        await service.connect(second, phone_number_id=moved)
    refused_once(service, moved, code=190)
    assert not (await checked(service, before, first)).json()["ok"]
    assert (await service.connect(second, phone_number_id=moved))["proven"]
    assert not await is_proven(service, before, first)


async def test_a_claim_is_proven_later_by_itself(start: Any) -> None:
    service = await start(account_refresh=timedelta(milliseconds=50))
    claimed = number()
    refused_once(service, claimed)
    claim = await service.connect(phone_number_id=claimed)
    assert not claim["proven"]
    await eventually(lambda: is_proven(service, claim))
    assert (await service.deliver(f"/{claim['id']}", text_of(claimed))).status_code == 200
