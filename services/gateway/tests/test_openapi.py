from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from atd_gateway.domain.openapi import CannotMerge, merge_openapi
from atd_gateway.domain.routes import RouteTable, routes_of
from atd_schemas.services import SERVICES, Service


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
    {"/api/v1/conversations": reading("List"), "/api/v1/contacts": reading("Shared"), "/internal/x": reading("Item")},
    {
        "Item": {"type": "object", "properties": {"number": {"type": "integer"}}},
        "Shared": {"type": "string"},
        "List": {"items": {"$ref": "#/components/schemas/Item"}},
        "Unused": {"type": "null"},
    },
)
INGEST["paths"]["/api/v1/channels/all"] = reading("List")


KINDS = {"ingest-whatsapp": ["whatsapp"], "ingest-toy": ["app"]}


def needs_token(path: str) -> bool:
    return path.startswith("/api/v1/") and "auth" not in path


def merged() -> dict[str, Any]:
    services = {"ingest-whatsapp": INGEST, "conversation": CONVERSATION}
    return merge_openapi(OWN, services, RouteTable(routes_of()), KINDS, needs_token)


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
    assert set(schemas) == {
        "Me",
        "Item",
        "Shared",
        "List",
        "ConversationItem",
        "ConversationList",
        "EarlierChange",
        "Problem",
        "RefusalCode",
    }


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


# A path that several services share.

TOY = Service(name="ingest-toy", port=8198, does="a toy", channels=("app",))
CHANNELS = "/api/v1/channels"


