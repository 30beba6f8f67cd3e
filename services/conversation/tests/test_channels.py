"""One seam for the rules of channels: nothing else names one, and every kind is served or said not to be."""

import re
from pathlib import Path
from typing import get_args

import pytest

import atd_conversation
from atd_conversation.domain.channels import CHANNEL_RULES, NOT_YET_SERVED, Channels, plain_rules
from atd_conversation.domain.drafts import Draft, References
from atd_conversation.domain.refusals import Refusal
from atd_schemas.services import service_of_channel
from atd_schemas.topics import INBOUND_EVENTS, OUTBOUND_BY_CHANNEL
from atd_schemas.views import ChannelKind

SOURCE = Path(atd_conversation.__file__).parent
SEAM = SOURCE / "domain" / "channels"
KINDS: tuple[str, ...] = get_args(ChannelKind)
BRANDS = re.compile("whatsapp|telegram|messenger|facebook|instagram|wa_id", re.IGNORECASE)
QUOTED = re.compile(f"[\"']({'|'.join(KINDS)})[\"']")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_channel_has_rules_and_a_service_or_is_not_yet_served(kind: ChannelKind) -> None:
    served = kind in CHANNEL_RULES
    assert served is (kind not in NOT_YET_SERVED)
    assert served is (service_of_channel(kind) is not None)
    assert served is (kind in OUTBOUND_BY_CHANNEL)


def test_rules_and_exceptions_are_of_kinds_that_exist() -> None:
    assert CHANNEL_RULES.keys() | NOT_YET_SERVED == set(KINDS)


def test_nothing_outside_of_the_seam_names_a_channel() -> None:
    named = [
        f"{file.relative_to(SOURCE)}:{number}: {line.strip()}"
        for file in sorted(SOURCE.rglob("*.py"))
        if SEAM not in file.parents
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if BRANDS.search(line) or QUOTED.search(line)
    ]
    assert named == []


@pytest.mark.parametrize("kind", sorted(NOT_YET_SERVED))
def test_a_channel_without_rules_cannot_be_answered(kind: str) -> None:
    channels = Channels(CHANNEL_RULES, {kind: INBOUND_EVENTS})
    assert channels.topic(kind) is None
    with pytest.raises(Refusal) as refused:
        channels.of(kind).compose(Draft(text="Olá"), References())
    assert refused.value.code == "channel_not_supported"


def test_a_plain_channel_takes_texts_up_to_its_limit_and_nothing_else() -> None:
    rules = plain_rules("Toy", text_limit=5)
    assert rules.compose(Draft(text="12345"), References()).text == "12345"
    for draft, code in (
        (Draft(text="123456"), "too_long"),
        (Draft(text=" "), "invalid"),
        (Draft(attachment_ids=("f1",)), "invalid"),
        (Draft(kind="location"), "kind_not_supported"),
    ):
        with pytest.raises(Refusal) as refused:
            rules.compose(draft, References())
        assert refused.value.code == code
    assert (rules.reply_window, rules.reactions, rules.read_marks) == (None, None, False)
