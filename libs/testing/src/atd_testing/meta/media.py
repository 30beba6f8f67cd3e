"""The CDN: files at addresses that end."""

from fastapi import Response

from atd_testing.meta.errors import refuse
from atd_testing.meta.state import FakeState
from atd_testing.providers import Call
from atd_testing.providers.behaviours import no_effect, scripted_answer
from atd_testing.providers.connections import CutBody

_FORBIDDEN, _NOT_FOUND = 403, 404


async def download(state: FakeState, file_id: str, key: str) -> Response:
    """The bytes of a file. An address that has ended is 403, as at Meta's CDN."""
    file = state.files.get(file_id)
    behaviour = state.take_behaviour(Call("download", file_id))
    if file is None:
        return Response("Not found", _NOT_FOUND, media_type="text/plain")
    if key != file.key or state.now() > file.until:
        return Response("URL signature expired", _FORBIDDEN, media_type="text/plain")
    if behaviour is not None and behaviour.kind == "cut_after":
        return CutBody(file.data)
    scripted = await scripted_answer(behaviour, no_effect, refuse)
    if scripted is not None:
        return scripted
    file.downloads += 1
    return Response(file.data, media_type=file.mime_type)
