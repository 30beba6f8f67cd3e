"""Channel accounts over HTTP: made, listed, changed, checked, deleted, each tenant by itself."""

from typing import Any
from uuid import uuid4

import pytest

from atd_servicekit.identity import route_permissions
from atd_testing.whatsapp import Behaviour, builders

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/api/v1/channels"


def number() -> str:
    return str(uuid4().int)[:15]


def body(**credentials: Any) -> dict[str, Any]:
    given = {
        "phone_number_id": number(),
        "business_account_id": "200300400500600",
        "access_token": "EAAG-secret-token",
        "app_secret": "a-secret-of-the-app",
    }
    return {"kind": "whatsapp", "name": "Loja", "credentials": {**given, **credentials}}


async def test_a_channel_is_made_and_its_credentials_are_never_shown(service: Service) -> None:
    answer = await service.client.post(PATH, json=body(verify_token="my-verify-token"), headers=service.headers())
    assert answer.status_code == 201
    made = answer.json()
    assert made["status"] == "active"
    assert made["webhook_url"] == f"http://localhost:8080/webhooks/whatsapp/{made['id']}"
    assert made["verify_token"] == "my-verify-token"
    assert answer.headers["etag"] == '"1"'
    listed = await service.client.get(PATH, headers=service.headers())
    shown = await service.client.get(f"{PATH}/{made['id']}", headers=service.headers())
    assert listed.json()["items"] == [made] == [shown.json()]
    stored = await service.runtime.mongo.db["channel_accounts"].find_one({"_id": made["id"]})
    for text in (answer.text, listed.text, shown.text, str(stored)):
        assert "EAAG-secret-token" not in text
        assert "a-secret-of-the-app" not in text
    assert stored is not None
    assert stored["sealed"]["access_token"].startswith("v1.k1.")


async def test_a_verify_token_is_made_and_shown_to_managers_only(service: Service) -> None:
    made = await service.connect()
    assert len(made["verify_token"]) >= 32
    readers = service.headers(permissions=("channels:read",))
    shown = await service.client.get(f"{PATH}/{made['id']}", headers=readers)
    assert shown.json()["verify_token"] is None


async def test_what_is_wrong_is_named_by_its_field(service: Service) -> None:
    async def errors_of(given: Any) -> set[str]:
        answer = await service.client.post(PATH, json=given, headers=service.headers())
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] == "invalid"
        assert "a-secret" not in answer.text
        return {error["field"] for error in answer.json()["errors"]}

    assert await errors_of({**body(), "kind": "telegram"}) == {"kind"}
    assert await errors_of({**body(), "name": "  "}) == {"name"}
    assert await errors_of({**body(), "name": "x" * 101}) == {"name"}
    assert await errors_of({**body(), "surprise": 1}) == {"surprise"}
    assert await errors_of({**body(), "settings": {"theme": "dark"}}) == {"settings.theme"}
    assert await errors_of(body(phone_number_id="+5511")) == {"credentials.phone_number_id"}
    assert await errors_of(body(access_token="")) == {"credentials.access_token"}
    assert await errors_of(body(app_secret="a-secret" * 99)) == {"credentials.app_secret"}
    assert await errors_of(body(verify_token="com espaço")) == {"credentials.verify_token"}
    assert await errors_of({"kind": "whatsapp"}) == {"name", "credentials"}


@pytest.mark.parametrize(
    "wrong", ["a-secret\r\nX-Evil: 1", "a-secret-with space", "a-secret-açúcar", "a-secret\0of-app", "  "]
)
@pytest.mark.parametrize("name", ["access_token", "app_secret"])
async def test_a_secret_that_no_header_can_carry_is_refused(service: Service, name: str, wrong: str) -> None:
    made = await service.connect()
    requests = [
        ("POST", PATH, body(**{name: wrong})),
        ("PATCH", f"{PATH}/{made['id']}", {"credentials": {name: wrong}}),
    ]
    for method, path, given in requests:
        answer = await service.client.request(method, path, json=given, headers=service.headers())
        assert answer.status_code == 422, answer.text
        assert {error["field"] for error in answer.json()["errors"]} == {f"credentials.{name}"}
        assert "a-secret" not in answer.text


