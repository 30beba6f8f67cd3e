"""The conversation service on real servers, for the tests that need it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import FastAPI
from hypothesis import HealthCheck, settings

from atd_conversation.app import create_app
from atd_conversation.commands import Commands, MessageCommands
from atd_conversation.domain.channels import CHANNEL_RULES, Channels
from atd_conversation.handlers import InboundHandler
from atd_conversation.settings import ConversationSettings
from atd_conversation.store.directory import Directory
from atd_conversation.store.files import Files
from atd_conversation.store.inbound import InboundLoader
from atd_conversation.store.indexes import INDEXES
from atd_conversation.store.queries import Queries
from atd_conversation.store.unit import Stale, UnitStore
from atd_schemas.envelope import Envelope
from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundAttachment, InboundFile, InboundFileData, inbound_subject
from atd_schemas.topics import INBOUND_EVENTS, OUTBOUND_BY_CHANNEL, Topic, adapter, registry
from atd_servicekit.clock import Clock, SystemClock
from atd_servicekit.files import file_key
from atd_servicekit.idempotency import IDEMPOTENCY_INDEXES
from atd_servicekit.identity import Identity
from atd_servicekit.kafka import Outgoing
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_servicekit.outbox import OUTBOX, OUTBOX_INDEXES, Outbox
from atd_testing.app import running
from atd_testing.identity import identity_headers
from atd_testing.inbound import customer_message, record_of
from atd_testing.keys import service_keys
from atd_testing.topics import create_topics

# How long an example takes says more about the machine than about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# The default prints local variables of every frame, which takes longer than most tests.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])

CHANNELS = Channels(CHANNEL_RULES, OUTBOUND_BY_CHANNEL)
EVERYTHING = ("conversations:read", "conversations:write", "conversations:assign", "contacts:read")


class Parts:
    """Everything between Kafka and HTTP on one side and MongoDB on the other, without either of the former."""

    def __init__(self, mongo: Mongo, clock: Clock | None = None, channels: Channels = CHANNELS) -> None:
        self.channels = channels
        self.mongo = mongo
        self.db = mongo.db
        self.clock = clock or SystemClock()
        self.store = UnitStore(mongo.db, Outbox(mongo.db, self.clock))
        self.queries = Queries(mongo.db)
        self.directory = Directory(mongo.db)
        self.files = Files(mongo.db)
        self.commands = Commands(self.queries, self.store, self.directory, self.files, channels, self.clock)
        self.message_commands = MessageCommands(
            self.queries, self.store, self.directory, self.files, channels, self.clock
        )

    def with_channels(self, channels: Channels) -> "Parts":
        """The same database, with other rules of channels."""
        return Parts(self.mongo, self.clock, channels)

    def another(self, clock: Clock) -> "Parts":
        """Another process, with a clock of its own."""
        return Parts(self.mongo, clock)

    def handler(self, loader: InboundLoader | None = None) -> InboundHandler:
        return InboundHandler(
            loader or InboundLoader(self.db, self.channels), self.store, self.mongo.transaction, self.clock
        )

    async def take(self, *events: Envelope, loader: InboundLoader | None = None) -> None:
        """One batch, as the kit hands it over: what fails as a whole is tried record by record."""
        handler = self.handler(loader)
        records = [record_of(event, offset) for offset, event in enumerate(events)]
        try:
            await handler(records)
        except Stale:
            for record in records:
                await handler([record])

    async def change(self, tenant_id: str, conversation_id: str, decide: Any) -> Any:
        """As an attendant does it over HTTP."""
        return await self.mongo.transaction(
            lambda session: self.commands.change(
                session, identity(tenant_id), conversation_id, decide, request_id="request"
            )
        )

    async def say(self, tenant_id: str, conversation_id: str, draft: Any) -> Any:
        return await self.mongo.transaction(
            lambda session: self.commands.say(session, identity(tenant_id), conversation_id, draft, request_id="r")
        )

    async def all(self, collection: str) -> list[Any]:
        return await self.db[collection].find().sort("_id").to_list(None)

    async def outbox(self) -> list[Any]:
        """Every event in the outbox, in the order in which the relay publishes."""
        rows = await self.db[OUTBOX].find().sort([("order", 1), ("part", 1), ("_id", 1)]).to_list(None)
        return [_parsed(r["t"], r["v"]) for row in rows for r in row["records"]]


def identity(tenant_id: str, actor_id: str = "bia") -> Identity:
    return Identity(tenant_id, "attendant", actor_id, "Bia", frozenset(EVERYTHING))


def _parsed(topic: str, value: bytes) -> Any:
    return adapter(next(one for one in registry() if one.name == topic)).validate_json(value)


class Reader:
    """What is written to a topic from now on, in the order of each partition."""

    def __init__(self, bootstrap: str, topic: Topic) -> None:
        self._topic = topic
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
        self.records: list[Any] = []

    async def start(self) -> None:
        await self._consumer.start()
        await self._consumer._client.force_metadata_update()
        numbers = self._consumer.partitions_for_topic(self._topic.name) or range(self._topic.partitions)
        places = [TopicPartition(self._topic.name, number) for number in numbers]
        self._consumer.assign(places)
        for place, end in (await self._consumer.end_offsets(places)).items():
            self._consumer.seek(place, end)

    async def stop(self) -> None:
        await self._consumer.stop()

    async def until(self, enough: Callable[[list[Any]], bool], tenant_id: str = "", timeout: float = 30.0) -> list[Any]:
        """The events of a tenant (or all), once they are enough."""
        found: list[Any] = []
        try:
            async with asyncio.timeout(timeout):
                while not enough(found):
                    batch = await self._consumer.getmany(timeout_ms=100)
                    self.records += [record for records in batch.values() for record in records]
                    found = [event for event in map(self._event, self.records) if tenant_id in ("", event.tenant_id)]
        except TimeoutError:
            pytest.fail(f"not enough on {self._topic.name}: {[(e.type, e.subject, e.sequence) for e in found]}")
        return found

    def _event(self, record: Any) -> Any:
        return adapter(self._topic).validate_json(record.value)


class Service:
    """One process of the service, running."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, of: ConversationSettings) -> None:
        self.app = app
        self.http = client
        self.settings = of
        self.runtime = app.state.runtime
        self.db = self.runtime.mongo.db
        self.file_store = next(one for one in self.runtime._components if hasattr(one, "put"))

    def headers(self, tenant_id: str, permissions: tuple[str, ...] = EVERYTHING, **who: Any) -> dict[str, str]:
        chosen = {"actor_id": "bia", "actor_name": "Bia", **who}
        return identity_headers(tenant_id=tenant_id, permissions=permissions, **chosen)

    async def publish(self, *events: Envelope, topic: Topic = INBOUND_EVENTS, traceparent: str | None = None) -> None:
        await self.runtime.producer.publish([Outgoing.of(topic, event, traceparent) for event in events])

    async def take(self, *events: Envelope) -> None:
        """What the consumer does with a batch, without the way through Kafka."""
        handler = self.runtime._subscriptions[0].handler
        await handler([record_of(event, offset) for offset, event in enumerate(events)])
        self.runtime.outbox.committed()

    async def learn(self, *events: Envelope) -> None:
        """What the consumer of settings does with a batch."""
        handler = self.runtime._subscriptions[1].handler
        await handler([record_of(event, offset) for offset, event in enumerate(events)])


