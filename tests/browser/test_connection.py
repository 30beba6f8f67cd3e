"""The network goes and comes back, and nothing is missing or double."""

from __future__ import annotations

import pytest
from playwright.async_api import Route, WebSocketRoute, expect

from atd_testing.waiting import eventually
from tests.browser.conftest import Sit
from tests.browser.office import MARINA, RUI, Office
from tests.browser.seat import Seat


@pytest.mark.shares_office
async def test_after_a_cut_a_colleagues_answer_is_there_and_ones_own_goes_out_once(office: Office, ana: Seat) -> None:
    bruno = await office.hire("Bruno Lima")
    await office.receives("Qual é o prazo?")
    await ana.choose()
    await ana.cut()
    await expect(ana.page.get_by_text("Sem conexão")).to_be_visible()
    await ana.say("São dez dias.")
    await expect(ana.message("São dez dias.")).to_be_visible()
    await office.answers("Dez dias úteis.", person=bruno)
    await office.receives("Obrigado", of=RUI)
    assert await office.sent("São dez dias.") == []

    await ana.mend()
    await expect(ana.message("Dez dias úteis.")).to_be_visible()
    await ana.sees(RUI)
    await expect(ana.tick("São dez dias.", "Enviada")).to_be_visible()
    await office.went_out("São dez dias.")
    assert sorted(await office.texts()) == ["Dez dias úteis.", "Qual é o prazo?", "São dez dias."]
    await expect(ana.message("São dez dias.")).to_have_count(1)


@pytest.mark.shares_office
async def test_a_queued_message_survives_a_reload_without_network(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await ana.choose()
    await ana.page.evaluate("navigator.serviceWorker.ready")
    await ana.cut()
    await ana.say("São dez dias.")
    await ana.page.reload()
    await expect(ana.page.get_by_text("Seus rascunhos estão guardados")).to_be_visible()
    await ana.mend()
    await office.went_out("São dez dias.")
    await expect(ana.message("São dez dias.")).to_have_count(1)


@pytest.mark.long_story
async def test_when_the_server_cannot_tell_what_was_missed_everything_is_read_again(office: Office, ana: Seat) -> None:
    bruno = await office.hire("Bruno Lima")
    await office.receives("Qual é o prazo?")
    await office.receives("Alô", of=RUI)
    await ana.choose()
    await ana.cut()
    await office.answers("Dez dias úteis.", person=bruno)
    conversation = await office.conversation(RUI)
    assert (await office.client.post(f"/conversations/{conversation['id']}/close")).is_success
    await ana.lose_cursor()
    await ana.mend()
    await expect(ana.message("Dez dias úteis.")).to_be_visible()
    await ana.view("Fechadas")
    await expect(ana.row(RUI)).to_be_visible()
    await expect(ana.row(MARINA)).to_have_count(0)


@pytest.mark.long_story
async def test_an_answer_that_never_comes_leaves_one_message(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await ana.choose()
    lost = 0

    async def lose_first_answer(route: Route) -> None:
        nonlocal lost
        if route.request.method == "POST" and lost == 0:
            lost += 1
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    ana.forgive("ERR_FAILED", "^failed POST .*/messages")
    await ana.context.route("**/api/v1/conversations/*/messages", lose_first_answer)
    await ana.say("São dez dias.")
    await office.went_out("São dez dias.")
    await expect(ana.tick("São dez dias.", "Enviada")).to_be_visible()
    await expect(ana.message("São dez dias.")).to_have_count(1)
    assert await office.texts() == ["Qual é o prazo?", "São dez dias."]
    assert lost == 1


async def test_who_cannot_know_whether_it_was_sent_is_told_so_and_repeating_sends_nothing_twice(
    office: Office, sit: Sit
) -> None:
    """Neither the answer nor the event of the message comes, though the server has it."""
    seat = await sit(office.ana)
    deaf, lost = False, 0

    def pass_on(page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def to_page(frame: str | bytes) -> None:
            if not deaf:
                page.send(frame)

        server.on_message(to_page)

    async def lose_answer(route: Route) -> None:
        nonlocal lost
        if deaf and route.request.method == "POST":
            lost += 1
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    seat.forgive("ERR_FAILED", "^failed POST .*/messages")
    await seat.context.route_web_socket("**/ws*", pass_on)
    await seat.context.route("**/api/v1/conversations/*/messages", lose_answer)
    await seat.sign_in("/inbox/queue")
    await office.receives("Qual é o prazo?")
    await seat.choose()
    await expect(seat.message("Qual é o prazo?")).to_be_visible()
    deaf = True
    await seat.say("São dez dias.")
    await office.went_out("São dez dias.")
    unsure = seat.message("São dez dias.")
    await expect(unsure.get_by_text("Não temos certeza de que foi enviada.")).to_be_visible()
    await expect(unsure.get_by_role("button", name="Descartar")).to_have_count(0)
    before = lost
    await unsure.get_by_role("button", name="Tentar de novo").click()
    await eventually(lambda: lost > before, message="it is repeated")
    deaf = False
    await expect(seat.page.get_by_text("Não temos certeza de que foi enviada.")).to_have_count(0)
    await expect(unsure).to_have_count(1)
    await office.went_out("São dez dias.")
    assert await office.texts() == ["Qual é o prazo?", "São dez dias."]
