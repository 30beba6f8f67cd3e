"""A lying fake of Telegram's Bot API, and builders of the updates that Telegram sends.

`updates` are pure functions; `create_fake_bot_api` makes the application; `serving_fake_bot_api` serves it on a port
inside a test; `python -m atd_testing.telegram` runs it as a process. A bot is whoever has a token `<bot id>:<secret>`.
"""

from atd_testing.telegram.app import FakeBotApi, create_fake_bot_api
from atd_testing.telegram.serving import ServedBotApi, serving_fake_bot_api
from atd_testing.telegram.state import Behaviour, Chat, FakeState, SentMessage
from atd_testing.telegram.updates_queue import SECRET_HEADER

__all__ = [
    "SECRET_HEADER",
    "Behaviour",
    "Chat",
    "FakeBotApi",
    "FakeState",
    "SentMessage",
    "ServedBotApi",
    "create_fake_bot_api",
    "serving_fake_bot_api",
]
