"""What companies have decided of automatic messages, in memory and ready to decide by."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol

from atd_conversation.domain.automation.policies import DEFAULT_AUTOMATION, Automation
from atd_conversation.domain.automation.settings import automation_of
from atd_conversation.domain.catalogue import TenantSettings

MOST_TENANTS = 2_000
"""Tenants whose rules are kept; those of others are read from their settings again."""


class Settings(Protocol):
    """Where settings are in memory."""

    async def of(self, tenant_id: str) -> TenantSettings: ...


class Automations:
    """`of(tenant_id)` costs a look into memory most of the time: rules are made of settings once per revision."""

    def __init__(self, settings: Settings | None) -> None:
        """Without `settings` nobody has changed anything."""
        self._settings = settings
        self._made: OrderedDict[str, tuple[TenantSettings, Automation]] = OrderedDict()

    async def of(self, tenant_id: str) -> Automation:
        """All that a company has decided."""
        if self._settings is None:
            return DEFAULT_AUTOMATION
        settings = await self._settings.of(tenant_id)
        made = self._made.get(tenant_id)
        if made is not None and made[0] is settings:
            return made[1]
        automation = automation_of(settings)
        self._made[tenant_id] = (settings, automation)
        self._made.move_to_end(tenant_id)
        while len(self._made) > MOST_TENANTS:
            self._made.popitem(last=False)
        return automation

    async def of_all(self, tenant_ids: Iterable[str]) -> dict[str, Automation]:
        """The same, of several."""
        return {tenant_id: await self.of(tenant_id) for tenant_id in dict.fromkeys(tenant_ids)}
