"""How many examples the dear properties look at: few in every run, many by night."""

import os

NIGHTLY = "ATD_NIGHTLY"
"""Set to anything, it has the tests look at as many examples as they are worth without a hurry."""


def examples(usual: int, *, nightly: int) -> int:
    """Examples of a property whose every example costs requests or transactions."""
    return nightly if os.environ.get(NIGHTLY) else usual
