"""Who is meant: customers whose ids change, and the phone that one gives when asked for it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.translate import Proven, translate
from atd_schemas.inbound import InboundContactChange, InboundMessage
from atd_testing.whatsapp import builders

NUMBER = "700800900100200"
ACCOUNT = Account(
    id="acc-1",
    tenant_id="t1",
    name="Loja",
    status="active",
    phone_number_id=NUMBER,
    business_account_id="200300400500600",
    version=1,
    app_secret=b"example-app-secret",
    access_token=SecretStr("token"),
    verify_token=SecretStr("verify"),
)
OLD, NEW, PHONE = "CO.OLD1", "CO.NEW2", "573001112233"


def translated(item: dict[str, Any], *, echo: bool = False, **beside: Any) -> Any:
    """The one event that a message makes."""
    items = {"message_echoes" if echo else "messages": [{"id": "wamid.1", "timestamp": "1767225600", **item}]}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}, **items, **beside}
    change = {"field": "smb_message_echoes" if echo else "messages", "value": value}
    body = builders.body({"id": "200300400500600", "changes": [change]})
    translation = translate(body, Proven({NUMBER: ACCOUNT}), datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert translation.problems == ()
    (event,) = translation.events
    return event


@pytest.mark.proves("whatsapp", "new-user-same-contact-nobody")
@pytest.mark.parametrize(
    ("sender", "previous", "current"),
    [
        pytest.param({}, (OLD,), (NEW,), id="no sender"),
        pytest.param({"from_user_id": NEW}, (OLD,), (NEW,), id="the sender is called by the new id"),
        pytest.param({"from_user_id": OLD}, (OLD,), (NEW,), id="the sender is called by the old id"),
        pytest.param({"from": PHONE}, (PHONE, OLD), (PHONE, NEW), id="the sender is called by the phone"),
        pytest.param({"from": PHONE, "from_user_id": NEW}, (PHONE, OLD), (PHONE, NEW), id="by phone and new id"),
    ],
)
def test_a_user_id_that_rotates_tells_the_ids_before_and_after(
    sender: dict[str, str], previous: tuple[str, ...], current: tuple[str, ...]
) -> None:
    system = {"type": "user_changed_user_id", "previous_user_id": OLD, "user_id": NEW}
    event = translated({"type": "system", "system": system, **sender})
    assert isinstance(event, InboundContactChange)
    found = event.data.contact
    assert (event.data.previous, (found.external_id, *found.aliases)) == (previous, current)
    assert (event.data.reason, event.subject) == ("user_id_changed", f"acc-1:{previous[0]}")


def test_the_new_user_id_may_be_the_sender_only() -> None:
    system = {"type": "user_changed_user_id", "previous_user_id": OLD}
    event = translated({"type": "system", "system": system, "from_user_id": NEW})
    assert (event.data.previous, event.data.contact.external_id) == ((OLD,), NEW)


def test_the_phone_of_who_rotates_may_stand_beside_the_message() -> None:
    system = {"type": "user_changed_user_id", "previous_user_id": OLD, "user_id": NEW}
    people = [builders.contact(PHONE, "Ana", user_id=NEW)]
    found = translated({"type": "system", "system": system}, contacts=people).data.contact
    assert (found.external_id, found.aliases, found.phone, found.name) == (PHONE, (NEW,), f"+{PHONE}", "Ana")


@pytest.mark.proves("whatsapp", "number-change-same-contact-goes")
@pytest.mark.parametrize(
    ("sender", "named", "previous", "current"),
    [
        ({"from": PHONE}, {}, (PHONE,), ("573009998877",)),
        ({"from": PHONE, "from_user_id": OLD}, {"user_id": NEW}, (PHONE, OLD), ("573009998877", NEW)),
        ({"from": PHONE, "from_user_id": NEW}, {"user_id": NEW}, (PHONE,), ("573009998877", NEW)),
        ({"from_user_id": NEW}, {"user_id": NEW, "previous_user_id": OLD}, (OLD,), ("573009998877", NEW)),
    ],
)
def test_a_new_number_tells_the_ids_before_and_after(
    sender: dict[str, str], named: dict[str, str], previous: tuple[str, ...], current: tuple[str, ...]
) -> None:
    system = {"type": "user_changed_number", "wa_id": "573009998877", **named}
    event = translated({"type": "system", "system": system, **sender})
    assert (event.data.previous, (event.data.contact.external_id, *event.data.contact.aliases)) == (previous, current)


def card(*phones: tuple[str | None, str | None], **beside: Any) -> dict[str, Any]:
    named = [{"phone": phone, "wa_id": wa_id} for phone, wa_id in phones]
    return {
        "name": {"formatted_name": "Ana"},
        "phones": [{k: v for k, v in one.items() if v} for one in named],
        **beside,
    }


WRITTEN, WA_ID = "+55 11 98765-0006", "5511987650006"
VCARD = (
    "BEGIN:VCARD\nFN:Ana\nTEL;type=CELL;waid=5511987650006:+55 (11) 98765-0006\nTEL;HOME:+55 11 3333-0000\nEND:VCARD"
)


@pytest.mark.proves("whatsapp", "phone-given-on-request")
@pytest.mark.parametrize(
    "cards",
    [
        pytest.param([card((WRITTEN, WA_ID))], id="with the id of WhatsApp"),
        pytest.param([card((None, WA_ID))], id="with nothing but the id"),
        pytest.param([card((WRITTEN, None))], id="without the id"),
        pytest.param([card((WRITTEN, WA_ID), ("+55 11 3333-0000", None))], id="only one of its numbers is on WhatsApp"),
        pytest.param([card((WRITTEN, None), ("+5511987650006", None))], id="one number, written twice"),
        pytest.param([{"vcard": VCARD}], id="as a vCard"),
    ],
)
def test_the_phone_given_on_request_is_the_senders(cards: list[dict[str, Any]]) -> None:
    event = translated({"type": "contacts", "origin": "contact_request", "from_user_id": "BR.1", "contacts": cards})
    assert isinstance(event, InboundMessage)
    found = event.data.contact
    assert (found.external_id, found.phone, found.shared_phone) == ("BR.1", None, f"+{WA_ID}")


@pytest.mark.proves("whatsapp", "phone-given-on-request")
@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"contacts": [card((WRITTEN, WA_ID))]}, id="an ordinary card"),
        pytest.param({"origin": "other", "contacts": [card((WRITTEN, WA_ID))]}, id="another origin"),
        pytest.param({"origin": "contact_request", "contacts": [card((WRITTEN, WA_ID))] * 2}, id="several cards"),
        pytest.param(
            {"origin": "contact_request", "contacts": [card((WRITTEN, WA_ID), (None, "5511900001111"))]},
            id="several numbers on WhatsApp",
        ),
        pytest.param(
            {"origin": "contact_request", "contacts": [card((WRITTEN, None), ("+55 11 3333-0000", None))]},
            id="several numbers of which none is known to be on WhatsApp",
        ),
        pytest.param(
            {"origin": "contact_request", "contacts": [card(("11 98765-0006", None))]}, id="no country's code"
        ),
        pytest.param({"origin": "contact_request", "contacts": [card(("+55 11 CALL-ME", None))]}, id="no number"),
        pytest.param(
            {"origin": "contact_request", "contacts": [card((WRITTEN, WA_ID))], "context": {"forwarded": True}},
            id="forwarded",
        ),
    ],
)
def test_no_other_card_tells_the_senders_phone(item: dict[str, Any]) -> None:
    assert translated({"type": "contacts", "from_user_id": "BR.1", **item}).data.contact.shared_phone is None


def test_a_card_of_the_companys_phone_tells_no_phone_of_the_customer() -> None:
    item = {"type": "contacts", "origin": "contact_request", "to_user_id": "BR.1", "contacts": [card((WRITTEN, WA_ID))]}
    assert translated(item, echo=True).data.contact.shared_phone is None


def test_a_phone_that_is_told_anyway_needs_no_card() -> None:
    item = {
        "type": "contacts",
        "origin": "contact_request",
        "from": "5521977770000",
        "contacts": [card((WRITTEN, WA_ID))],
    }
    found = translated(item).data.contact
    assert (found.phone, found.shared_phone) == ("+5521977770000", None)
