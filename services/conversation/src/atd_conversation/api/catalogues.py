"""Routes of what a company makes lists of, and of its policies: the same for every kind.

    resource = Resource(TAG, "tags", new=NewTag, edit=TagEdit, view=TagView, shown=tag_view)
    catalogue_router(parts, resource)

gives `GET` (a page, by name), `POST`, `GET /{id}`, `PATCH /{id}` and `DELETE /{id}` below `/api/v1/tags`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import Response as PlainResponse
from pydantic import BaseModel

from atd_conversation.api.parts import Body, Parts, Reader, as_json, json_response
from atd_conversation.domain.catalogue import CatalogueItem, CatalogueKind, Policy
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import forbidden, not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.versions import ExpectedVersion, set_etag

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

SETTINGS_PERMISSION = "settings:manage"
SettingsManager = Annotated[Identity, Depends(Requires(SETTINGS_PERMISSION))]

Archived = Annotated[bool | None, Query(description="Only archived ones, or only those that are not")]


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind over HTTP.

    Attributes:
        kind: what it is in the store.
        path: the last part of its address, and its tag in the API's document: `tags`.
        new: the body of `POST`; its fields are the item's values, except `scope` (see `personal`).
        edit: the body of `PATCH`: all fields optional, `archived` among them where the kind has it.
        view: the model of an answer.
        shown: an item as that model.
        permission: what changing needs.
        personal: attendants have some of their own: `scope` in `new` is `personal` or `everyone`; changing what is
            everybody's needs `settings:manage` besides, and nobody sees those of others.
    """

    kind: CatalogueKind
    path: str
    new: type[Body]
    edit: type[Body]
    view: type[BaseModel]
    shown: Callable[[CatalogueItem], BaseModel]
    permission: str = SETTINGS_PERMISSION
    personal: bool = False

    @property
    def noun(self) -> str:
        return self.kind.name.replace("_", " ")

    def may_see(self, identity: Identity, item: CatalogueItem) -> bool:
        """Whether it is everybody's or the caller's own."""
        return item.owner_id in (None, identity.actor_id)

    def check_may_change(self, identity: Identity, item: CatalogueItem) -> None:
        """Raises `Problem` 404 for another person's own item, 403 without the permission for everybody's."""
        if not self.may_see(identity, item):
            raise not_found(f"{self.noun.capitalize()} not found.")
        self.check_may_share(identity, item.owner_id)

    def check_may_share(self, identity: Identity, owner_id: str | None) -> None:
        """Raises `Problem` 403 when what is everybody's is not the caller's to change."""
        if owner_id is None and not identity.may(SETTINGS_PERMISSION):
            raise forbidden(f"This needs the permission {SETTINGS_PERMISSION}.")


def catalogue_router(parts: Parts, resource: Resource, *, reading: bool = True) -> APIRouter:
    """Reading and changing the items of a kind; without `reading` the kind has a list of its own."""
    router = APIRouter(prefix=f"/api/v1/{resource.path}", tags=[resource.path])
    if reading:
        _reading(router, parts, resource)
    _changing(router, parts, resource)
    return router


def _reading(router: APIRouter, parts: Parts, resource: Resource) -> None:
    async def list_items(
        identity: Reader, archived: Archived = None, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Any:
        owners = [None, identity.actor_id] if resource.personal else [None]
        start, after = decode_cursor(cursor, int, str) if cursor else (0, None)
        rows: list[tuple[int, str, CatalogueItem]] = []
        for place in range(max(start, 0), len(owners)):
            found = await parts.catalogues.page(
                identity.tenant_id,
                resource.kind,
                limit=limit + 1 - len(rows),
                after=after,
                owner_id=owners[place],
                archived=archived,
            )
            rows += [(place, key, item) for key, item in found]
            after = None
            if len(rows) > limit:
                break
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row[0], row[1]))
        return Page[Any](items=[resource.shown(item) for _, _, item in page], next_cursor=next_cursor)

    async def get_item(identity: Reader, item_id: str, response: Response) -> Any:
        item = await parts.catalogues.one(identity.tenant_id, resource.kind, item_id)
        if item is None or not resource.may_see(identity, item):
            raise not_found(f"{resource.noun.capitalize()} not found.")
        set_etag(response, item.version)
        return resource.shown(item)

    page = Page[resource.view]  # type: ignore[name-defined]  # a model that is known at run time
    noun = resource.noun
    router.get("", summary=f"The {noun}s by name", response_model=page, dependencies=[DECLARED_ONLY])(list_items)
    router.get("/{item_id}", summary=f"One {noun}", response_model=resource.view)(get_item)


