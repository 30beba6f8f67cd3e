"""A computer whose clock is wrong: what is shown of time is the server's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Sit
from tests.browser.office import MARINA, RUI, Office

_WRONG = """
const right = Date;
window.Date = class extends right {
  constructor(...given) { if (given.length === 0) super(right.now() + OFFSET); else super(...given); }
  static now() { return right.now() + OFFSET; }
};
"""
_HOUR = 3_600_000


@pytest.mark.long_story
@pytest.mark.parametrize("hours", [2, -26])
async def test_a_clock_that_is_hours_wrong_changes_nothing_that_is_shown(office: Office, sit: Sit, hours: int) -> None:
    await office.received_long_ago("Volto a falar amanhã", timedelta(hours=23, minutes=30), of=RUI)
    await office.received_long_ago("E ontem?", timedelta(hours=25), of=MARINA)
    await office.kept("E ontem?")
    seat = await sit(office.ana)
    await seat.context.add_init_script(_WRONG.replace("OFFSET", str(hours * _HOUR)))
    await seat.sign_in("/inbox/queue")

    await seat.choose(MARINA)
    await expect(seat.thread.get_by_text("A janela de 24 h fechou: envie um modelo")).to_be_visible()
    await office.receives("Bom dia")
    await expect(seat.message("Bom dia")).to_be_visible()
    await expect(seat.row(RUI).get_by_role("time")).to_have_text("23 h")
    # A story may run around midnight.
    days = seat.messages.get_by_role("separator").filter(has_text=re.compile("^(hoje|ontem)$"))
    await expect(days.last).to_be_visible()
    await expect(seat.thread.get_by_text(re.compile(r"Fecha em (24|23) h"))).to_be_visible()
    await seat.say("Bom dia, Marina")
    await office.went_out("Bom dia, Marina")
    await expect(seat.tick("Bom dia, Marina", "Enviada")).to_be_visible()
    texts = await seat.messages.locator("[data-message]").all_inner_texts()
    assert [text.splitlines()[0] for text in texts] == ["E ontem?", "Bom dia", "Bom dia, Marina"]

    await seat.choose(RUI)
    await expect(seat.thread.get_by_text(re.compile(r"Fecha em (31|30|29|28) min"))).to_be_visible()
