"""A number that its owner gave up, in the database: who writes with it afterwards is somebody else."""

from datetime import timedelta
from typing import Any

import pytest

from atd_conversation.store.indexes import CONTACTS, CONVERSATIONS, IDENTITIES, MESSAGES
from atd_testing.inbound import NOON, customer_message, goes_by

from .test_races import LateLoader

T, A, B = "t1", "acc-a", "acc-b"
ANAS, NEW = "5511987654321", "5521912345678"
LATER = NOON + timedelta(hours=1)
GAVE_UP = goes_by(T, A, (ANAS,), NEW, occurred_at=LATER)


def ana(external_id: str, customer: str = ANAS, account: str = A, **more: Any) -> Any:
    return customer_message(T, account, external_id, customer=customer, name="Ana", occurred_at=LATER, **more)


def rui(external_id: str, customer: str = ANAS, account: str = A, **more: Any) -> Any:
    return customer_message(T, account, external_id, customer=customer, name="Rui", occurred_at=LATER, **more)


async def take(parts: Any, together: bool, *events: Any) -> None:
    for batch in [events] if together else [[event] for event in events]:
        await parts.take(*batch)


async def owners(parts: Any) -> dict[str, str]:
    """By identity: the name of its contact."""
    names = {row["_id"]: row["name"] for row in await parts.all(CONTACTS)}
    return {row["_id"].partition("|")[2]: names[row["contact_id"]] for row in await parts.all(IDENTITIES)}


async def threads(parts: Any) -> dict[tuple[str, str], int]:
    """By account and name: the messages of the thread. Every number is used once."""
    rows = await parts.all(CONVERSATIONS)
    assert len({row["number"] for row in rows}) == len(rows)
    return {(row["channel"]["account_id"], row["contact"]["name"]): row["unread_count"] for row in rows}


@pytest.fixture
async def known(parts: Any) -> Any:
    """Ana has written on either account."""
    await parts.take(customer_message(T, A, "w1", customer=ANAS, name="Ana"))
    await parts.take(customer_message(T, B, "w2", customer=ANAS, name="Ana"))
    return parts


@pytest.mark.parametrize("together", [False, True])
async def test_who_writes_with_a_number_that_was_given_up_is_somebody_else(known: Any, together: bool) -> None:
    events = [rui("w3"), rui("w4", account=B), rui("w5", aliases=("BR.9",)), rui("w6", "BR.9", B), ana("w7", NEW)]
    await take(known, together, GAVE_UP, *events)
    assert await threads(known) == {(A, "Ana"): 2, (B, "Ana"): 1, (A, "Rui"): 2, (B, "Rui"): 2}
    assert await owners(known) == {f"phone|+{ANAS}": "Rui", f"phone|+{NEW}": "Ana", "whatsapp|BR.9": "Rui"}


@pytest.mark.parametrize("together", [False, True])
async def test_the_news_that_come_again_change_nothing(known: Any, together: bool) -> None:
    await take(known, together, GAVE_UP, rui("w3"), GAVE_UP, rui("w4"))
    assert await threads(known) == {(A, "Ana"): 1, (B, "Ana"): 1, (A, "Rui"): 2}
    assert await owners(known) == {f"phone|+{ANAS}": "Rui", f"phone|+{NEW}": "Ana"}
    assert len([row for row in await known.all(MESSAGES) if row["direction"] == "system"]) == 1


@pytest.mark.parametrize("together", [False, True])
async def test_who_comes_back_to_their_number_is_the_same_person(known: Any, together: bool) -> None:
    back = goes_by(T, A, (NEW,), ANAS, external_id="sys2", occurred_at=LATER)
    await take(known, together, GAVE_UP, ana("w3", NEW), back, ana("w4"), rui("w5", NEW))
    assert await threads(known) == {(A, "Ana"): 3, (B, "Ana"): 1, (A, "Rui"): 1}
    assert await owners(known) == {f"phone|+{ANAS}": "Ana", f"phone|+{NEW}": "Rui"}


@pytest.mark.parametrize("together", [False, True])
async def test_two_changes_give_up_a_number_each(known: Any, together: bool) -> None:
    third = "5531912345678"
    of_rui = goes_by(T, A, (ANAS,), third, external_id="sys2", occurred_at=LATER)
    lia = customer_message(T, A, "w5", customer=ANAS, name="Lia", occurred_at=LATER)
    await take(known, together, GAVE_UP, rui("w3"), of_rui, rui("w4", third), lia)
    assert await threads(known) == {(A, "Ana"): 1, (B, "Ana"): 1, (A, "Rui"): 2, (A, "Lia"): 1}
    assert await owners(known) == {f"phone|+{ANAS}": "Lia", f"phone|+{NEW}": "Ana", f"phone|+{third}": "Rui"}


@pytest.mark.parametrize("together", [False, True])
async def test_a_stranger_who_gives_a_number_up_leaves_nothing(parts: Any, together: bool) -> None:
    await take(parts, together, GAVE_UP, rui("w1"))
    assert await owners(parts) == {f"phone|+{ANAS}": "Rui"}


async def test_two_processes_that_hear_of_it_at_once_give_the_number_up_once(known: Any) -> None:
    await known.take(GAVE_UP, ana("w3", NEW), loader=LateLoader(known, lambda: known.take(GAVE_UP, rui("w4"))))
    assert await owners(known) == {f"phone|+{ANAS}": "Rui", f"phone|+{NEW}": "Ana"}
    assert await threads(known) == {(A, "Ana"): 2, (B, "Ana"): 1, (A, "Rui"): 1}
