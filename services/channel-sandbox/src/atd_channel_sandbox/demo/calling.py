"""One call of an API, and what is said when it fails."""

from typing import Any

import httpx

Json = dict[str, Any]


class StoryFailed(Exception):
    """A step timed out or was refused; the text says which."""


async def call(client: httpx.AsyncClient, method: str, path: str, body: Any = None, **more: Any) -> Any:
    """The JSON of an answer.

    Raises:
        StoryFailed: the call failed or was refused.
    """
    try:
        answer = await client.request(method, path, json=body, **more)
    except httpx.HTTPError as error:
        raise StoryFailed(f"{method} {path}: {type(error).__name__}") from None
    if answer.is_error:
        code = ""
        if answer.headers.get("content-type", "").startswith("application/problem"):
            code = str(answer.json().get("code", ""))
        raise StoryFailed(f"{method} {path}: {answer.status_code} {code}")
    return answer.json() if answer.content else None
