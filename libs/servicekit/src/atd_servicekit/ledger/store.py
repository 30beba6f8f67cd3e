"""The ledger in MongoDB. Every query runs on an index and has a bound.

A row that is not finished has the member `open` with what finding it takes; closing the row removes it, and with it
the row's keys from the indexes, which so stay as small as the backlog.

    {_id, tenant_id, group, lane, state, attempts, about, traceparent, created_at,
     shard, order, payload,                         while it is not finished
     open: {group, shard, at, lane, order, until},  the same; `at`: not before, `until`: not after
     counts: {kind: attempts},                      the same: how earlier attempts ended (`Row.counts`)
     progress, proofs,                              the same, of what is sent in several steps
     claim, reason, detail, result, finished_at, expires_at,
     report}                                        under which it was reported (see `report_store.py`)
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo import IndexModel, ReturnDocument, UpdateMany
from pymongo.errors import BulkWriteError

from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.leases import shard_of
from atd_servicekit.ledger.gate_store import gate_indexes
from atd_servicekit.ledger.lanes import Entry
from atd_servicekit.ledger.outcome_updates import (
    KEPT,
    OPEN_STATES,
    OutcomeUpdate,
    Update,
    counted,
    delivered,
    failed,
    with_report,
)
from atd_servicekit.ledger.report_store import report_indexes
from atd_servicekit.ledger.rows import UNCERTAIN, Failed, Finished, NewRow, Row

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

_DUPLICATE = 11000
_COUNTED = 10_000


def ledger_indexes(name: str) -> dict[str, list[IndexModel]]:
    """The collections and indexes of the ledger `name`, for `runtime.add_indexes`."""
    return {
        f"{name}_rows": [
            IndexModel(
                [("open.group", 1), ("open.shard", 1), ("open.at", 1), ("open.lane", 1), ("open.order", 1)],
                name="due",
                sparse=True,
            ),
            IndexModel([("open.lane", 1), ("open.order", 1)], name="lane", sparse=True),
            IndexModel(
                [("open.shard", 1), ("open.until", 1)],
                name="overdue",
                partialFilterExpression={"open.until": {"$exists": True}},
            ),
            IndexModel([("expires_at", 1)], name="expires", expireAfterSeconds=0),
        ],
        **gate_indexes(name),
        **report_indexes(name),
        f"{name}_calls": [IndexModel([("at", 1)], name="at", expireAfterSeconds=60)],
    }


class LedgerStore:
    """Reads and writes; decides nothing. Raises PyMongo's errors."""

    def __init__(self, db: "Database", name: str, shards: int, kept_for: timedelta = KEPT) -> None:
        """`kept_for`: how long finished rows are kept."""
        self._rows = db[f"{name}_rows"]
        self._shards = shards
        self.kept_for = kept_for

    def shard_of(self, group: str) -> int:
        """The shard of a group: one process sends for all of it, so that its limits hold over all processes."""
        return shard_of(group, self._shards)

    # Rows come

    async def insert(self, rows: Sequence[NewRow], now: datetime) -> None:
        """Write the rows that are not there yet; of one lane in the order given."""
        try:
            await self._rows.insert_many([self._document(row, now) for row in rows], ordered=False)
        except BulkWriteError as error:
            details = error.details
            if details.get("writeConcernErrors"):
                raise InfrastructureFault("MongoDB did not confirm the rows") from error
            if any(one["code"] != _DUPLICATE for one in details.get("writeErrors", ())):
                raise

    async def forget(self, row_ids: Sequence[str], lanes: Sequence[str]) -> int:
        """Remove rows by id, and the open ones of lanes; how many."""
        removed = 0
        if row_ids:
            removed += (await self._rows.delete_many({"_id": {"$in": list(row_ids)}})).deleted_count
        for lane in lanes:
            removed += (await self._rows.delete_many({"open.lane": lane})).deleted_count
        return removed

    def _document(self, row: NewRow, now: datetime) -> "Document":
        shard = self.shard_of(row.group)
        until = {} if row.send_until is None else {"until": row.send_until}
        return {
            "_id": row.id,
            "tenant_id": row.tenant_id,
            "group": row.group,
            "lane": row.lane,
            "shard": shard,
            "order": row.order,
            "state": "due",
            "attempts": 0,
            "payload": row.payload,
            "about": row.about,
            "traceparent": row.traceparent,
            "created_at": now,
            "open": {"group": row.group, "shard": shard, "at": now, "lane": row.lane, "order": row.order, **until},
        }

    # Rows are found

    async def groups(self) -> list[str]:
        """Every group with open rows (a scan that jumps from group to group in the index)."""
        found = await self._rows.distinct("open.group", {"open.group": {"$gt": ""}})
        return [str(group) for group in found]

    async def page(
        self, group: str, shards: Collection[int], now: datetime, limit: int
    ) -> tuple[list[Entry], datetime | None]:
        """The rows of a group that are due, those due longest first, and since when the first has been.

        Answered by the index alone.
        """
        query = {"open.group": group, "open.shard": {"$in": sorted(shards)}, "open.at": {"$lte": now}}
        fields = {"_id": 0, "open.at": 1, "open.lane": 1, "open.order": 1}
        cursor = self._rows.find(query, fields).sort([("open.at", 1)]).limit(limit).hint("due")
        found = [document["open"] for document in await cursor.to_list(limit)]
        return [Entry(one["lane"], one["order"]) for one in found], found[0]["at"] if found else None

    async def lanes(self, lanes: Sequence[str], limit: int) -> list[Row]:
        """The open rows of the lanes, by lane and order."""
        query = {"open.lane": {"$in": list(lanes)}}
        cursor = self._rows.find(query).sort([("open.lane", 1), ("open.order", 1)]).limit(limit).hint("lane")
        return [_row(document) for document in await cursor.to_list(limit)]

    async def any_overdue(self, shards: Collection[int], now: datetime) -> bool:
        """Whether there are rows whose time is over. Answered by the index alone."""
        query = {"open.shard": {"$in": sorted(shards)}, "open.until": {"$lt": now}}
        found = await self._rows.find(query, {"_id": 0, "open.shard": 1}).limit(1).hint("overdue").to_list(1)
        return bool(found)

    async def overdue(self, shards: Collection[int], now: datetime, limit: int) -> list[Row]:
        """Rows whose time is over and that wait; of those that may have arrived the ones whose proof did not come."""
        waiting = [{"state": "due"}, {"state": UNCERTAIN, "open.at": {"$lte": now}}]
        return await self._overdue(shards, now, {"$or": waiting}, limit)

    async def overdue_sending(self, shards: Collection[int], now: datetime, limit: int) -> list[Row]:
        """Rows whose time is over while somebody sends them, or died doing so."""
        return await self._overdue(shards, now, {"state": "sending"}, limit)

    async def _overdue(self, shards: Collection[int], now: datetime, which: "Document", limit: int) -> list[Row]:
        query = {"open.shard": {"$in": sorted(shards)}, "open.until": {"$lt": now}, **which}
        return [_row(document) for document in await self._rows.find(query).limit(limit).hint("overdue").to_list(limit)]

    async def waiting(self, group: str, limit: int) -> list[Row]:
        """Rows of a group that are to be sent, whatever they wait for, and of which no attempt may have arrived."""
        query = {"open.group": group, "state": "due", f"counts.{UNCERTAIN}": {"$exists": False}}
        return [_row(document) for document in await self._rows.find(query).limit(limit).hint("due").to_list(limit)]

    async def park(self, entries: Sequence[Entry], until: datetime) -> None:
        """Put rows that stand behind another row of their lane out of the way of `page`."""
        orders: dict[str, list[int]] = {}
        for entry in entries:
            orders.setdefault(entry.lane, []).append(entry.order)
        writes = [
            UpdateMany(
                {"open.lane": lane, "open.order": {"$in": found}, "state": "due", "attempts": 0},
                {"$set": {"open.at": until}},
            )
            for lane, found in orders.items()
        ]
        await self._rows.bulk_write(writes, ordered=False)

    async def unpark(self, group: str, shards: Collection[int], now: datetime) -> None:
        """Parked rows of a group are to be found again."""
        query = {"open.group": group, "open.shard": {"$in": sorted(shards)}, "open.at": {"$gt": now}}
        never_tried = {"state": "due", "attempts": 0}
        await self._rows.update_many({**query, **never_tried}, {"$set": {"open.at": now}}, hint="due")

    async def unpark_next(self, lane: str, now: datetime) -> None:
        """The first row of a lane is to be found again, if it was parked."""
        first = await self._rows.find_one({"open.lane": lane}, {"_id": 1}, sort=[("open.order", 1)], hint="lane")
        if first is not None:
            query = {"_id": first["_id"], "state": "due", "attempts": 0, "open.at": {"$gt": now}}
            await self._rows.update_one(query, {"$set": {"open.at": now}})

    # Rows are sent

    async def claim(self, rows: Sequence[Row], token: str) -> set[str]:
        """Write that the rows' attempts begin; the ids of those that still were to be sent.

        Repeating it with the same token changes nothing, so it may follow an error whose effect is unknown.
        """
        by_attempt: dict[int, list[str]] = {}
        for row in rows:
            by_attempt.setdefault(row.attempt, []).append(row.id)
        writes = [
            UpdateMany(
                {
                    "_id": {"$in": ids},
                    "$or": [{"state": {"$in": ["due", "uncertain"]}, "attempts": attempt - 1}, {"claim": token}],
                },
                {"$set": {"state": "sending", "attempts": attempt, "claim": token}},
            )
            for attempt, ids in by_attempt.items()
        ]
        result = await self._rows.bulk_write(writes, ordered=False)
        if result.matched_count == len(rows):
            return {row.id for row in rows}
        query = {"_id": {"$in": [row.id for row in rows]}, "claim": token, "state": "sending"}
        return {found["_id"] for found in await self._rows.find(query, {"_id": 1}).to_list(len(rows) or 1)}

    async def mark_uncertain(self, rows: Sequence[Row], until: datetime) -> None:
        """Rows that somebody began to send and nobody is sending are uncertain."""
        writes = [
            UpdateMany(
                {"_id": row.id, "state": "sending", "claim": row.claim},
                {"$set": {"state": "uncertain", "open.at": until, "reason": "interrupted"}, **counted(UNCERTAIN)},
            )
            for row in rows
        ]
        await self._rows.bulk_write(writes, ordered=False)

    async def write_outcomes(self, batch: Sequence[OutcomeUpdate], now: datetime, report: str) -> set[str]:
        """Write what the attempts led to; the ids of the rows to which it applied. May be repeated.

        Finished rows get the id of the report in which they will be.
        """
        results = {one.row.id: one.finished.result for one in batch if one.change is None and one.finished is not None}
        writes = [_write(one, *one.change, report) for one in batch if one.change is not None]
        if results:
            query = {"_id": {"$in": list(results)}, "state": {"$in": OPEN_STATES}}
            writes.append(UpdateMany(query, delivered(results, now, report, self.kept_for)))
        result = await self._rows.bulk_write(writes, ordered=False)
        ids = [one.row.id for one in batch]
        if result.matched_count == len(batch):
            return set(ids)
        documents = await self._rows.find({"_id": {"$in": ids}}, {"state": 1, "claim": 1}).to_list(len(ids) or 1)
        stands = {document["_id"]: (document["state"], document.get("claim")) for document in documents}
        return {one.row.id for one in batch if stands.get(one.row.id) == (one.state, one.row.claim)}

    # Rows are finished

    async def fail(self, endings: Sequence[tuple[Row, Failed]], now: datetime, report: str) -> list[Finished]:
        """Fail those of the rows that still wait; what was failed. May be repeated with the same report."""
        by_reason: dict[Failed, list[str]] = {}
        for row, why in endings:
            by_reason.setdefault(why, []).append(row.id)
        waiting = [{"state": "due"}, {"state": UNCERTAIN, "open.at": {"$lte": now}}]
        writes = [
            UpdateMany({"_id": {"$in": ids}, "$or": waiting}, with_report(failed(why, now, self.kept_for), report))
            for why, ids in by_reason.items()
        ]
        await self._rows.bulk_write(writes, ordered=False)
        return await self.finished_in(report, [row.id for row, _ in endings])

    async def finished_in(self, report: str, ids: Sequence[str]) -> list[Finished]:
        """Those of the rows that were finished, as part of the report."""
        query = {"_id": {"$in": list(ids)}, "report": report, "state": {"$in": ["done", "failed"]}}
        found = [_finished(document) for document in await self._rows.find(query).to_list(len(ids) or 1)]
        places = {row_id: place for place, row_id in enumerate(ids)}
        return sorted(found, key=lambda row: places[row.id])

    async def still_open(self, ids: Collection[str], group: str | None) -> list[str]:
        """Those of the rows that are not finished; with `group` only its own."""
        query: Document = {"_id": {"$in": list(ids)}, "state": {"$in": OPEN_STATES}}
        if group is not None:
            query["group"] = group
        return [found["_id"] for found in await self._rows.find(query, {"_id": 1}).to_list(len(ids) or 1)]

    async def mark_delivered(self, row_id: str, result: dict[str, Any], now: datetime, report: str) -> Finished | None:
        """Make an open row a delivered one; `None` when it is not open.

        The claim goes, so that an attempt under way learns that it was not the one that finished the row.
        """
        query = {"_id": row_id, "state": {"$in": OPEN_STATES}}
        update = [*delivered({row_id: result}, now, report, self.kept_for), {"$unset": "claim"}]
        document: Document | None = await self._rows.find_one_and_update(
            query, update, return_document=ReturnDocument.AFTER
        )
        return None if document is None else _finished(document)

    async def prove_step(self, row_id: str, step: int, proof: Any, group: str, now: datetime) -> str | None:
        """Note what proves a step of an open row; a row that waits for proof waits no longer. Its lane, if it is open.

        Of an attempt that is under way the answer may still come; if it does not, the proof is there.
        """
        at = {"$cond": [{"$eq": ["$state", UNCERTAIN]}, now, "$open.at"]}
        update = [{"$set": {f"proofs.{step}": {"$literal": proof}, "open.at": at}}]
        query = {"_id": row_id, "group": group, "state": {"$in": OPEN_STATES}}
        found: Document | None = await self._rows.find_one_and_update(query, update, {"lane": 1})
        return None if found is None else str(found["lane"])

    # Numbers

    async def count_open(self) -> int:
        """Rows that are not finished, up to 10,000."""
        return int(await self._rows.count_documents({"open.group": {"$gt": ""}}, limit=_COUNTED, hint="due"))


