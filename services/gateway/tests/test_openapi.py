from typing import Any

from atd_gateway.domain.openapi import merge_openapi
from atd_gateway.domain.routes import RouteTable


def document(paths: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def reading(ref: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ref}"}
    validation = {"$ref": "#/components/schemas/HTTPValidationError"}
    return {
        "get": {
            "responses": {
                "200": {"content": {"application/json": {"schema": schema}}},
                "422": {"content": {"application/json": {"schema": validation}}},
            }
        }
    }


OWN = document({"/api/v1/me": reading("Me"), "/api/v1/auth/login": reading("Me")}, {"Me": {"type": "object"}})
INGEST = document(
    {"/api/v1/channels": reading("Item"), "/livez": reading("Item"), "/webhooks/whatsapp": reading("Shared")},
    {
        "Item": {"type": "object", "properties": {"kind": {"type": "string"}}},
        "Shared": {"type": "string"},
        "List": {"items": {"$ref": "#/components/schemas/Item"}},
        "HTTPValidationError": {"type": "object"},
    },
)
CONVERSATION = document(
    {"/api/v1/conversations": reading("List"), "/api/v1/contacts": reading("Shared"), "/internal": reading("Item")},
    {
        "Item": {"type": "object", "properties": {"number": {"type": "integer"}}},
        "Shared": {"type": "string"},
        "List": {"items": {"$ref": "#/components/schemas/Item"}},
        "Unused": {"type": "null"},
    },
)
INGEST["paths"]["/api/v1/channels/all"] = reading("List")


def merged() -> dict[str, Any]:
    services = {"ingest-whatsapp": INGEST, "conversation": CONVERSATION}
    return merge_openapi(OWN, services, RouteTable(), lambda path: path.startswith("/api/v1/") and "auth" not in path)


def schema_of(found: dict[str, Any], path: str) -> str:
    ref: str = found["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    return ref.rpartition("/")[2]


def test_only_public_paths_of_each_service_are_shown() -> None:
    assert list(merged()["paths"]) == [
        "/api/v1/auth/login",
        "/api/v1/channels",
        "/api/v1/channels/all",
        "/api/v1/contacts",
        "/api/v1/conversations",
        "/api/v1/me",
        "/webhooks/whatsapp",
    ]


def test_components_of_one_name_and_different_content_are_kept_apart() -> None:
    found = merged()
    schemas = found["components"]["schemas"]
    assert schema_of(found, "/api/v1/channels") == "Item"
    assert "kind" in schemas["Item"]["properties"]
    assert "number" in schemas["ConversationItem"]["properties"]


def test_what_refers_to_a_renamed_component_is_renamed_too() -> None:
    found = merged()
    assert schema_of(found, "/api/v1/conversations") == "ConversationList"
    assert found["components"]["schemas"]["ConversationList"]["items"]["$ref"].endswith("/ConversationItem")
    assert found["components"]["schemas"]["List"]["items"]["$ref"].endswith("/Item")


def test_equal_components_are_shared_and_unused_ones_left_out() -> None:
    schemas = merged()["components"]["schemas"]
    assert set(schemas) == {"Me", "Item", "Shared", "List", "ConversationItem", "ConversationList", "Problem"}


def test_every_operation_may_answer_a_problem_and_says_whether_it_takes_a_token() -> None:
    paths = merged()["paths"]
    for path, item in paths.items():
        operation = item["get"]
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
        assert "422" not in operation["responses"]
        takes_token = path not in ("/api/v1/auth/login", "/webhooks/whatsapp")
        assert operation["security"] == ([{"bearer": []}] if takes_token else [])


def test_merging_changes_none_of_its_sources() -> None:
    before = str((OWN, INGEST, CONVERSATION))
    merged()
    assert str((OWN, INGEST, CONVERSATION)) == before
