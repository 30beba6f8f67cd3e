"""The accounts that a body names are found where Meta puts them."""

from atd_ingest_whatsapp.named import BUSINESS_ACCOUNT, NAMED_LIMIT, NUMBER, named_in

N1, N2, B1 = (NUMBER, "n1"), (NUMBER, "n2"), (BUSINESS_ACCOUNT, "b1")


def entry(*numbers: object) -> object:
    return {"id": "b1", "changes": [{"value": {"metadata": {"phone_number_id": one}}} for one in numbers]}


def test_a_body_names_numbers_and_is_sent_by_business_accounts() -> None:
    named = named_in({"entry": [entry("n1"), entry("n2"), entry("n1"), 4, {"id": 5}]})
    assert (named.about, named.senders) == ((N1, N2), (B1,))
    odd: object
    for odd in (None, [], {"entry": {}}, {"entry": None}, "x"):
        assert not named_in(odd).about


def test_a_body_with_a_change_of_no_number_is_about_its_business_accounts_too() -> None:
    for change in (3, None, {}):
        named = named_in({"entry": [entry("n1", change)]})
        assert (named.about, named.senders) == ((N1, B1), ())


def test_names_past_the_limit_are_not_looked_at() -> None:
    named = named_in({"entry": [{"id": str(number)} for number in range(5 * NAMED_LIMIT)]})
    assert len(named.senders) == NAMED_LIMIT
