"""Who is there, from an attendant's browser over the gateway and routing to the screens of their colleagues."""

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.people import PASSWORD, api
from tests.harness.system import System


async def test_away_chosen_on_the_desktop_stands_on_the_phone_and_colleagues_see_who_is_there(
    shop: Shop, system: System, listener: Listener
) -> None:
    email = f"bia-{shop.account.id}@example.com"
    hired = await shop.client.post(
        "/attendants", json={"name": "Bia", "email": email, "password": PASSWORD, "role": "attendant"}
    )
    assert hired.is_success, hired.text
    bia_id = hired.json()["id"]
    signed_in = await shop.client.post("/auth/login", json={"email": email, "password": PASSWORD})
    token = signed_in.json()["access_token"]

    def seen() -> list[str]:
        return [one["type"] for one in listener.attendants if one["subject"] == bia_id and "state" in changed(one)]

    async with api(system, token) as bia:
        async with Listener(system.public_url, token):  # at the desktop
            await eventually(lambda: seen() == ["attendant.online"], message="Bia is shown as online")
            lunch, *_ = (await bia.get("/away-reasons")).json()["items"]
            chosen = await bia.put("/presence", json={"state": "away", "reason_id": lunch["id"]})
            assert (chosen.status_code, chosen.json()["reason"]["name"]) == (200, "Almoço")
            await eventually(lambda: len(seen()) == 2, message="Bia is shown as away")
            async with Listener(system.public_url, token):  # on the phone
                assert (await bia.put(f"/presence/{bia_id}", json={"state": "online"})).status_code == 403
        everybody = (await shop.client.get("/presence")).json()["items"]
        (shown,) = [one for one in everybody if one["id"] == bia_id]
        assert (shown["state"], shown["chosen"], shown["name"]) == ("away", True, "Bia")
        by_boss = await shop.client.put(f"/presence/{bia_id}", json={"state": "online"})
        assert by_boss.json()["state"] == "online", "the grace of her devices is not over"
    gone = await shop.client.patch(f"/attendants/{bia_id}", json={"active": False})
    assert gone.is_success, gone.text
    await eventually(lambda: seen()[-1] == "attendant.offline", message="Bia has no account any more")
    assert seen() == ["attendant.online", "attendant.away", "attendant.online", "attendant.offline"]
    refused = await shop.client.get(f"/presence/{bia_id}")
    assert refused.status_code == 404


def changed(frame: dict[str, object]) -> list[str]:
    data = frame["data"]
    assert isinstance(data, dict)
    return list(data["changed"])
