"""The whole product as real processes, for whole-system tests and measurements."""
