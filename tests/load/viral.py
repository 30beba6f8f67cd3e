"""Whether a viral post delays other channels: a company's WhatsApp at an even rate, beside a storm of comments.

The same paced messages in turns, in one run: alone, beside comments below one post of the same company's page, and
alone again. The comments come at a rate that fills the hour's worth of a viral post into a minute, and then as fast as
they are accepted. The time of a message is from its webhook to the WebSocket of an attendant.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from statistics import mean
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection

from tests.harness.system import CONVERSATION
from tests.load.measuring import Measured
from tests.load.product import Product
from tests.load.report import Row
from tests.load.traffic import Account, Plan

RATE = 10.0
PACED = 150
CUSTOMERS = 100
P95_RATIO = 1.5
STORMS: Mapping[str, float | None] = {"5,000 comments a minute": 5_000 / 60, "comments as fast as accepted": None}
"""Comments per second; None: as many as are accepted."""

_MOST_COMMENTS = 20_000
_STORED_WITHIN_SECONDS = 150.0
_POLL_SECONDS = 0.5

Paced = Callable[[str], Measured]
"""Drives the company's messages once, under this name."""

Stormed = Callable[[Plan], Measured]
"""Drives comments until all are accepted."""


@dataclass(frozen=True, slots=True)
class Storm:
    """The messages before, beside and after comments, these comments, and the seconds until they were stored."""

    before: Measured
    beside: Measured
    after: Measured
    comments: Measured
    stored_seconds: float

    def calm(self, part: str) -> float:
        """Milliseconds of a part of `Latency`, between before and after: the machine is not the same for long."""
        return float(mean(getattr(one.arrived, part) for one in (self.before, self.after)))


def measure(
    product: Product, paced: Paced, stormed: Stormed, comments: Callable[[float | None], Plan]
) -> dict[str, Storm]:
    """What came of each storm. `comments` makes the plan of one."""
    found, alone = dict[str, Storm](), paced("WhatsApp alone")
    with ThreadPoolExecutor(max_workers=1) as thread, MongoClient[dict[str, Any]](product.system.mongo.url) as mongo:
        messages = mongo[product.system.database(CONVERSATION)]["messages"]
        for name, rate in STORMS.items():
            storm = thread.submit(_storm, messages, stormed, comments(rate))
            beside = paced(f"WhatsApp beside {name}")
            accepted, seconds = storm.result()
            before, alone = alone, paced("WhatsApp alone again")
            found[name] = Storm(before, beside, alone, accepted, seconds)
    return found


def _storm(messages: Collection[dict[str, Any]], stormed: Stormed, comments: Plan) -> tuple[Measured, float]:
    """Send the comments, and wait until as many messages more are stored; what came of them, and seconds in all."""
    before, began = messages.estimated_document_count(), time.monotonic()
    accepted = stormed(comments)
    while messages.estimated_document_count() < before + accepted.messages:
        if time.monotonic() - began > _STORED_WITHIN_SECONDS:
            raise TimeoutError(f"the comments are not stored within {_STORED_WITHIN_SECONDS:g} s")
        time.sleep(_POLL_SECONDS)
    return accepted, time.monotonic() - began


def row(name: str, storm: Storm) -> Row:
    """What it says; the aim is for comments that leave the machine something to do."""
    arrived, ratio = storm.beside.arrived, storm.beside.arrived.p95 / storm.calm("p95")
    aimed_at = STORMS[name] is not None
    return Row(
        f"WhatsApp at {RATE:.0f}/s beside {name} ({storm.comments.messages:,} in {storm.comments.seconds:.0f} s,"
        f" stored after {storm.stored_seconds:.0f} s)",
        f"p50 {arrived.p50:.1f}, p95 {arrived.p95:.1f} ms (without: {storm.calm('p50'):.1f},"
        f" {storm.calm('p95'):.1f}): {ratio:.2f} at p95",
        "",
        f"p95 up to {P95_RATIO} of calm" if aimed_at else "",
        ratio <= P95_RATIO if aimed_at else None,
    )


def storm_of(paced: Plan, page: Account, rate: float | None) -> Plan:
    """Comments as long as `paced` lasts, each of another customer; no sink takes one for a message of `paced`."""
    seconds = paced.messages / (paced.rate or RATE)
    messages = _MOST_COMMENTS if rate is None else int(rate * seconds)
    return replace(
        paced,
        run=f"{paced.run}-viral-{rate}",
        messages=messages,
        accounts=(page,),
        customers=messages,
        rate=rate,
        seconds=seconds if rate is None else 3600.0,
        backlog=None,
        numbered=False,
    )
