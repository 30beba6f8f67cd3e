"""The tree of types, and labels of customers."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.contact import MAX_LABELS, Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.names import Names
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.types import TypeNode, check_parent, children_of, may_be_chosen, reorder
from atd_schemas.envelope import Actor
from atd_schemas.views import ContactRef, LabelRef, Named
from atd_testing.inbound import NOON, customer_message

BIA = Actor(type="attendant", id="bia", name="Bia")
TREE = (TypeNode("sales"), TypeNode("quote", "sales"), TypeNode("old", archived=True), TypeNode("sub", "old"))
KNOWN = {node.id: node for node in TREE}
LABELS = {name: LabelRef(id=name, name=name.title(), color="amber") for name in ("vip", "atacado", "risco")}


def contact(contact_id: str = "k1") -> Contact:
    return Contact(contact_id, "t1", "Ana", "Ana", None, NOON, names=Names(labels=LABELS))


@pytest.mark.parametrize(
    ("type_id", "parent_id", "code"),
    [
        (None, None, None),
        (None, "sales", None),
        ("quote", None, None),
        ("old", "sales", "invalid"),  # it has types under it
        ("sales", "sales", "invalid"),
        (None, "quote", "invalid"),  # a third level
        (None, "elsewhere", "unknown_type"),
    ],
)
def test_the_tree_has_two_levels(type_id: str | None, parent_id: str | None, code: str | None) -> None:
    if code is None:
        check_parent(TREE, type_id, parent_id)
        return
    with pytest.raises(Refusal) as refused:
        check_parent(TREE, type_id, parent_id)
    assert (refused.value.code, refused.value.field_name) == (code, "parent_id")


def test_neither_an_archived_type_nor_one_under_it_is_chosen() -> None:
    assert [one for one in (*KNOWN, "elsewhere") if may_be_chosen(KNOWN, one)] == ["sales", "quote"]


def test_who_looks_for_a_type_finds_those_under_it() -> None:
    assert children_of(TREE) == {"sales": ("quote",), "old": ("sub",)}


@pytest.mark.parametrize("ids", [*permutations(("sales", "old"))])
def test_types_stand_in_the_order_that_is_given(ids: tuple[str, ...]) -> None:
    assert reorder(TREE, None, ids) == {ids[0]: 0, ids[1]: 1}


def test_types_that_an_order_leaves_out_follow_as_they_were() -> None:
    nodes = (TypeNode("a", position=1), TypeNode("b", position=0), TypeNode("new"), TypeNode("c", position=2))
    assert reorder(nodes, None, ("c", "a")) == {"c": 0, "a": 1, "b": 2}
    assert reorder(nodes, None, ("new",)) == {"new": 0, "b": 1, "a": 2, "c": 3}


@pytest.mark.parametrize("ids", [("quote",), ("sales", "elsewhere")])
def test_an_order_names_types_of_one_parent(ids: tuple[str, ...]) -> None:
    with pytest.raises(Refusal, match="under this parent"):
        reorder(TREE, None, ids)


def test_a_conversation_is_classified_and_shows_what_the_type_is_called_now() -> None:
    data = customer_message("t1", "a1", "wamid.1").data
    conversation, _ = Conversation.open("c1", 7, "t1", ContactRef(id="k1", name="Ana"), data, NOON)
    conversation.names = Names(types={"quote": Named(id="quote", name="Orçamento")})
    (change,) = conversation.classify("quote")
    assert (change.type, change.changed) == ("conversation.classified", ("type",))
    assert change.snapshot is not None
    assert change.snapshot.type == Named(id="quote", name="Orçamento")
    assert conversation.classify("quote") == []
    conversation.names = Names()
    assert conversation.view().type is None
    assert [one.type for one in conversation.classify(None)] == ["conversation.classified"]


def test_a_customer_takes_so_many_labels_and_no_more() -> None:
    many = {f"l{n}": LabelRef(id=f"l{n}", name=str(n), color="amber") for n in range(MAX_LABELS + 1)}
    one = contact()
    one.names = Names(labels=many)
    *some, last = many.values()
    for label in some:
        assert one.label(label, BIA, NOON) == ("labels",)
    with pytest.raises(Refusal) as refused:
        one.label(last, BIA, NOON)
    assert (refused.value.code, refused.value.field_name) == ("too_many", "label_id")


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(sorted(LABELS))), max_size=20))
def test_a_customer_has_the_labels_that_were_set_and_not_removed(doings: list[tuple[bool, str]]) -> None:
    one, model = contact(), set[str]()
    for on, name in doings:
        had = name in model
        changed = one.label(LABELS[name], BIA, NOON) if on else one.unlabel(LABELS[name])
        (model.add if on else model.discard)(name)
        assert bool(changed) == (had != on)
    assert {label.id for label in one.view().labels} == model
    assert {label.id for label in one.ref().labels} == model


def test_the_contact_that_goes_on_has_the_labels_of_both() -> None:
    one, other = contact(), contact("k2")
    one.label(LABELS["vip"], BIA, NOON)
    other.label(LABELS["vip"], BIA, NOON)
    other.label(LABELS["risco"], BIA, NOON)
    assert "labels" in one.absorb(other)
    assert [label.id for label in one.view().labels] == ["vip", "risco"]
