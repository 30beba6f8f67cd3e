"""Serves the fake on a real port inside a test: connections can be cut, timeouts are real."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from atd_testing.meta.app import FakeMeta, create_fake_meta
from atd_testing.providers import serving


@dataclass(frozen=True, slots=True)
class ServedMeta:
    """A fake that listens; `url` is its base, as `ATD_META_API_URL` takes it."""

    url: str
    meta: FakeMeta


@contextlib.asynccontextmanager
async def serving_fake_meta(meta: FakeMeta | None = None, port: int = 0) -> AsyncIterator[ServedMeta]:
    """Serve `meta` (a new one by default) on 127.0.0.1 until the block ends; port 0 picks a free one."""
    meta = meta or create_fake_meta()
    async with serving(meta, port) as url:
        meta.state.base_url = url
        yield ServedMeta(url, meta)
