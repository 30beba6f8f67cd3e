"""The web client's types of the API are those of the services as they stand."""

from tests.docs.web_types import TYPES, api_document, web_types


async def test_the_types_of_the_client_are_those_of_the_documents() -> None:
    committed = TYPES.read_text(encoding="utf-8")
    assert committed == web_types(await api_document()), "the API has changed: run `make web-types`"
