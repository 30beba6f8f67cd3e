"""A company of a story: its people, its number, the customers who write to it, and what really went out."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from atd_testing.providers import WebhookSettings
from atd_testing.waiting import eventually
from atd_testing.whatsapp import SentMessage
from atd_testing.whatsapp.builders import status_webhook, text_webhook, wamid
from tests.harness.graph import Graph
from tests.harness.people import PASSWORD, Account, add_companies, api, connect, sign_in
from tests.harness.provider import Provider
from tests.harness.reading import Json, conversations, messages
from tests.harness.system import FAKE, System


@dataclass(frozen=True, slots=True)
class Person:
    """An attendant who can sign in."""

    id: str
    name: str
    email: str
    password: str = PASSWORD


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody outside, by their phone (digits)."""

    name: str = "Marina Alves"
    phone: str = "5511988880001"


MARINA = Customer()
RUI = Customer("Rui Prado", "5511988880002")


@dataclass(frozen=True, slots=True)
class Office:
    """A company. `client` is the public API on behalf of Ana, its administrator.

    Who writes, and of whom is spoken, if nobody is named, is `marina`: stories that share a company have one each.
    """

    system: System
    account: Account
    client: httpx.AsyncClient
    provider: Provider
    graph: Graph
    ana: Person
    marina: Customer = MARINA
    sent_before: int = 0
    """How many messages had gone out when the story began."""

    async def for_story(self, marina: Customer) -> Office:
        """The same company for one more story, with a customer of its own."""
        return replace(self, marina=marina, sent_before=len(await self.graph.sent()))

    async def went(self) -> list[SentMessage]:
        """What reached the provider since the story began, in order."""
        return (await self.graph.sent())[self.sent_before :]

    async def hire(self, name: str, *, role: str = "attendant", **more: str) -> Person:
        """One attendant more; `more` as the API takes it."""
        email = f"{name.split(maxsplit=1)[0].lower()}-{self.marina.phone}-{self.account.id}@example.com"
        body = {"name": name, "email": email, "password": PASSWORD, "role": role, **more}
        answer = await self.client.post("/attendants", json=body)
        assert answer.is_success, answer.text
        return Person(answer.json()["id"], name, email)

    async def receives(self, *texts: str, of: Customer | None = None) -> None:
        """A customer writes; returns when Meta's webhooks were taken."""
        of = of or self.marina
        await self.provider.write(of.phone, texts, name=of.name)

    async def received_long_ago(self, text: str, age: timedelta, *, of: Customer | None = None) -> None:
        """A customer wrote some time ago, and Meta tells it only now."""
        of = of or self.marina
        number, message_id = self.account.phone_number_id, wamid(f"{self.account.id}/{of.phone}/{text}")
        at = datetime.now(UTC) - age
        raw = text_webhook(number, text, at, sender=of.phone, message_id=message_id, name=of.name)
        await self.provider.deliver(raw)

    async def receives_kind(self, kind: str, *, of: Customer | None = None, **fields: Any) -> str:
        """A customer sends something of another kind (`CustomerMessage` has the fields); its id at the provider."""
        of = of or self.marina
        message = {
            "phone_number_id": self.account.phone_number_id,
            "sender": of.phone,
            "name": of.name,
            "kind": kind,
            **fields,
        }
        async with httpx.AsyncClient(base_url=self.system.url(FAKE), trust_env=False, timeout=30) as fake:
            answer = await fake.post("/_fake/messages", json=[message])
        assert answer.is_success, answer.text
        return str(answer.json()["message_ids"][0])

    async def receives_file(
        self, kind: str, content: bytes, mime_type: str, filename: str | None = None, *, of: Customer | None = None
    ) -> None:
        """A customer sends a file."""
        file = {"data": base64.b64encode(content).decode(), "mime_type": mime_type, "filename": filename}
        await self.receives_kind(kind, of=of, file=file)

    async def sent(self, text: str) -> list[str]:
        """The ids at the provider of every message with this text that reached it."""
        return [one.message_id for one in await self.went() if one.text == text]

    async def went_out(self, text: str) -> str:
        """Wait until the provider has the message, exactly once; its id there."""
        found = await eventually(lambda: self.sent(text), message=f"{text!r} at the provider")
        assert len(found) == 1
        return found[0]

    async def receipt(self, text: str, state: str, *, of: Customer | None = None) -> None:
        """The customer's phone says what became of the message with this text."""
        of = of or self.marina
        message_id = await self.went_out(text)
        number = self.account.phone_number_id
        raw = status_webhook(number, message_id, state, datetime.now(UTC), recipient=of.phone)
        await self.provider.deliver(raw)

    async def conversation(self, of: Customer | None = None) -> Json:
        """The newest conversation of a customer, as soon as there is one."""
        name = (of or self.marina).name

        async def found() -> Json:
            known = await conversations(self.client)
            return next((one for one in known if one["contact"]["name"] == name), {})

        return await eventually(found, message=f"a conversation with {name}")

    async def becomes(self, *statuses: str, of: Customer | None = None) -> None:
        """Wait until the customer's conversation has one of these states."""

        async def is_so() -> bool:
            return (await self.conversation(of))["status"] in statuses

        await eventually(is_so, message=f"{(of or self.marina).name}'s conversation to be {' or '.join(statuses)}")

    async def texts(self, of: Customer | None = None) -> list[str]:
        """What stands in the customer's conversation according to the API, the oldest first."""
        conversation = await self.conversation(of)
        return [one["text"] for one in await messages(self.client, conversation["id"])]

    async def kept(self, text: str, of: Customer | None = None) -> None:
        """Wait until a text stands in the customer's conversation according to the API."""

        async def stands() -> bool:
            return text in await self.texts(of)

        await eventually(stands, message=f"{text!r} in the conversation of {(of or self.marina).name}")

    async def answers(self, text: str, *, of: Customer | None = None, person: Person | None = None) -> None:
        """A colleague (or Ana, elsewhere) answers, by the API."""
        conversation = await self.conversation(of)
        async with self.as_person(person or self.ana) as client:
            answer = await client.post(
                f"/conversations/{conversation['id']}/messages", json={"kind": "text", "text": text}
            )
        assert answer.is_success, answer.text

    @asynccontextmanager
    async def as_person(self, person: Person) -> AsyncIterator[httpx.AsyncClient]:
        """The public API on behalf of somebody."""
        body = {"email": person.email, "password": person.password}
        async with httpx.AsyncClient(base_url=self.system.public_url, trust_env=False, timeout=30) as client:
            answer = await client.post("/api/v1/auth/login", json=body)
        answer.raise_for_status()
        async with api(self.system, answer.json()["access_token"]) as client:
            yield client


@asynccontextmanager
async def opened_office(system: System) -> AsyncIterator[Office]:
    """A company with one connected number and its administrator; receipts come only when a story says so."""
    (company,) = await add_companies(system, 1)
    async with api(system, await sign_in(system, company)) as client:
        account = await connect(client)
        graph = Graph(system, account)
        await graph.deliver_webhooks(WebhookSettings(receipts=()))
        try:
            async with Provider(account.webhook_url, account) as provider:
                ana = Person(company.attendant_id, "Ana Souza", company.email)
                yield Office(system, account, client, provider, graph, ana)
        finally:
            await graph.close()
