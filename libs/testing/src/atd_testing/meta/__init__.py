"""A lying fake of Meta for pages and Instagram accounts, and builders of what it sends.

`webhooks` are pure functions; `create_fake_meta` makes the application; `serving_fake_meta` serves it on a port inside
a test. A page or account is whoever has a token `<its id>.<anything>`; ids of Instagram accounts begin with 1784.
"""

from atd_testing.meta.app import FakeMeta, create_fake_meta
from atd_testing.meta.serving import ServedMeta, serving_fake_meta
from atd_testing.meta.state import Behaviour, FakeState, MetaRules, Page, Person, Post, SentMessage

__all__ = [
    "Behaviour",
    "FakeMeta",
    "FakeState",
    "MetaRules",
    "Page",
    "Person",
    "Post",
    "SentMessage",
    "ServedMeta",
    "create_fake_meta",
    "serving_fake_meta",
]
