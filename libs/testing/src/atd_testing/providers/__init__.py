"""What every fake provider of a channel needs: serving, scripted faults, a call log, webhooks, control routes.

`FakeProvider` joins them. A fake adds the routes of its provider and says how its webhooks look; the toy provider in
`libs/testing/tests/test_providers.py` is the shortest example, `atd_testing.whatsapp` the longest.
"""

from atd_testing.providers.behaviours import Behaviour, Call
from atd_testing.providers.fake import FakeProvider
from atd_testing.providers.plain import PlainWebhooks
from atd_testing.providers.receiver import WebhookReceiver
from atd_testing.providers.serving import serving
from atd_testing.providers.state import ProviderState, SentMessage
from atd_testing.providers.webhooks import Callback, Delivery, WebhookSender, WebhookSettings

__all__ = [
    "Behaviour",
    "Call",
    "Callback",
    "Delivery",
    "FakeProvider",
    "PlainWebhooks",
    "ProviderState",
    "SentMessage",
    "WebhookReceiver",
    "WebhookSender",
    "WebhookSettings",
    "serving",
]
