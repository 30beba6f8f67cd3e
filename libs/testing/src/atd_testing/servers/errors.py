"""What can go wrong with a local server, in words for the person in front of the terminal."""

from __future__ import annotations


class ServerStartError(RuntimeError):
    """A local server cannot run; the message says why and what to do about it."""
