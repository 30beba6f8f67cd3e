"""What Meta says of an account's conduct: warnings and blocks, kept until Meta lets it in again.

{_id: account, action, reason, at}
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from atd_ingest_meta.translate.notes import PolicyNote

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

POLICIES = "policy_notes"
KEPT_FOR = timedelta(days=90)
POLICY_INDEXES = {POLICIES: [IndexModel([("expires_at", 1)], name="expires", expireAfterSeconds=0)]}


@dataclass(frozen=True, slots=True)
class Policy:
    """Meta's last word: `warning`, `block` or `unblock`, and why."""

    action: str
    reason: str | None
    at: datetime


class PolicyNotes:
    """Reads and writes; raises PyMongo's errors."""

    def __init__(self, db: "Database") -> None:
        self._notes = db[POLICIES]

    async def keep(self, notes: Sequence[PolicyNote]) -> None:
        """Keep what is newer than what is known."""
        for note in notes:
            words = {"action": note.action, "reason": note.reason, "at": note.at, "expires_at": note.at + KEPT_FOR}
            try:
                older = {"_id": note.account.id, "at": {"$lt": note.at}}
                await self._notes.update_one(older, {"$set": words}, upsert=True)
            except DuplicateKeyError:
                continue  # what is known is newer

    async def of(self, account_id: str) -> Policy | None:
        """What Meta holds against an account; None when there is nothing, or it was taken back."""
        found = await self._notes.find_one({"_id": account_id})
        if found is None or found["action"] == "unblock":
            return None
        return Policy(found["action"], found["reason"], found["at"])
