"""The real documents of all services merge into one: nothing is left out, and every reference leads somewhere."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import pytest

from atd_gateway.domain.openapi import CannotMerge, merge_openapi
from atd_gateway.domain.routes import RouteTable, routes_of
from atd_schemas.services import CHANNELS_PREFIX, SERVICES, Service, channel_services
from tests.docs.web_types import api_document, service_documents

Document = dict[str, Any]

OWN: Document = {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {}}
TOY = Service(name="ingest-toy", port=8198, does="a toy", channels=("app",))


@pytest.fixture(scope="module")
def documents() -> Mapping[str, Document]:
    return asyncio.run(service_documents())


@pytest.fixture(scope="module")
def document() -> Document:
    return asyncio.run(api_document())


def merged(documents: Mapping[str, Document], services: Sequence[Service] = SERVICES) -> Document:
    kinds = {one.name: one.channels for one in channel_services(services)}
    return merge_openapi(OWN, documents, RouteTable(routes_of(services)), kinds, lambda _: True)


def refs(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref" and isinstance(inner, str):
                yield inner
            yield from refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from refs(inner)


def test_the_documents_of_all_services_merge_and_lose_nothing(documents: Mapping[str, Document]) -> None:
    found = merged(documents)
    public = {
        path for one in documents.values() for path in one["paths"] if not path.startswith(("/internal/", "/openapi"))
    }
    assert public == set(found["paths"])
    for ref in refs(found):
        _, _, section, name = ref.split("/")
        assert name in found["components"][section], ref


def test_with_a_second_channel_service_the_shared_paths_show_both(documents: Mapping[str, Document]) -> None:
    text = json.dumps(documents["ingest-whatsapp"]).replace('"whatsapp"', '"app"').replace("phone_number_id", "app_id")
    toy = deepcopy(json.loads(text))
    toy["paths"] = {path: item for path, item in toy["paths"].items() if path.startswith(CHANNELS_PREFIX)}
    found = merged({**documents, TOY.name: toy}, [*SERVICES, TOY])
    connect = found["paths"][CHANNELS_PREFIX]["post"]
    taken = connect["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    union = found["components"]["schemas"][taken.rpartition("/")[2]]
    assert set(union["discriminator"]["mapping"]) == {
        "app",
        *(kind for one in channel_services() for kind in one.channels),
    }


def test_a_path_that_the_list_of_services_forgot_is_noticed(documents: Mapping[str, Document]) -> None:
    forgetful = [one for one in SERVICES if one.name != "conversation"]
    with pytest.raises(CannotMerge, match="conversation describes"):
        merged(documents, forgetful)


def test_the_document_of_the_client_has_the_gateways_own_paths_too(document: Document) -> None:
    assert document["paths"]["/api/v1/auth/login"]["post"]["security"] == []
    assert document["paths"]["/api/v1/me"]["get"]["security"] == [{"bearer": []}]
    assert "/api/v1/conversations" in document["paths"]
    assert not {"/livez", "/asyncapi.json", "/ws"} & set(document["paths"])
    assert document["openapi"].startswith("3.1")


def test_files_are_read_by_the_token_or_by_the_cookie_of_the_browser(document: Document) -> None:
    paths = document["paths"]
    cookie = {
        (method, path)
        for path, item in paths.items()
        for method, operation in item.items()
        if isinstance(operation, dict) and {"files_cookie": []} in operation["security"]
    }
    assert cookie == {
        ("get", "/api/v1/attachments/{attachment_id}"),
        ("get", "/api/v1/attachments/{attachment_id}/content"),
        ("get", "/api/v1/attachments/{attachment_id}/thumbnail"),
    }
    both = [{"bearer": []}, {"files_cookie": []}]
    assert paths["/api/v1/attachments/{attachment_id}/content"]["get"]["security"] == both
    assert paths["/api/v1/attachments"]["post"]["security"] == [{"bearer": []}]
    scheme = document["components"]["securitySchemes"]["files_cookie"]
    assert (scheme["in"], scheme["name"]) == ("cookie", "atd_files")
