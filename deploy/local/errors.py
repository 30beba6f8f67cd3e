"""What keeps the runner from running."""

from __future__ import annotations


class LocalRunError(RuntimeError):
    """The run cannot start or go on; the message says why and what to do."""
