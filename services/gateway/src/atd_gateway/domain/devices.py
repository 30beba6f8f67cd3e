"""What a browser says of itself, in words by which a person recognises the device: "Chrome · Linux".

Browsers name each other for old servers' sake, so the order of the tables decides. No library: two words are needed,
and they need no table of ten thousand devices.
"""

from collections.abc import Sequence

_LONGEST = 1024

_BROWSERS: Sequence[tuple[str, str]] = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Sequence[tuple[str, str]] = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """Browser and system, as far as they are known; empty for what is no browser."""
    text = user_agent[:_LONGEST]
    found = (next((name for mark, name in table if mark in text), "") for table in (_BROWSERS, _SYSTEMS))
    return " · ".join(name for name in found if name)
