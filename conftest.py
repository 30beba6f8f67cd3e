"""Every test in the workspace may ask for the servers of `atd_testing.plugin`."""

import os
from functools import cache

import httpx
import structlog
from hypothesis import HealthCheck, settings

from atd_testing.examples import NIGHTLY

pytest_plugins = [
    "atd_testing.collector",
    "atd_testing.parallel",
    "atd_testing.proofs",
    "atd_testing.plugin",
    "atd_testing.channels.fixtures",
    "atd_testing.channels.conformance",
]

# How long an example takes says more about the machine than about the code. Every run looks at the same examples, so
# that what a change is refused for is the change's; others are looked for by night.
settings.register_profile(
    "patient",
    deadline=None,
    max_examples=60,
    derandomize=not os.environ.get(NIGHTLY),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")

# The default prints local variables of every frame, which takes longer than most tests.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])

# Each client reads all certificate authorities for itself, which takes 27 ms; no test meets one of them.
httpx._transports.default.create_ssl_context = cache(httpx.create_ssl_context)  # noqa: SLF001 - clients take it from there
