"""The composition root: everything of the gateway, wired in one place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from atd_gateway.api.audit import audit_router
from atd_gateway.api.auth import auth_router
from atd_gateway.api.client import client_router
from atd_gateway.api.cookies import Cookies
from atd_gateway.api.edge import Edge, EdgeParts
from atd_gateway.api.headers import SecurityHeaders
from atd_gateway.api.pages import pages_router
from atd_gateway.api.people import DIGEST_PURPOSE, PeopleParts, people_router
from atd_gateway.api.sessions import sessions_router
from atd_gateway.api.web_client import web_client_routes
from atd_gateway.api.ws import ws_route
from atd_gateway.api_documents import ApiDocuments
from atd_gateway.attendants import Attendants, AttendantStore
from atd_gateway.audit_trail import AuditTrail
from atd_gateway.authenticator import Authenticator
from atd_gateway.channels.directory import ChannelDirectory
from atd_gateway.channels.finding import AccountFinder
from atd_gateway.channels.kinds import Kinds
from atd_gateway.channels.listing import MergedList
from atd_gateway.channels.resource import ChannelsResource
from atd_gateway.domain.routes import RouteTable, needs_token, routes_of
from atd_gateway.domain.sessions import Lifetimes
from atd_gateway.domain.tokens import ACCESS_PURPOSE, AccessTokens
from atd_gateway.mail.disabled_webhooks import MAIL_INDEXES, DisabledWebhookMails
from atd_gateway.mail.smtp import Mailer, read_smtp_url
from atd_gateway.metrics import METRICS, GatewayMetrics
from atd_gateway.passwords import Passwords
from atd_gateway.proxy.forward import Proxy
from atd_gateway.proxy.headers import RequestHeaders
from atd_gateway.proxy.upstreams import Upstreams
from atd_gateway.raw_record import RawRecord
from atd_gateway.realtime.devices import DevicePublisher
from atd_gateway.realtime.feed import Feed
from atd_gateway.realtime.feed_start import FeedStart
from atd_gateway.realtime.hub import Hub, Limits
from atd_gateway.realtime.own_conversations import ConversationLookup
from atd_gateway.realtime.presence import PresencePublisher
from atd_gateway.realtime.replay import Replayer
from atd_gateway.realtime.streams import TOPICS, Topics
from atd_gateway.realtime.transient import TransientFrames
from atd_gateway.seed import Seeding
from atd_gateway.settings import GatewaySettings, services_behind
from atd_gateway.settings_stream import SettingsStream
from atd_gateway.signin import FailedSignInLimiter, SignIn
from atd_gateway.store import INDEXES, AuditLog, MongoChannelKeys, MongoPeople, MongoSessions
from atd_gateway.web_files import read_web_files
from atd_schemas.services import SERVICES, Service, channel_services
from atd_schemas.settings_changes import AttendantChanged, ChannelAccountChanged
from atd_schemas.topics import SETTINGS_CHANGES, WEBHOOK_EVENTS
from atd_servicekit.broadcast import Broadcast
from atd_servicekit.clock import Clock
from atd_servicekit.crypto import derive_keys
from atd_servicekit.http_client import create_http_client
from atd_servicekit.identity import IdentitySigner
from atd_servicekit.identity_keys import read_private_key
from atd_servicekit.problems import install_problem_handlers
from atd_servicekit.rates import Rate, RateLimiter
from atd_servicekit.runtime import Runtime

_SIGN_IN_REQUESTS = Rate(per_second=10.0, burst=200)
"""Requests to the sign-in routes from one address; an office has one address for all."""

_DESCRIPTION = """The one public API of Atendimento.

