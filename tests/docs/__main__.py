"""`python -m tests.docs` writes the tables of the documents anew, and the tests into the pages of the channels."""

from tests.docs.proofs import rewrite
from tests.docs.tables import DOCUMENTS, rewritten


def main() -> None:
    """Rewrite every document whose tables have changed."""
    changed = []
    for document in DOCUMENTS:
        before = document.read_text(encoding="utf-8")
        after = rewritten(before)
        if after != before:
            document.write_text(after, encoding="utf-8")
            changed.append(document)
    for path in [*changed, *rewrite()]:
        print(f"{path.name} rewritten")


if __name__ == "__main__":
    main()
