"""The accounts that a body names are found where Meta puts them."""

from atd_ingest_whatsapp.named import NAMED_LIMIT, named_in


def test_a_body_names_numbers_and_business_accounts() -> None:
    def entry(number: object) -> object:
        return {"id": "b1", "changes": [{"value": {"metadata": {"phone_number_id": number}}}, {"value": 1}, 2]}

    named = named_in({"entry": [entry("n1"), entry("n2"), entry("n1"), entry(3), 4, {"id": 5}]})
    assert list(named.phone_number_ids) == ["n1", "n2"]
    assert list(named.business_account_ids) == ["b1"]
    odd: object
    for odd in (None, [], {"entry": {}}, {"entry": None}, "x"):
        assert not named_in(odd).phone_number_ids


def test_names_past_the_limit_are_not_looked_at() -> None:
    named = named_in({"entry": [{"id": str(number)} for number in range(5 * NAMED_LIMIT)]})
    assert len(named.business_account_ids) == NAMED_LIMIT
