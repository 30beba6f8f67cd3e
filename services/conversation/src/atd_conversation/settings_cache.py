"""Companies' settings in memory, for the message path and for what is shown (see `atd_servicekit.tenant_cache`)."""

from collections.abc import Sequence

from atd_conversation.domain.catalogue import CatalogueKind, TenantSettings
from atd_conversation.store.catalogues import Catalogues
from atd_servicekit.clock import Clock
from atd_servicekit.tenant_cache import TenantCache


class SettingsCache(TenantCache[TenantSettings]):
    """The settings of the kinds that are kept in memory."""

    def __init__(self, catalogues: Catalogues, kinds: Sequence[CatalogueKind], clock: Clock) -> None:
        remembered = [kind for kind in kinds if kind.remembered]

        async def read(tenant_id: str) -> TenantSettings:
            return await catalogues.settings(tenant_id, remembered)

        super().__init__(catalogues.revision, read, clock)
