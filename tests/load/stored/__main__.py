"""`make bench-data` and `make bench-desk`: load a MongoDB of its own with messages, and measure reading them.

`load` (`--messages 10000000`) fills `.local/stored/<messages>`, `measure` starts a MongoDB on it and prints the table.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
from pathlib import Path

from atd_testing.servers import MongoServer
from tests.load.stored.generator import load, sizes

_LOCAL = Path(__file__).parents[3] / ".local"
DATABASE = "stored"


def main() -> None:
    """See the module's text."""
    options = _options()
    directory = options.directory / str(options.messages)
    if options.what == "load":
        shutil.rmtree(directory, ignore_errors=True)
    elif not directory.exists():
        sys.exit(f"{directory} is not there: load it first with --messages {options.messages}")
    directory.mkdir(parents=True, exist_ok=True)
    server = MongoServer(directory / "mongo", cache_gb=options.cache_gb)
    server.start()
    try:
        if options.what == "load":
            found = {"seconds": load(server.url, DATABASE, options.messages), "sizes": sizes(server.url, DATABASE)}
        else:
            from tests.load.stored.measuring import measure  # noqa: PLC0415 - what it imports is needed here alone

            found = asyncio.run(measure(server.url, DATABASE, options.rounds, server.process.pid))
    finally:
        server.stop()
    text = json.dumps(found, indent=2)
    (directory / f"{options.what}.json").write_text(text)
    sys.stdout.write(text + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load.stored", description=__doc__)
    parser.add_argument("what", choices=("load", "measure"))
    parser.add_argument("--messages", type=int, default=10_000_000, help="how many, 10,000,000 unless said")
    parser.add_argument("--directory", type=Path, default=_LOCAL / "stored", help="where the data is kept")
    parser.add_argument("--cache-gb", type=float, default=4.0, help="MongoDB's cache")
    parser.add_argument("--rounds", type=int, default=40, help="how often each thing is measured")
    return parser.parse_args()


if __name__ == "__main__":
    main()
