"""What WhatsApp keeps beside its accounts: copies of templates and the health of the number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atd_channelkit.answers import Works
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.health import HealthStore, shown
from atd_ingest_whatsapp.templates.store import TemplateStore
from atd_ingest_whatsapp.translate import HealthNote
from atd_servicekit.clock import Clock

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document, Session

_LISTS_CHANGE_WITH = frozenset(("access_token", "business_account_id"))


@dataclass(frozen=True, slots=True)
class WhatsAppExtension:
    """Changes templates and health in the transactions of their account (see `AccountExtension`)."""

    templates: TemplateStore
    health: HealthStore
    clock: Clock

    async def created(self, session: "Session", document: "Document") -> None:
        """Have the templates of a new number read."""
        await self.templates.ask(session, document["_id"], document["updated_at"])

    async def changed(self, session: "Session", document: "Document", names: frozenset[str]) -> None:
        """Have the templates read again when another business account or token lists them."""
        if names & _LISTS_CHANGE_WITH:
            await self.templates.ask(session, document["_id"], document["updated_at"])

    async def deleted(self, session: "Session", document: "Document") -> None:
        """Delete what belongs to the account."""
        await self.templates.forget(session, document["tenant_id"], document["_id"], document["updated_at"])
        await self.health.forget(session, document["_id"])

    def committed(self) -> None:
        """Begin at once with what was asked for."""
        self.templates.look()

    async def checked(self, account: Account, works: Works) -> None:
        """Take the quality that a check was told."""
        note = HealthNote(account, self.clock.now(), quality=works.facts.get("quality_rating"))
        await self.health.note([note])

    async def leaving(self, account: Account) -> None:
        """Meta keeps the subscription: other numbers of the business account need it."""

    async def shown(self, account_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """The health of each account."""
        health = await self.health.of(account_ids)
        return {account_id: {"health": shown(health.get(account_id))} for account_id in account_ids}