def schema_answer(name: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def channel_service(kind: str, credential: str) -> dict[str, Any]:
    """The document of a service that connects channels."""

    def operation(answer: str, body: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = {
            "summary": "Does it",
            "description": f"For {kind}.",
            "responses": {"200": schema_answer(answer)},
        }
        return {**found, "requestBody": {"required": True, **schema_answer(body)}} if body else found

    limit = {"in": "query", "name": "limit", "required": False, "schema": {"type": "integer"}}
    paths = {
        CHANNELS: {
            "post": operation("Channel", "NewChannel"),
            "get": {**operation("Page_Channel_"), "parameters": [limit]},
        },
        f"{CHANNELS}/{{account_id}}": {"patch": operation("Channel", "Changes")},
    }
    kinds = {"kind": {"const": kind}}
    item = {"type": "array", "items": {"$ref": "#/components/schemas/Channel"}}
    schemas = {
        "NewChannel": {"properties": {**kinds, "credentials": {"$ref": "#/components/schemas/Credentials"}}},
        "Credentials": {"properties": {credential: {"type": "string"}}},
        "Changes": {"properties": {credential: {"type": "string"}}},
        "Channel": {"properties": kinds},
        "Page_Channel_": {"properties": {"items": item, "next_cursor": {"type": ["string", "null"]}}},
    }
    return document(paths, schemas)


def of_both(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    table = RouteTable(routes_of([*SERVICES, TOY]))
    return merge_openapi(OWN, {"ingest-whatsapp": first, "ingest-toy": second}, table, KINDS, needs_token)


@pytest.fixture
def whatsapp() -> dict[str, Any]:
    return channel_service("whatsapp", "access_token")


@pytest.fixture
def toy() -> dict[str, Any]:
    return channel_service("app", "secret")


def schema_at(found: dict[str, Any], *steps: str) -> dict[str, Any]:
    for step in steps:
        found = found[step]
    schema: dict[str, Any] = found["content"]["application/json"]["schema"]
    return schema


def test_a_shared_path_takes_and_answers_one_of_each_kind(whatsapp: dict[str, Any], toy: dict[str, Any]) -> None:
    found = of_both(whatsapp, toy)
    schemas = found["components"]["schemas"]
    post = found["paths"][CHANNELS]["post"]
    assert schema_at(post, "requestBody")["$ref"].endswith("/AnyNewChannel")
    assert schema_at(post, "responses", "200")["$ref"].endswith("/AnyChannel")
    for name in ("NewChannel", "Channel"):
        refs = {"whatsapp": f"#/components/schemas/{name}", "app": f"#/components/schemas/IngestToy{name}"}
        assert schemas[f"Any{name}"] == {
            "oneOf": [{"$ref": ref} for ref in refs.values()],
            "discriminator": {"propertyName": "kind", "mapping": refs},
        }
    ref = schemas["IngestToyNewChannel"]["properties"]["credentials"]["$ref"]
    assert ref.endswith("/IngestToyCredentials")
    assert post["description"] == "**whatsapp**: For whatsapp.\n\n**app**: For app."


def test_a_shared_list_is_a_page_of_any_kind(whatsapp: dict[str, Any], toy: dict[str, Any]) -> None:
    get = of_both(whatsapp, toy)["paths"][CHANNELS]["get"]
    page = schema_at(get, "responses", "200")
    assert page["properties"]["items"]["items"] == {"$ref": "#/components/schemas/AnyChannel"}
    assert get["parameters"] == whatsapp["paths"][CHANNELS]["get"]["parameters"]


def test_bodies_without_a_kind_are_any_of_them(whatsapp: dict[str, Any], toy: dict[str, Any]) -> None:
    patch = of_both(whatsapp, toy)["paths"][f"{CHANNELS}/{{account_id}}"]["patch"]
    assert schema_at(patch, "requestBody") == {
        "anyOf": [{"$ref": "#/components/schemas/Changes"}, {"$ref": "#/components/schemas/IngestToyChanges"}]
    }


def test_what_all_services_say_alike_is_said_once(whatsapp: dict[str, Any]) -> None:
    found = of_both(whatsapp, deepcopy(whatsapp))
    assert schema_at(found["paths"][CHANNELS]["post"], "requestBody") == {"$ref": "#/components/schemas/NewChannel"}
    assert not [name for name in found["components"]["schemas"] if name.startswith(("Any", "IngestToy"))]


def test_a_service_with_several_kinds_adds_each_of_them(whatsapp: dict[str, Any], toy: dict[str, Any]) -> None:
    schemas = toy["components"]["schemas"]
    schemas["WebChannel"] = {"properties": {"kind": {"const": "web"}, "page": {"type": "string"}}}
    schemas["AppChannel"] = schemas["Channel"]
    refs = {"app": "#/components/schemas/AppChannel", "web": "#/components/schemas/WebChannel"}
    schemas["Channel"] = {
        "oneOf": [{"$ref": ref} for ref in refs.values()],
        "discriminator": {"propertyName": "kind", "mapping": refs},
    }
    union = of_both(whatsapp, toy)["components"]["schemas"]["AnyChannel"]
    assert union["discriminator"]["mapping"] == {"whatsapp": "#/components/schemas/Channel", **refs}
    assert len(union["oneOf"]) == 3


def test_a_path_that_only_some_services_have_is_answered_by_their_kinds_alone(
    whatsapp: dict[str, Any], toy: dict[str, Any]
) -> None:
    third = channel_service("web", "page")
    for one in (whatsapp, toy):
        one["paths"][f"{CHANNELS}/some"] = {"get": {"responses": {"200": schema_answer("Channel")}}}
    services = {"ingest-whatsapp": whatsapp, "ingest-toy": toy, "ingest-other": third}
    routes = RouteTable(routes_of((*SERVICES, TOY, replace(TOY, name="ingest-other", channels=("web",)))))
    found = merge_openapi(OWN, services, routes, {**KINDS, "ingest-other": ["web"]}, needs_token)
    assert schema_of(found, f"{CHANNELS}/some") == "AnyChannelOrIngestToyChannel"
    kinds = {
        name: set(schema["discriminator"]["mapping"])
        for name, schema in found["components"]["schemas"].items()
        if name.startswith("AnyChannel")
    }
    assert kinds == {"AnyChannel": {"whatsapp", "app", "web"}, "AnyChannelOrIngestToyChannel": {"whatsapp", "app"}}


def test_a_parameter_of_one_service_is_optional_for_all(whatsapp: dict[str, Any], toy: dict[str, Any]) -> None:
    only = {"in": "query", "name": "only", "required": True, "schema": {"type": "string"}}
    toy["paths"][CHANNELS]["get"]["parameters"].append(only)
    found = of_both(whatsapp, toy)["paths"][CHANNELS]["get"]["parameters"]
    assert [(one["name"], one["required"]) for one in found] == [("limit", False), ("only", False)]


# What would be left out is an error.


def test_a_path_that_is_not_forwarded_to_the_service_is_an_error(whatsapp: dict[str, Any], toy: dict[str, Any]) -> None:
    toy["paths"]["/api/v1/toys"] = {"get": {}}
    with pytest.raises(CannotMerge, match="ingest-toy describes /api/v1/toys"):
        of_both(whatsapp, toy)


def test_a_path_of_another_service_is_an_error(whatsapp: dict[str, Any], toy: dict[str, Any]) -> None:
    toy["paths"]["/api/v1/contacts"] = {"get": {}}
    with pytest.raises(CannotMerge, match="ingest-toy describes /api/v1/contacts"):
        of_both(whatsapp, toy)


def test_a_path_that_the_gateway_has_too_is_an_error() -> None:
    own = document({"/api/v1/contacts": {"get": {}}}, {})
    services = {"conversation": document({"/api/v1/contacts": {"get": {}}}, {})}
    with pytest.raises(CannotMerge, match="gateway and conversation both describe /api/v1/contacts"):
        merge_openapi(own, services, RouteTable(routes_of()), KINDS, needs_token)


def test_a_path_whose_parameter_has_another_name_is_an_error(whatsapp: dict[str, Any], toy: dict[str, Any]) -> None:
    toy["paths"][f"{CHANNELS}/{{id}}"] = toy["paths"].pop(f"{CHANNELS}/{{account_id}}")
    with pytest.raises(CannotMerge, match="name of a parameter only"):
        of_both(whatsapp, toy)


def test_a_component_that_is_missing_is_an_error(whatsapp: dict[str, Any], toy: dict[str, Any]) -> None:
    del toy["components"]["schemas"]["Credentials"]
    with pytest.raises(CannotMerge, match="schemas/Credentials"):
        of_both(whatsapp, toy)


@pytest.mark.parametrize("name", ["IngestToyChannel", "AnyChannel", "Problem"])
def test_a_component_whose_name_is_taken_is_an_error(whatsapp: dict[str, Any], toy: dict[str, Any], name: str) -> None:
    whatsapp["components"]["schemas"][name] = {"type": "string", "title": "something else"}
    whatsapp["paths"][f"{CHANNELS}/other"] = {"get": {"responses": {"200": schema_answer(name)}}}
    with pytest.raises(CannotMerge, match=name):
        of_both(whatsapp, toy)


def test_two_components_of_one_service_that_would_get_one_name_are_an_error(
    whatsapp: dict[str, Any], toy: dict[str, Any]
) -> None:
    toy["components"]["schemas"]["IngestToyChannel"] = {"type": "string"}
    toy["paths"][f"{CHANNELS}/other"] = {"get": {"responses": {"200": schema_answer("IngestToyChannel")}}}
    with pytest.raises(CannotMerge, match="two components that would get the same name"):
        of_both(whatsapp, toy)


def test_operations_that_differ_in_what_cannot_be_joined_are_an_error(
    whatsapp: dict[str, Any], toy: dict[str, Any]
) -> None:
    toy["paths"][CHANNELS]["get"]["deprecated"] = True
    whatsapp["paths"][CHANNELS]["get"]["deprecated"] = False
    with pytest.raises(CannotMerge, match="'deprecated' of get"):
        of_both(whatsapp, toy)
