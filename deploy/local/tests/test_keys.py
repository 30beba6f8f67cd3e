"""Every local process gets the keys that it should have, and no other."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from atd_schemas.services import SERVICES as PRODUCT
from atd_schemas.services import Service as ProductService
from atd_servicekit.crypto import FieldCipher, parse_master_key
from atd_servicekit.identity_keys import read_private_key, read_public_keys
from atd_testing.keys import IDENTITY_PRIVATE_KEY, IDENTITY_PUBLIC_KEY, master_key
from deploy.local.__main__ import exports
from deploy.local.environment import Local, operator_environment, service_environment, shared_environment
from deploy.local.errors import LocalRunError
from deploy.local.services import SERVICES, processes

SECRETS = {"ATD_MASTER_KEY", "ATD_IDENTITY_PRIVATE_KEY", "ATD_OPERATOR_PRIVATE_KEY"}


def environments(directory: Path, **given: str) -> dict[str, dict[str, str]]:
    """What every process is told, by its name; `atd` is the operators' command."""
    local = Local(directory, given)
    shared = shared_environment(local, SERVICES, "kafka:9092", "mongodb://mongo")
    told = {service.name: service_environment(local, service, SERVICES, shared) for service in SERVICES}
    return {**told, "atd": operator_environment(local, SERVICES, shared)}


def secrets_of(environment: dict[str, str]) -> set[str]:
    return {name for name in environment if name.endswith(("_PRIVATE_KEY", "_MASTER_KEY"))}


def test_every_process_has_its_own_keys_alone_and_keeps_them(tmp_path: Path) -> None:
    told = environments(tmp_path)
    for service in PRODUCT:
        expected = {"ATD_MASTER_KEY"} if service.master_key else set()
        expected |= {"ATD_IDENTITY_PRIVATE_KEY"} if service.signs_identities else set()
        assert secrets_of(told[service.name]) == expected
    assert secrets_of(told["channel-sandbox"]) == set()
    assert secrets_of(told["atd"]) == {"ATD_OPERATOR_PRIVATE_KEY"}
    masters = [told[service.name]["ATD_MASTER_KEY"] for service in PRODUCT if service.master_key]
    assert len({key for text in masters for key in parse_master_key(text).values()}) == len(masters)
    assert environments(tmp_path) == told


def test_public_keys_are_those_of_the_private_ones(tmp_path: Path) -> None:
    told = environments(tmp_path)
    for private, public in (
        (told["gateway"]["ATD_IDENTITY_PRIVATE_KEY"], "ATD_IDENTITY_PUBLIC_KEYS"),
        (told["atd"]["ATD_OPERATOR_PRIVATE_KEY"], "ATD_OPERATOR_PUBLIC_KEYS"),
    ):
        for environment in told.values():
            assert read_public_keys(environment[public]) == (read_private_key(private).public,)


def test_files_of_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    environments(tmp_path)
    files = list((tmp_path / "keys").iterdir())
    assert len(files) == 2 + sum(service.master_key for service in PRODUCT)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0


def test_keys_that_are_given_win_and_reach_their_service_alone(tmp_path: Path) -> None:
    key = master_key("ingest-whatsapp")
    told = environments(
        tmp_path, ATD_INGEST_WHATSAPP_MASTER_KEY=key, ATD_IDENTITY_PRIVATE_KEY=IDENTITY_PRIVATE_KEY, ATD_COLOUR="red"
    )
    assert told["ingest-whatsapp"]["ATD_MASTER_KEY"] == key
    assert told["gateway"]["ATD_IDENTITY_PRIVATE_KEY"] == IDENTITY_PRIVATE_KEY
    assert {environment["ATD_IDENTITY_PUBLIC_KEYS"] for environment in told.values()} == {IDENTITY_PUBLIC_KEY}
    assert all(environment["ATD_COLOUR"] == "red" for environment in told.values())
    assert all(
        "ATD_INGEST_WHATSAPP_MASTER_KEY" not in environment and key not in environment.values()
        for name, environment in told.items()
        if name != "ingest-whatsapp"
    )


def test_one_master_key_for_all_services_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalRunError, match=r"ATD_MASTER_KEY is set.*ATD_INGEST_WHATSAPP_MASTER_KEY") as caught:
        environments(tmp_path, ATD_MASTER_KEY="geheim")
    assert "geheim" not in str(caught.value)


def test_a_given_key_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalRunError, match="ATD_IDENTITY_PRIVATE_KEY cannot be used: a private key starts with"):
        environments(tmp_path, ATD_IDENTITY_PRIVATE_KEY="geheim")


def test_what_the_key_of_earlier_versions_sealed_still_opens(tmp_path: Path) -> None:
    older = master_key("everything").removeprefix("k1:")
    sealed = FieldCipher.from_master_key(older).encrypt("token", context="c")
    (tmp_path / "master.key").write_text(older + "\n")
    cipher = FieldCipher.from_master_key(environments(tmp_path)["ingest-whatsapp"]["ATD_MASTER_KEY"])
    assert cipher.decrypt(sealed, context="c") == "token"
    assert cipher.needs_rotation(sealed)


def test_a_new_service_of_the_list_needs_no_line_here() -> None:
    toy = ProductService(name="ingest-toy", port=8199, does="", channels=("app",), outbound="toy", master_key=True)
    found = {process.name: process for process in processes((*PRODUCT, toy))}
    assert found["ingest-toy"].command[1:] == ("-m", "atd_ingest_toy")
    assert found["ingest-toy"].environment == {"ATD_TOY_API_URL": "{channel-sandbox}/toy"}
    assert found["gateway"].environment["ATD_INGEST_TOY_URL"] == "{ingest-toy}"
    assert list(found)[-1] == "gateway"


def test_other_programs_are_told_by_shell_commands(tmp_path: Path) -> None:
    local = Local(tmp_path, {})
    for_atd, for_service = exports(local), exports(local, "ingest-whatsapp")
    assert "export ATD_OPERATOR_PRIVATE_KEY=atdkey_" in for_atd
    assert "export ATD_GATEWAY_URL=http://127.0.0.1:8090" in for_atd
    assert "ATD_MASTER_KEY" not in for_atd
    assert "export ATD_MASTER_KEY=" in for_service
    assert "PRIVATE_KEY" not in for_service
    with pytest.raises(LocalRunError, match="There is no service nope"):
        exports(local, "nope")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "true"),
        ({"ATD_PUBLIC_URL": "http://10.0.0.5:8080"}, "true"),
        ({"ATD_PUBLIC_URL": "https://a-tunnel.example"}, None),
        ({"ATD_SAMPLE_LOGIN": "false"}, "false"),
    ],
)
def test_the_sample_login_is_told_on_ones_own_machine_alone(
    tmp_path: Path, given: dict[str, str], told: str | None
) -> None:
    assert environments(tmp_path, **given)["gateway"].get("ATD_SAMPLE_LOGIN") == told


@pytest.mark.parametrize(
    ("url", "networks"), [("http://localhost:8080", "127.0.0.0/8,::1/128"), ("https://a-tunnel.example", None)]
)
def test_webhooks_reach_servers_of_this_machine_in_a_trial_on_it_alone(
    tmp_path: Path, url: str, networks: str | None
) -> None:
    told = environments(tmp_path, ATD_PUBLIC_URL=url)["webhook-dispatcher"]
    assert told.get("ATD_CUSTOMER_URLS_NETWORKS") == networks
    assert (told.get("ATD_CUSTOMER_URLS_ALLOW_HTTP") == "true") == (networks is not None)
