"""The sample tenant and its first administrator, so that a new installation can be used at once."""

import structlog

from atd_gateway.attendants import AttendantStore
from atd_gateway.domain.attendants import normalise_email
from atd_gateway.passwords import Passwords
from atd_gateway.settings import GatewaySettings
from atd_gateway.store.people import Attendant, EmailTaken, MongoPeople, Tenant
from atd_schemas.ids import uuid5
from atd_servicekit.runtime import Runtime

SAMPLE_TENANT = "Clínica Exemplo"
SAMPLE_TENANT_ID = uuid5("sample-tenant", "clinica-exemplo")


async def add_attendant(runtime: Runtime, people: MongoPeople, attendant: Attendant) -> None:
    """Store a new attendant and tell the other services, in one transaction. Raises `EmailTaken`."""
    store = AttendantStore(runtime, people)
    await runtime.transaction(lambda session: store.add(session, attendant))


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
