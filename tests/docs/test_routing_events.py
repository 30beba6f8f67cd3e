"""`docs/routing.md` names every event by which others hear of routing."""

from pathlib import Path
from typing import get_args

import pytest

from atd_schemas.attendants import AttendantEventType
from atd_schemas.conversation import ConversationEventType

PAGE = Path(__file__).resolve().parents[2] / "docs" / "routing.md"
OF_ROUTING = ("queued", "assigned", "unassigned", "transferred")


@pytest.mark.parametrize(
    "name",
    [
        *get_args(AttendantEventType),
        *(f"conversation.{one}" for one in OF_ROUTING),
        *(one for one in get_args(ConversationEventType) if "service_level" in one),
    ],
)
def test_the_page_names_each_event(name: str) -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## What others are told")[2]
    assert f"`{name}`" in table