async def test_a_line_break_that_was_copied_with_a_secret_does_not_matter(service: Service) -> None:
    given = body(access_token=" EAAG-secret-token\n", app_secret="a-secret-of-the-app\r\n")
    made = (await service.client.post(PATH, json=given, headers=service.headers())).json()
    checked = (await service.client.post(f"{PATH}/{made['id']}/check", headers=service.headers())).json()
    assert checked["ok"] is True
    raw = b'{"object":"whatsapp_business_account","entry":[]}'
    signed = builders.signed_headers(raw, "a-secret-of-the-app")
    answer = await service.client.post(f"/webhooks/whatsapp/{made['id']}", content=raw, headers=signed)
    assert answer.status_code == 200


async def test_read_receipts_are_sent_until_they_are_switched_off(service: Service) -> None:
    made = await service.connect()
    assert made["settings"] == {"read_receipts": True}
    path = f"{PATH}/{made['id']}"
    change = {"settings": {"read_receipts": False}}
    changed = await service.client.patch(path, json=change, headers=service.headers())
    assert changed.json()["settings"] == {"read_receipts": False}
    renamed = await service.client.patch(path, json={"name": "Loja Nova"}, headers=service.headers())
    assert renamed.json()["settings"] == {"read_receipts": False}


async def test_the_number_of_a_channel_stays(service: Service) -> None:
    made = await service.connect()
    change = {"credentials": {"phone_number_id": number()}}
    answer = await service.client.patch(f"{PATH}/{made['id']}", json=change, headers=service.headers())
    assert answer.json()["errors"][0]["field"] == "credentials.phone_number_id"


@pytest.mark.proves("whatsapp", "account-disabled-deleted-another")
async def test_no_tenant_reaches_anothers_channel(service: Service) -> None:
    made = await service.connect(service.tenant)
    path, stranger = f"{PATH}/{made['id']}", service.headers(f"{service.tenant}-2")
    attempts = [
        await service.client.get(path, headers=stranger),
        await service.client.patch(path, json={"name": "mine"}, headers=stranger),
        await service.client.post(f"{path}/check", headers=stranger),
        await service.client.delete(f"{path}/previous-app-secrets", headers=stranger),
        await service.client.delete(path, headers=stranger),
    ]
    assert [answer.status_code for answer in attempts] == [404] * 5
    assert (await service.client.get(PATH, headers=stranger)).json()["items"] == []
    assert (await service.client.get(path, headers=service.headers())).json() == made


async def test_every_route_says_what_it_needs_and_is_described(service: Service) -> None:
    needs = route_permissions(service.app)
    assert needs["POST /api/v1/channels"] == "channels:manage"
    assert needs["GET /api/v1/channels"] == "channels:read"
    assert needs["POST /internal/unparsed/redrive"] == "operator"
    assert needs["POST /webhooks/whatsapp/{account_id}"].startswith("public: ")
    paths = (await service.client.get("/openapi.json")).json()["paths"]
    assert {"/webhooks/whatsapp", "/webhooks/whatsapp/{account_id}", PATH, f"{PATH}/{{account_id}}/check"} <= set(paths)


@pytest.mark.parametrize("code", [10, 131000, 4])
async def test_a_refused_check_names_the_class_and_keeps_the_status(service: Service, code: int) -> None:
    made = await service.connect()
    service.fake.graph.state.behaviours.append(Behaviour(kind="error", code=code, on="check"))
    answer = (await service.client.post(f"{PATH}/{made['id']}/check", headers=service.headers())).json()
    assert (answer["ok"], answer["code"], answer["status"]) == (False, str(code), "active")
