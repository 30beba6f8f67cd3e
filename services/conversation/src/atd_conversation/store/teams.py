"""Copies of the teams that routing owns: their names, and who is in them.

A change counts the tenant's revision of settings on, so that whoever has the names in memory reads them again.
"""

from typing import TYPE_CHECKING

from atd_conversation.domain.teams import TeamCopy
from atd_conversation.store.directory import if_newer
from atd_conversation.store.indexes import SETTING_REVISIONS, TEAMS
from atd_schemas.settings_changes import TeamChanged

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document


class Teams:
    """Reads and writes by `_id`. A newer change wins whatever the order of arrival."""

    def __init__(self, database: "Database") -> None:
        self._teams = database[TEAMS]
        self._revisions = database[SETTING_REVISIONS]

    async def put(self, event: TeamChanged) -> None:
        """Take a team over."""
        data = event.data
        fields: Document = {"name": data.name, "member_ids": list(data.member_ids), "deleted": data.deleted}
        await self._teams.update_one({"_id": data.team_id}, [if_newer(event, fields, event.revision)], upsert=True)
        await self._revisions.update_one({"_id": event.tenant_id}, {"$inc": {"revision": 1}}, upsert=True)

    async def one(self, tenant_id: str, team_id: str) -> TeamCopy | None:
        """A team of the tenant that is there; None when it is not, or was deleted."""
        row = await self._teams.find_one({"_id": team_id, "tenant_id": tenant_id, "deleted": False})
        return team_of(row) if row else None


def team_of(row: "Document") -> TeamCopy:
    """The team of a document."""
    return TeamCopy(row["_id"], row["name"], frozenset(row["member_ids"]), row["deleted"])
