"""What the routes share: what they are built from, and who may call them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import Response as PlainResponse
from pydantic import BaseModel

from atd_conversation.automations import Automations
from atd_conversation.commands import Commands, ContactCommands, MessageCommands
from atd_conversation.commands.catalogues import CatalogueCommands
from atd_conversation.commands.private_replies import PrivateReplies
from atd_conversation.commands.scheduled import ScheduledCommands
from atd_conversation.commands.snoozing import Snoozing
from atd_conversation.commands.unsent import DraftCommands
from atd_conversation.domain.channels import Channels
from atd_conversation.files.thumbnails import Thumbnails
from atd_conversation.files.uploads import Uploads
from atd_conversation.marks import Marks
from atd_conversation.own_frames import OwnFrames
from atd_conversation.papers.parts import Papers
from atd_conversation.settings_cache import SettingsCache
from atd_conversation.store.availability import Availability
from atd_conversation.store.catalogues import Catalogues
from atd_conversation.store.contact_notes import ContactNotes
from atd_conversation.store.directory import Directory
from atd_conversation.store.files import Files
from atd_conversation.store.message_search import MessageSearch
from atd_conversation.store.queries import Queries
from atd_conversation.store.records import Records
from atd_conversation.store.scheduled import ScheduledMessages
from atd_conversation.store.sights import Sights
from atd_conversation.store.teams import Teams
from atd_conversation.store.unsent import UnsentDrafts
from atd_servicekit.errors import StaleVersion
from atd_servicekit.files import FileStore
from atd_servicekit.idempotency import Idempotency
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.jobs import Jobs
from atd_servicekit.problems import request_id_of, unavailable
from atd_servicekit.requests import StorableBody
from atd_servicekit.runtime import Runtime

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

T = TypeVar("T")

Reader = Annotated[Identity, Depends(Requires("conversations:read"))]
Writer = Annotated[Identity, Depends(Requires("conversations:write"))]
Assigner = Annotated[Identity, Depends(Requires("conversations:assign"))]
ContactReader = Annotated[Identity, Depends(Requires("contacts:read"))]
ContactImporter = Annotated[Identity, Depends(Requires("contacts:import"))]
ContactExporter = Annotated[Identity, Depends(Requires("contacts:export"))]
ContactWriter = Annotated[Identity, Depends(Requires("contacts:write"))]


@dataclass(frozen=True, slots=True)
class Customers:
    """What the routes of customers' records need."""

    commands: ContactCommands
    records: Records
    notes: ContactNotes


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root hands to the routes."""

    runtime: Runtime
    queries: Queries
    sights: Sights
    search: MessageSearch
    zone: ZoneInfo
    commands: Commands
    messages: MessageCommands
    private_replies: PrivateReplies
    directory: Directory
    teams: Teams
    availability: Availability
    idempotency: Idempotency
    files: Files
    uploads: Uploads
    file_store: FileStore
    thumbnails: Thumbnails
    channels: Channels
    catalogues: Catalogues
    catalogue_commands: CatalogueCommands
    settings_cache: SettingsCache
    jobs: Jobs
    own_frames: OwnFrames
    unsent: UnsentDrafts
    draft_commands: DraftCommands
    snoozing: Snoozing
    papers: Papers
    marks: Marks
    scheduled: ScheduledMessages
    scheduled_commands: ScheduledCommands
    customers: Customers
    automations: Automations

    async def transaction(self, work: "Callable[[Session], Awaitable[T]]") -> T:
        """Run `work` in a transaction. Raises `Problem` 503 when somebody else was faster and no retry helped."""
        try:
            return await self.runtime.transaction(work)
        except StaleVersion as error:
            raise unavailable("Another request changed this at the same time; try again.") from error


class Body(StorableBody):
    """What the bodies of this service's requests have in common."""


async def request_id(request: Request) -> str:
    """The request's id: the cause of the events that it leads to."""
    return request_id_of(request) or ""


RequestId = Annotated[str, Depends(request_id)]


def as_json(model: BaseModel) -> bytes:
    """The model as an answer's body."""
    return model.__pydantic_serializer__.to_json(model)


def json_response(body: bytes, status: int, headers: dict[str, str] | None = None) -> PlainResponse:
    """An answer whose body is JSON already."""
    return PlainResponse(body, status_code=status, headers=headers, media_type="application/json")
