"""Words said by both sides, found through the gateway, by whoever may see them."""

from typing import Any

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import conversations

MARIA, JOANA = "5511999990061", "5511999990062"


async def test_what_was_said_is_found_however_it_is_typed(shop: Shop, provider: Provider, listener: Listener) -> None:
    client = shop.client

    async def found(typed: str, **filters: str) -> list[str]:
        page = (await client.get("/search", params={"q": typed, **filters})).json()
        texts = [hit["message"]["text"] for group in page["items"] for hit in group["messages"]]
        count = (await client.get("/search/count", params={"q": typed, **filters})).json()
        assert (count["total"], count["exact"]) == (len(texts), True)
        return sorted(texts)

    await provider.write(
        MARIA, ["Minha impressora da AÇÃO civil parou", "versão 1.7, CPF 529.982.247-25"], name="Maria"
    )
    await provider.write(JOANA, ["Outra impressora"], name="Joana Ação")
    await eventually(lambda: len(listener.of_type("message.received")) == 3, message="three messages")
    rows = {one["contact"]["name"]: one for one in await conversations(client)}
    newest, oldest = rows["Joana Ação"], rows["Maria"]
    reply = await client.post(f"/conversations/{oldest['id']}/messages", json={"text": "Imprima a página de teste"})
    assert reply.is_success, reply.text

    civil = "Minha impressora da AÇÃO civil parou"
    every = [civil, "Outra impressora"]
    for length in range(4, len("impressora") + 1):
        assert [one for one in await found("impressora"[:length]) if one in every] == every
    for typed in ("ação", "acao", "AÇÃO", '"ação civil"', "impressora acao"):
        assert await found(typed) == [civil], typed
    for typed in ("1.7", "52998224725", "529.982.247-25"):
        assert await found(typed) == ["versão 1.7, CPF 529.982.247-25"], typed
    assert await found("pagina", direction="outbound", author="me") == ["Imprima a página de teste"]
    assert await found("impressora", assignee="me") == []

    page: Any = (await client.get("/search", params={"q": f"{newest['number']}"})).json()
    assert page["conversation"]["id"] == newest["id"]
    page = (await client.get("/search", params={"q": "joana acao"})).json()
    assert [one["name"] for one in page["contacts"]] == ["Joana Ação"]
    (hit,) = (await client.get("/search", params={"q": "civil"})).json()["items"][0]["messages"]
    marked = "".join(f"[{one['text']}]" if one["hit"] else one["text"] for one in hit["snippets"][0]["segments"])
    assert marked == "Minha impressora da AÇÃO [civil] parou"
    jump = await client.get(
        f"/conversations/{oldest['id']}/messages", params={"around": hit["message"]["id"], "limit": 5}
    )
    assert hit["message"]["id"] in [one["id"] for one in jump.json()["items"]]
