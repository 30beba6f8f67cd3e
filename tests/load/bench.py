"""The run: which measurements there are, in which order they are taken, and what they are compared with."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import monotonic

from atd_testing.processes import ManagedProcess
from atd_testing.servers import free_port
from atd_testing.servers.ports import LOOPBACK
from tests.harness.system import CONVERSATION, FAKE, GATEWAY, INGEST, System
from tests.load import isolation, ledger, one_webhook, routing, schemas, viral
from tests.load.measuring import Lab, Measured, watching
from tests.load.product import ACCOUNTS_EACH, ENVIRONMENT, Product
from tests.load.raw.path import RawPath
from tests.load.raw.shapes import Shapes
from tests.load.report import Report, Row
from tests.load.traffic import Account, Plan

_ROOT = Path(__file__).parents[2]
CALM_RATE = 20.0
_BACKLOG = 4000
_REST_SECONDS = 5.0
_DISTURBED = 0.1
_P50_RATIO = 2.0
_MOVED = 1.25  # two calm measurements of one run differ by up to a quarter at their 99th percentile
_RATIO, _WEBHOOKS_RATIO, _MEMORY_MB = 0.7, 0.35, 150.0
_ASSIGNED_MS = 100.0
_MIX = 0.1
"""How much less than WhatsApp alone a mix of channels may carry."""

_MIX_TURNS = 3
"""The median leaves out the first turn, in which Kafka's code for so many producers is still being compiled."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is sent: messages of each part, and how often raw path and product take turns.

    What is sent as fast as it is accepted ends after `seconds`, however few messages that are.
    """

    rounds: int = 2
    seconds: float = 15.0
    warm: int = 6000
    sustained: int = 30_000
    calm: int = 500
    routed: int = 1000
    half_seconds: float = 8.0
    webhooks: int = 40_000
    proxied: int = 15_000
    driver: int = 60_000
    sends: int = 6000


QUICK = Size(
    rounds=1,
    seconds=8.0,
    warm=3000,
    sustained=8000,
    calm=120,
    routed=500,
    half_seconds=3.0,
    webhooks=10_000,
    proxied=5000,
    driver=30_000,
    sends=1500,
)


class Bench:
    """Servers and processes of one run, and the measurements. `close` stops everything."""

    def __init__(self, directory: Path, size: Size) -> None:
        self.size = size
        self.report = Report()
        self.system = System(
            directory / "system", environment=ENVIRONMENT, fake=("-m", "tests.load.graph"), cache_gb=1.0
        )
        self.lab = Lab(directory / "lab")
        self.product = Product(self.system, self.lab)
        self.raw = RawPath(self.lab, self.system.kafka.bootstrap_servers, self.system.mongo.url)
        self._shapes: Shapes | None = None
        self._runs = 0

    def open(self) -> None:
        """Start the servers and found the companies."""
        say("starting Kafka and MongoDB")
        self.system.start_servers()
        self.lab.watched = {"kafka": self.system.kafka.process.pid, "mongod": self.system.mongo.process.pid}
        self.system.start_services(FAKE)

    def close(self) -> None:
        self.system.stop()

    # The rows.

    def driver(self) -> None:
        """What the driver can do at all."""
        port = free_port()
        environment = {**os.environ, "ATD_PORT": str(port)}
        log_file = self.lab.directory / "idle.log"
        idle = ManagedProcess(
            "idle", [sys.executable, "-m", "tests.load.raw.idle"], log_file=log_file, env=environment, cwd=_ROOT
        )
        idle.start()
        try:
            idle.wait_ready(f"http://{LOOPBACK}:{port}/", timedelta(seconds=10))
            account = Account("700800900100200", "nothing", "/")
            found = self.lab.measure(self._plan(port, (account,), self.size.driver))
        finally:
            idle.kill()
        self.report.keep("driver against a server that does nothing", found)
        cost = found.cpu_microseconds()["driver"]
        self.report.add(Row("the driver itself", f"{found.accepted_rate:,.0f} requests/s ({cost:.0f} µs each)"))

    def schemas(self) -> None:
        """What events cost to read and write, and one webhook with neither socket nor broker."""
        found = schemas.measure()
        self.report.figures["schemas"] = found
        for name, (validate, serialise, size) in found.items():
            self.report.add(
                Row(f"{name}, {size} bytes", f"{validate:.1f} µs to validate, {serialise:.1f} to serialise")
            )
        self.report.figures["one_webhook_us"] = alone = one_webhook.measure()
        self.report.add(Row("one text webhook in a process alone, up to Kafka", f"{alone:.0f} µs of processor"))

    def path(self) -> None:
        """The message path and the raw path, in turns: sustained, then latency."""
        sustained: dict[str, list[Measured]] = {"product": [], "raw": []}
        calm: dict[str, Measured] = {}
        half: dict[str, Measured] = {}
        for turn in range(self.size.rounds):
            last = turn == self.size.rounds - 1
            for kind in ("product", "raw"):
                with self._running(kind):
                    if last and kind == "product":
                        self._rest()
                    sustained[kind].append(self._sustained(kind))
                    if last:
                        rate = median(one.arrived_rate for one in sustained["product"]) / 2  # the same for both
                        calm[kind] = self._paced(kind, CALM_RATE, self.size.calm)
                        half[kind] = self._paced(kind, rate, int(rate * self.size.half_seconds))
        self._say_sustained(sustained)
        self._say_latency("at 20/s", calm, p99=2.5 * calm["raw"].arrived.p99, p99_said="2.5 raw")
        self._say_latency("at half load", half, p99=250.0, p99_said="250 ms")
        for when, found in (("sustained", {kind: turns[-1] for kind, turns in sustained.items()}), ("half load", half)):
            self._say_costs(when, found)
        self._say_memory(sustained["product"])

    def mix(self) -> None:
        """The message path with a mix of channels, beside WhatsApp's in the same run; in turns."""
        found: dict[str, list[Measured]] = {"whatsapp": [], "mix": []}
        with self._running("product"):
            mix = self.product.mix()
            self._measure("product", self.size.warm, name="mix, warm-up", accounts=mix)
            for _ in range(max(_MIX_TURNS, self.size.rounds)):
                found["whatsapp"].append(self._sustained("product"))
                found["mix"].append(self._measure("product", self.size.sustained, name="mix", accounts=mix))
        whatsapp, mixed = (median(one.arrived_rate for one in found[kind]) for kind in ("whatsapp", "mix"))
        self.report.figures["mix"] = {kind: [one.arrived_rate for one in turns] for kind, turns in found.items()}
        self.report.add(
            Row(
                "message path with a mix of channels, sustained",
                f"{mixed:,.0f}/s = {mixed / whatsapp:.2f} of WhatsApp's",
                f"{whatsapp:,.0f}/s WhatsApp alone",
                f"within {_MIX:.0%}",
                mixed >= (1 - _MIX) * whatsapp,
            )
        )
        self._say_costs("WhatsApp and mix", {"product": found["whatsapp"][-1], "raw": found["mix"][-1]})

    def viral(self) -> None:
        """A company's WhatsApp at an even rate while a post of its page goes viral, and without."""
        with self._running("product"):
            accounts = self.product.accounts()[:ACCOUNTS_EACH]  # the first company's, whose post it is
            plan = replace(
                self._plan_of("product", viral.PACED, rate=viral.RATE), accounts=accounts, customers=viral.CUSTOMERS
            )
            page = self.product.page()
            self._drive("warm-up", replace(plan, run=f"{plan.run}-warm", rate=None))
            found = viral.measure(
                self.product,
                lambda name: self._drive(name, replace(plan, run=f"{time.time_ns():x}")),
                lambda comments: self.report.keep("comments, accepted", self.lab.measure(comments)),
                lambda rate: viral.storm_of(plan, page, rate),
            )
        self.report.figures["viral"] = {name: asdict(storm) for name, storm in found.items()}
        for name, storm in found.items():
            self.report.add(viral.row(name, storm))

    def proxy(self) -> None:
        """The same through the gateway's proxy."""
        with self._running("product"):
            through = self._measure("product", self.size.proxied, port=self.system.ports[GATEWAY], name="proxied")
            direct = self._measure("product", self.size.proxied, name="direct")
            calm_through = self._paced("product", CALM_RATE, self.size.calm // 2, port=self.system.ports[GATEWAY])
            calm_direct = self._paced("product", CALM_RATE, self.size.calm // 2)
        self.report.add(
            Row(
                "message path through the gateway's proxy",
                f"{through.arrived_rate:,.0f}/s (straight to ingest {direct.arrived_rate:,.0f})",
            )
        )
        self.report.add(
            Row(
                "answer to a webhook at 20/s, through the proxy",
                f"p50 {calm_through.answered.p50:.1f}, p99 {calm_through.answered.p99:.1f} ms"
                f" (straight {calm_direct.answered.p50:.1f}, {calm_direct.answered.p99:.1f})",
            )
        )

    def webhooks(self) -> None:
        """Requests that one ingest process, alone with Kafka, accepts durably."""
        with self._running("product", INGEST):
            self._accept("product", self.size.warm)
            product = self._accept("product", self.size.webhooks)
        with self.raw.running("", None):
            self._accept("raw", self.size.warm)
            raw = self._accept("raw", self.size.webhooks)
        self.report.add(
            Row(
                "webhook requests accepted by one ingest process",
                f"{product.accepted_rate:,.0f}/s = {product.accepted_rate / raw.accepted_rate:.2f}"
                f" (p99 {product.answered.p99:.0f} ms)",
                f"{raw.accepted_rate:,.0f}/s",
                f"{_WEBHOOKS_RATIO} of the raw application",
                product.accepted_rate >= _WEBHOOKS_RATIO * raw.accepted_rate,
            )
        )

    def sends(self) -> None:
        """Replies that one ingest process sends through its ledger to a Graph API that costs nothing."""
        self._settle()
        with self.product.running(INGEST):
            found = ledger.measure(self.product, self.lab, self.size.sends)
        self.report.figures["sends"] = found
        self.report.add(
            Row(
                "replies sent through the ledger by one ingest process",
                f"{found['per_second']:,.0f}/s ({found['cpu_us'][INGEST]:.0f} µs of ingest each)",
            )
        )

    def isolation(self) -> None:
        """A throttled customer and an account with a dead token must not delay what is sent to others."""
        self._settle()
        with self.product.running():
            found = isolation.measure(self.product)
        self.report.figures["isolation"] = {name: asdict(latency) for name, latency in found.items()}
        calm, trouble = found["calm"], found["trouble"]
        self.report.add(
            Row(
                f"{isolation.SENDS:,} sends at {isolation.RATE:.0f}/s beside a throttled pair and a dead token",
                f"p50 {trouble.p50:.1f}, p99 {trouble.p99:.1f} ms (without: {calm.p50:.1f}, {calm.p99:.1f})",
                "",
                "p99 does not move",
                trouble.p99 <= calm.p99 * _MOVED,
            )
        )

    def routing(self) -> None:
        """Conversations that are given to an attendant who is connected, from the webhook to their WebSocket."""
        with self._running("product"):
            found = routing.measure(self.product, self.size.routed, CALM_RATE)
        self.report.figures["routing"] = {name: asdict(latency) for name, latency in found.items()}
        assigned, received = found["assigned"], found["received"]
        self.report.add(
            Row(
                f"webhook → assigned on the attendant's WebSocket at {CALM_RATE:.0f}/s",
                f"p50 {assigned.p50:.1f}, p99 {assigned.p99:.1f} ms"
                f" (the message: {received.p50:.1f}, {received.p99:.1f})",
                "",
                f"p50 < {_ASSIGNED_MS:.0f} ms",
                assigned.p50 < _ASSIGNED_MS,
            )
        )

    # For the profiler.

    def running_product(self) -> AbstractContextManager[None]:
        """All services, warm."""
        return self._running("product")

    def sustained_product(self) -> Measured:
        """One sustained measurement."""
        return self._sustained("product")

    # The parts that they are made of.

    @contextmanager
    def _running(self, kind: str, *names: str) -> Iterator[None]:
        self._settle()
        if kind == "product":
            with self.product.running(*names):
                if not names:
                    self._measure(kind, self.size.warm, name="warm-up")
                    if self._shapes is None:
                        self._shapes = self.product.shapes()
                        self.report.figures["bytes"] = self._shapes.sizes()
                yield
        else:
            assert self._shapes is not None, "the product runs first: the raw path writes what it wrote"
            self._runs += 1
            with self.raw.running(f"bench_raw_{self._runs}", self._shapes):
                self._measure(kind, self.size.warm, name="warm-up")
                yield

    def _settle(self) -> None:
        if not self.product.companies:
            say("founding companies and connecting their numbers")
            with self.product.running():
                self.product.settle()

    def _rest(self) -> None:
        """What the services take when nothing happens."""
        with watching(self.lab.watched) as spent:
            time.sleep(_REST_SECONDS)
        shares = {name: cost.cpu_seconds / _REST_SECONDS for name, cost in spent.costs.items()}
        self.report.figures["rest"] = shares
        said = ", ".join(f"{name} {share:.1%}" for name, share in shares.items())
        self.report.add(Row("processor when nothing happens, parts of one core", said))

    def _sustained(self, kind: str) -> Measured:
        return self._measure(kind, self.size.sustained, name="sustained")

    def _drive(self, name: str, plan: Plan) -> Measured:
        """A plan of the product's accounts, to its attendants."""
        return self.report.keep(name, self.lab.measure(plan, self.product.sink()))

    def _paced(self, kind: str, rate: float, messages: int, port: int | None = None) -> Measured:
        return self._measure(kind, messages, rate=rate, port=port, name=f"at {rate:,.0f}/s")

    def _measure(
        self,
        kind: str,
        messages: int,
        *,
        name: str,
        rate: float | None = None,
        port: int | None = None,
        accounts: tuple[Account, ...] | None = None,
    ) -> Measured:
        sink = self.product.sink() if kind == "product" else self.raw.sink()
        plan = self._plan_of(kind, messages, rate=rate, port=port)
        if accounts is not None:
            plan = replace(plan, accounts=accounts)
        found = self.lab.measure(plan, sink, timeout=60 + messages / (rate or 200.0))
        return self.report.keep(f"{kind} {name}", found)

    def _accept(self, kind: str, messages: int) -> Measured:
        return self.report.keep(f"{kind} accepting", self.lab.measure(self._plan_of(kind, messages, backlog=None)))

    def _plan_of(
        self,
        kind: str,
        messages: int,
        *,
        rate: float | None = None,
        port: int | None = None,
        backlog: int | None = _BACKLOG,
    ) -> Plan:
        accounts = self.product.accounts() if kind == "product" else self.raw.accounts(len(self.product.channels))
        default = self.system.ports[INGEST] if kind == "product" else self.raw.port
        return self._plan(port or default, accounts, messages, rate=rate, backlog=backlog, raw=kind == "raw")

    def _plan(
        self,
        port: int,
        accounts: tuple[Account, ...],
        messages: int,
        *,
        rate: float | None = None,
        backlog: int | None = None,
        raw: bool = False,
    ) -> Plan:
        return Plan(
            LOOPBACK,
            port,
            run=f"{time.time_ns():x}",
            messages=messages,
            at=int(time.time()),
            accounts=accounts,
            rate=rate,
            seconds=3600.0 if rate else self.size.seconds,
            backlog=backlog,
            name_customer=raw,
        )

    # What they say.

    def _say_sustained(self, found: dict[str, list[Measured]]) -> None:
        """Of the turns the one that other programs disturbed least."""
        turns = list(zip(found["product"], found["raw"], strict=True))
        product, raw = min(turns, key=lambda turn: max(one.others for one in turn))
        ratio = product.arrived_rate / raw.arrived_rate
        self.report.figures["turns"] = [
            {"product": p.arrived_rate, "raw": r.arrived_rate, "others": max(p.others, r.others)} for p, r in turns
        ]
        self.report.figures["ratio"] = ratio
        self.report.add(
            Row(
                "message path, sustained",
                f"{product.arrived_rate:,.0f}/s = {ratio:.2f}",
                f"{raw.arrived_rate:,.0f}/s",
                f"{_RATIO} of the raw path",
                ratio >= _RATIO,
            )
        )
        costs = [sum(one.cpu_microseconds().values()) for one in (product, raw)]
        self.report.add(
            Row("processor time of one message, all processes", f"{costs[0]:,.0f} µs", f"{costs[1]:,.0f} µs")
        )
        disturbed = max(product.others, raw.others)
        if disturbed > _DISTURBED:
            say(f"{disturbed:.0%} of the machine went to other programs meanwhile: figures are no measure of this one")
        doubled = sum(one.repeated for one in found["product"])
        self.report.add(Row("messages that arrived twice", f"{doubled}", "", "0", doubled == 0))

    def _say_latency(self, when: str, found: dict[str, Measured], *, p99: float, p99_said: str) -> None:
        product, raw = found["product"].arrived, found["raw"].arrived
        self.report.add(
            Row(
                f"webhook → WebSocket {when}",
                f"p50 {product.p50:.1f} = {product.p50 / raw.p50:.2f}, p99 {product.p99:.1f} ms",
                f"p50 {raw.p50:.1f}, p99 {raw.p99:.1f} ms",
                f"p50 < {_P50_RATIO:.0f} raw, p99 < {p99_said}",
                product.p50 < _P50_RATIO * raw.p50 and product.p99 < p99,
            )
        )

    def _say_costs(self, when: str, found: dict[str, Measured]) -> None:
        said = [
            " ".join(f"{name} {us:.0f}" for name, us in one.cpu_microseconds().items())
            for one in (found["product"], found["raw"])
        ]
        self.report.add(Row(f"µs of processor per message, {when}", said[0], said[1]))

    def _say_memory(self, found: list[Measured]) -> None:
        for name in (INGEST, CONVERSATION, GATEWAY):
            peak = max(one.costs[name].peak_mb for one in found)
            self.report.add(
                Row(f"memory of {name} under load", f"{peak:.0f} MB", "", f"< {_MEMORY_MB:.0f} MB", peak < _MEMORY_MB)
            )


ROWS: dict[str, Callable[[Bench], None]] = {
    "driver": Bench.driver,
    "schemas": Bench.schemas,
    "path": Bench.path,
    "mix": Bench.mix,
    "viral": Bench.viral,
    "proxy": Bench.proxy,
    "webhooks": Bench.webhooks,
    "sends": Bench.sends,
    "isolation": Bench.isolation,
    "routing": Bench.routing,
}
"""What can be asked for by name, in the order in which it is measured."""

_STARTED = monotonic()


def say(what: str) -> None:
    """Tell the person who waits."""
    sys.stdout.write(f"[{monotonic() - _STARTED:4.0f} s] {what}\n")
    sys.stdout.flush()
