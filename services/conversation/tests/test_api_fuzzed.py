"""Requests that the OpenAPI document allows, and some that it does not: none is answered 5xx."""

import asyncio
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from atd_testing.examples import examples

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = examples(4, nightly=30)
"""For each operation, valid and invalid each."""

_SAYS_NOTHING = {"type", "title", "description", "default", "examples"}
"""The words of a schema that allow any text."""


async def _ids(desk: Any) -> dict[str, list[str]]:
    """Ids that exist, so that requests get past the 404."""
    conversations = await desk.written(4, each=3)
    contact = (await desk.get(f"/conversations/{conversations[0]}"))["contact"]["id"]
    messages = [one["id"] for one in (await desk.get(f"/conversations/{conversations[0]}/messages"))["items"]]
    files = [(await desk.uploaded("a.pdf", b"%PDF-1.7"))["id"], await desk.received(b"GIF89a")]
    return {
        "conversation_id": conversations,
        "contact_id": [contact],
        "other_id": [(await desk.do("POST", "/contacts", {"name": "Bia"}))["id"]],
        "message_id": messages,
        "attachment_id": files,
    }


def _body(arguments: dict[str, Any]) -> dict[str, Any]:
    if "json" in arguments:
        return {"json": arguments["json"]}
    if arguments.get("files"):
        return {"files": arguments["files"]}
    return {"content": arguments.get("data")}


def _operations(document: dict[str, Any], mode: GenerationMode) -> list[Any]:
    found = [cast(Any, one).ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]
    return [one for one in found if mode is GenerationMode.POSITIVE or _can_be_wrong(one)]


def _can_be_wrong(operation: Any) -> bool:
    """Whether some request is not allowed: it takes a second to find out of an operation that there is none."""
    return bool(operation.body) or any(
        set(one) - _SAYS_NOTHING or one.get("type", "string") not in ("string", "null")
        for parameter in operation.iter_parameters()
        for one in parameter.definition["schema"].get("anyOf", [parameter.definition["schema"]])
    )


# The service's own jitter, in the other thread, looks as if a strategy had used `random`.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_no_request_is_answered_5xx(service: Any, desk: Any, mode: GenerationMode) -> None:
    document = (await service.http.get("/openapi.json")).json()
    loop, ids = asyncio.get_running_loop(), await _ids(desk)
    asked: set[str] = set()

    async def send(case: Any, known: dict[str, str]) -> Any:
        for name in (case.path_parameters or {}).keys() & known.keys():
            case.path_parameters[name] = known[name]
        arguments = case.as_transport_kwargs(base_url="http://test")
        headers = {**dict(arguments.get("headers") or {}), **desk.headers}
        more = _body(arguments)
        return await service.http.request(
            arguments["method"], arguments["url"], params=arguments.get("params"), headers=headers, **more
        )

    def fuzz(operation: Any) -> None:
        """Runs in a thread: the strategies are synchronous, the service lives in this loop."""
        known = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in ids.items()})

        @given(case=operation.as_strategy(generation_mode=mode), known=known)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        def one(case: Any, known: dict[str, str]) -> None:
            answer = asyncio.run_coroutine_threadsafe(send(case, known), loop).result(30)
            asked.add(f"{operation.method.upper()} {operation.path}")
            assert answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"

        one()

    operations = _operations(document, mode)
    for operation in operations:
        try:
            await asyncio.to_thread(fuzz, operation)
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, operation.path  # nothing about it can be wrong
    assert len(asked) >= (6 if mode is GenerationMode.NEGATIVE else 12)