def _changing(router: APIRouter, parts: Parts, resource: Resource) -> None:
    manager = Annotated[Identity, Depends(Requires(resource.permission))]

    async def create(
        identity: Identity, new: Any, request: Request, idempotency_key: IdempotencyKey = None
    ) -> PlainResponse:
        values = new.model_dump(mode="python")
        owner_id = identity.actor_id if resource.personal and values.pop("scope") == "personal" else None
        resource.check_may_share(identity, owner_id)

        async def work(session: "Session") -> StoredAnswer:
            item = await parts.catalogue_commands.add(
                session, identity.tenant_id, identity.actor(), resource.kind, values, owner_id=owner_id
            )
            return StoredAnswer(201, as_json(resource.shown(item)))

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route=f"POST /{resource.path}",
            key=idempotency_key,
            body=await request.body(),
        )
        _changed(parts, identity, resource, orjson.loads(answer.body)["id"], owner_id)
        return json_response(answer.body, answer.status, answer.headers)

    async def edit(identity: Identity, item_id: str, edit: Any, response: Response, version: ExpectedVersion) -> Any:
        values = edit.model_dump(exclude_unset=True, mode="python")
        archived = values.pop("archived", None)
        item = await parts.transaction(
            lambda session: parts.catalogue_commands.change(
                session,
                identity.tenant_id,
                identity.actor(),
                resource.kind,
                item_id,
                values,
                archived=archived,
                expected_version=version,
                may=lambda item: resource.check_may_change(identity, item),
            )
        )
        _changed(parts, identity, resource, item.id, item.owner_id)
        set_etag(response, item.version)
        return resource.shown(item)

    async def remove(identity: Identity, item_id: str, version: ExpectedVersion) -> None:
        item = await parts.transaction(
            lambda session: parts.catalogue_commands.remove(
                session,
                identity.tenant_id,
                identity.actor(),
                resource.kind,
                item_id,
                expected_version=version,
                may=lambda item: resource.check_may_change(identity, item),
            )
        )
        _changed(parts, identity, resource, item.id, item.owner_id, deleted=True)

    for route in (create, edit, remove):  # FastAPI reads the annotations, and these are known at run time alone
        route.__annotations__["identity"] = manager
    create.__annotations__["new"] = resource.new
    edit.__annotations__["edit"] = resource.edit
    noun = resource.noun
    router.post("", status_code=201, summary=f"Make a {noun}", response_model=resource.view)(create)
    router.patch("/{item_id}", summary=f"Change a {noun}", response_model=resource.view)(edit)
    router.delete("/{item_id}", status_code=204, summary=f"Delete a {noun}")(remove)


def _changed(
    parts: Parts, identity: Identity, resource: Resource, item_id: str, owner_id: str | None, *, deleted: bool = False
) -> None:
    """What is in memory is old; of their own items their owner's other devices are told alone."""
    parts.settings_cache.forget(identity.tenant_id)
    if owner_id == identity.actor_id:
        parts.own_frames.tell_setting(identity, resource.kind.name, item_id, deleted=deleted)


@dataclass(frozen=True, slots=True)
class PolicyResource:
    """A policy over HTTP: `GET` and `PUT /api/v1/settings/{name}`. `model` has its fields with their defaults."""

    name: str
    model: type[Body]

    def read(self, policy: Policy) -> Body:
        """The policy with the defaults of what it does not have; fields of later versions are left out."""
        known = {name: value for name, value in policy.values.items() if name in self.model.model_fields}
        return self.model.model_validate(known)


def policy_router(parts: Parts, resource: PolicyResource) -> APIRouter:
    """Reading and setting one policy."""
    router = APIRouter(prefix=f"/api/v1/settings/{resource.name}", tags=["settings"])
    defaults = resource.model().model_dump(mode="python")

    async def get_policy(_identity: Reader, response: Response) -> Any:
        policy = await parts.catalogues.policy(_identity.tenant_id, resource.name)
        set_etag(response, policy.version)
        return resource.read(policy)

    async def put_policy(identity: SettingsManager, new: Any, response: Response, version: ExpectedVersion) -> Any:
        values = new.model_dump(mode="python")
        policy = await parts.transaction(
            lambda session: parts.catalogue_commands.put_policy(
                session,
                identity.tenant_id,
                identity.actor(),
                resource.name,
                values,
                defaults=defaults,
                expected_version=version,
            )
        )
        parts.settings_cache.forget(identity.tenant_id)
        set_etag(response, policy.version)
        return resource.read(policy)

    put_policy.__annotations__["new"] = resource.model
    router.get("", summary=f"The company's setting: {resource.name}", response_model=resource.model)(get_policy)
    router.put("", summary=f"Set it: {resource.name}", response_model=resource.model)(put_policy)
    return router
