"""Making, changing and deleting webhooks over HTTP."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from atd_schemas.ids import uuid7
from atd_schemas.topics import WEBHOOK_EVENTS
from atd_servicekit.idempotency import IDEMPOTENCY
from atd_testing.service import TenantClient
from atd_testing.tls import new_authority
from atd_webhook_dispatcher.domain.disabling import Failing
from atd_webhook_dispatcher.domain.endpoint import MOST_ENDPOINTS, Endpoint
from atd_webhook_dispatcher.domain.signing import key_of
from atd_webhook_dispatcher.sealing import unseal
from atd_webhook_dispatcher.store.endpoints import ENDPOINTS, Endpoints

pytestmark = pytest.mark.asyncio(loop_scope="module")

URL = "https://crm.example.com/in/%28a%29/b%2Fc?token=x%40y"


async def made(desk: TenantClient, **values: Any) -> Any:
    return await desk.do("POST", "/webhooks", {"url": URL, **values})


async def stored(desk: TenantClient, webhook_id: str) -> Endpoint:
    found = await Endpoints(desk.service.db).one(desk.tenant, webhook_id)
    assert found is not None
    return found


async def credentials(desk: TenantClient, webhook_id: str) -> Any:
    endpoint = await stored(desk, webhook_id)
    assert endpoint.auth.sealed is not None
    return orjson.loads(unseal(desk.service.runtime.cipher, endpoint, "auth", endpoint.auth.sealed))


async def disable(desk: TenantClient, webhook_id: str) -> None:
    """As the engine does."""
    endpoint, store = await stored(desk, webhook_id), Endpoints(desk.service.db)
    now = desk.service.runtime.clock.now()
    await store.save_failing(webhook_id, Failing(now, now, 7))
    runtime = desk.service.runtime
    assert await runtime.transaction(lambda s: store.update_state(s, endpoint, "disabled", "failing", now))


async def test_a_webhook_is_made_with_defaults_and_its_secret_is_shown_once(desk: TenantClient) -> None:
    new = await made(desk, description=" CRM ")
    assert new["url"] == URL
    assert (new["state"], new["enabled"], new["event_types"], new["description"]) == ("enabled", True, ["*"], "CRM")
    assert (new["version"], new["concurrency"], new["disable_after_hours"]) == (1, 20, 120)
    assert new["retry_seconds"] == [5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200, 86_400]
    assert new["secret"].startswith("whsec_")
    assert len(key_of(new["secret"])) == 32
    (secret,) = new["secrets"]
    assert secret["until"] is None
    shown = await desk.get(f"/webhooks/{new['id']}")
    assert shown == {name: value for name, value in new.items() if name != "secret"}
    assert (await desk.get("/webhooks"))["items"] == [shown]


async def test_nothing_secret_is_kept_readable_or_shown(desk: TenantClient) -> None:
    auth = {"kind": "basic", "username": "ana", "password": "s3cret-password"}
    key = {"Idempotency-Key": uuid7()}
    new = await desk.do("POST", "/webhooks", {"url": f" {URL}\n", "auth": auth}, headers=key)
    assert new["url"] == URL
    assert new["auth"] == {
        "kind": "basic",
        "username": "ana",
        "token_url": None,
        "client_id": None,
        "scope": None,
        "client_certificate": None,
    }
    document = str(await desk.service.db[ENDPOINTS].find_one({"_id": new["id"]}))
    assert "s3cret-password" not in document
    answers = str(await desk.service.db[IDEMPOTENCY].find({"tenant_id": desk.tenant}).to_list(9))
    assert "sealed" in answers
    assert new["secret"] not in document + answers
    assert "s3cret-password" not in str(await desk.get("/webhooks"))
    assert await credentials(desk, new["id"]) == {"username": "ana", "password": "s3cret-password"}


async def test_the_same_key_makes_one_webhook_and_answers_the_same_secret(desk: TenantClient) -> None:
    headers = {"Idempotency-Key": uuid7()}
    first = await desk.do("POST", "/webhooks", {"url": URL}, headers=headers)
    assert await desk.do("POST", "/webhooks", {"url": URL}, headers=headers) == first
    assert len((await desk.get("/webhooks"))["items"]) == 1


@pytest.mark.parametrize("path", ["/a/../b", "/in/%28a%29/b%2Fc?token=x%40y", "//x//", "/?", "/a;b=c?d=[1]&e"])
async def test_a_url_is_kept_byte_for_byte(desk: TenantClient, path: str) -> None:
    url = f"https://crm.example.com{path}"
    new = await made(desk, url=url)
    assert new["url"] == url
    assert (await stored(desk, new["id"])).url == url


async def test_credentials_in_a_url_move_to_basic_authentication(desk: TenantClient) -> None:
    new = await made(desk, url="https://us%40er:p%3Aw@crm.example.com/in?a=b@c")
    assert new["url"] == "https://crm.example.com/in?a=b@c"
    assert (new["auth"]["kind"], new["auth"]["username"]) == ("basic", "us@er")
    assert await credentials(desk, new["id"]) == {"username": "us@er", "password": "p:w"}
    refused = await desk.refused(
        "POST", "/webhooks", {"url": "https://u:p@crm.example.com", "auth": {"kind": "bearer", "token": "t"}}
    )
    assert refused == (422, "invalid", ["url"])


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"url": "ftp://example.com"}, ["url"]),
        ({"url": "https://169.254.169.254/latest"}, ["url"]),
        ({"url": "https://[::ffff:169.254.169.254]/"}, ["url"]),
        ({"url": "https://2130706433/"}, ["url"]),
        ({"url": "https://example.com:25/"}, ["url"]),
        ({"url": "https://example.com/a b"}, ["url"]),
        ({"url": "https://example.com/" + "a" * 2_000}, ["url"]),
        ({"event_types": []}, ["event_types"]),
        ({"event_types": ["*"] * 101}, ["event_types"]),
        ({"expression": "x" * 1_001}, ["expression"]),
        ({"fields": ["id"] * 101}, ["fields"]),
        ({"fields": ["a" * 201]}, ["fields[0]"]),
        ({"template": "x" * 17_000}, ["template"]),
        ({"headers": {"X-Long": "a" * 4_097}}, ["headers.X-Long"]),
        ({"auth": {"kind": "bearer", "token": "a" * 4_097}}, ["auth.token"]),
        ({"rate_limit_per_second": 1_001}, ["rate_limit_per_second"]),
        ({"retry_seconds": [604_801]}, ["retry_seconds[0]"]),
        ({"event_types": ["message.received", "message.recieved"]}, ["event_types[1]"]),
        ({"event_types": ["setting.changed"]}, ["event_types[0]"]),
        ({"event_types": ["webhook.test"]}, ["event_types[0]"]),
        ({"filters": {"channel": ["fax"]}}, ["filters.channel[0]"]),
        ({"filters": {"team_id": ["x"] * 101}}, ["filters.team_id"]),
        ({"filters": {"color": ["red"]}}, ["filters.color"]),
        ({"expression": "data.message.txt == 'a'"}, ["expression"]),
        ({"expression": "data.message.text =="}, ["expression"]),
        ({"event_types": ["contact.*"], "expression": "data.message.text == 'a'"}, ["expression"]),
        ({"fields": ["id", "data.nothing"]}, ["fields[1]"]),
        ({"fields": ["a..b"]}, ["fields[0]"]),
        ({"template": {"a": "{{ data.nothing }}"}}, ["template"]),
        ({"template": {"a": "{{ id"}}, ["template"]),
        ({"template": {"a": "{{ id }}"}, "fields": ["id"]}, ["template"]),
        ({"headers": {"webhook-id": "x", "Host": "y", "X-Ok": "z"}}, ["headers.webhook-id", "headers.Host"]),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, ["headers.X-A"]),
        ({"headers": {f"X-{n}": "a" for n in range(31)}}, ["headers"]),
        (
            {"headers": {"Authorization": "x"}, "auth": {"kind": "bearer", "token": "t"}},
            ["headers.Authorization"],
        ),
        ({"auth": {"kind": "basic"}}, ["auth.username", "auth.password"]),
        ({"auth": {"kind": "basic", "username": "a:b", "password": ""}}, ["auth.username"]),
        ({"auth": {"kind": "bearer", "token": "a b"}}, ["auth.token"]),
        ({"auth": {"kind": "oauth2", "client_id": "a"}}, ["auth.token_url", "auth.client_secret"]),
        (
            {"auth": {"kind": "oauth2", "client_id": "a", "client_secret": "b", "token_url": "https://169.254.1.1/"}},
            ["auth.token_url"],
        ),
        ({"auth": {"kind": "none", "client_certificate_pem": "nothing"}}, ["auth.client_certificate_pem"]),
        ({"rate_limit_per_second": 0}, ["rate_limit_per_second"]),
        ({"concurrency": 101}, ["concurrency"]),
        ({"retry_seconds": [5] * 21}, ["retry_seconds"]),
        ({"retry_seconds": [0]}, ["retry_seconds[0]"]),
        ({"disable_after_hours": 721}, ["disable_after_hours"]),
        ({"description": "a" * 201}, ["description"]),
        ({"descripton": "a"}, ["descripton"]),
        ({"url": "https://x y/", "expression": "1", "headers": {"Host": "a"}}, ["url", "headers.Host", "expression"]),
    ],
)
async def test_what_cannot_be_saved_is_refused_at_its_field(
    desk: TenantClient, values: dict[str, Any], fields: list[str]
) -> None:
    status, code, found = await desk.refused("POST", "/webhooks", {"url": URL, **values})
    assert (status, code, found) == (422, "invalid", fields)


async def test_headers_that_sign_or_frame_a_request_are_refused_on_save(desk: TenantClient) -> None:
    names = [
        "Webhook-Signature",
        "webhook-id",
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Expect",
    ]
    given = {"url": URL, "headers": dict.fromkeys(names, "1")}
    assert await desk.refused("POST", "/webhooks", given) == (422, "invalid", [f"headers.{name}" for name in names])
    path = f"/webhooks/{(await made(desk))['id']}"
    assert (await desk.refused("PATCH", path, {"headers": {"Host": "1"}}))[2] == ["headers.Host"]


async def test_a_change_keeps_what_it_does_not_name(desk: TenantClient) -> None:
    everything = {
        "description": "CRM",
        "event_types": ["message.*"],
        "filters": {"channel": ["whatsapp"], "team_id": ["t1"], "label": ["l1"], "type_id": ["y1"]},
        "expression": "data.message.kind == 'text'",
        "template": {"text": "{{ data.message.text }}", "$a.b": [1, None]},
        "headers": {"X-Key": "k"},
        "auth": {"kind": "bearer", "token": "tok"},
        "rate_limit_per_second": 2.5,
        "ordered": True,
        "concurrency": 3,
        "retry_seconds": [1, 2],
        "disable_after_hours": 24,
        "while_paused": "skip",
    }
    new = await made(desk, **everything)
    changed = await desk.do("PATCH", f"/webhooks/{new['id']}", {"description": "ERP"})
    expected = {name: value for name, value in new.items() if name != "secret"}
    assert changed == {**expected, "description": "ERP", "version": 2, "changed_at": changed["changed_at"]}
    assert await credentials(desk, new["id"]) == {"token": "tok"}
    assert (await desk.do("PATCH", f"/webhooks/{new['id']}", {"description": "ERP"}))["version"] == 2


async def test_a_change_is_checked_together_with_what_is_there(desk: TenantClient) -> None:
    new = await made(desk, expression="data.message.kind == 'text'")
    path = f"/webhooks/{new['id']}"
    assert (await desk.refused("PATCH", path, {"event_types": ["contact.*"]}))[2] == ["expression"]
    assert (await desk.refused("PATCH", path, {"url": "gopher://x"}))[2] == ["url"]
    assert (await desk.refused("PATCH", path, {"concurrency": None}))[2] == ["concurrency"]
    await desk.do("PATCH", path, {"event_types": ["contact.*"], "expression": None})


async def test_a_change_of_an_older_version_is_refused(desk: TenantClient) -> None:
    new = await made(desk)
    path, first = f"/webhooks/{new['id']}", {"If-Match": '"1"'}
    answer = await desk.ask("PATCH", path, {"description": "a"}, headers=first)
    assert answer.headers["ETag"] == '"2"'
    assert (await desk.refused("PATCH", path, {"description": "b"}, headers=first))[:2] == (409, "conflict")
    assert (await desk.refused("DELETE", path, headers=first))[:2] == (409, "conflict")
    assert (await desk.refused("POST", f"{path}/rotate-secret", headers=first))[:2] == (409, "conflict")
    await desk.do("DELETE", path, headers={"If-Match": '"2"'})


async def test_of_many_administrators_who_save_one_version_at_once_one_wins_and_the_others_are_told_who_and_what(
    desk: TenantClient,
) -> None:
    new = await made(desk)
    path, first = f"/webhooks/{new['id']}", {"If-Match": '"1"'}
    people = [
        TenantClient(desk.service, desk.tenant, permissions=("webhooks:manage",), actor_id=f"p{n}", actor_name=f"P{n}")
        for n in range(8)
    ]
    edits = [{"headers": {"X-By": "p"}, "description": f"p{n}"} if n % 2 else {"concurrency": n + 2} for n in range(8)]
    answers = await asyncio.gather(
        *(one.ask("PATCH", path, edit, headers=first) for one, edit in zip(people, edits, strict=True))
    )
    (winner,) = [n for n, answer in enumerate(answers) if answer.status_code == 200]
    now = await desk.get(path)
    assert now["version"] == 2
    assert {name: now[name] for name in edits[winner]} == edits[winner]
    for answer in (one for n, one in enumerate(answers) if n != winner):
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["version"]) == (409, "conflict", 2)
        assert sorted(problem["changed"]) == sorted(edits[winner])
        (change,) = problem["changes"]
        assert change["actor"] == {"type": "attendant", "id": f"p{winner}", "name": f"P{winner}"}


async def test_who_saves_over_an_older_version_is_told_of_every_change_since_the_products_too(
    desk: TenantClient,
) -> None:
    new = await made(desk, auth={"kind": "bearer", "token": "first-token"})
    path, first = f"/webhooks/{new['id']}", {"If-Match": '"1"'}
    await desk.do("PATCH", path, {"auth": {"kind": "bearer", "token": "second-token"}})
    await desk.do("POST", f"{path}/rotate-secret")
    await disable(desk, new["id"])
    problem = (await desk.ask("PATCH", path, {"url": f"{URL}2"}, headers=first)).json()
    told = [(one["version"], one["fields"], one["actor"]["type"]) for one in problem["changes"]]
    assert told == [(2, ["auth"], "attendant"), (3, ["secrets"], "attendant"), (4, ["enabled"], "system")]
    assert "token" not in str(problem)
    for concurrency in range(1, 30):
        await desk.do("PATCH", path, {"concurrency": concurrency})
    problem = (await desk.ask("PATCH", path, {"url": f"{URL}2"}, headers=first)).json()
    assert [one["version"] for one in problem["changes"]] == list(range(14, 34))


async def test_credentials_stay_until_others_are_given(desk: TenantClient) -> None:
    auth = {"kind": "oauth2", "token_url": "https://id.example.com/t", "client_id": "a", "client_secret": "b"}
    new = await made(desk, auth=auth | {"scope": "x"})
    path = f"/webhooks/{new['id']}"
    await desk.do("PATCH", path, {"auth": {"scope": None, "client_id": "c"}})
    kept = {"token_url": "https://id.example.com/t", "client_id": "c", "client_secret": "b"}
    assert await credentials(desk, new["id"]) == kept
    moved = {"auth": {"token_url": "https://other.example.com/t"}}
    assert (await desk.refused("PATCH", path, moved))[2] == ["auth.client_secret"]
    changed = await desk.do("PATCH", path, {"auth": {"kind": "basic", "username": "u", "password": ""}})
    assert (changed["auth"]["username"], changed["auth"]["client_id"]) == ("u", None)
    none = await desk.do("PATCH", path, {"auth": {"kind": "none"}})
    assert none["auth"]["kind"] == "none"
    assert (await stored(desk, new["id"])).auth.sealed is None


async def test_a_client_certificate_is_shown_by_its_subject_and_stays_until_it_is_removed(
    desk: TenantClient, tmp_path: Path
) -> None:
    new = await made(desk, auth={"client_certificate_pem": new_authority(tmp_path).client.read_text()})
    assert new["auth"]["client_certificate"]["subject"] == "CN=client"
    path = f"/webhooks/{new['id']}"
    changed = await desk.do("PATCH", path, {"auth": {"kind": "bearer", "token": "t"}})
    assert changed["auth"]["client_certificate"] == new["auth"]["client_certificate"]
    assert "PRIVATE KEY" not in str(await desk.service.db[ENDPOINTS].find_one({"_id": new["id"]}))
    removed = await desk.do("PATCH", path, {"auth": {"client_certificate_pem": None}})
    assert removed["auth"]["client_certificate"] is None
    assert removed["auth"]["kind"] == "bearer"


async def test_a_paused_webhook_is_enabled_again_by_a_person(desk: TenantClient) -> None:
    path = f"/webhooks/{(await made(desk, enabled=False))['id']}"
    assert (await desk.get(path))["state"] == "paused"
    enabled = await desk.do("PATCH", path, {"enabled": True})
    assert (enabled["state"], enabled["enabled"]) == ("enabled", True)
    assert (await desk.do("PATCH", path, {"enabled": False}))["state"] == "paused"


async def test_enabling_what_was_disabled_resets_its_failures_and_is_told(desk: TenantClient) -> None:
    new = await made(desk, description="CRM")
    path = f"/webhooks/{new['id']}"
    await disable(desk, new["id"])
    shown = await desk.get(path)
    assert (shown["state"], shown["disabled_reason"], shown["failing"]["deliveries"]) == ("disabled", "failing", 7)
    still = await desk.do("PATCH", path, {"description": "ERP", "enabled": False})
    assert still["state"] == "disabled"
    async with desk.service.reading(WEBHOOK_EVENTS) as reader:
        enabled = await desk.do("PATCH", path, {"enabled": True})
        (event,) = await reader.matching(1, lambda one: one.subject == new["id"])
    assert (enabled["state"], enabled["disabled_reason"], enabled["failing"]) == ("enabled", None, None)
    assert (event.type, event.data.host, event.actor.id) == ("webhook.enabled", "crm.example.com", "ana")
    assert "token" not in event.model_dump_json()
    assert (await stored(desk, new["id"])).failing is None


async def test_another_url_resets_the_failures(desk: TenantClient) -> None:
    new = await made(desk)
    store, later = Endpoints(desk.service.db), desk.service.runtime.clock.now() + timedelta(seconds=1)
    await store.save_failing(new["id"], Failing(later, later, 7))
    kept = await desk.do("PATCH", f"/webhooks/{new['id']}", {"description": "a", "url": URL})
    assert kept["failing"]["deliveries"] == 7
    moved = await desk.do("PATCH", f"/webhooks/{new['id']}", {"url": "https://new.example.com/"})
    assert moved["failing"] is None
    assert (await stored(desk, new["id"])).failing is None


async def test_each_rotated_secret_signs_a_day_from_its_own_rotation(desk: TenantClient) -> None:
    new = await made(desk)
    path = f"/webhooks/{new['id']}"
    first = await desk.do("POST", f"{path}/rotate-secret")
    second = await desk.do("POST", f"{path}/rotate-secret")
    assert len({new["secret"], first["secret"], second["secret"]}) == 3
    newest, middle, oldest = second["secrets"]
    assert newest["until"] is None
    assert oldest["until"] < middle["until"]
    assert oldest == first["secrets"][1]
    cipher, endpoint = desk.service.runtime.cipher, await stored(desk, new["id"])
    opened = [unseal(cipher, endpoint, "secret", one.sealed) for one in endpoint.secrets]
    assert opened == [second["secret"], first["secret"], new["secret"]]
    assert (await desk.do("DELETE", f"{path}/secrets/old"))["secrets"] == [newest]
    assert [one.sealed for one in (await stored(desk, new["id"])).secrets] == [endpoint.secrets[0].sealed]


async def test_a_repeated_rotation_rotates_once(desk: TenantClient) -> None:
    path = f"/webhooks/{(await made(desk))['id']}/rotate-secret"
    headers = {"Idempotency-Key": uuid7()}
    first = await desk.do("POST", path, headers=headers)
    assert await desk.do("POST", path, headers=headers) == first


async def test_no_more_secrets_sign_at_once_than_may(desk: TenantClient) -> None:
    path = f"/webhooks/{(await made(desk))['id']}"
    for _ in range(9):
        await desk.do("POST", f"{path}/rotate-secret")
    assert (await desk.refused("POST", f"{path}/rotate-secret"))[:2] == (409, "too_many")


async def test_a_company_makes_no_more_webhooks_than_it_may(desk: TenantClient) -> None:
    new = await made(desk)
    one, store = await stored(desk, new["id"]), Endpoints(desk.service.db)
    for _ in range(MOST_ENDPOINTS - 2):
        another = replace(one, id=uuid7())
        await desk.service.runtime.transaction(lambda session, another=another: store.add(session, another))
    await made(desk)
    assert (await desk.refused("POST", "/webhooks", {"url": URL}))[:2] == (409, "too_many")
    await desk.do("DELETE", f"/webhooks/{new['id']}")
    await made(desk)
    assert len((await desk.get("/webhooks"))["items"]) == MOST_ENDPOINTS


async def test_a_deleted_webhook_is_gone_for_its_company(desk: TenantClient) -> None:
    path = f"/webhooks/{(await made(desk))['id']}"
    await desk.do("DELETE", path)
    for method, place, body in (
        ("GET", path, None),
        ("PATCH", path, {}),
        ("DELETE", path, None),
        ("POST", f"{path}/rotate-secret", None),
        ("DELETE", f"{path}/secrets/old", None),
    ):
        assert (await desk.refused(method, place, body))[:2] == (404, "not_found")
    assert (await desk.get("/webhooks"))["items"] == []
