"""A lying fake of Meta's WhatsApp Graph API, and builders of the webhooks that Meta sends.

`builders` are pure functions; `create_fake_graph` makes the application; `serving_fake_graph` serves it on
a port inside a test; `python -m atd_testing.whatsapp` runs it as a process.
"""

from atd_testing.providers import WebhookSettings
from atd_testing.whatsapp.app import FakeGraph, create_fake_graph
from atd_testing.whatsapp.serving import ServedFake, serving_fake_graph
from atd_testing.whatsapp.state import Behaviour, Callback, FakeState, SentMessage

__all__ = [
    "Behaviour",
    "Callback",
    "FakeGraph",
    "FakeState",
    "SentMessage",
    "ServedFake",
    "WebhookSettings",
    "create_fake_graph",
    "serving_fake_graph",
]
