"""Every refusal that a channel service names has a text that says what an attendant can do."""

import pytest

from atd_conversation.domain.channels.telegram.failure_codes import BY_CODE
from atd_ingest_telegram.failures import CODES


@pytest.mark.parametrize("code", sorted(CODES - {"forbidden", "not_modified", "query_too_old"}))
def test_a_refusal_of_telegram_has_a_text_of_its_own(code: str) -> None:
    """What is never an attendant's: `not_modified` is a success, and a query is answered by the service itself."""
    text = BY_CODE[code]
    assert len({text.pt, text.en, text.es}) == 3
