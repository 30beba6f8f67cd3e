"""Decisions about the web client: which paths are its pages, which encoding is sent, what its pages may load."""

import re
from collections.abc import Collection, Sequence

ASSETS_PREFIX = "/assets/"
"""Files below it have a hash of their content in the name."""

ENCODINGS = ("br", "gzip")
"""In the order in which they are preferred: the smallest first."""

_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
"""RFC 9110, section 12.4.2. `float` would take more: `nan`, which is equal to no weight."""

_OTHERS = frozenset(
    {"api", "assets", "bot", "help", "internal", "livez", "metrics", "readyz", "webhooks", "widget", "ws"}
)
"""First segments of paths that are never a page of the client. A probe of the wrong port must not find a page."""


def is_file_or_page(path: str) -> bool:
    """Whether the client answers the path, if it is not an asset: everything that belongs to nobody else."""
    return path.lstrip("/").partition("/")[0] not in _OTHERS


def is_page(path: str, accept: str | None) -> bool:
    """Whether a path that is no file gets `index.html`: it may be a page, and a page is what the browser wants.

    A name with a dot is a file that does not exist (`/favicon.ico`): an HTML page in its place would hide that.
    """
    return "." not in path.rpartition("/")[2] and accepts_html(accept)


def accepts_html(accept: str | None) -> bool:
    """Whether an `Accept` header takes `text/html`; one that is absent takes everything."""
    if accept is None or not accept.strip():
        return True
    qualities = _qualities(accept)
    found = next((qualities[kind] for kind in ("text/html", "text/*", "*/*") if kind in qualities), 0.0)
    return found > 0


def choose_encoding(accept_encoding: str | None, available: Collection[str]) -> str | None:
    """The content encoding to send, None for none: the wanted one with the highest weight (RFC 9110, 12.5.3).

    Of equal weights, the smallest file wins. `identity` is sent unless something is wanted more, even when it is
    forbidden: an answer that a client can read anyhow is of more use than 406.
    """
    if accept_encoding is None:
        return None
    qualities = _qualities(accept_encoding)
    others = qualities.get("*", 0.0)
    weights = {name: qualities.get(name, others) for name in ENCODINGS if name in available}
    best = max(weights.values(), default=0.0)
    if best <= 0 or best < qualities.get("identity", 0.0):
        return None
    return next(name for name, weight in weights.items() if weight == best)


def is_not_modified(if_none_match: str | None, etag: str) -> bool:
    """Whether the client has the representation with this entity tag already (weak comparison)."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags


def page_policy(nonce: str, live_origin: str, sandbox: str | None) -> str:
    """The Content-Security-Policy of the client's pages.

    Everything comes from this origin. Styles may also stand in `<style>` elements that know the nonce of the answer:
    the client's components write such elements, and no `style` attribute is in the HTML. Scripts and HTML come from no
    string: Trusted Types, with the one policy `default`, which the client defines.

    Args:
        nonce: another one in every answer.
        live_origin: origin of the live events (`wss://...`), for browsers whose `'self'` does not include it.
        sandbox: origin of the sandbox, which may be shown in a frame.
    """
    return "; ".join(
        [
            *_common(live_origin),
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            "font-src 'self'",
            "manifest-src 'self'",
            f"frame-src {sandbox}" if sandbox else "frame-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types default",
        ]
    )


def worker_policy(live_origin: str) -> str:
    """The policy of the client's scripts: a worker, the service worker too, goes by the one of its own script."""
    return "; ".join(_common(live_origin))


def _common(live_origin: str) -> Sequence[str]:
    return (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        f"connect-src 'self' {live_origin}",
    )


def permissions_policy(sandbox: str | None) -> str:
    """What pages may use of the machine: the microphone, for voice messages; in the sandbox's frame as well."""
    microphone = f'(self "{sandbox}")' if sandbox else "(self)"
    off = ("camera", "display-capture", "geolocation", "hid", "midi", "payment", "serial", "usb")
    return ", ".join([f"microphone={microphone}", *(f"{name}=()" for name in off)])


def live_origin_of(public_url: str) -> str:
    """The origin of WebSockets under a public origin: `https://a.test` has `wss://a.test`."""
    scheme, _, host = public_url.partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{host.split('/', 1)[0]}"


def _qualities(header: str) -> dict[str, float]:
    """The weights of a header's alternatives; what is written wrongly counts as unwanted."""
    found: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        found[name] = float(weight) if _WEIGHT.fullmatch(weight) else 0.0
    return found
