"""The simulated day of routing runs on the code as it is now, and finds what breaks an invariant."""

import random
from dataclasses import replace

import pytest

from atd_routing.domain.distribution.floor import Floor
from tests.load.routing_day import Broken, Routed, main, make_day, run


def test_a_small_day_passes_without_a_broken_invariant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--conversations", "500", "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    assert "nothing lost, every load back at nothing: yes" in printed
    assert printed.count("Gini of conversations per hour present") == 6


def test_giving_to_somebody_who_is_absent_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    day = make_day(50, random.Random(3))
    monkeypatch.setattr(Floor, "is_there", lambda *_: True)
    with pytest.raises(Broken, match="absent"):
        run(day, Routed(day))


def test_no_limit_of_a_kind_of_channel_is_passed_on_a_day_on_which_it_binds(monkeypatch: pytest.MonkeyPatch) -> None:
    day = make_day(400, random.Random(3))
    day.arrivals = [replace(one, takes=one.takes * 60) for one in day.arrivals]
    outcome = run(day, Routed(day, {"whatsapp": 1}))
    assert any(seconds > 0 for waited in outcome.waited.values() for seconds in waited), "the limit was met"
    fits = Floor.fits
    monkeypatch.setattr(Floor, "fits", lambda floor, member, team, weight, *_, **__: fits(floor, member, team, weight))
    with pytest.raises(Broken, match="kind of channel"):
        run(day, Routed(day, {"whatsapp": 1}))
