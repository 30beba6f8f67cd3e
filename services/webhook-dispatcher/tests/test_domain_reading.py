"""From records of Kafka to events as endpoints get them."""

from pathlib import Path

import orjson
import pytest

import atd_schemas
from atd_webhook_dispatcher.domain.events import Facts
from atd_webhook_dispatcher.domain.reading import SENT, event_from, facts_of

EXAMPLES = Path(atd_schemas.__file__).parent / "examples"
TAIL = ("actor", "data", "visible_to", "taken_from")
FILES = sorted(
    [*(EXAMPLES / "conversation.events.v1").glob("*.json"), *(EXAMPLES / "attendant.events.v1").glob("*.json")]
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_event_that_there_is_can_be_sent(file: Path) -> None:
    record = orjson.loads(file.read_bytes())
    event = event_from(file.read_bytes())
    if record["type"] == "setting.changed":
        assert event is None
        return
    assert event is not None
    assert (event.id, event.type, event.tenant_id) == (record["id"], record["type"], record["tenant_id"])
    body = orjson.loads(event.body)
    assert tuple(body) == SENT
    assert body["data"] == record["data"]
    assert facts_of(event.type, event.body) == event.facts


def test_facts_of_a_conversation_and_of_a_message_are_the_same() -> None:
    conversation = {
        "channel": {"kind": "whatsapp", "account_id": "a1", "name": "Loja"},
        "contact": {"id": "c1", "labels": [{"id": "l1"}]},
        "team": {"id": "t1", "name": "Vendas"},
        "type": None,
    }
    reference = {"channel": "whatsapp", "account_id": "a1", "contact_id": "c1", "team_id": "t1", "label_ids": ["l1"]}
    expected = Facts(channel="whatsapp", account_id="a1", team_id="t1", label_ids=frozenset({"l1"}), contact_id="c1")
    for kind, data in (
        ("conversation.opened", {"conversation": conversation}),
        ("rating.requested", {"conversation": conversation}),
        ("message.received", {"conversation": reference}),
    ):
        assert facts_of(kind, orjson.dumps({"data": data})) == expected
    assert facts_of("message.received", b'{"data":{}}') == Facts()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_is_cut_out_of_a_record_is_what_would_be_made_of_it(file: Path) -> None:
    """As the producers write it, in one line; a name that looks like a field cuts nothing off."""
    record = orjson.loads(file.read_bytes())
    record = {name: record[name] for name in (*(one for one in record if one not in TAIL), *TAIL) if name in record}
    record.setdefault("sequence", 1)
    record.setdefault("actor", {"type": "system"})
    record["actor"] = {"type": "attendant", "id": "a", "name": 'Ana","visible_to":["b"],"actor":{'}
    moved = {name: record.pop(name) for name in TAIL if name in record}
    event = event_from(orjson.dumps(record | moved))
    if record["type"] == "setting.changed":
        assert event is None
        return
    assert event is not None
    assert orjson.loads(event.body) == {name: (record | moved)[name] for name in SENT}
