"""The HTTP API: parse, authorise, hand on, answer. Names and shapes are those of the public API."""

from fastapi import APIRouter, Depends

from atd_conversation.api.actions import actions_router, edits_router
from atd_conversation.api.attachments import attachments_router
from atd_conversation.api.automatic_replies import automatic_replies_router
from atd_conversation.api.automation_policies import (
    comments_policy_router,
    file_policy_router,
    protocol_policy_router,
    ratings_policy_router,
    reopening_policy_router,
)
from atd_conversation.api.bulk import bulk_router
from atd_conversation.api.capabilities import capabilities_router
from atd_conversation.api.contact_exports import contact_exports_router
from atd_conversation.api.contact_fields import contact_fields_router
from atd_conversation.api.contact_merges import merges_router
from atd_conversation.api.contact_notes import notes_router
from atd_conversation.api.contact_records import records_router
from atd_conversation.api.contacts import contacts_router
from atd_conversation.api.conversations import conversations_router
from atd_conversation.api.customer_history import history_router
from atd_conversation.api.guard import SightGuard
from atd_conversation.api.holds import contact_holds_router, conversation_holds_router
from atd_conversation.api.imports import imports_router
from atd_conversation.api.labelling import labelling_router
from atd_conversation.api.labels import labels_router
from atd_conversation.api.message_deeds import message_deeds_router
from atd_conversation.api.messages import message_router, messages_router
from atd_conversation.api.parts import Parts
from atd_conversation.api.placing import placing_router
from atd_conversation.api.privacy import contact_privacy_router, privacy_router
from atd_conversation.api.ratings import ratings_router
from atd_conversation.api.replies import replies_router
from atd_conversation.api.scheduled import scheduled_router
from atd_conversation.api.search import search_router
from atd_conversation.api.storage import storage_router
from atd_conversation.api.tagging import tagging_router
from atd_conversation.api.tags import tags_router
from atd_conversation.api.timeline import timeline_router
from atd_conversation.api.transcripts import transcripts_router
from atd_conversation.api.types import closing_router, types_router
from atd_conversation.api.unsent import unsent_router


def routers(parts: Parts) -> list[APIRouter]:
    """Every route of the service, each behind the guard of what its caller may see."""
    made = (
        conversations_router,
        messages_router,
        message_router,
        message_deeds_router,
        actions_router,
        placing_router,
        edits_router,
        bulk_router,
        timeline_router,
        contact_fields_router,
        merges_router,
        imports_router,
        privacy_router,
        contact_privacy_router,
        contact_holds_router,
        conversation_holds_router,
        contact_exports_router,
        contacts_router,
        records_router,
        notes_router,
        history_router,
        attachments_router,
        capabilities_router,
        tags_router,
        unsent_router,
        replies_router,
        transcripts_router,
        labels_router,
        types_router,
        closing_router,
        tagging_router,
        labelling_router,
        scheduled_router,
        storage_router,
        search_router,
        automatic_replies_router,
        protocol_policy_router,
        file_policy_router,
        ratings_policy_router,
        reopening_policy_router,
        comments_policy_router,
        ratings_router,
    )
    guarded = APIRouter(dependencies=[Depends(SightGuard(parts.sights))])
    for make in made:
        guarded.include_router(make(parts))
    return [guarded]
