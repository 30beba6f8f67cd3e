"""The public addresses of attendants' files: for one file and a while, unguessable, of one tenant, read-only."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from atd_ingest_meta.file_links import FILES_PATH, VALID_FOR, FileLinks
from atd_schemas.outbound import OutboundAttachment
from atd_servicekit.clock import SystemClock
from atd_servicekit.crypto import FieldCipher, new_master_key
from atd_servicekit.files import FileStore, create_file_store, file_key
from atd_servicekit.problems import Problem
from atd_testing.clock import FakeClock

Service = Any
"""A `Service` of conftest.py."""

on_servers = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BASE = "https://atendimento.example"
PHOTO = bytes(range(256)) * 8

cipher = FieldCipher.from_master_key(new_master_key("k1"))


def attachment(data: bytes = PHOTO, mime_type: str = "image/jpeg") -> OutboundAttachment:
    digest = sha256(data).hexdigest()
    return OutboundAttachment(id=str(uuid4()), name="foto.jpg", mime_type=mime_type, size=len(data), sha256=digest)


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def test_an_address_names_one_file_of_one_tenant_and_shows_neither() -> None:
    links, file = FileLinks(cipher, FakeClock(NOW), f"{BASE}/"), attachment()
    link = links.link("tenant-1", file)
    assert link.startswith(f"{BASE}{FILES_PATH}/")
    assert file.id not in link
    assert "tenant-1" not in link
    assert links.open(token_of(link)) == (file_key("tenant-1", file.id), "image/jpeg")
    assert links.link("tenant-1", file) != link


@pytest.mark.proves("instagram", "files-for-meta")
def test_an_address_ends_after_a_while() -> None:
    clock = FakeClock(NOW)
    links = FileLinks(cipher, clock, BASE)
    token = token_of(links.link("tenant-1", attachment()))
    clock.advance(VALID_FOR - timedelta(seconds=1))
    links.open(token)
    clock.advance(timedelta(seconds=2))
    with pytest.raises(Problem) as refused:
        links.open(token)
    assert refused.value.status == 404


@given(
    st.one_of(st.text(), st.binary().map(lambda raw: raw.decode("latin-1")), st.just("v1.k1."), st.just("v1.k1.AAAA"))
)
def test_no_other_address_opens_anything(token: str) -> None:
    with pytest.raises(Problem) as refused:
        FileLinks(cipher, FakeClock(NOW), BASE).open(token)
    assert refused.value.status == 404


@pytest.mark.proves("instagram", "files-for-meta")
@given(st.data())
def test_an_address_with_one_letter_changed_opens_nothing(data: st.DataObject) -> None:
    links = FileLinks(cipher, FakeClock(NOW), BASE)
    token = token_of(links.link("tenant-1", attachment()))
    place = data.draw(st.integers(0, len(token) - 2))  # the last one holds bits that say nothing
    changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    with pytest.raises(Problem):
        links.open(changed)


def test_what_is_sealed_for_something_else_is_no_address() -> None:
    sealed = cipher.encrypt('["tenant-1","file-1","image/png",99999999999]', context="channel:a-1:access_token")
    with pytest.raises(Problem):
        FileLinks(cipher, FakeClock(NOW), BASE).open(sealed)


@pytest_asyncio.fixture(loop_scope="module")
async def store(service: Service) -> AsyncIterator[FileStore]:
    made = create_file_store(service.settings)
    await made.start()
    yield made
    await made.stop()


async def put(store: FileStore, tenant: str, file: OutboundAttachment, data: bytes = PHOTO) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield data

    await store.put(file_key(tenant, file.id), chunks(), content_type=file.mime_type, limit=len(data))


@pytest_asyncio.fixture(loop_scope="module")
async def address(service: Service, store: FileStore) -> str:
    """The path of a picture of the test's tenant."""
    file = attachment()
    await put(store, service.tenant, file)
    return path_of(service, file)


def path_of(service: Service, file: OutboundAttachment, tenant: str | None = None) -> str:
    links = FileLinks(service.runtime.cipher, SystemClock(), BASE)
    return links.link(tenant or service.tenant, file).removeprefix(BASE)


@pytest.mark.proves("instagram", "ranges")
@on_servers
@pytest.mark.parametrize(
    ("wanted", "status", "start", "end"),
    [
        (None, 200, 0, 2048),
        ("bytes=0-", 206, 0, 2048),
        ("bytes=0-1", 206, 0, 2),
        ("bytes=1000-1999", 206, 1000, 2000),
        ("bytes=-48", 206, 2000, 2048),
        ("bytes=2000-99999", 206, 2000, 2048),
        ("bytes=0-1,4-5", 200, 0, 2048),
        ("lines=1-2", 200, 0, 2048),
    ],
)
async def test_meta_reads_the_file_or_one_range_of_it(
    service: Service, address: str, wanted: str | None, status: int, start: int, end: int
) -> None:
    headers = {} if wanted is None else {"Range": wanted}
    answer: httpx.Response = await service.client.get(address, headers=headers)
    assert (answer.status_code, answer.content) == (status, PHOTO[start:end])
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-length"] == str(end - start)
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if status == 206:
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/2048"


@on_servers
async def test_a_range_outside_of_the_file_is_416(service: Service, address: str) -> None:
    answer = await service.client.get(address, headers={"Range": "bytes=2048-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */2048")


@on_servers
async def test_head_tells_the_type_and_size_alone(service: Service, address: str) -> None:
    answer = await service.client.head(address, headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert (answer.headers["content-type"], answer.headers["content-length"]) == ("image/jpeg", "2048")


@on_servers
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_an_address_is_to_be_read_only(service: Service, address: str, method: str) -> None:
    assert (await service.client.request(method, address)).status_code == 405


@on_servers
@pytest.mark.parametrize("path", [FILES_PATH, f"{FILES_PATH}/", f"{FILES_PATH}/..", f"{FILES_PATH}/v1.k1.AAAA"])
async def test_nothing_is_listed(service: Service, path: str) -> None:
    answer = await service.client.get(path)
    assert answer.status_code in (403, 404)
    assert PHOTO[:16] not in answer.content


@pytest.mark.proves("instagram", "files-for-meta")
@on_servers
async def test_the_address_of_a_tenant_never_opens_anothers_file(service: Service, store: FileStore) -> None:
    file = attachment()
    await put(store, "tenant-of-others", file)
    assert (await service.client.get(path_of(service, file))).status_code == 404
    assert (await service.client.get(path_of(service, file, "tenant-of-others"))).status_code == 200


@on_servers
async def test_only_what_can_be_seen_or_heard_is_handed_out(service: Service, store: FileStore) -> None:
    page = attachment(b"<script>", "text/html")
    await put(store, service.tenant, page, b"<script>")
    assert (await service.client.get(path_of(service, page))).status_code == 404


@on_servers
async def test_a_file_that_is_gone_is_404(service: Service) -> None:
    assert (await service.client.get(path_of(service, attachment()))).status_code == 404
