"""What keeps the runner from running."""

from __future__ import annotations


class LocalRunError(RuntimeError):
    """It cannot run here and now; the message says why and what to do about it."""
