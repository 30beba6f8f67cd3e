"""Templates over HTTP, by webhook and in the background, on real servers beside the fake Graph API."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from atd_schemas.settings_changes import TemplateChanged
from atd_servicekit.identity import route_permissions
from atd_testing.waiting import eventually
from atd_testing.whatsapp import Behaviour, builders

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/api/v1/channels"
READER = ("channels:read",)


def soon() -> int:
    """A moment that no list of a test is newer than."""
    return int(time.time()) + 300


def business() -> str:
    return str(uuid4().int)[:15]


async def connected(service: Service, **credentials: Any) -> dict[str, Any]:
    """A new account, once its templates have been read."""
    made: dict[str, Any] = await service.connect(business_account_id=business(), **credentials)
    await synced(service, made)
    return made


async def synced(service: Service, made: dict[str, Any]) -> None:
    async def none_due() -> bool:
        return await service.runtime.mongo.db["template_syncs"].find_one({"_id": made["id"]}) is None

    assert await eventually(none_due)


async def listed(service: Service, made: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    answer = await service.client.get(
        f"{PATH}/{made['id']}/templates", params=params, headers=service.headers(permissions=READER)
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def sync(service: Service, made: dict[str, Any]) -> Any:
    return await service.client.post(f"{PATH}/{made['id']}/templates/sync", headers=service.headers())


async def tell(service: Service, made: dict[str, Any], field: str, at: int | None = None, **value: Any) -> None:
    change = {"field": field, "value": value}
    body = builders.body({"id": made["business_account_id"], "time": at or soon(), "changes": [change]})
    answer = await service.deliver(f"/{made['id']}", builders.encode(body))
    assert answer.status_code == 200


def of_template(name: str, **more: Any) -> dict[str, Any]:
    return {
        "message_template_id": 1,
        "message_template_name": name,
        "message_template_language": "pt_BR",
        **more,
    }


async def told(service: Service, made: dict[str, Any], number: int, name: str) -> list[TemplateChanged]:
    """The first events about a template of the account."""

    def wanted(event: Any) -> bool:
        return (
            isinstance(event, TemplateChanged)
            and event.data.account_id == made["id"]
            and event.data.template.name == name
        )

    found: list[TemplateChanged] = await service.tail.matching(number, wanted)
    return found


@pytest.mark.proves("whatsapp", "list-read-when-number")
async def test_the_templates_of_a_new_account_are_there_and_told(service: Service) -> None:
    made = await connected(service)
    found = await listed(service, made)
    assert [one["name"] for one in found] == sorted(one["name"] for one in found)
    assert len(found) == 10
    assert {one["name"]: one["unsendable"] for one in found if one["unsendable"]} == {
        "vitrine_de_ofertas": {
            "part": "component",
            "type": "carousel",
            "detail": "Templates with a component of the type CAROUSEL cannot be sent.",
        }
    }
    [shown] = [one for one in found if one["name"] == "aviso_entrega"]
    assert shown["status"] == "approved"
    assert shown["parameters"] == {"header": 0, "body": ["nome", "pedido"], "buttons": 1}
    assert shown["components"][0]["type"] == "BODY"
    [paused] = [one for one in found if one["status"] == "paused"]
    assert paused["parameters"]["header"] == 1
    [rejected] = [one for one in found if one["status"] == "rejected"]
    assert rejected["reason"] == "INVALID_FORMAT"
    [event] = await told(service, made, 1, "aviso_entrega")
    assert (event.tenant_id, event.subject) == (service.tenant, made["id"])
    assert event.data.template.model_dump(mode="json") == shown


@pytest.mark.proves("whatsapp", "list-read-when-number")
async def test_templates_are_searched_by_words_and_status_in_pages(service: Service) -> None:
    made = await connected(service)

    async def names(**params: Any) -> list[str]:
        return [f"{one['name']}/{one['language']}" for one in await listed(service, made, **params)]

    assert await names(q="CLINICA") == []
    assert await names(q="manutencao") == ["manutencao_programada/pt_BR"]
    assert await names(q="Manutenção bair") == ["manutencao_programada/pt_BR"]
    assert await names(q="retomar conversa") == ["retomar_conversa/en", "retomar_conversa/pt_BR"]
    assert await names(q="retomar conversa hello") == ["retomar_conversa/en"]
    assert await names(q="!?") == []
    assert await names(status="pending") == ["codigo_de_acesso/pt_BR"]
    assert len(await names(status=["paused", "rejected"])) == 2
    assert await names(status="paused", q="desconto") == ["promocao_de_primavera/pt_BR"]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
        page = await service.client.get(f"{PATH}/{made['id']}/templates", params=params, headers=service.headers())
        seen += [f"{one['name']}/{one['language']}" for one in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == await names()


@pytest.mark.parametrize(
    ("params", "field"), [({"status": "great"}, "status[0]"), ({"q": "x" * 101}, "q"), ({"cursor": "zzz"}, "cursor")]
)
async def test_a_wrong_question_is_422(service: Service, params: dict[str, str], field: str) -> None:
    made = await service.connect()
    answer = await service.client.get(f"{PATH}/{made['id']}/templates", params=params, headers=service.headers())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_search_uses_an_index(service: Service) -> None:
    made = await connected(service)
    query = {
        "tenant_id": service.tenant,
        "account_id": made["id"],
        "deleted": False,
        "$and": [{"terms": {"$regex": "^manut"}}],
    }
    database = service.runtime.mongo.db
    plan = await database.command(
        {"explain": {"find": "templates", "filter": query, "sort": {"name": 1, "language": 1}, "limit": 10}}
    )
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])


@pytest.mark.proves("whatsapp", "sync-hand-background-refused")
async def test_a_sync_finds_what_is_new_changed_and_gone(service: Service) -> None:
    made = await connected(service)
    assert (await sync(service, made)).json() == {"synced": 10, "changed": 0, "deleted": 0}
    catalogue = service.fake.graph.state.catalogue(made["business_account_id"])
    new = catalogue[0].model_copy(update={"name": "novo_modelo", "id": "9"})
    catalogue[1].status = "PAUSED"
    paused, gone = catalogue[1], catalogue.pop(3)
    catalogue.append(new)
    assert (await sync(service, made)).json() == {"synced": 10, "changed": 2, "deleted": 1}
    names = {one["name"]: one["status"] for one in await listed(service, made)}
    assert names["novo_modelo"] == "approved"
    assert names[paused.name] == "paused"
    assert gone.name not in names
    *_, deleted = await told(service, made, 2, gone.name)
    assert deleted.data.deleted


@pytest.mark.proves("whatsapp", "sync-hand-background-refused")
async def test_a_sync_that_is_refused_says_why(service: Service) -> None:
    made = await connected(service)
    behaviours, ours = service.fake.graph.state.behaviours, made["business_account_id"]
    behaviours.append(Behaviour(kind="error", code=80007, details="too many calls", on="templates", account=ours))
    refused = await sync(service, made)
    assert (refused.status_code, refused.json()["code"]) == (502, "provider_refused")
    assert "80007" in refused.json()["detail"]
    behaviours.append(Behaviour(kind="server_error", on="templates", account=ours))
    silent = await sync(service, made)
    assert (silent.status_code, silent.json()["code"]) == (503, "provider_unreachable")
    assert len(await listed(service, made)) == 10


async def test_a_dead_token_leaves_a_disabled_account_disabled(service: Service) -> None:
    """A good check would make a marked one active, whoever switched it off."""
    made = await connected(service)
    address = f"{PATH}/{made['id']}"
    await service.client.patch(address, json={"status": "disabled"}, headers=service.headers())
    dead = Behaviour(kind="error", code=190, on="templates", account=made["business_account_id"])
    service.fake.graph.state.behaviours.append(dead)
    refused = await sync(service, made)
    assert "190" in refused.json()["detail"]
    shown = (await service.client.get(address, headers=service.headers())).json()
    assert shown["status"] == "disabled"


async def test_a_dead_token_marks_the_account_and_a_new_one_reads_the_templates(service: Service) -> None:
    service.fake.graph.state.revoked_tokens = {"dead"}
    made = await connected(service, access_token="dead")
    assert await listed(service, made) == []
    shown = (await service.client.get(f"{PATH}/{made['id']}", headers=service.headers())).json()
    assert (shown["status"], shown["status_reason"]["code"]) == ("needs_reconnection", "190")
    change = {"credentials": {"access_token": "alive"}}
    await service.client.patch(f"{PATH}/{made['id']}", json=change, headers=service.headers())
    await synced(service, made)
    assert len(await listed(service, made)) == 10


@pytest.mark.proves("whatsapp", "sync-hand-background-refused")
async def test_a_sync_in_the_background_is_tried_again(start: Callable[..., Any]) -> None:
    service = await start()
    made = await service.connect(business_account_id=business())
    await synced(service, made)
    service.fake.graph.state.behaviours.append(Behaviour(kind="error", code=2, on="templates"))
    change = {"credentials": {"access_token": "another"}}
    await service.client.patch(f"{PATH}/{made['id']}", json=change, headers=service.headers())
    syncs = service.runtime.mongo.db["template_syncs"]

    async def failed_once() -> Any:
        return await syncs.find_one({"_id": made["id"], "attempts": 1})

    row = await eventually(failed_once)
    await syncs.update_one({"_id": made["id"]}, {"$set": {"due_at": service.runtime.clock.now()}})
    assert row["due_at"] > service.runtime.clock.now()
    await synced(service, made)


@pytest.mark.proves("whatsapp", "webhook-status-quality-category")
async def test_a_webhook_changes_our_copy_of_every_account_of_the_business(service: Service) -> None:
    made = await connected(service)
    sister = await service.connect(business_account_id=made["business_account_id"])
    await synced(service, sister)
    paused = of_template("lembrete_consulta", event="PAUSED", reason="NONE", other_info={"title": "FIRST_PAUSE"})
    await tell(service, made, "message_template_status_update", **paused)
    await tell(
        service, made, "message_template_quality_update", **of_template("lembrete_consulta", new_quality_score="RED")
    )
    await tell(service, made, "template_category_update", **of_template("lembrete_consulta", new_category="MARKETING"))
    for one in (made, sister):
        [shown] = [found for found in await listed(service, one) if found["name"] == "lembrete_consulta"]
        assert (shown["status"], shown["reason"], shown["quality"], shown["category"]) == (
            "paused",
            "FIRST_PAUSE",
            "RED",
            "MARKETING",
        )
    *_, last = await told(service, sister, 4, "lembrete_consulta")
    assert (last.data.template.status, last.data.template.category) == ("paused", "MARKETING")
    kept = [event for event in await service.tail.read() if event.type == "inbound.unparsed"]
    assert not [event for event in kept if event.data.account_id in (made["id"], sister["id"])]


async def test_repeats_and_older_webhooks_change_nothing(service: Service) -> None:
    made, at = await connected(service), soon()
    paused = of_template("lembrete_consulta", event="PAUSED", reason="NONE")
    await tell(service, made, "message_template_status_update", at=at, **paused)
    await tell(service, made, "message_template_status_update", at=at, **paused)
    approved = of_template("lembrete_consulta", event="APPROVED", reason="NONE")
    await tell(service, made, "message_template_status_update", at=at - 1, **approved)
    assert (await sync(service, made)).json()["changed"] == 0
    [shown] = [found for found in await listed(service, made) if found["name"] == "lembrete_consulta"]
    assert shown["status"] == "paused"
    await tell(service, made, "message_template_status_update", at=at + 1, **approved)
    events = await told(service, made, 3, "lembrete_consulta")
    assert [event.data.template.status for event in events] == ["approved", "paused", "approved"]


async def test_new_texts_are_searched_and_the_list_is_asked_for(service: Service) -> None:
    made = await connected(service)
    said = of_template("lembrete_consulta", message_template_element="Olá {{1}}, sua ressonância é amanhã.")
    await tell(service, made, "message_template_components_update", **said)
    [found] = await listed(service, made, q="ressonancia")
    assert (found["name"], found["parameters"]["body"]) == ("lembrete_consulta", 1)
    due = await service.runtime.mongo.db["template_syncs"].find_one({"_id": made["id"]})
    assert due is not None


async def test_a_template_that_is_not_known_is_read_with_the_list(service: Service) -> None:
    made = await connected(service)
    await tell(service, made, "message_template_status_update", **of_template("bem_novo", event="APPROVED"))
    assert await listed(service, made, q="bem_novo") == []
    assert await service.runtime.mongo.db["template_syncs"].find_one({"_id": made["id"]}) is not None


@pytest.mark.proves("whatsapp", "tenants-another-s-templates")
async def test_no_tenant_reaches_anothers_templates(service: Service) -> None:
    made = await connected(service)
    stranger = service.headers(f"{service.tenant}-2")
    reading = await service.client.get(f"{PATH}/{made['id']}/templates", headers=stranger)
    syncing = await service.client.post(f"{PATH}/{made['id']}/templates/sync", headers=stranger)
    assert (reading.status_code, syncing.status_code) == (404, 404)


async def test_reading_and_syncing_ask_for_their_permissions(service: Service) -> None:
    made = await service.connect()
    needs = route_permissions(service.app)
    assert needs["GET /api/v1/channels/{account_id}/templates"] == "channels:read"
    assert needs["POST /api/v1/channels/{account_id}/templates/sync"] == "channels:manage"
    path = f"{PATH}/{made['id']}/templates"
    assert (await service.client.get(path)).status_code == 401
    assert (await service.client.get(path, headers=service.headers(permissions=()))).status_code == 403
    readers = service.headers(permissions=READER)
    assert (await service.client.post(f"{path}/sync", headers=readers)).status_code == 403


async def test_a_disconnected_account_leaves_no_templates_and_no_health(service: Service) -> None:
    made = await connected(service)
    await tell(service, made, "account_review_update", decision="REJECTED")
    path = f"{PATH}/{made['id']}"
    assert (await service.client.delete(path, headers=service.headers())).status_code == 204
    assert (await service.client.get(f"{path}/templates", headers=service.headers())).status_code == 404
    database = service.runtime.mongo.db
    assert await database["templates"].count_documents({"account_id": made["id"], "deleted": False}) == 0
    assert await database["account_health"].find_one({"_id": made["id"]}) is None
