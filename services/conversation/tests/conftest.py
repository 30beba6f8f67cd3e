"""The conversation service on real servers, for the tests that need it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Literal
from uuid import uuid4

import pytest
import pytest_asyncio

from atd_conversation.app import create_app
from atd_conversation.commands import Commands, ContactCommands, MessageCommands
from atd_conversation.commands.contacts import Caller
from atd_conversation.domain.channels import CHANNEL_RULES, Channels
from atd_conversation.handlers import InboundHandler
from atd_conversation.settings import ConversationSettings
from atd_conversation.store.directory import Directory
from atd_conversation.store.files import Files
from atd_conversation.store.inbound import InboundLoader
from atd_conversation.store.indexes import INDEXES
from atd_conversation.store.queries import Queries
from atd_conversation.store.records import Records
from atd_conversation.store.unit import UnitStore
from atd_schemas.envelope import Envelope
from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundAttachment, InboundFile, InboundFileData, inbound_subject
from atd_schemas.topics import (
    INBOUND_EVENTS,
    OUTBOUND_BY_CHANNEL,
    SETTINGS_CHANGES,
    Topic,
    adapter,
    inbound_topic,
    registry,
)
from atd_servicekit.clock import Clock, SystemClock
from atd_servicekit.errors import StaleVersion
from atd_servicekit.files import file_key
from atd_servicekit.idempotency import IDEMPOTENCY_INDEXES
from atd_servicekit.identity import Identity
from atd_servicekit.inbox import INBOX_INDEXES, Inbox
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_servicekit.outbox import OUTBOX, OUTBOX_INDEXES, Outbox
from atd_testing.inbound import customer_message, record_of
from atd_testing.problems import problem_of
from atd_testing.service import RunningService, Servers, TenantClient
from atd_testing.topics import TopicReader

CHANNELS = Channels(CHANNEL_RULES, OUTBOUND_BY_CHANNEL)
EVERYTHING = ("conversations:read", "conversations:write", "conversations:assign", "contacts:read", "contacts:write")


class Parts:
    """Everything between Kafka and HTTP on one side and MongoDB on the other, without either of the former."""

    def __init__(self, mongo: Mongo, clock: Clock | None = None, channels: Channels = CHANNELS) -> None:
        self.channels = channels
        self.mongo = mongo
        self.db = mongo.db
        self.clock = clock or SystemClock()
        self.inbox = Inbox(mongo.db, self.clock)
        self.store = UnitStore(mongo.db, self.inbox, Outbox(mongo.db, self.clock))
        self.queries = Queries(mongo.db)
        self.directory = Directory(mongo.db)
        self.files = Files(mongo.db)
        self.commands = Commands(self.queries, self.store, self.directory, self.files, channels, self.clock)
        self.message_commands = MessageCommands(
            self.queries, self.store, self.directory, self.files, channels, self.clock
        )

        self.records = Records(mongo.db)
        self.contact_commands = ContactCommands(self.records, self.store, channels, self.clock)

    def with_channels(self, channels: Channels) -> "Parts":
        """The same database, with other rules of channels."""
        return Parts(self.mongo, self.clock, channels)

    def another(self, clock: Clock) -> "Parts":
        """Another process, with a clock of its own."""
        return Parts(self.mongo, clock)

    def handler(self, loader: InboundLoader | None = None) -> InboundHandler:
        return InboundHandler(
            loader or InboundLoader(self.db, self.inbox, self.channels), self.store, self.mongo.transaction, self.clock
        )

    async def take(self, *events: Envelope, loader: InboundLoader | None = None) -> None:
        """One batch, as the kit hands it over: what fails as a whole is tried record by record."""
        handler = self.handler(loader)
        records = [record_of(event, offset) for offset, event in enumerate(events)]
        try:
            await handler(records)
        except StaleVersion:
            for record in records:
                await handler([record])

    async def change(self, tenant_id: str, conversation_id: str, decide: Any) -> Any:
        """As an attendant does it over HTTP."""
        return await self.mongo.transaction(
            lambda session: self.commands.change(
                session, tenant_id, identity(tenant_id).actor(), conversation_id, decide, request_id="request"
            )
        )

    async def customer(self, name: str, tenant_id: str, *args: Any, **more: Any) -> Any:
        """A command about customers' records (`name`), as an attendant gives it over HTTP."""
        caller = Caller(tenant_id, identity(tenant_id).actor(), "request")
        command = getattr(self.contact_commands, name)
        return await self.mongo.transaction(lambda session: command(session, caller, *args, **more))

    async def say(self, tenant_id: str, conversation_id: str, draft: Any) -> Any:
        return await self.mongo.transaction(
            lambda session: self.commands.say(
                session, tenant_id, identity(tenant_id).actor(), conversation_id, draft, request_id="r"
            )
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


class Service:
    """One process of the service, running."""

    def __init__(self, running: RunningService) -> None:
        self.http = running.http
        self.settings = running.settings
        self.runtime = running.runtime
        self.db = running.db
        self.app = running.app
        self.file_store = next(one for one in running.runtime.components if hasattr(one, "put"))
        self._running = running

    def headers(self, tenant_id: str, permissions: Iterable[str] = EVERYTHING, **who: Any) -> dict[str, str]:
        return self._running.headers(tenant_id, permissions, **{"actor_id": "bia", "actor_name": "Bia", **who})

    async def publish(self, *events: Any, topic: Topic | None = None, traceparent: str | None = None) -> None:
        """What channel services publish goes to the topic that they choose."""
        for chosen, some in itertools.groupby(events, lambda event: topic or inbound_topic(event)):
            await self._running.publish(chosen, *some, traceparent=traceparent)

    def reading(self, *topics: Topic) -> AbstractAsyncContextManager[TopicReader]:
        """Read what is written to some topics within the block, and nothing of what was done before it."""
        return self._running.reading(*topics)

    async def take(self, *events: Envelope) -> None:
        """What the consumer does with a batch, without the way through Kafka."""
        await self._running.handle(INBOUND_EVENTS, *events)

    async def learn(self, *events: Envelope) -> None:
        """What the consumer of settings does with a batch."""
        await self._running.handle(SETTINGS_CHANGES, *events)


class Desk(TenantClient):
    """A tenant of one test, seen by one attendant."""

    def __init__(
        self, service: Service, tenant_id: str | None = None, permissions: Iterable[str] = EVERYTHING, **who: Any
    ) -> None:
        super().__init__(service, tenant_id, permissions=permissions, **who)
        self.account = f"acc-{self.tenant}"
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

    async def uploaded(self, name: str, data: bytes) -> Any:
        """The view of a file that the attendant uploads."""
        return await self.do("POST", "/attachments", files={"file": (name, data, "application/x-claimed")})

    async def received(self, data: bytes, mime_type: str = "image/jpeg", **told: Any) -> str:
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
        told = {"size": stored.size, "sha256": stored.sha256, **told}
        await self.service.take(await self.file_told(attachment_id, "ready", **told))
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

    async def written(self, customers: int = 1, each: int = 1, *, by: Any = customer_message, **more: Any) -> list[str]:
        """Ids of conversations that customers begin (`by`: or the company's phone), the oldest first."""
        ids = []
        for customer in range(self._written, self._written + customers):
            values = {"occurred_at": self.service.runtime.clock.now(), **more}
            await self.service.take(
                *(
                    by(self.tenant, self.account, f"w{customer}-{n}", customer=f"55119999{customer:05}", **values)
                    for n in range(each)
                )
            )
            row = await self.service.db.conversations.find_one({"tenant_id": self.tenant}, sort=[("number", -1)])
            ids.append(row["_id"])
        self._written += customers
        return ids


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


@pytest.fixture(scope="session")
def stores_database(mongodb_url: str) -> str:
    """Name of a database with every collection and index: to make one takes 0.4 s of CPU."""
    name = f"test_{uuid4().hex}"

    async def make() -> None:
        mongo = Mongo(mongodb_url, name, Metrics())
        await mongo.ensure_indexes({**INDEXES, **INBOX_INDEXES, **OUTBOX_INDEXES, **IDEMPOTENCY_INDEXES})
        await mongo.close()

    asyncio.run(make())
    return name


@pytest.fixture
async def parts(mongodb_url: str, stores_database: str) -> AsyncIterator[Parts]:
    """Stores, handlers and commands on a database in which nothing is, without Kafka."""
    mongo = Mongo(mongodb_url, stores_database, Metrics())
    yield Parts(mongo)
    await mongo.db.command("profile", 0)  # of those that look at what the database did
    await mongo.db["system.profile"].drop()
    for collection in await mongo.db.list_collection_names():
        await mongo.db[collection].delete_many({})
    await mongo.close()


Start = Callable[..., Any]


@asynccontextmanager
async def _services(servers: Servers) -> AsyncIterator[Start]:
    """Starts processes of one service: they share a database and a group."""
    chosen = servers.settings("conversation", ConversationSettings)
    async with AsyncExitStack() as stack:

        async def start(**more: Any) -> Service:
            running = servers.running(create_app(chosen, **more), chosen)
            return Service(await stack.enter_async_context(running))

        yield start
    await servers.drop_databases(chosen)


@pytest.fixture
async def start(servers: Servers) -> AsyncIterator[Start]:
    async with _services(servers) as starter:
        yield starter


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(servers: Servers) -> AsyncIterator[Service]:
    """One process for all tests of a module; each takes a tenant of its own."""
    async with _services(servers) as starter:
        yield await starter()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(service: Service) -> Desk:
    """A tenant of one test."""
    return Desk(service)


@pytest.fixture
def problem() -> Any:
    """Status, code and fields of an answer that must be a problem."""
    return problem_of


@pytest.fixture
async def read_topic(servers: Servers) -> AsyncIterator[Callable[[Topic], Any]]:
    async with AsyncExitStack() as stack:

        async def read(topic: Topic) -> TopicReader:
            return await stack.enter_async_context(TopicReader.reading(servers.kafka_bootstrap, topic))

        yield read
