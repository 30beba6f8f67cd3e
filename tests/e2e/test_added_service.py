"""A service that is added to the list runs with the others: nothing in them or in the harness knows it."""

import httpx

from atd_testing.identity import identity_headers
from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.provider import Provider
from tests.harness.system import System
from tests.services import MESSAGE_COUNTS


async def test_an_added_service_sees_what_customers_write(system: System, shop: Shop, provider: Provider) -> None:
    await provider.write("5511988887777", ["Oi", "Tudo bem?"])
    headers = identity_headers(tenant_id=shop.company.tenant_id, permissions=["conversations:read"])
    async with httpx.AsyncClient(base_url=system.url(MESSAGE_COUNTS.name), trust_env=False) as client:

        async def counted() -> bool:
            answer = await client.get(MESSAGE_COUNTS.prefixes[0].path, headers=headers)
            return bool(answer.json() == {shop.account.id: 2})

        await eventually(counted, message="both messages counted")