Sign in with `POST /api/v1/auth/login` and send `Authorization: Bearer <access_token>`. JSON, `snake_case`; times are
RFC 3339 in UTC; lists take `limit` and `cursor`; errors are RFC 9457 problems with a stable `code`; every answer
carries `X-Request-Id`. Live events come over the WebSocket `/ws`, described with all topics in `/api/events`."""


@dataclass(frozen=True, slots=True)
class Apps:
    """`public` is the one origin for the world; `internal` has /livez, /readyz and /metrics. One event loop."""

    public: FastAPI
    internal: FastAPI
    runtime: Runtime


def create_app(
    settings: GatewaySettings, *, services: Sequence[Service] = SERVICES, clock: Clock | None = None
) -> FastAPI:
    """The public application; its lifespan starts and stops everything."""
    return create_apps(settings, services=services, clock=clock).public


def create_apps(
    settings: GatewaySettings,
    *,
    services: Sequence[Service] = SERVICES,
    topics: Topics = TOPICS,
    clock: Clock | None = None,
) -> Apps:
    """Both applications, connected to nothing yet. `services` are those behind the gateway."""
    runtime = Runtime.build("gateway", settings, clock=clock)
    runtime.add_indexes(INDEXES)
    metrics = runtime.metrics.declare(GatewayMetrics, METRICS)
    people, sessions = MongoPeople(runtime.mongo.db), MongoSessions(runtime.mongo.db)
    passwords = Passwords(settings.login_concurrency)
    master = settings.master_key.get_secret_value()
    tokens = AccessTokens(settings.access_token_lifetime, *derive_keys(master, ACCESS_PURPOSE))
    authenticator = Authenticator(
        tokens=tokens,
        signer=IdentitySigner(read_private_key(settings.identity_private_key.get_secret_value())),
        sessions=sessions,
        people=people,
        clock=runtime.clock,
        cache_for=settings.identity_cache,
    )
    audit_log = AuditLog(runtime.mongo.db, timedelta(days=settings.audit_days))
    audit = AuditTrail(audit_log, runtime.clock)
    runtime.add_component(passwords)
    runtime.add_component(Seeding(runtime, people, passwords, settings))
    runtime.use_outbox()
    table = RouteTable(routes_of(services))
    upstreams = _upstreams(runtime, settings, services)
    hub = _realtime(runtime, settings, topics, authenticator, sessions, metrics, ConversationLookup(upstreams, table))

    def ended(session_id: str) -> None:
        authenticator.end(session_id)
        hub.end_session(session_id)

    def changed(attendant_id: str) -> None:
        authenticator.forget(attendant_id)
        hub.attendant_changed(attendant_id)

    directory = _settings_changes(runtime, services, changed, metrics)
    _mails(runtime, settings, people, metrics)
    cookies = Cookies(settings)
    web_files = read_web_files(settings.web_root) if settings.web_root else None
    routers = [
        *_people(runtime, settings, people, sessions, passwords, tokens, cookies, audit, ended, changed),
        audit_router(audit_log),
        client_router(settings, web_files.build if web_files else None),
    ]
    public = _public(
        runtime, settings, services, topics, authenticator, audit, cookies, routers, directory, table, upstreams
    )
    public.router.routes.append(ws_route(hub, settings.trusted_networks))
    if web_files:
        public.router.routes += web_client_routes(web_files, settings.public_url, settings.sandbox_url)
    return Apps(public, _internal(runtime), runtime)


def _internal(runtime: Runtime) -> FastAPI:
    """The application of the internal port."""
    internal = FastAPI(title="gateway, internal", docs_url=None, redoc_url=None, openapi_url=None)
    internal.state.runtime = runtime
    install_problem_handlers(internal)
    internal.include_router(runtime.health_router())
    internal.include_router(runtime.keys_router())
    return internal


def _people(
    runtime: Runtime,
    settings: GatewaySettings,
    people: MongoPeople,
    sessions: MongoSessions,
    passwords: Passwords,
    tokens: AccessTokens,
    cookies: Cookies,
    audit: AuditTrail,
    ended: Callable[[str], None],
    renewed: Callable[[str], None],
) -> list[APIRouter]:
    """The routes that sign people in, and those by which they manage each other and themselves."""
    failures = FailedSignInLimiter(settings.login_failures_burst, runtime.clock)
    sign_in = SignIn(
        people=people,
        store=sessions,
        passwords=passwords,
        tokens=tokens,
        lifetimes=Lifetimes(settings.session_idle, settings.session_longest),
        failures=failures,
        transaction=runtime.transaction,
        audit=audit,
        ended=ended,
        clock=runtime.clock,
    )
    attendants = Attendants(
        store=AttendantStore(runtime, people),
        people=people,
        sessions=sessions,
        passwords=passwords,
        failures=failures,
        transaction=runtime.transaction,
        ended=ended,
        renewed=renewed,
        limit=settings.attendants_per_tenant,
        clock=runtime.clock,
    )
    digest_key, *_ = derive_keys(settings.master_key.get_secret_value(), DIGEST_PURPOSE)
    parts = PeopleParts(people, attendants, runtime.transaction, runtime.use_idempotency(), digest_key)
    return [
        auth_router(sign_in, cookies, settings.access_token_lifetime),
        sessions_router(sessions, sign_in, runtime.clock),
        people_router(parts),
    ]


def _public(
    runtime: Runtime,
    settings: GatewaySettings,
    services: Sequence[Service],
    topics: Topics,
    authenticator: Authenticator,
    audit: AuditTrail,
    cookies: Cookies,
    routers: Sequence[APIRouter],
    directory: ChannelDirectory,
    table: RouteTable,
    upstreams: Upstreams,
) -> FastAPI:
    """The application of the public origin, with the proxy and the documents of all services."""

    def own() -> dict[str, Any]:
        return app.openapi()

    documents = ApiDocuments(
        origins=_origins(settings, services),
        client=create_http_client("documents", runtime.metrics, timeout=timedelta(seconds=2)),
        table=table,
        kinds={service.name: service.channels for service in channel_services(services)},
        clock=runtime.clock,
        topics=topics,
        own=own,
        needs_token=lambda path: needs_token(path, table),
    )
    runtime.add_component(documents)
    app = runtime.create_app(
        "Atendimento",
        [*routers, pages_router(documents, landing_page=settings.web_root is None)],
        description=_DESCRIPTION,
        health=False,
    )
    headers = RequestHeaders(settings.public_url)
    proxy = Proxy(upstreams, headers, timeout=settings.upstream_timeout)
    channels = _channels(runtime, settings, services, authenticator, upstreams, proxy, headers, directory)
    _add_edge(app, runtime, settings, authenticator, audit, cookies, proxy, channels, table)
    return app


def _origins(settings: GatewaySettings, services: Sequence[Service]) -> dict[str, str]:
    return {service.name: settings.url_of(service) for service in services_behind(services)}


def _upstreams(runtime: Runtime, settings: GatewaySettings, services: Sequence[Service]) -> Upstreams:
    """The connections to the services behind the gateway."""
    upstreams = Upstreams(
        _origins(settings, services),
        runtime.metrics,
        timeout=settings.upstream_timeout,
        max_connections=settings.upstream_connections,
    )
    runtime.add_component(upstreams)
    return upstreams


def _channels(
    runtime: Runtime,
    settings: GatewaySettings,
    services: Sequence[Service],
    authenticator: Authenticator,
    upstreams: Upstreams,
    proxy: Proxy,
    headers: RequestHeaders,
    directory: ChannelDirectory,
) -> ChannelsResource:
    """The resource over all services that connect channels."""
    names = [service.name for service in channel_services(services)]
    return ChannelsResource(
        proxy,
        names,
        Kinds(services),
        directory,
        AccountFinder(directory, names, upstreams, headers, sign=authenticator.sign, clock=runtime.clock),
        MergedList(names, upstreams, headers),
        MongoChannelKeys(runtime.mongo.db, runtime.clock),
        body_timeout_s=settings.upstream_timeout.total_seconds(),
    )


def _settings_changes(
    runtime: Runtime, services: Sequence[Service], changed: Callable[[str], None], metrics: GatewayMetrics
) -> ChannelDirectory:
    """Who is told what other processes and services change: the directory of channel accounts, and `changed`."""
    skipped = metrics.stream_skipped.labels(SETTINGS_CHANGES.name).inc
    directory = ChannelDirectory(services)
    accounts = SettingsStream(ChannelAccountChanged, directory.take, skipped)
    attendants = SettingsStream(AttendantChanged, lambda change: changed(change.data.attendant_id), skipped)

    async def take(records: Sequence[RawRecord]) -> None:
        await accounts.take(records)
        await attendants.take(records)

    runtime.broadcast(SETTINGS_CHANGES, take, from_beginning=True)
    return directory


def _mails(runtime: Runtime, settings: GatewaySettings, people: MongoPeople, metrics: GatewayMetrics) -> None:
    """Mails to administrators, where the settings have a mail server."""
    if settings.smtp_url is None:
        runtime.log.info("mail.off", because="ATD_SMTP_URL is not set: nobody is mailed about disabled webhooks")
        return
    runtime.add_indexes(MAIL_INDEXES)
    mails = DisabledWebhookMails(
        runtime.mongo.db,
        runtime.use_jobs(concurrency=1),
        runtime.transaction,
        people,
        Mailer(read_smtp_url(settings.smtp_url.get_secret_value()), settings.mail_from),
        settings.public_url,
        settings.mail_language,
        runtime.clock,
        metrics,
    )
    runtime.background("mails", mails.run)
    runtime.broadcast(WEBHOOK_EVENTS, mails.take, from_beginning=True)


def _realtime(
    runtime: Runtime,
    settings: GatewaySettings,
    topics: Topics,
    authenticator: Authenticator,
    sessions: MongoSessions,
    metrics: GatewayMetrics,
    lookup: ConversationLookup,
) -> Hub:
    """The event stream: its memory, its readers, and the connections that follow it."""

    def skipped(topic: str) -> None:
        metrics.stream_skipped.labels(topic).inc()

    feed = Feed(max_events=settings.ws_ring_events, max_bytes=settings.ws_ring_bytes, skipped=skipped)
    readers = {
        topic.name: Broadcast(runtime.kafka, topic, feed.take, from_beginning=False) for topic in topics.streamed
    }
    runtime.add_component(FeedStart(runtime.kafka, feed, readers, recent=settings.ws_ring_events))
    transient = TransientFrames(skipped, metrics, runtime.clock)
    presence = PresencePublisher(runtime.producer, metrics, runtime.clock)
    devices = DevicePublisher(runtime.producer, metrics, runtime.clock)
    for reader in readers.values():
        runtime.add_component(reader)
    for topic in topics.transient:
        runtime.broadcast(topic, transient.take, from_beginning=False)
    hub = Hub(
        feed=feed,
        replayer=Replayer(
            runtime.kafka,
            max_records=settings.ws_replay_records,
            at_once=settings.ws_replays_at_once,
            waiting=settings.ws_replays_waiting,
        ),
        transient=transient,
        presence=presence,
        devices=devices,
        lookup=lookup,
        authenticator=authenticator,
        sessions=sessions,
        limits=Limits(
            connections=settings.ws_connections,
            per_tenant=settings.ws_connections_per_tenant,
            per_attendant=settings.ws_connections_per_attendant,
            lag_events=settings.ws_lag_events,
            lag_bytes=settings.ws_lag_bytes,
            stall=settings.ws_stall,
            heartbeat=settings.ws_heartbeat,
        ),
        metrics=metrics,
        clock=runtime.clock,
        started=runtime.health.started,
    )
    runtime.background("ws-hub", hub.run)
    runtime.background("ws-changes", hub.follow_changes)
    runtime.background("presence", presence.run)
    runtime.background("devices", devices.run)
    return hub


def _add_edge(
    app: FastAPI,
    runtime: Runtime,
    settings: GatewaySettings,
    authenticator: Authenticator,
    audit: AuditTrail,
    cookies: Cookies,
    proxy: Proxy,
    channels: ChannelsResource,
    table: RouteTable,
) -> None:
    """Around the application: security headers, CORS, request context and error answers (kit), then the edge."""
    parts = EdgeParts(
        authenticator=authenticator,
        audit=audit,
        cookies=cookies,
        proxy=proxy,
        channels=channels,
        requests=RateLimiter(Rate(settings.api_rate, settings.api_burst)),
        sign_ins=RateLimiter(_SIGN_IN_REQUESTS),
        trusted=settings.trusted_networks,
        webhooks_in_flight=settings.webhooks_in_flight,
        clock=runtime.clock,
        table=table,
        body_timeout_s=settings.upstream_timeout.total_seconds(),
    )
    app.user_middleware.append(Middleware(Edge, parts=parts))  # innermost: inside the kit's request context
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=sorted(settings.allowed_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-Request-Id"],
            expose_headers=["X-Request-Id", "Retry-After", "ETag"],
            max_age=600,
        )
    app.add_middleware(SecurityHeaders, secure=settings.public_url.startswith("https://"))