class Desk:
    """A tenant of one test, seen by one attendant."""

    def __init__(self, service: Any, tenant_id: str | None = None, **who: Any) -> None:
        self.service = service
        self.tenant = tenant_id or uuid7()
        self.account = f"acc-{self.tenant}"
        self.headers = service.headers(self.tenant, **who)
        self.who = who
        self._written = 0

    def seen_by(self, **who: Any) -> "Desk":
        """The same tenant, seen by somebody else."""
        return Desk(self.service, self.tenant, **who)

    def stranger(self) -> "Desk":
        """Another tenant's."""
        return Desk(self.service)

    def colleague(self, actor_id: str = "caio", **more: Any) -> "Desk":
        return Desk(self.service, self.tenant, actor_id=actor_id, actor_name=actor_id.title(), **more)

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        headers = {**self.headers, **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return await self.service.http.request(method, f"/api/v1{path}", headers=headers, **more)

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def do(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = await self.ask(method, path, body, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str, list[str]]:
        """Status, code and fields of a problem, whose shape is checked."""
        answer = await self.ask(method, path, body, **more)
        return _problem(answer)

    async def uploaded(self, name: str, data: bytes) -> Any:
        """The view of a file that the attendant uploads."""
        return await self.do("POST", "/attachments", files={"file": (name, data, "application/x-claimed")})

    async def received(self, data: bytes, mime_type: str = "image/jpeg") -> str:
        """The id of a file that a customer sends and that is fetched: what its channel does is done here."""
        attachment_id, external_id = uuid7(), uuid7()
        more: dict[str, Any] = {"kind": "image", "customer": "5511988887777", "text": None}
        announced = InboundAttachment(id=attachment_id, provider_id="1110001", mime_type=mime_type)
        now = self.service.runtime.clock.now()
        await self.service.take(
            customer_message(self.tenant, self.account, external_id, occurred_at=now, attachments=(announced,), **more)
        )
        stored = await self.service.file_store.put(
            file_key(self.tenant, attachment_id), _chunks(data), content_type=mime_type, limit=2**27
        )
        await self.service.take(await self.file_told(attachment_id, "ready", size=stored.size, sha256=stored.sha256))
        return attachment_id

    async def file_told(self, attachment_id: str, state: Literal["ready", "failed"], **more: Any) -> InboundFile:
        """What the channel tells of fetching a file."""
        row = await self.service.db.attachments.find_one({"_id": attachment_id})
        now = self.service.runtime.clock.now()
        data = InboundFileData(
            account_id=self.account,
            channel="whatsapp",
            conversation_id=row["conversation_id"],
            message_id=row["message_id"],
            contact_external_id="5511988887777",
            attachment_id=attachment_id,
            state=state,
            **more,
        )
        return InboundFile(
            id=uuid7(),
            tenant_id=self.tenant,
            occurred_at=now,
            recorded_at=now,
            source="test",
            subject=inbound_subject(self.account, "5511988887777"),
            data=data,
        )

    async def written(self, customers: int = 1, each: int = 1, **more: Any) -> list[str]:
        """Ids of conversations that customers begin, the oldest first."""
        ids = []
        for customer in range(self._written, self._written + customers):
            values = {"occurred_at": self.service.runtime.clock.now(), **more}
            await self.service.take(
                *(
                    customer_message(
                        self.tenant, self.account, f"w{customer}-{n}", customer=f"55119999{customer:05}", **values
                    )
                    for n in range(each)
                )
            )
            row = await self.service.db.conversations.find_one({"tenant_id": self.tenant}, sort=[("number", -1)])
            ids.append(row["_id"])
        self._written += customers
        return ids

    async def pages(self, path: str, **params: Any) -> list[Any]:
        """The items of every page, one after the other."""
        found: list[Any] = []
        cursor: str | None = None
        for _ in range(100):
            page = await self.get(path, **params, **({"cursor": cursor} if cursor else {}))
            assert len(page["items"]) <= params.get("limit", 50)
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found
        raise AssertionError("the list does not end")


def _problem(answer: Any) -> tuple[int, str, list[str]]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert {"type", "title", "status", "detail", "code", "request_id"} <= body.keys() <= {*_MEMBERS, "errors"}
    assert body["type"] == f"urn:atendimento:problem:{body['code']}"
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["x-request-id"]
    assert all(error.keys() == {"field", "message"} for error in body.get("errors", ()))
    return answer.status_code, body["code"], [error["field"] for error in body.get("errors", ())]


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


_MEMBERS = ("type", "title", "status", "detail", "code", "request_id")


@pytest.fixture(scope="session")
def topics(kafka_bootstrap: str) -> str:
    asyncio.run(create_topics(kafka_bootstrap))
    return kafka_bootstrap


@pytest.fixture(scope="session")
def make_settings(topics: str, mongodb_url: str) -> Callable[[str], ConversationSettings]:
    def make(database: str) -> ConversationSettings:
        values: dict[str, Any] = {
            "KAFKA_BOOTSTRAP_SERVERS": topics,
            "MONGODB_URL": mongodb_url,
            "mongodb_database_prefix": f"{database}_",
            "files_database": f"{database}_files",
            **service_keys("conversation"),
        }
        return ConversationSettings(**values)

    return make


@pytest.fixture
async def parts(mongodb_url: str, database_name: str) -> AsyncIterator[Parts]:
    """Stores, handlers and commands on a database of their own, without Kafka."""
    mongo = Mongo(mongodb_url, database_name, Metrics())
    await mongo.ensure_indexes({**INDEXES, **OUTBOX_INDEXES, **IDEMPOTENCY_INDEXES})
    yield Parts(mongo)
    await mongo.client.drop_database(database_name)
    mongo.close()


Start = Callable[..., Any]


@asynccontextmanager
async def _services(make: Callable[[str], ConversationSettings]) -> AsyncIterator[Start]:
    """Starts processes of one service: they share a database and a group."""
    chosen = make(f"test_{uuid4().hex}")
    async with AsyncExitStack() as stack:

        async def start(**more: Any) -> Service:
            app = create_app(chosen, **more)
            return Service(app, await stack.enter_async_context(running(app)), chosen)

        yield start
    database = chosen.database_name("conversation")
    mongo = Mongo(chosen.mongodb_url.get_secret_value(), database, Metrics())
    await mongo.client.drop_database(database)
    await mongo.client.drop_database(chosen.files_database)
    mongo.close()


@pytest.fixture
async def start(make_settings: Callable[[str], ConversationSettings]) -> AsyncIterator[Start]:
    async with _services(make_settings) as starter:
        yield starter


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(make_settings: Callable[[str], ConversationSettings]) -> AsyncIterator[Service]:
    """One process for all tests of a module; each takes a tenant of its own."""
    async with _services(make_settings) as starter:
        yield await starter()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(service: Service) -> Desk:
    """A tenant of one test."""
    return Desk(service)


@pytest.fixture
def problem() -> Any:
    """Status, code and fields of an answer that must be a problem."""
    return _problem


@pytest.fixture
async def read_topic(topics: str) -> AsyncIterator[Callable[[Topic], Any]]:
    async with AsyncExitStack() as stack:

        async def read(topic: Topic) -> Reader:
            reader = Reader(topics, topic)
            await reader.start()
            stack.push_async_callback(reader.stop)
            return reader

        yield read
