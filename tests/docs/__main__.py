"""`python -m tests.docs` writes tables and figures of the documents anew, and tests into the pages of the channels.

`python -m tests.docs web-types` writes the types of the API for the web client; `python -m tests.docs conformance` runs
the contract of every channel service, which takes minutes, and writes what came of it.
"""

import sys
from pathlib import Path

from deploy.web.client import ClientError
from tests.docs.conformance import run_contract
from tests.docs.proofs import rewrite
from tests.docs.routing_figure import DOCUMENT as ROUTING
from tests.docs.routing_figure import with_figure
from tests.docs.tables import DOCUMENTS, rewritten
from tests.docs.web_types import rewrite_types
from tests.docs.webhook_figures import DOCUMENT as WEBHOOKS
from tests.docs.webhook_figures import with_figures


def main(arguments: list[str]) -> int:
    """Rewrite every file that has changed; returns the exit status."""
    try:
        changed = list(_WRITERS[arguments[0]]()) if arguments else _rewrite_documents()
    except ClientError as error:
        print(error, file=sys.stderr)
        return 1
    for path in changed:
        print(f"{path.name} rewritten")
    if not changed:
        print("nothing to rewrite")
    return 0


def _rewrite_documents() -> list[Path]:
    changed = []
    for document in DOCUMENTS:
        before = document.read_text(encoding="utf-8")
        after = rewritten(before)
        if after != before:
            document.write_text(after, encoding="utf-8")
            changed.append(document)
    return [*changed, *_rewrite_figures(), *rewrite()]


def _rewrite_figures() -> list[Path]:
    changed = []
    for document, drawn in ((ROUTING, with_figure), (WEBHOOKS, with_figures)):
        before = document.read_text(encoding="utf-8")
        after = drawn(before)
        if after != before:
            document.write_text(after, encoding="utf-8")
            changed.append(document)
    return changed


_WRITERS = {"web-types": rewrite_types, "conformance": run_contract}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
