"""Addresses of HTTP servers in settings: one form, whatever was typed."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def base_url(text: str) -> str:
    """The address as paths are appended to it: without spaces around it and slashes at its end; a path may be in it.

    Raises `ValueError`, which never repeats a user or password.
    """
    url = text.strip().rstrip("/")
    try:
        read = urlsplit(url)
        usable = bool(read.hostname) and read.scheme in ("http", "https") and read.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in url):
        raise ValueError("must be an address such as https://host or http://host:8080/path")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError("takes no user or password")
    if parts.query or parts.fragment:
        raise ValueError("takes no query and no fragment: paths are appended to it")
    return url


BaseUrl = Annotated[str, AfterValidator(base_url)]
"""A setting that holds such an address."""
