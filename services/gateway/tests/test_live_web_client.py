"""The web client, from a gateway on real sockets."""

import asyncio
import re

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="session")

SANDBOX = "http://localhost:8199"
HTML = {"Accept": "text/html,*/*;q=0.8"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def serving(start_for_module, tmp_path_factory, make_client):
    root = make_client(tmp_path_factory.mktemp("client"))
    (root / "assets" / "link-b2.js").symlink_to(__file__)
    return await start_for_module(web_root=root, sandbox_url=SANDBOX)


async def ask(gateway, target, *, method="GET"):
    """Status and body of a request whose target is sent as it is: clients tidy paths up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


async def test_hashed_files_are_kept_for_ever_and_sent_compressed(serving):
    br = await serving.http.send(
        serving.http.build_request("GET", "/assets/main-a1.js", headers={"Accept-Encoding": "gzip, br"}), stream=True
    )
    assert br.headers["content-encoding"] == "br"
    assert b"".join([part async for part in br.aiter_raw()]) == b"<br of main>"
    plain = await serving.http.get("/assets/main-a1.js", headers={"Accept-Encoding": "identity"})
    assert plain.text.startswith("console.log")
    for answer in (br, plain):
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert br.headers["etag"] != plain.headers["etag"]


async def test_what_the_browser_has_is_not_sent_again(serving):
    first = await serving.http.get("/sw.js")
    assert first.headers["cache-control"] == "no-cache"
    again = await serving.http.get("/sw.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    # A 304 replaces the headers of the stored answer: they must be the same.
    for name in ("cache-control", "content-security-policy", "etag", "vary"):
        assert again.headers[name] == first.headers[name]


async def test_head_answers_as_get_without_the_content(serving):
    for path in ("/assets/main-a1.js", "/inbox/mine", "/"):
        got = await serving.http.get(path, headers={"Accept-Encoding": "identity"})
        head = await serving.http.head(path, headers={"Accept-Encoding": "identity"})
        assert head.content == b""
        for name in ("content-length", "content-type", "cache-control"):
            assert head.headers[name] == got.headers[name], path


async def test_every_path_of_a_page_answers_the_page_with_a_nonce_of_its_own(serving):
    nonces = set()
    for path in ("/", "/inbox/mine/0190aa", "/settings/channels?tab=health", "/index.html"):
        answer = await serving.http.get(path, headers=HTML)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["permissions-policy"].startswith(f'microphone=(self "{SANDBOX}")')
        policy = answer.headers["content-security-policy"]
        assert f"frame-src {SANDBOX};" in policy
        (nonce,) = re.findall(r'nonce="([^"]+)"', answer.text)
        assert f"'nonce-{nonce}'" in policy
        nonces.add(nonce)
    assert len(nonces) == 4


@pytest.mark.parametrize("path", ["/assets/main-0ld.js", "/assets/", "/assets/main-a1.js.br", "/favicon.ico", "/x.js"])
async def test_a_file_that_is_not_there_is_missing_and_no_page(serving, path):
    answer = await serving.http.get(path, headers=HTML)
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["code"] == "not_found"


async def test_a_program_that_asks_for_json_gets_no_page(serving):
    answer = await serving.http.get("/inbox/mine", headers={"Accept": "application/json"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "target",
    [
        "/assets/../index.html",
        "/assets/../../settings.py",
        "/assets/..%2f..%2fsettings.py",
        "/assets/%2e%2e/%2e%2e/settings.py",
        "/assets/..%5c..%5csettings.py",
        "/assets/..\\..\\settings.py",
        "/assets/%252e%252e%252fsettings.py",
        "/assets/main%2Da1.js",
        "/assets/main-a1.js%00",
        "/assets/main-a1.js%00.css",
        "/assets//main-a1.js",
        "/assets/./main-a1.js",
        "/assets/MAIN-A1.JS",
        "/assets/%c0%ae%c0%ae/settings.py",
        "/assets/%ff",
        "/assets/link-b2.js",
        "//assets/main-a1.js.",
        "/../etc/passwd",
        "/.made-from",
        "/etc/passwd.",
    ],
)
async def test_nothing_leads_out_of_the_folder_or_to_a_file_by_another_name(serving, target):
    status, body = await ask(serving, target)
    assert status in (400, 404), body
    assert b"console.log" not in body
    assert b"test_live_web_client" not in body


async def test_what_belongs_to_the_api_is_answered_as_before(serving):
    assert (await serving.http.get("/api/docs", headers=HTML)).status_code == 200
    assert (await serving.http.get("/api/assets/docs.js")).status_code == 200
    assert (await serving.http.get("/api/nothing", headers=HTML)).status_code == 404
    assert (await serving.http.get("/api/v1/nothing", headers=HTML)).status_code == 401
    assert (await serving.http.get("/metrics", headers=HTML)).status_code == 404
    assert (await serving.http.get("/ws", headers=HTML)).status_code == 404
    assert (await serving.http.post("/webhooks/nothing")).status_code == 404
    refused = await serving.http.post("/inbox/mine")
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_the_client_hears_which_build_is_served(serving, gateway):
    page = await serving.http.get("/", headers=HTML)
    view = (await serving.http.get("/api/v1/client")).json()
    assert f'<meta name="build" content="{view["build"]}">' in page.text
    assert view["sandbox_url"] == SANDBOX
    plain = await gateway.http.get("/api/v1/client")
    assert plain.headers["cache-control"] == "no-store"
    assert plain.json() == {
        "build": None,
        "sample_login": None,
        "sandbox_url": None,
        "time_zone": "America/Sao_Paulo",
        "languages": ["pt-BR", "en", "es"],
    }
