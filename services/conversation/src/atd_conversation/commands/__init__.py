"""Changes that attendants make: load, decide, save with the events, in one transaction that is retried on conflict."""

from atd_conversation.commands.contacts import ContactCommands
from atd_conversation.commands.conversations import Commands, Decide
from atd_conversation.commands.messages import MessageCommands
from atd_conversation.domain.drafts import Draft

__all__ = ["Commands", "ContactCommands", "Decide", "Draft", "MessageCommands"]
