"""The contract of a channel service: tests that every channel passes against the fake of its provider.

A service's tests say what is its own in a `ChannelCase`, and run the contract::

    class TestContract(ChannelContract):
        case = WhatsAppCase()


    class TestOwnService(OwnServiceContract):
        case = WhatsAppCase()

What a channel does not have is named in `ChannelCase.lacks`; the tests that need it are skipped with that reason. The
fixtures are a plugin, `atd_testing.channels.fixtures`.
"""

from atd_testing.channels.account_contract import AccountContract
from atd_testing.channels.case import (
    ChannelCase,
    CustomerFile,
    Feature,
    InboundChange,
    Refusal,
    ServedProvider,
    Trouble,
    UploadedFile,
)
from atd_testing.channels.changes_contract import ChangesContract
from atd_testing.channels.file_contract import FileContract
from atd_testing.channels.own_service_contract import OwnServiceContract
from atd_testing.channels.recovery_contract import RecoveryContract
from atd_testing.channels.sending_contract import SendingContract
from atd_testing.channels.upload_contract import UploadContract
from atd_testing.channels.webhook_contract import WebhookContract


class ChannelContract(
    WebhookContract, AccountContract, SendingContract, RecoveryContract, FileContract, UploadContract, ChangesContract
):
    """Everything that a channel service must do while it runs."""


__all__ = [
    "AccountContract",
    "ChangesContract",
    "ChannelCase",
    "ChannelContract",
    "CustomerFile",
    "Feature",
    "FileContract",
    "InboundChange",
    "OwnServiceContract",
    "RecoveryContract",
    "Refusal",
    "SendingContract",
    "ServedProvider",
    "Trouble",
    "UploadContract",
    "UploadedFile",
    "WebhookContract",
]
