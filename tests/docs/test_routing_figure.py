"""The figure of docs/routing.md is what conversations do."""

from tests.docs.routing_figure import DOCUMENT, STATES, edges, with_figure


def test_the_figure_is_that_of_the_code() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_figure(text) == text, "docs/routing.md is behind the code: run `python -m tests.docs`"
    assert "stateDiagram" in text


def test_the_figure_has_every_state_that_a_conversation_can_come_into_and_a_way_out_of_each() -> None:
    found = edges()
    assert {one for edge in found for one in edge} == set(STATES)
    assert {before for before, after in found if before != after} == set(STATES)
