"""The tables in `docs/` that are made from the code, and the tests that hold the documents to it."""
