"""The sample tenant and its first administrator, so that a new installation can be used at once."""

import structlog

from atd_gateway.passwords import Passwords
from atd_gateway.settings import GatewaySettings
from atd_gateway.signin import normalise_email
from atd_gateway.store.people import Attendant, EmailTaken, MongoPeople, Tenant
from atd_schemas.ids import uuid5
from atd_schemas.settings_changes import AttendantChanged, AttendantData
from atd_schemas.topics import SETTINGS_CHANGES
from atd_servicekit.kafka import Outgoing
from atd_servicekit.mongo import Session
from atd_servicekit.outbox import next_order
from atd_servicekit.runtime import Runtime

SAMPLE_TENANT = "Clínica Exemplo"
SAMPLE_TENANT_ID = uuid5("sample-tenant", "clinica-exemplo")


async def add_attendant(runtime: Runtime, people: MongoPeople, attendant: Attendant) -> None:
    """Store a new attendant and tell the other services, in one transaction. Raises `EmailTaken`."""
    now = runtime.clock.now()
    event = AttendantChanged(
        id=uuid5("attendant-changed", attendant.id, str(attendant.version)),
        tenant_id=attendant.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source="gateway",
        subject=attendant.id,
        sequence=attendant.version,
        data=AttendantData(attendant_id=attendant.id, name=attendant.name, active=attendant.active),
    )

    async def work(session: Session) -> None:
        await people.add_attendant(attendant, session)
        await runtime.outbox.add(session, [Outgoing.of(SETTINGS_CHANGES, event)], order=next_order(now))

    await runtime.transaction(work)


async def seed(runtime: Runtime, people: MongoPeople, passwords: Passwords, settings: GatewaySettings) -> None:
    """Create them if the settings name an administrator whose e-mail is not in use yet.

    Safe to repeat, and in several processes at once. An administrator who exists keeps their password.
    """
    if not settings.seed_admin_email or settings.seed_admin_password is None:
        return
    email = normalise_email(settings.seed_admin_email)
    now = runtime.clock.now()
    await people.add_tenant(Tenant(SAMPLE_TENANT_ID, SAMPLE_TENANT, now))
    if await people.attendant_by_email(email) is not None:
        return
    administrator = Attendant(
        id=uuid5("sample-attendant", email),
        tenant_id=SAMPLE_TENANT_ID,
        email=email,
        name="Administração",
        role="admin",
        password_hash=await passwords.hash(settings.seed_admin_password.get_secret_value()),
        created_at=now,
    )
    try:
        await add_attendant(runtime, people, administrator)
    except EmailTaken:
        return  # another process was faster
    structlog.get_logger().info("seed.created", tenant_id=administrator.tenant_id, attendant_id=administrator.id)


class Seeding:
    """`seed` as a component, after the passwords'."""

    def __init__(self, runtime: Runtime, people: MongoPeople, passwords: Passwords, settings: GatewaySettings) -> None:
        self._parts = (runtime, people, passwords, settings)

    async def start(self) -> None:
        await seed(*self._parts)

    async def stop(self) -> None:
        return
