"""`/api/v1/away-reasons`: why attendants are away. A company begins with four, and changes them as it likes."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from atd_routing.api.items import ItemResource, items_router
from atd_routing.api.parts import Body, Parts
from atd_routing.api.teams import Name
from atd_routing.domain.availability.stored import AWAY_REASON, default_reasons

Language = Literal["pt-BR", "en", "es"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class AwayReasonBody(Body):
    """A reason for being away: `name` in the company's language, `names` in others.

    `counts_as_break`: for reports, who is away for this reason has a break.
    """

    name: Name
    names: dict[Language, Words] = Field(default={})
    counts_as_break: bool = True


def away_reasons_router(parts: Parts) -> APIRouter:
    """Reading and changing the reasons."""
    return items_router(parts, ItemResource(AWAY_REASON, "away-reasons", AwayReasonBody, defaults=default_reasons))
