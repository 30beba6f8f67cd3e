"""Reading the folder of a built client."""

import pytest

from atd_gateway.settings import GatewaySettings
from atd_gateway.web_files import WebFilesError, read_web_files
from atd_testing.keys import service_keys


def test_compressed_forms_belong_to_their_file_and_are_none_of_their_own(built_client):
    files = read_web_files(built_client)
    file = files.find("/assets/main-a1.js")
    assert file is not None
    assert file.encoded == {"br": b"<br of main>", "gzip": b"<gz of main>"}
    assert files.find("/assets/main-a1.js.br") is None
    assert files.find("/assets/main-a1.js.gz") is None


def test_a_compressed_form_that_is_larger_is_left_out(built_client):
    (built_client / "sw.js.br").write_bytes(b"x" * 1000)
    file = read_web_files(built_client).find("/sw.js")
    assert file is not None
    assert file.encoded == {}


def test_links_and_hidden_files_are_left_out(built_client, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.js").write_text("secret")
    (built_client / "assets" / "link-b2.js").symlink_to(secret / "key.js")
    (built_client / "elsewhere").symlink_to(secret)
    (built_client / ".made-from").write_text("secret")
    (built_client / ".git").mkdir()
    (built_client / ".git" / "config").write_text("secret")
    files = read_web_files(built_client)
    for path in ("/assets/link-b2.js", "/elsewhere/key.js", "/.made-from", "/.git/config"):
        assert files.find(path) is None


def test_the_build_changes_with_any_file_and_with_nothing_else(built_client):
    first = read_web_files(built_client).build
    assert read_web_files(built_client).build == first
    (built_client / ".made-from").write_text("another time")
    assert read_web_files(built_client).build == first
    (built_client / "sw.js").write_text("// another")
    assert read_web_files(built_client).build != first


def test_a_page_has_its_nonce_and_the_build_first_in_its_head(built_client):
    files = read_web_files(built_client)
    page = files.page("n0").decode()
    assert f'<head><meta property="csp-nonce" nonce="n0"><meta name="build" content="{files.build}"><script' in page


def test_a_folder_without_a_client_is_refused_with_the_reason(tmp_path):
    with pytest.raises(WebFilesError, match="build the client first"):
        read_web_files(tmp_path)
    with pytest.raises(ValueError, match=r"has no index\.html: build the web client first"):
        GatewaySettings(**service_keys("gateway"), web_root=tmp_path)


def test_an_empty_variable_means_that_there_is_no_client(monkeypatch):
    monkeypatch.setenv("ATD_WEB_ROOT", "")
    monkeypatch.setenv("ATD_SANDBOX_URL", "")
    settings = GatewaySettings(**service_keys("gateway"))
    assert settings.web_root is None
    assert settings.sandbox_url is None


@pytest.mark.parametrize("url", ["javascript:1", "http://a.test/x", "http://a.test; script-src *", "a.test"])
def test_what_is_no_origin_never_becomes_a_part_of_the_policy(url):
    with pytest.raises(ValueError, match="sandbox_url"):
        GatewaySettings(**service_keys("gateway"), sandbox_url=url)
