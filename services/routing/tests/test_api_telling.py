"""What customers who wait are told, as it is set over HTTP."""

from typing import Any

import pytest

from atd_testing.service import TenantClient

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_nothing_is_told_until_somebody_sets_it(desk: TenantClient) -> None:
    policy = await desk.get("/routing/telling")
    assert (policy["position_minutes"], policy["overdue_minutes"], policy["language"]) == (None, None, "pt-BR")
    wanted = {"position_minutes": 10, "position": {"en": 'Number {{position}}, {{wait|"soon"}}'}, "language": "en"}
    put = await desk.do("PUT", "/routing/telling", wanted)
    assert {**put, **wanted} == put == await desk.get("/routing/telling")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"position_minutes": 0}, "position_minutes"),
        ({"overdue_minutes": 1441}, "overdue_minutes"),
        ({"position": {"pt-BR": "{{place}}"}}, "position.pt-BR"),
        ({"overdue": {"en": "{{position}}"}}, "overdue.en"),
        ({"overdue": {"en": "{{contact.name"}}, "overdue.en"),
        ({"language": "fr"}, "language"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_bad_policy_is_refused_with_its_field(desk: TenantClient, body: Any, field: str) -> None:
    status, _, fields = await desk.refused("PUT", "/routing/telling", body)
    assert (status, fields) == (422, [field])


async def test_a_greeting_that_cannot_be_filled_in_is_refused(desk: TenantClient) -> None:
    assert await desk.refused("POST", "/teams", {"name": "A", "greeting": "Olá {{contact.nome}}"}) == (
        422,
        "unknown_variable",
        ["greeting"],
    )
    assert await desk.refused("POST", "/teams", {"name": "A", "greetings": {"en": "Hi {{contact.nome}}"}}) == (
        422,
        "unknown_variable",
        ["greetings.en"],
    )
    assert (await desk.refused("POST", "/teams", {"name": "A", "greetings": {"fr": "Salut"}}))[0] == 422
    wanted = {"name": "A", "greeting": "Olá {{contact.first_name}}", "greetings": {"en": "Hi {{contact.first_name}}"}}
    made = await desk.do("POST", "/teams", wanted)
    assert {**made, **wanted} == made
