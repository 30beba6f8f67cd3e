"""Quick replies: the company's and everybody's own, found by any word, filled in for a conversation."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StringConstraints

from atd_conversation.api.catalogues import Archived, Resource, catalogue_router
from atd_conversation.api.parts import Body, Parts, Reader, Writer
from atd_conversation.commands.replies import attachments_of, filled_in, keeper_of
from atd_conversation.domain.catalogue import CatalogueItem
from atd_conversation.domain.catalogue_kinds import REPLY
from atd_conversation.domain.replies import MAX_BODY, MAX_FILES, custom_field_keys
from atd_conversation.domain.search_terms import words_of
from atd_conversation.domain.variables import FIELDS, VARIABLES, mistakes_in
from atd_schemas.views import AttachmentView
from atd_servicekit.files import FileMissing
from atd_servicekit.identity import Identity
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.text_variables import Filled, filled
from atd_servicekit.versions import set_etag

Scope = Literal["personal", "everyone"]
Shortcut = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^/?[^\W_][\w-]{0,39}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(max_length=MAX_BODY)]
Value = Annotated[str, StringConstraints(max_length=1000)]
FileId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
FileIds = Annotated[list[FileId], Field(max_length=MAX_FILES)]


def _with_slash(shortcut: str) -> str:
    return "/" + shortcut.removeprefix("/")


class NewReply(Body):
    """A quick reply to make. `personal`: for the caller alone; `everyone` needs `settings:manage`."""

    shortcut: Shortcut = Field(description="Letters, digits, `-` and `_`, typed after a `/`; with or without it")
    title: Title
    body: Text = Field(
        default="", description='The text; `{{contact.first_name|"cliente"}}` is a variable with a default'
    )
    attachment_ids: FileIds = Field(default_factory=list, description="Uploads, which the reply keeps")
    scope: Scope = "personal"

    def model_post_init(self, _context: object) -> None:
        self.shortcut = _with_slash(self.shortcut)


class ReplyEdit(Body):
    """The fields to change; absent ones stay. An archived reply is offered no more."""

    shortcut: Shortcut = ""
    title: Title = ""
    body: Text = ""
    attachment_ids: FileIds = Field(default_factory=list)
    archived: bool = False

    def model_post_init(self, _context: object) -> None:
        if "shortcut" in self.model_fields_set:
            self.shortcut = _with_slash(self.shortcut)


class ReplyView(BaseModel):
    """A quick reply; `body` is what was written, with its variables."""

    id: str
    shortcut: str
    title: str
    body: str
    attachments: list[AttachmentView]
    scope: Scope
    usage_count: int
    archived: bool
    version: int


class FilledPart(BaseModel):
    """A piece of a filled text. `missing`: its variable has neither value nor default, so nothing stands there."""

    text: str
    variable: str | None = None
    missing: bool = False


class MistakeView(BaseModel):
    """What is wrong at a place of a text, counted from 1; `start` counts its characters from 0."""

    code: Literal["broken_variable", "unknown_variable", "too_many"]
    detail: str
    name: str | None
    start: int
    line: int
    column: int


class FilledText(BaseModel):
    """A text with its variables filled in; `missing` names those that have nothing to stand in their place."""

    text: str
    parts: list[FilledPart]
    missing: list[str]
    mistakes: list[MistakeView] = Field(default_factory=list)

    @classmethod
    def of(cls, found: Filled) -> "FilledText":
        parts = [FilledPart(text=one.text, variable=one.variable, missing=one.missing) for one in found.parts]
        return cls(text=found.text, parts=parts, missing=list(found.missing))


class FilledReply(FilledText):
    """A reply as it would be said in a conversation, with the files of the reply; used: with copies to be sent."""

    attachments: list[AttachmentView]


class Preview(Body):
    """A text that is being written, and values to show it with."""

    body: Text
    values: dict[
        Annotated[str, StringConstraints(max_length=100)], Annotated[str, StringConstraints(max_length=1000)]
    ] = Field(default_factory=dict, max_length=100, description="By name of the variable: `contact.name`")


class VariableView(BaseModel):
    """A variable that texts may have."""

    name: str


class Variables(BaseModel):
    """Every variable, in the order in which a person is offered them."""

    items: list[VariableView]


def replies_router(parts: Parts) -> APIRouter:
    """`/api/v1/replies`, and replies in a conversation."""
    resource = Resource(
        REPLY,
        "replies",
        new=NewReply,
        edit=ReplyEdit,
        view=ReplyView,
        shown=reply_view,
        permission="conversations:write",
        personal=True,
    )
    router = APIRouter(tags=["replies"])
    _writing(router, parts)
    _reading(router, parts, resource)
    _using(router, parts, resource)
    router.include_router(catalogue_router(parts, resource, reading=False))
    return router


def reply_view(reply: CatalogueItem) -> ReplyView:
    """What an answer shows of a reply."""
    values = reply.values
    return ReplyView(
        id=reply.id,
        shortcut=values["shortcut"],
        title=values["title"],
        body=values["body"],
        attachments=[one.view() for one in attachments_of(reply)],
        scope="everyone" if reply.owner_id is None else "personal",
        usage_count=reply.uses,
        archived=reply.archived,
        version=reply.version,
    )


def _writing(router: APIRouter, parts: Parts) -> None:
    """What helps to write one."""

    @router.get("/api/v1/replies/variables", summary="The variables of texts", dependencies=[DECLARED_ONLY])
    async def list_variables(identity: Reader) -> Variables:
        keys = custom_field_keys(await parts.settings_cache.of(identity.tenant_id))
        names = [*VARIABLES, *(f"{FIELDS}{key}" for key in sorted(keys))]
        return Variables(items=[VariableView(name=name) for name in names])

    @router.post("/api/v1/replies/preview", summary="A text as it would look, and what is wrong with it")
    async def preview(identity: Reader, wanted: Preview) -> FilledText:
        keys = custom_field_keys(await parts.settings_cache.of(identity.tenant_id))
        mistakes = [MistakeView.model_validate(one, from_attributes=True) for one in mistakes_in(wanted.body, keys)]
        return FilledText.of(filled(wanted.body, dict(wanted.values))).model_copy(update={"mistakes": mistakes})


def _reading(router: APIRouter, parts: Parts, resource: Resource) -> None:
    @router.get("/api/v1/replies", summary="Quick replies, by shortcut or as they fit", dependencies=[DECLARED_ONLY])
    async def list_replies(
        identity: Reader,
        q: Annotated[
            str | None,
            Query(max_length=200, description="Beginnings of words; the best fits, which are not archived, come first"),
        ] = None,
        sort: Annotated[
            Literal["shortcut", "-usage_count"], Query(description="`-usage_count`: one page of those used most")
        ] = "shortcut",
        scope: Annotated[Scope | None, Query()] = None,
        archived: Archived = None,
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
    ) -> Page[ReplyView]:
        owners: list[str | None] = [identity.actor_id, None]
        owners = {None: owners, "personal": owners[:1], "everyone": owners[1:]}[scope]
        if sort == "-usage_count" or (q and q.strip()):
            words = words_of(q or "")
            found = await parts.catalogues.found(identity.tenant_id, REPLY, words, owners=owners, limit=limit)
            return Page(items=[reply_view(one) for one in found])
        start, after = decode_cursor(cursor, int, str) if cursor else (0, None)
        rows: list[tuple[int, str, CatalogueItem]] = []
        for place in range(max(start, 0), len(owners)):
            wanted = {"owner_id": owners[place], "archived": archived, "after": after}
            found_rows = await parts.catalogues.page(
                identity.tenant_id,
                REPLY,
                limit=limit + 1 - len(rows),
                **wanted,  # type: ignore[arg-type]  # as named
            )
            rows += [(place, key, item) for key, item in found_rows]
            after = None
            if len(rows) > limit:
                break
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row[0], row[1]))
        return Page(items=[reply_view(item) for _, _, item in page], next_cursor=next_cursor)

    @router.get("/api/v1/replies/{item_id}", summary="One quick reply")
    async def get_reply(identity: Reader, item_id: str, response: Response) -> ReplyView:
        reply = await _visible(parts, identity, resource, item_id)
        set_etag(response, reply.version)
        return reply_view(reply)


def _using(router: APIRouter, parts: Parts, resource: Resource) -> None:
    address = "/api/v1/conversations/{conversation_id}/replies/{item_id}"

    @router.get(address, summary="A quick reply as it would be said in a conversation")
    async def fill(identity: Reader, conversation_id: str, item_id: str) -> FilledReply:
        reply = await _visible(parts, identity, resource, item_id)
        return await _filled(parts, identity, conversation_id, reply, [one.view() for one in attachments_of(reply)])

    @router.post(address, summary="Use a quick reply: its text, and copies of its files to be sent")
    async def use(identity: Writer, conversation_id: str, item_id: str) -> FilledReply:
        reply = await _visible(parts, identity, resource, item_id)
        answer = await _filled(parts, identity, conversation_id, reply, [])
        originals = await parts.files.kept(identity.tenant_id, reply.values["attachment_ids"], keeper_of(reply))
        for original in originals:
            try:
                copied = await parts.uploads.copy(identity.tenant_id, identity.actor_id, original)
            except FileMissing:
                raise not_found(f"The file {original.attachment.id} of the reply is gone.") from None
            answer.attachments.append(copied.view())
        await parts.catalogues.count_use(identity.tenant_id, REPLY, reply.id)
        return answer


async def _visible(parts: Parts, identity: Identity, resource: Resource, item_id: str) -> CatalogueItem:
    """A reply that is everybody's or the caller's own. Raises `Problem` 404."""
    reply = await parts.catalogues.one(identity.tenant_id, REPLY, item_id)
    if reply is None or not resource.may_see(identity, reply):
        raise not_found("Reply not found.")
    return reply


async def _filled(
    parts: Parts, identity: Identity, conversation_id: str, reply: CatalogueItem, files: list[AttachmentView]
) -> FilledReply:
    body = reply.values["body"]
    found = await filled_in(parts.queries, identity.tenant_id, conversation_id, body, identity.actor_name)
    return FilledReply(**FilledText.of(found).model_dump(), attachments=files)
