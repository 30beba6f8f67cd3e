"""`python -m deploy.web COMMAND`: what `make` does with the web client.

`install` and `build` do so if needed; `check`, `fmt` and `test` do what their names say; `dev` runs the development
server, which needs a running `make run`; `lock` updates `package-lock.json`; `npm ...` runs npm with the pinned Node.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from deploy.web.client import CLIENT, Client, ClientError

_ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Run the command and return the exit status."""
    client = Client(_ROOT / CLIENT, os.environ, lambda text: print(text, flush=True))
    try:
        return _run(client, *arguments)
    except ClientError as error:
        print(error, file=sys.stderr)
        return 1


def _run(client: Client, command: str = "", *arguments: str) -> int:
    match command:
        case "install":
            client.install()
        case "build":
            print(f"built in {client.dist}" if client.build() else f"{client.dist} is up to date")
        case "check":
            client.install()
            client.run("npm", "run", "--silent", "check")
            print("web: in order")
        case "fmt":
            client.install()
            client.run("npm", "run", "--silent", "fmt")
        case "test":
            client.build()
            print(client.run("npm", "run", "--silent", "test"))
        case "dev":
            client.install()
            return _become(client, "npm", "run", "--silent", "dev", "--", *arguments)
        case "lock":
            client.lock(keep=bool(os.environ.get("KEEP")))
        case "npm":
            return _become(client, "npm", *arguments)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


def _become(client: Client, program: str, *arguments: str) -> int:
    """Replace this process, so that Ctrl-C reaches the program alone."""
    environment = client.environment()
    found = shutil.which(program, path=environment["PATH"])
    if found is None:
        raise ClientError(f"{program} is not there")
    os.chdir(client.folder)
    os.execve(found, [program, *arguments], environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
