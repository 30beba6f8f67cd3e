"""Channel accounts over HTTP: made, listed, changed, checked, deleted, each tenant by itself."""

from typing import Any
from uuid import uuid4

import pytest

from atd_servicekit.identity import route_permissions
from atd_testing.channels.contract import Contract
from atd_testing.channels.under_test import PATH, SECRET, TOKEN, ChannelUnderTest
from atd_testing.providers import Behaviour


class AccountContract(Contract):
    """The life of an account, its credentials, its checks."""

    async def test_an_account_is_made_and_its_credentials_are_never_shown(self, channel: ChannelUnderTest) -> None:
        answer = await channel.http.post(PATH, json=channel.new_channel(), headers=channel.headers())
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert (made["status"], made["kind"], made["version"]) == ("active", channel.case.kind, 1)
        assert answer.headers["etag"] == '"1"'
        listed = await channel.http.get(PATH, headers=channel.headers())
        shown = await channel.http.get(f"{PATH}/{made['id']}", headers=channel.headers())
        told = made | {"looked_at": shown.json()["looked_at"]}  # the provider is told of it in the meantime
        assert (shown.json(), len(listed.json()["items"])) == (told, 1)
        assert listed.json()["items"][0] | {"looked_at": None} == told | {"looked_at": None}
        stored = await channel.service.db["channel_accounts"].find_one({"_id": made["id"]})
        for text in (answer.text, listed.text, shown.text, str(stored)):
            assert TOKEN not in text
            assert SECRET not in text

    async def test_what_is_wrong_is_named_by_its_field(self, channel: ChannelUnderTest) -> None:
        async def errors_of(given: Any) -> set[str]:
            answer = await channel.http.post(PATH, json=given, headers=channel.headers())
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
            assert SECRET not in answer.text
            assert TOKEN not in answer.text
            return {error["field"] for error in answer.json()["errors"]}

        good = channel.new_channel()
        assert await errors_of({**good, "kind": "no-such-channel"}) == {"kind"}
        assert await errors_of({**good, "name": "  "}) == {"name"}
        assert await errors_of({**good, "name": "x" * 101}) == {"name"}
        assert await errors_of({**good, "surprise": 1}) == {"surprise"}
        assert await errors_of({"kind": channel.case.kind}) == {"name", "credentials"}
        unknown = {**good, "credentials": {**good["credentials"], "surprise": SECRET}}
        assert await errors_of(unknown) == {"credentials.surprise"}

    async def test_an_account_is_connected_once_on_the_whole_platform(self, channel: ChannelUnderTest) -> None:
        given, stranger = channel.new_channel(), channel.of_tenant(f"{channel.tenant}-2")
        first = await channel.http.post(PATH, json=given, headers=channel.headers())
        for tenant in (channel, stranger):
            answer = await channel.http.post(PATH, json=given, headers=tenant.headers())
            assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
            assert answer.json()["errors"][0]["field"].startswith("credentials.")
        await channel.http.delete(f"{PATH}/{first.json()['id']}", headers=channel.headers())
        again = await channel.http.post(PATH, json=given, headers=stranger.headers())
        assert again.status_code == 201

    async def test_the_same_key_and_body_make_one_account(self, channel: ChannelUnderTest) -> None:
        given, headers = channel.new_channel(), {**channel.headers(), "Idempotency-Key": str(uuid4())}
        first = await channel.http.post(PATH, json=given, headers=headers)
        again = await channel.http.post(PATH, json=given, headers=headers)
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["etag"] == '"1"'
        other = await channel.http.post(PATH, json=channel.new_channel(), headers=headers)
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")

    async def test_lists_come_in_pages(self, channel: ChannelUnderTest) -> None:
        made = [(await channel.connect())["id"] for _ in range(5)]
        seen, cursor = [], None
        while True:
            params = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
            page = (await channel.http.get(PATH, params=params, headers=channel.headers())).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == list(reversed(made))
        other = "web" if channel.case.kind != "web" else "telegram"
        others = await channel.http.get(PATH, params={"kind": other}, headers=channel.headers())
        assert others.json()["items"] == []
        bad = await channel.http.get(PATH, params={"cursor": "nonsense"}, headers=channel.headers())
        assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "cursor")
        unknown = await channel.http.get(PATH, params={"knid": "web"}, headers=channel.headers())
        assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_filter")
        assert unknown.json()["errors"][0]["field"] == "knid"

    async def test_a_change_bumps_the_version_and_is_published(self, channel: ChannelUnderTest) -> None:
        made = await channel.connect()
        path = f"{PATH}/{made['id']}"
        at_first = {**channel.headers(), "If-Match": '"1"'}
        changed = await channel.http.patch(path, json={"name": "Loja Nova"}, headers=at_first)
        assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "Loja Nova", 2)
        assert changed.headers["etag"] == '"2"'
        stale = await channel.http.patch(path, json={"name": "x"}, headers=at_first)
        assert (stale.status_code, stale.json()["code"]) == (409, "conflict")
        odd = await channel.http.patch(path, json={}, headers={**channel.headers(), "If-Match": "v1"})
        assert odd.status_code == 422
        await channel.http.delete(path, headers=channel.headers())
        events = await channel.reader.matching(
            3, lambda event: event.type == "settings.channel_account" and event.subject == made["id"]
        )
        assert [(event.data.name, event.data.deleted, event.sequence) for event in events] == [
            (made["name"], False, 1),
            ("Loja Nova", False, 2),
            ("Loja Nova", True, 3),
        ]
        assert events[0].actor.id == "attendant-1"
        assert TOKEN not in str(events)

    async def test_no_tenant_reaches_anothers_account(self, channel: ChannelUnderTest) -> None:
        made = await channel.connect()
        path, stranger = f"{PATH}/{made['id']}", channel.of_tenant(f"{channel.tenant}-2").headers()
        answers = [
            await channel.http.get(path, headers=stranger),
            await channel.http.patch(path, json={"name": "mine"}, headers=stranger),
            await channel.http.post(f"{path}/check", headers=stranger),
            await channel.http.delete(path, headers=stranger),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert (await channel.http.get(PATH, headers=stranger)).json()["items"] == []
        shown = await channel.show(made)
        assert shown == made | {"looked_at": shown["looked_at"]}  # the provider is asked in the meantime

    async def test_permissions_are_required(self, channel: ChannelUnderTest) -> None:
        made = await channel.connect()
        readers = channel.headers(("channels:read",))
        assert (await channel.http.get(PATH)).status_code == 401
        assert (await channel.http.get(PATH, headers=channel.headers(()))).status_code == 403
        for method, path in (("POST", PATH), ("PATCH", f"{PATH}/{made['id']}"), ("DELETE", f"{PATH}/{made['id']}")):
            answer = await channel.http.request(method, path, json=channel.new_channel(), headers=readers)
            assert answer.status_code == 403
            assert "channels:manage" in answer.json()["detail"]

    async def test_every_route_says_what_it_needs_and_is_described(self, channel: ChannelUnderTest) -> None:
        needs = route_permissions(channel.service.app)
        assert needs[f"POST {PATH}"] == "channels:manage"
        assert needs[f"GET {PATH}"] == "channels:read"
        paths = (await channel.http.get("/openapi.json")).json()["paths"]
        assert {PATH, f"{PATH}/{{account_id}}", f"{PATH}/{{account_id}}/check"} <= set(paths)
        if "webhooks" not in channel.case.lacks:
            webhook = channel.webhook_path({"id": "{account_id}"})
            assert needs[f"POST {REDRIVE}"] == "operator"
            assert needs[f"POST {webhook}"].startswith("public: ")
            assert webhook in paths

    async def test_a_check_marks_and_repairs_an_account(self, channel: ChannelUnderTest) -> None:
        channel.need("check")
        made = await channel.connect(token="a-token-of-an-account-to-revoke")
        assert (await channel.check(made))["ok"] is True
        channel.provider.state.revoked_tokens = {"a-token-of-an-account-to-revoke"}
        bad = await channel.check(made)
        assert (bad["ok"], bad["reason"], bad["status"]) == (False, "token", "needs_reconnection")
        shown = await channel.show(made)
        assert (shown["status"], shown["status_reason"]["code"]) == ("needs_reconnection", bad["code"])
        channel.provider.state.revoked_tokens = set()
        repaired = await channel.check(made)
        assert (repaired["ok"], repaired["status"]) == (True, "active")

    @pytest.mark.parametrize("kind", ["server_error", "cut_before", "garbage"])
    async def test_a_check_without_an_answer_changes_nothing(self, channel: ChannelUnderTest, kind: Any) -> None:
        channel.need("check")
        made = await channel.connect()
        channel.provider.state.behaviours = [Behaviour(kind=kind, on="check", times=None)]
        answer = await channel.check(made)
        assert (answer["ok"], answer["reason"], answer["status"]) == (False, "unreachable", "active")
        looked = dict.fromkeys(("looked_at", "warnings"))  # the watch may have looked at it meanwhile
        assert {**await channel.show(made), **looked} == {**made, **looked}

    async def test_an_account_that_is_marked_is_not_marked_again(self, channel: ChannelUnderTest) -> None:
        made = await channel.connect(token="a-token-of-an-account-to-revoke")
        channel.provider.state.revoked_tokens = {"a-token-of-an-account-to-revoke"}
        await channel.ask(channel.message(made))
        marked = await channel.needs_reconnection(made)
        await channel.ask(channel.message(made))
        healthy = await channel.connect()
        await channel.ask(channel.message(healthy))
        await channel.receipts(healthy, 1)
        assert (await channel.show(made))["version"] == marked["version"]


REDRIVE = "/internal/unparsed/redrive"
