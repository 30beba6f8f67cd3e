"""Copies of what other services own: channel accounts, attendants and templates, by id."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from atd_conversation.store.indexes import ATTENDANTS, CHANNEL_ACCOUNTS, TEMPLATES
from atd_schemas.envelope import Envelope
from atd_schemas.settings_changes import AttendantChanged, ChannelAccountChanged, TemplateChanged
from atd_schemas.views import Named, TemplateView

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document


class Directory:
    """Reads and writes by `_id`. A newer change wins whatever the order of arrival."""

    def __init__(self, database: "Database") -> None:
        self._accounts = database[CHANNEL_ACCOUNTS]
        self._attendants = database[ATTENDANTS]
        self._templates = database[TEMPLATES]

    async def put_account(self, event: ChannelAccountChanged) -> None:
        fields = {"name": event.data.name, "deleted": event.data.deleted}
        await self._accounts.update_one(
            {"_id": event.data.account_id},
            [if_newer(event, fields, event.revision)],
            upsert=True,
        )

    async def put_attendant(self, event: AttendantChanged) -> None:
        data = event.data
        fields = {"name": data.name, "active": data.active, "limited": data.visibility != "all"}
        await self._attendants.update_one(
            {"_id": event.data.attendant_id},
            [if_newer(event, fields, event.revision)],
            upsert=True,
        )

    async def put_template(self, event: TemplateChanged) -> None:
        """A deleted one leaves a mark, so that an older change that comes later does not bring it back."""
        data = event.data
        view = None if data.deleted else data.template.model_dump(mode="json")
        await self._templates.update_one(
            {"_id": _template_id(data.account_id, data.template.name, data.template.language)},
            [if_newer(event, {"template": view}, event.revision)],
            upsert=True,
        )

    async def template(self, tenant_id: str, account_id: str, name: str, language: str) -> TemplateView | None:
        """A template of a channel account of the tenant, whatever its status; None when it is not there."""
        row = await self._templates.find_one({"_id": _template_id(account_id, name, language), "tenant_id": tenant_id})
        return TemplateView.model_validate(row["template"]) if row and row["template"] else None

    async def account_is_deleted(self, tenant_id: str, account_id: str) -> bool:
        """Whether the account is known to be gone; one that is not known yet is taken for alive."""
        row = await self._accounts.find_one({"_id": account_id, "tenant_id": tenant_id}, {"deleted": 1})
        return bool(row and row["deleted"])

    async def is_deactivated(self, tenant_id: str, attendant_id: str) -> bool:
        """Whether the attendant is known to have no account any more; one not known yet is taken for active."""
        row = await self._attendants.find_one({"_id": attendant_id, "tenant_id": tenant_id}, {"active": 1})
        return bool(row and not row["active"])

    async def limited(self, tenant_id: str, attendant_ids: Collection[str]) -> set[str]:
        """Those of the attendants who are known to see their own conversations only."""
        query: Document = {"_id": {"$in": list(attendant_ids)}, "tenant_id": tenant_id, "limited": True}
        rows = await self._attendants.find(query, {"_id": 1}).limit(len(attendant_ids)).to_list(len(attendant_ids) or 1)
        return {row["_id"] for row in rows}

    async def attendant(self, tenant_id: str, attendant_id: str) -> Named | None:
        """An active attendant of the tenant, or None."""
        row = await self._attendants.find_one(
            {"_id": attendant_id, "tenant_id": tenant_id, "active": True}, {"name": 1}
        )
        return Named(id=row["_id"], name=row["name"]) if row else None

    async def attendants(self, tenant_id: str, attendant_ids: Collection[str]) -> dict[str, Named]:
        """The active attendants of the tenant among these, by id."""
        query: Document = {"_id": {"$in": list(attendant_ids)}, "tenant_id": tenant_id, "active": True}
        most = len(attendant_ids) or 1
        rows = await self._attendants.find(query, {"name": 1}).limit(most).to_list(most)
        return {row["_id"]: Named(id=row["_id"], name=row["name"]) for row in rows}


def _template_id(account_id: str, name: str, language: str) -> str:
    return f"{account_id}:{name}:{language}"


def if_newer(event: Envelope, fields: "Document", revision: int) -> "Document":
    """An update stage that leaves the document alone when it already holds a later change.

    Revisions decide. The clocks of two writers may differ, so times decide only for changes that have none: those of a
    version that did not count yet.
    """
    values = {"tenant_id": event.tenant_id, **fields, "changed_at": event.recorded_at}
    place: str = "changed_at"
    at: object = event.recorded_at
    if revision:
        place, at = "revision", revision
        values["revision"] = revision
    older = {"$or": [{"$eq": [{"$type": f"${place}"}, "missing"]}, {"$lte": [f"${place}", at]}]}
    return {"$set": {name: {"$cond": [older, {"$literal": value}, f"${name}"]} for name, value in values.items()}}
