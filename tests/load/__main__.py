"""`make bench`, or `python -m tests.load`: take the measurements, print the table, write `.local/bench.json`."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from atd_schemas.services import SERVICES
from tests.load.bench import QUICK, ROWS, Bench, Size, say
from tests.load.profiling import profile

_LOCAL = Path(__file__).parents[2] / ".local"


def main() -> None:
    """See the module's text."""
    options = _options()
    directory = _LOCAL / "bench"
    shutil.rmtree(directory, ignore_errors=True)
    bench = Bench(directory, QUICK if options.quick else Size())
    try:
        bench.open()
        if options.profile:
            profile(bench, options.profile, _LOCAL, native=options.native)
            return
        for name in options.only or ROWS:
            say(name)
            ROWS[name](bench)
    finally:
        bench.close()
    bench.report.print()
    bench.report.write(options.json)
    sys.stdout.write(f"every figure: {options.json}\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller and less certain, about two minutes")
    parser.add_argument("--only", action="append", choices=list(ROWS), help="only this row; may be given several times")
    parser.add_argument(
        "--profile",
        choices=[service.name for service in SERVICES],
        help="record this service under load instead of measuring",
    )
    parser.add_argument("--native", action="store_true", help="with --profile: also functions of C extensions")
    parser.add_argument("--json", type=Path, default=_LOCAL / "bench.json", help="where the figures are written")
    return parser.parse_args()


if __name__ == "__main__":
    main()
