"""Whether a public comment opens a conversation, or is filed (`domain/public_comments.py`)."""

from atd_conversation.domain.automation.policies import DEFAULT_AUTOMATION
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.public_comments import OpeningRule, admitted
from atd_conversation.domain.strands import place_of
from atd_conversation.intake.batch import Arrival
from atd_conversation.intake.loaded import openings_key
from atd_conversation.intake.state import Intake
from atd_schemas.inbound import InboundEcho


def is_filed(intake: Intake, event: Arrival, contact_id: str) -> bool:
    """Whether a message opens no conversation because it is public, and not one of those that do.

    What the page writes itself opens none. What comes to an open conversation opens nothing, and is never filed.
    """
    thread = event.data.thread
    if thread is None or not thread.public:
        return False
    current = intake.loaded.current.get(place_of(event.data, contact_id))
    if current is not None and (current.status != "closed" or current.contact.blocked):
        return False
    if isinstance(event, InboundEcho):
        return current is None
    contact = intake.loaded.contacts.get(contact_id)
    if contact is not None and contact.block is not None:
        return False
    rule = intake.automation.get(event.tenant_id, DEFAULT_AUTOMATION).comments.of(event.data.account_id)
    if not rule.wants(event.data.text, goes_on=_goes_on(intake, event, current)):
        return True
    return not _admit(intake, event, rule)


def _goes_on(intake: Intake, event: Arrival, current: Conversation | None) -> bool:
    """Whether it answers what the company wrote in this very conversation."""
    name = event.data.reply_to_external_id
    if current is None or name is None:
        return False
    answered = intake.loaded.target(event.data.account_id, name)
    return answered is not None and answered.direction == "outbound" and answered.conversation_id == current.id


def _admit(intake: Intake, event: Arrival, rule: OpeningRule) -> bool:
    """Whether the post may open one more conversation now; it is counted then."""
    key = openings_key(event)
    row = intake.loaded.openings.get(key)
    moments = admitted(row["moments"] if row else (), rule, intake.now)
    if moments is None:
        return False
    intake.put_opening(key, {"tenant_id": event.tenant_id, "moments": list(moments)})
    return True
