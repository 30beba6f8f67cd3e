"""The health of an account: how Meta rates it, how much it may send, and what Meta warned of."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field
from pymongo import IndexModel, ReplaceOne

from atd_ingest_whatsapp.translate import HealthNote, Note
from atd_schemas.envelope import Timestamp
from atd_servicekit.runtime import Runtime

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document, Session

HEALTH = "account_health"
HEALTH_INDEXES: "Mapping[str, Sequence[IndexModel]]" = {HEALTH: []}  # found by their own ids
ALERTS_LIMIT = 20
"""The latest are kept."""


class HealthAlert(BaseModel):
    """Something that Meta told of the account."""

    type: str = Field(description="Meta's word, or `error:` and the class of the error")
    code: int | None = Field(default=None, description="Meta's error code")
    severity: str = Field(description="`info`, `warning` or `critical`")
    message: str
    at: Timestamp


class ChannelHealth(BaseModel):
    """How an account is doing at Meta; what Meta has not told yet is null."""

    quality: str | None = Field(default=None, description="`GREEN`, `YELLOW`, `RED` or `UNKNOWN`")
    messaging_limit: str | None = Field(
        default=None, description="Different customers a day outside the reply window: `TIER_2K`, or a number"
    )
    alerts: list[HealthAlert] = Field(default_factory=list, description="The last 20, newest first")


def shown(document: "Document | None") -> ChannelHealth:
    """The health as it is answered."""
    if document is None:
        return ChannelHealth()
    alerts = [HealthAlert(**{name: one[name] for name in HealthAlert.model_fields}) for one in document["alerts"]]
    return ChannelHealth(quality=document["quality"], messaging_limit=document["messaging_limit"], alerts=alerts)


def noted(before: "Document | None", note: HealthNote) -> "Document":
    """The document after a note. A repeat, and what is older than what is known, leaves it as it was."""
    document: Document = before or {
        "_id": note.account.id,
        "tenant_id": note.account.tenant_id,
        "quality": None,
        "quality_at": None,
        "messaging_limit": None,
        "messaging_limit_at": None,
        "alerts": [],
    }
    found: dict[str, Any] = {}
    for name, value in (("quality", note.quality), ("messaging_limit", note.messaging_limit)):
        known_at = document[f"{name}_at"]
        if value is not None and (known_at is None or note.at >= known_at):
            found |= {name: value, f"{name}_at": note.at}
    alert = note.alert
    if alert is not None and all(one["id"] != alert.id for one in document["alerts"]):
        told = {
            "id": alert.id,
            "type": alert.type,
            "code": alert.code,
            "severity": alert.severity,
            "message": alert.message,
            "at": note.at,
        }
        # By id where the moment is the same, so that any order of arrival ends alike.
        newest = sorted([*document["alerts"], told], key=lambda one: (one["at"], one["id"]), reverse=True)
        found["alerts"] = newest[:ALERTS_LIMIT]
    return {**document, **found}


class HealthStore:
    """The collection of health documents, one for each account that Meta has told of."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._health = runtime.mongo.db[HEALTH]

    async def of(self, account_ids: Sequence[str]) -> "Mapping[str, Document]":
        """The documents of these accounts, which the caller has found within its tenant."""
        rows = await self._health.find({"_id": {"$in": list(account_ids)}}).to_list(len(account_ids) or 1)
        return {row["_id"]: row for row in rows}

    async def note(self, notes: Sequence[Note]) -> None:
        """Take what webhooks and checks say; those about an account change its document once."""
        told = [note for note in notes if isinstance(note, HealthNote)]
        ids = list(dict.fromkeys(note.account.id for note in told))
        if not ids:
            return

        async def work(session: "Session") -> None:
            rows = await self._health.find({"_id": {"$in": ids}}, session=session).to_list(len(ids) or 1)
            before: dict[str, Document] = {row["_id"]: row for row in rows}
            after = dict(before)
            for note in told:
                after[note.account.id] = noted(after.get(note.account.id), note)
            writes = [
                ReplaceOne({"_id": key}, one, upsert=True) for key, one in after.items() if one != before.get(key)
            ]
            if writes:
                await self._health.bulk_write(writes, ordered=False, session=session)

        await self._runtime.transaction(work)

    async def forget(self, session: "Session", account_id: str) -> None:
        """Let go of what belongs to an account that is disconnected."""
        await self._health.delete_one({"_id": account_id}, session=session)
