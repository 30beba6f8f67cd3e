"""Look after the broker's jars.

``python -m atd_testing.servers lock`` resolves ``jgo.toml`` to ``jgo.lock.toml``; ``fetch`` downloads them.
"""

from __future__ import annotations

import sys

from atd_testing.servers.errors import ServerStartError
from atd_testing.servers.jars import LOCK_FILE, write_lock
from atd_testing.servers.kafka import prepare


def main(arguments: list[str]) -> int:
    """Run the command named by `arguments` and return the exit status."""
    match arguments:
        case ["lock"]:
            write_lock()
            print(f"{LOCK_FILE.name} is up to date")
        case ["fetch"]:
            try:
                prepare(print)
            except ServerStartError as error:
                print(error, file=sys.stderr)
                return 1
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
