"""The terminal: interleaved lines of all processes, each with the name of its process in front."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TextIO

RUNNER = "local"
_RESET, _BOLD = "\x1b[0m", "\x1b[1m"
_COLOURS = ("\x1b[36m", "\x1b[32m", "\x1b[33m", "\x1b[35m", "\x1b[34m", "\x1b[96m", "\x1b[92m", "\x1b[95m", "\x1b[94m")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Console:
    """Writes whole lines from any thread; colours only for a terminal, and not if ``NO_COLOR`` is set.

    Args:
        names: names of all processes, for the width and the colours.
        environment: where ``NO_COLOR`` and ``FORCE_COLOR`` are looked up.
        stream: defaults to standard output.
    """

    def __init__(self, names: list[str], environment: Mapping[str, str], stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stdout
        self._lock = threading.Lock()
        self._width = max(len(name) for name in [RUNNER, *names])
        colours = {name: _COLOURS[index % len(_COLOURS)] for index, name in enumerate(names)}
        self._colours = {RUNNER: _BOLD, **colours}
        forced = bool(environment.get("FORCE_COLOR"))
        self._coloured = forced or (self._stream.isatty() and not environment.get("NO_COLOR"))

    def say(self, text: str) -> None:
        """Write a text of the runner itself, line by line."""
        for line in text.splitlines() or [""]:
            self.line(RUNNER, line)

    def line(self, name: str, text: str) -> None:
        """Write one line of the process `name`."""
        if self._coloured:
            prefix = f"{self._colours.get(name, '')}{name:<{self._width}} |{_RESET}"
        else:
            prefix, text = f"{name:<{self._width}} |", plain(text)
        with self._lock:
            try:
                self._stream.write(f"{prefix} {text}\n")
                self._stream.flush()
            except (OSError, ValueError):  # the terminal is gone; the log files have it all, and stopping goes on
                self._coloured = False

    def writer(self, name: str) -> Callable[[str], None]:
        """Return a function that writes the lines of `name`."""
        return lambda text: self.line(name, text)


def plain(text: str) -> str:
    """Return `text` without terminal colours."""
    return _ESCAPES.sub("", text)
