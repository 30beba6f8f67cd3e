"""Companies and the people who work there, and channel accounts: what a system needs before anybody can write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from atd_gateway.passwords import Passwords
from atd_gateway.store.people import Attendant, MongoPeople, Tenant
from atd_schemas.ids import uuid7
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from tests.harness.system import GATEWAY, System

PASSWORD = "uma senha bem comprida"


@dataclass(frozen=True, slots=True)
class Company:
    """A tenant with one administrator."""

    tenant_id: str
    email: str
    attendant_id: str


@dataclass(frozen=True, slots=True)
class Account:
    """A connected WhatsApp number."""

    id: str
    phone_number_id: str
    business_account_id: str
    app_secret: str
    verify_token: str
    webhook_url: str


async def add_companies(system: System, count: int, *, role: str = "admin") -> list[Company]:
    """Write tenants and administrators into the gateway's database: the API has no route for that yet."""
    mongo = Mongo(system.mongo.url, system.database(GATEWAY), Metrics())
    passwords = Passwords(concurrency=1)
    try:
        people, hashed, now = MongoPeople(mongo.db), await passwords.hash(PASSWORD), datetime.now(UTC)
        companies = []
        for _ in range(count):
            tenant_id, attendant_id = uuid7(), uuid7()
            company = Company(tenant_id, f"ana-{tenant_id}@example.com", attendant_id)
            await people.add_tenant(Tenant(tenant_id, "Loja Exemplo", now))
            await people.add_attendant(
                Attendant(attendant_id, tenant_id, company.email, "Ana Souza", role, hashed, now)
            )
            companies.append(company)
        return companies
    finally:
        await passwords.stop()
        await mongo.close()


async def sign_in(system: System, company: Company) -> str:
    """An access token of the company's administrator."""
    async with httpx.AsyncClient(base_url=system.public_url, trust_env=False, timeout=30) as client:
        answer = await client.post("/api/v1/auth/login", json={"email": company.email, "password": PASSWORD})
        answer.raise_for_status()
        return str(answer.json()["access_token"])


def api(system: System, token: str) -> httpx.AsyncClient:
    """A client of the public API on behalf of whoever has the token."""
    return httpx.AsyncClient(
        base_url=f"{system.public_url}/api/v1",
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=30,
    )


async def connect(client: httpx.AsyncClient, name: str = "Loja", **given: str) -> Account:
    """Connect a WhatsApp number; credentials that are not given are of our own invention."""
    invented = uuid7().replace("-", "")[-12:]
    number = str(int(invented, 16))
    credentials = {
        "phone_number_id": number,
        "business_account_id": f"2{number}",
        "access_token": f"token-{invented}",
        "app_secret": f"secret-{invented}",
        "verify_token": f"verify-{invented}",
        **given,
    }
    answer = await client.post("/channels", json={"kind": "whatsapp", "name": name, "credentials": credentials})
    answer.raise_for_status()
    made: dict[str, Any] = answer.json()
    return Account(
        made["id"],
        credentials["phone_number_id"],
        credentials["business_account_id"],
        credentials["app_secret"],
        credentials["verify_token"],
        made["webhook_url"],
    )