def _write(update: OutcomeUpdate, matching: dict[str, Any], change: Update, report: str) -> UpdateMany:
    """As one of many, although it is one: MongoDB keeps a record of each single write, which costs as much again."""
    return UpdateMany(matching, change if update.finished is None else with_report(change, report))


def _row(document: "Document") -> Row:
    return Row(
        document["_id"],
        document["tenant_id"],
        document["group"],
        document["lane"],
        document["shard"],
        document["order"],
        document["attempts"] + 1,
        document["payload"],
        document["created_at"],
        document["traceparent"],
        document["state"],
        document["open"]["at"],
        document.get("claim"),
        document.get("counts") or {},
        document["open"].get("until"),
        document["about"] if "about" in document else document["payload"],
        document.get("reason"),
        document.get("progress") or {},
        document.get("proofs") or {},
    )


def _finished(document: "Document") -> Finished:
    return Finished(
        id=document["_id"],
        tenant_id=document["tenant_id"],
        group=document["group"],
        lane=document["lane"],
        about=document["about"],
        traceparent=document["traceparent"],
        state=document["state"],
        attempts=document["attempts"],
        finished_at=document["finished_at"],
        result=document.get("result") or {},
        reason=document.get("reason") if document["state"] == "failed" else None,
        detail=document.get("detail"),
    )
