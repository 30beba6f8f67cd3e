"""What the parts of the sandbox share: the fake Graph API, conversations, companies and customers, the connection."""

from atd_channel_sandbox.conversations import Conversations
from atd_channel_sandbox.directory import Directory
from atd_channel_sandbox.events import EventStream
from atd_channel_sandbox.message_store import MessageStore
from atd_channel_sandbox.model import Connection, Customer, PhoneMessage
from atd_channel_sandbox.storage import Journal
from atd_testing.whatsapp.state import FakeState
from atd_testing.whatsapp.webhooks import WhatsAppWebhooks


class SandboxState:
    """State of one sandbox, with what its journal remembers."""

    def __init__(self, webhooks: WhatsAppWebhooks, journal: Journal) -> None:
        self.graph: FakeState = webhooks.state
        self.webhooks = webhooks
        self.events = EventStream()
        self.conversations = Conversations(self.graph, self.events, self._save)
        self.directory = Directory(self.graph, self.events, self._save)
        self.connection = Connection(state="off")
        self._journal = journal
        journal.read_into(self.messages, self.directory.customers)

    @property
    def messages(self) -> MessageStore:
        """The messages of all phones."""
        return self.conversations.messages

    def set_connection(self, connection: Connection) -> None:
        """Show how connecting the numbers goes."""
        if connection != self.connection:
            self.connection = connection
            self.events.publish("connection", connection)

    def receipt_delay(self, place: int) -> float:
        """Seconds until the receipt number `place` of a send is reported."""
        return place * self.graph.webhooks.receipt_delay_ms / 1000

    def _save(self, change: PhoneMessage | Customer) -> None:
        self._journal.append(change, self.messages, self.directory.customers)
