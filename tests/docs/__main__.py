"""`python -m tests.docs` writes the tables of the documents anew."""

from tests.docs.tables import DOCUMENTS, rewritten


def main() -> None:
    """Rewrite every document whose tables have changed."""
    for document in DOCUMENTS:
        before = document.read_text(encoding="utf-8")
        after = rewritten(before)
        if after != before:
            document.write_text(after, encoding="utf-8")
            print(f"{document.name} rewritten")


if __name__ == "__main__":
    main()
