"""Routes of what a company sets for its routing: the same for every kind of item, and for every policy.

    TEAMS = ItemResource(TEAM, "teams", TeamBody)
    items_router(parts, TEAMS)

gives `GET` (a page in order), `POST`, `GET /{id}`, `PATCH /{id}` and `DELETE /{id}` below `/api/v1/teams`, and
`PUT /order` where people put the items in order. An item is flat: the fields of the body, `id` and `version`
(`position` where there is an order). `PATCH` takes any of the fields and leaves the others; what comes out of that is
checked as a whole, by the body's own validators and by `check`.

    policy_router(parts, PolicyResource("distribution", "/api/v1/routing/distribution", DistributionBody))

gives `GET` and `PUT` of one document.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import Response as PlainResponse
from pydantic import BaseModel, Field, ValidationError, create_model

from atd_routing.api.kept_items import Defaults, KeptItems
from atd_routing.api.parts import Body, Parts, Reader
from atd_routing.domain.items import Item, ItemKind, Refused, StoredSettings
from atd_schemas.ids import uuid7
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, decode_cursor, encode_cursor
from atd_servicekit.problems import FieldError, Problem, field_errors, not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.versions import ExpectedVersion, overtaken, overtakings, set_etag

if TYPE_CHECKING:
    from datetime import datetime

    from atd_servicekit.mongo import Session

T = TypeVar("T")

SETTINGS_PERMISSION = "settings:manage"
SettingsManager = Annotated[Identity, Depends(Requires(SETTINGS_PERMISSION))]

Check = Callable[[Item, StoredSettings], None]
"""Raises `Refused` for an item that does not fit the others; `StoredSettings` has them as they were before."""

Effect = Callable[["Session", Identity, Item | None, Item | None, "datetime"], Awaitable[None]]
"""What else happens in the transaction of a change: (before, after); None: it is new, or deleted."""


class SettingWarning(BaseModel):
    """What somebody who saves this should know: it is saved all the same. `ids` are items that it is about."""

    code: str
    message: str
    ids: list[str] = []


Warn = Callable[[Item, StoredSettings], Sequence[SettingWarning]]
"""What whoever saves an item is warned of; `StoredSettings` has the others as they were before."""


def _fits(_item: Item, _settings: StoredSettings) -> None:
    """Nothing to compare."""


async def _no_effect(
    _session: "Session", _identity: Identity, _before: Item | None, _after: Item | None, _now: "datetime"
) -> None:
    """Nothing else happens."""


@dataclass(frozen=True, slots=True)
class ItemResource:
    """One kind over HTTP.

    Attributes:
        kind: what it is in the store.
        path: the last part of its address, and its tag in the API's document: `teams`.
        body: the body of `POST`, with all fields and validators; `PATCH` takes the same fields, each optional, and
            the answer has them too. Its name ends in `Body`.
        check: compares an item with the others.
        effect: what else happens in the transaction of a change.
        warn: what the answer to a change warns of, in `warnings`.
        permission: what changing needs.
        defaults: what a company has that has changed nothing, by id and in order. Before its first change they become
            its own items, with these ids.
    """

    kind: ItemKind
    path: str
    body: type[Body]
    check: Check = _fits
    effect: Effect = _no_effect
    warn: Warn | None = None
    permission: str = SETTINGS_PERMISSION
    defaults: Defaults | None = None
    edit: type[Body] = field(init=False)
    view: type[BaseModel] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "edit", _edit_model(self.body))
        object.__setattr__(self, "view", _view_model(self))

    @property
    def noun(self) -> str:
        return self.kind.noun

    def shown(self, item: Item, stored: StoredSettings | None = None) -> BaseModel:
        """An item as the API answers it; fields of later versions are left out. `stored`: warn of what comes of it."""
        own: dict[str, Any] = {"id": item.id, "version": item.version, "position": item.position}
        if stored is not None and self.warn is not None:
            own["warnings"] = list(self.warn(item, stored))
        return self.view.model_validate({**item.values, **own})

    def values_of(self, given: dict[str, Any]) -> dict[str, Any]:
        """What is stored of these fields, checked as a whole. Raises `Problem` 422 with the fields."""
        try:
            return self.body.model_validate(given).model_dump(mode="json")
        except ValidationError as error:
            raise _invalid(error) from None


def items_router(parts: Parts, resource: ItemResource) -> APIRouter:
    """Reading and changing the items of a kind."""
    router = APIRouter(prefix=f"/api/v1/{resource.path}", tags=[resource.path])
    if resource.kind.ordered:
        _ordering(router, parts, resource)
    _reading(router, parts, resource)
    _creating(router, parts, resource)
    _changing(router, parts, resource)
    return router


def _reading(router: APIRouter, parts: Parts, resource: ItemResource) -> None:
    kept = KeptItems(parts, resource.kind, resource.defaults)

    async def list_items(identity: Reader, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None) -> Any:
        (start,) = decode_cursor(cursor, int) if cursor else (0,)
        items = await kept.all(identity.tenant_id)
        first = max(start, 0)
        following = encode_cursor(first + limit) if first + limit < len(items) else None
        return Page[Any](items=[resource.shown(one) for one in items[first : first + limit]], next_cursor=following)

    async def get_item(identity: Reader, item_id: str, response: Response) -> Any:
        item = await kept.one(identity.tenant_id, item_id)
        if item is None:
            raise not_found(f"{resource.noun.capitalize()} not found.")
        set_etag(response, item.version)
        return resource.shown(item)

    page = Page[resource.view]  # type: ignore[name-defined]  # a model that is known at run time
    noun = resource.noun
    router.get("", summary=f"The {noun}s in order", response_model=page, dependencies=[DECLARED_ONLY])(list_items)
    router.get("/{item_id}", summary=f"One {noun}", response_model=resource.view)(get_item)


def _creating(router: APIRouter, parts: Parts, resource: ItemResource) -> None:
    kept = KeptItems(parts, resource.kind, resource.defaults)

    async def create(
        identity: Identity, new: Any, request: Request, idempotency_key: IdempotencyKey = None
    ) -> PlainResponse:
        values = new.model_dump(mode="json")

        async def work(session: "Session") -> StoredAnswer:
            now = parts.runtime.clock.now()
            await kept.make_own(session, identity.tenant_id)
            item = Item(uuid7(), identity.tenant_id, resource.kind.name, values, created_at=now, changed_at=now)
            settings = await parts.items.settings(identity.tenant_id, session)
            resource.check(item, settings)
            stored = await parts.items.add(session, resource.kind, item, now)
            await resource.effect(session, identity, None, stored, now)
            await parts.touch(session, identity.tenant_id)
            view = resource.shown(stored, settings)
            return StoredAnswer(201, view.__pydantic_serializer__.to_json(view))

        answer = await parts.idempotency.once(
            lambda effect: _refusing(parts, effect),
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route=f"POST /{resource.path}",
            key=idempotency_key,
            body=await request.body(),
        )
        parts.changed(identity.tenant_id)
        return PlainResponse(answer.body, answer.status, answer.headers, media_type="application/json")

    create.__annotations__["identity"] = _manager(resource.permission)
    create.__annotations__["new"] = resource.body
    router.post("", status_code=201, summary=f"Make a {resource.noun}", response_model=resource.view)(create)


def _changing(router: APIRouter, parts: Parts, resource: ItemResource) -> None:
    kept = KeptItems(parts, resource.kind, resource.defaults)

    async def read(session: "Session", tenant_id: str, item_id: str, version: int | None) -> Item:
        await kept.make_own(session, tenant_id)
        before = await parts.items.one(tenant_id, resource.kind, item_id, session)
        if before is None:
            raise not_found(f"{resource.noun.capitalize()} not found.")
        await _check_version(parts, session, version, before, resource.noun)
        return before

    async def edit(identity: Identity, item_id: str, edit: Any, response: Response, version: ExpectedVersion) -> Any:
        given = edit.model_dump(exclude_unset=True, mode="json")

        async def work(session: "Session") -> tuple[Item, BaseModel]:
            now = parts.runtime.clock.now()
            before = await read(session, identity.tenant_id, item_id, version)
            settings = await parts.items.settings(identity.tenant_id, session)
            known = {name: value for name, value in before.values.items() if name in resource.body.model_fields}
            item = before.changed(resource.values_of({**known, **given}), now)
            if item is before:
                return before, resource.shown(before, settings)
            resource.check(item, settings)
            stored = await parts.items.save(session, resource.kind, item, now, identity.actor())
            await resource.effect(session, identity, before, stored, now)
            await parts.touch(session, identity.tenant_id)
            return stored, resource.shown(stored, settings)

        item, view = await _refusing(parts, work)
        parts.changed(identity.tenant_id)
        set_etag(response, item.version)
        return view

    async def remove(identity: Identity, item_id: str, version: ExpectedVersion) -> None:
        async def work(session: "Session") -> None:
            now = parts.runtime.clock.now()
            before = await read(session, identity.tenant_id, item_id, version)
            await parts.items.remove(session, before)
            await resource.effect(session, identity, before, None, now)
            await parts.touch(session, identity.tenant_id)

        await _refusing(parts, work)
        parts.changed(identity.tenant_id)

    for route in (edit, remove):  # FastAPI reads the annotations, and these are known at run time alone
        route.__annotations__["identity"] = _manager(resource.permission)
    edit.__annotations__["edit"] = resource.edit
    router.patch("/{item_id}", summary=f"Change a {resource.noun}", response_model=resource.view)(edit)
    router.delete("/{item_id}", status_code=204, summary=f"Delete a {resource.noun}")(remove)


class ItemOrder(Body):
    """Items in their order; those that are left out follow as they were."""

    ids: list[Annotated[str, Field(max_length=64)]] = Field(max_length=500)


def _ordering(router: APIRouter, parts: Parts, resource: ItemResource) -> None:
    kept = KeptItems(parts, resource.kind, resource.defaults)

    async def put_order(identity: Identity, wanted: ItemOrder) -> Any:
        async def work(session: "Session") -> list[Item]:
            now = parts.runtime.clock.now()
            await kept.make_own(session, identity.tenant_id)
            items = await parts.items.of_kind(identity.tenant_id, resource.kind, session)
            for place, item in enumerate(_reordered(items, wanted.ids), start=1):
                moved = item.changed({}, now, position=place)
                if moved is not item:
                    await parts.items.save(session, resource.kind, moved, now, identity.actor())
            await parts.touch(session, identity.tenant_id)
            return await parts.items.of_kind(identity.tenant_id, resource.kind, session)

        items = await _refusing(parts, work)
        parts.changed(identity.tenant_id)
        return Page[Any](items=[resource.shown(item) for item in items])

    put_order.__annotations__["identity"] = _manager(resource.permission)
    page = Page[resource.view]  # type: ignore[name-defined]  # a model that is known at run time
    router.put("/order", summary=f"Put the {resource.noun}s in order", response_model=page)(put_order)


def _reordered(items: Sequence[Item], ids: Sequence[str]) -> list[Item]:
    by_id = {item.id: item for item in items}
    if len(set(ids)) != len(ids) or not by_id.keys() >= set(ids):
        raise Refused("invalid", "must name existing items, each once", "ids", reason="not_there")
    return [by_id[one] for one in ids] + [item for item in items if item.id not in set(ids)]


@dataclass(frozen=True, slots=True)
class PolicyResource:
    """A policy over HTTP. `body` has its fields with their defaults; `check` raises `Refused`."""

    name: str
    path: str
    body: type[Body]
    check: Callable[[Any, StoredSettings], None] = lambda _body, _settings: None

    def read(self, values: Any) -> Body:
        """The policy with the defaults of what it does not have; fields of later versions are left out."""
        return self.body.model_validate({name: one for name, one in values.items() if name in self.body.model_fields})


def policy_router(parts: Parts, resource: PolicyResource) -> APIRouter:
    """Reading and setting one policy."""
    router = APIRouter(prefix=resource.path, tags=["routing"])
    defaults = resource.read({}).model_dump(mode="json")

    async def get_policy(identity: Reader, response: Response) -> Any:
        item = await parts.items.policy(identity.tenant_id, resource.name)
        set_etag(response, item.version if item else 0)
        return resource.read(item.values if item else {})

    async def put_policy(identity: SettingsManager, new: Any, response: Response, version: ExpectedVersion) -> Any:
        async def work(session: "Session") -> Item:
            before = await parts.items.policy(identity.tenant_id, resource.name, session)
            tenant_id, values, now = identity.tenant_id, new.model_dump(mode="json"), parts.runtime.clock.now()
            await _check_version(parts, session, version, before, resource.name)
            if before is not None and before.values == values:
                return before
            resource.check(new, await parts.items.settings(tenant_id, session))
            item = await parts.items.put_policy(
                session, tenant_id, resource.name, values, now, defaults=defaults, actor=identity.actor()
            )
            await parts.touch(session, tenant_id)  # with the revision that this is
            return item

        item = await _refusing(parts, work)
        parts.changed(identity.tenant_id)
        set_etag(response, item.version)
        return resource.read(item.values)

    put_policy.__annotations__["new"] = resource.body
    router.get("", summary=f"The company's policy: {resource.name}", response_model=resource.body)(get_policy)
    router.put("", summary=f"Set it: {resource.name}", response_model=resource.body)(put_policy)
    return router


async def _check_version(
    parts: Parts, session: "Session", expected: int | None, current: Item | None, noun: str
) -> None:
    """Raise `Problem` 409 that says who changed what since the version that a caller saw. None: nobody has set it."""
    version = 0 if current is None else current.version
    if expected is None or expected == version:
        return
    changes = [] if current is None else await parts.items.changes_since(current, expected, session)
    raise overtaken(expected, version, noun, overtakings("setting.changed", changes))


async def _refusing(parts: Parts, work: "Callable[[Session], Awaitable[T]]") -> T:
    """Run `work` in a transaction. Raises `Problem` for what it refuses."""
    try:
        return await parts.transaction(work)
    except Refused as refused:
        errors = [FieldError(refused.field, refused.message, refused.reason)] if refused.field else []
        raise Problem(refused.status, refused.code, refused.message, errors=errors) from None


def _manager(permission: str) -> Any:
    return Annotated[Identity, Depends(Requires(permission))]


def _edit_model(body: type[Body]) -> type[Body]:
    """The body of `PATCH`: the same fields, all optional. What comes out is checked by the body of `POST`."""
    fields: dict[str, Any] = {
        name: (Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation, Field(default=None))
        for name, info in body.model_fields.items()
    }
    name = f"{body.__name__.removesuffix('Body')}Edit"
    return create_model(name, __base__=Body, __doc__="The fields to change; absent ones stay.", **fields)


def _view_model(resource: ItemResource) -> type[BaseModel]:
    body = resource.body
    fields: dict[str, Any] = {name: (info.annotation, info) for name, info in body.model_fields.items()}
    own: dict[str, Any] = {"id": (str, ...), "version": (int, ...)}
    if resource.kind.ordered:
        own["position"] = (int, ...)
    if resource.warn is not None:
        own["warnings"] = (list[SettingWarning] | None, Field(default=None, exclude_if=lambda value: value is None))
    name = f"{body.__name__.removesuffix('Body')}View"
    return create_model(name, __doc__=body.__doc__, **own, **fields)


def _invalid(error: ValidationError) -> Problem:
    errors = field_errors(error.errors(include_url=False, include_input=False))
    return Problem(422, "invalid", "The request is not valid.", errors=errors)
