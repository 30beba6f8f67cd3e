"""What tenants' ids are called now, made of the settings that are in memory."""

from collections import OrderedDict
from typing import TYPE_CHECKING

from atd_conversation.domain.marking_kinds import names_of
from atd_conversation.domain.names import Names
from atd_conversation.settings_cache import SettingsCache
from atd_servicekit.tenant_cache import MOST_TENANTS

if TYPE_CHECKING:
    from atd_conversation.domain.catalogue import TenantSettings


class NamesLookup:
    """The names of each tenant, made once for each revision of its settings."""

    def __init__(self, settings: SettingsCache) -> None:
        self._settings = settings
        self._made: OrderedDict[str, tuple[TenantSettings, Names]] = OrderedDict()

    async def of(self, tenant_id: str) -> Names:
        """What the tenant's tags, labels and types are called."""
        settings = await self._settings.of(tenant_id)
        made = self._made.get(tenant_id)
        if made is None or made[0] is not settings:
            made = (settings, names_of(settings))
            self._made[tenant_id] = made
            self._made.move_to_end(tenant_id)
            while len(self._made) > MOST_TENANTS:
                self._made.popitem(last=False)
        return made[1]
