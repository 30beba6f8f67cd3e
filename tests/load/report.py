"""What a run of measurements says: rows for people and JSON for machines."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psutil
from rich.console import Console
from rich.table import Table

from tests.load.measuring import Measured


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        what: what was measured, in words.
        value: the figure, with its unit.
        raw: the raw path's figure for the same, where there is one.
        reach: what the design asks for, in words.
        met: whether it is reached; None where nothing is asked for.
    """

    what: str
    value: str
    raw: str = ""
    reach: str = ""
    met: bool | None = None


@dataclass(slots=True)
class Report:
    """Rows, and every single measurement behind them."""

    rows: list[Row] = field(default_factory=list)
    measurements: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def keep(self, name: str, measured: Measured) -> Measured:
        """Remember a measurement, and say what came out."""
        per_message = {process: round(us) for process, us in measured.cpu_microseconds().items()}
        self.measurements.append({"name": name, **asdict(measured), "cpu_us_per_message": per_message})
        latency = measured.arrived if measured.arrived_rate else measured.answered
        rate = measured.arrived_rate or measured.accepted_rate
        costs = " ".join(f"{process} {us}" for process, us in per_message.items())
        sys.stdout.write(
            f"  {name}: {rate:,.0f}/s, p50 {latency.p50:.1f} ms, p99 {latency.p99:.1f} ms"
            f" (cpu us per message: {costs}; other programs took {measured.others:.0%} of the machine)\n"
        )
        sys.stdout.flush()
        return measured

    def print(self) -> None:
        """The table."""
        table = Table(title=f"Atendimento on {psutil.cpu_count()} cores, everything on this machine")
        for name in ("", "product", "raw path", "reach", ""):
            table.add_column(name)
        marks = {True: "[green]yes[/]", False: "[red]no[/]", None: ""}
        for row in self.rows:
            table.add_row(row.what, row.value, row.raw, row.reach, marks[row.met])
        Console(width=None if sys.stdout.isatty() else 140).print(table)

    def write(self, path: Path) -> None:
        """Everything as JSON."""
        content = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {
                "processors": psutil.cpu_count(),
                "memory_mb": round(psutil.virtual_memory().total / 1e6),
                "system": platform.platform(),
                "python": platform.python_version(),
                "load_before": os.getloadavg(),
            },
            "rows": [asdict(row) for row in self.rows],
            "figures": self.figures,
            "measurements": self.measurements,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
