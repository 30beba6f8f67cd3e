"""What `-n auto` means, and that workers never meet: neither on servers nor on ports."""

from __future__ import annotations

from pathlib import Path

import pytest

from atd_testing.parallel import group_of, worker_count
from atd_testing.processes import ManagedProcess
from atd_testing.servers.ports import free_port, worker_ports

pytest_plugins = ["pytester"]

GIB = 1024**3
FILES = {
    "conftest": """
        import pytest
        pytest_plugins = ["atd_testing.parallel"]
        @pytest.fixture
        def kafka_bootstrap(): return "played"
        @pytest.fixture
        def topics(kafka_bootstrap): return kafka_bootstrap
        @pytest.fixture
        def system(kafka_bootstrap): return "played"
    """,
    "test_one": """
        def test_of_a_rule(): pass
        def test_on_a_server(topics): pass
    """,
    "whole/test_one": "def test_of_everything(system): pass",
    "whole/test_two": "def test_of_everything_too(system): pass",
}


@pytest.mark.parametrize(
    ("cpus", "gigabytes", "given", "workers"),
    [(2, 24, False, 3), (8, 24, False, 8), (2, 4, False, 1), (2, 1, False, 1), (2, 24, True, 0)],
)
def test_workers_are_as_many_as_cpus_memory_and_servers_allow(
    cpus: int, gigabytes: int, given: bool, workers: int
) -> None:
    assert worker_count(cpus, gigabytes * GIB, servers_given=given) == workers


def test_ports_of_workers_do_not_overlap() -> None:
    ranges = [set(worker_ports(f"gw{number}", "3")) for number in range(3)]
    assert sum(map(len, ranges)) == len(set.union(*ranges)) > 20_000
    assert set.union(*ranges) <= set(worker_ports("", "")) == set(worker_ports("master", "3"))


def test_a_port_is_chosen_once() -> None:
    found = [free_port() for _ in range(50)]
    assert len(set(found)) == 50


def test_markers_follow_from_fixtures(pytester: pytest.Pytester) -> None:
    found = _run(pytester, "--collect-only", "-q", "-m", "integration")
    assert [line for line in found.outlines if "::" in line] == ["test_one.py::test_on_a_server"]


def test_files_stay_together_and_so_do_all_whole_system_tests() -> None:
    folders = ["tests/e2e", "tests/faults"]
    found = [
        group_of(nodeid, folders)
        for nodeid in ("libs/a/test_a.py::test_a[x::y]", "libs/a/test_b.py::Test::test", "tests/e2e/test_c.py::t")
    ]
    assert found == ["libs/a/test_a.py", "libs/a/test_b.py", group_of("tests/faults/test_d.py::t", folders)]


def test_what_takes_longest_starts_first(pytester: pytest.Pytester) -> None:
    found = _run(pytester, "-n1", "-v")
    assert [line.rpartition("::")[2].strip() for line in found.outlines if "PASSED" in line] == [
        "test_of_everything",
        "test_of_everything_too",
        "test_on_a_server",
        "test_of_a_rule",
    ]


def test_the_running_system_is_for_whole_system_tests_only(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_elsewhere="def test_of_everything(system): pass")
    refused = _run(pytester)
    assert "test_elsewhere.py::test_of_everything uses the running system outside of whole" in refused.stderr.str()


def test_given_servers_are_never_shared_by_workers(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URL", "somewhere")
    refused = _run(pytester, "-n2")
    assert "MONGODB_URL would be shared by 2 workers" in refused.stderr.str()
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    assert _run(pytester, "-n", "auto").ret == pytest.ExitCode.OK


def test_a_unit_test_that_starts_a_process_fails(tmp_path: Path) -> None:
    process = ManagedProcess("a server", ["true"], log_file=tmp_path / "log")
    with pytest.raises(AssertionError, match=r"starts a server: mark it with pytest\.mark\.integration"):
        process.start()


def _run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    pytester.makeini(
        "[pytest]\nmarkers =\n    unit: u\n    integration: i\n    system: s\n    faults: f\n"
        "system_tests = whole\n"
        "addopts = --import-mode=importlib --strict-markers -p no:cacheprovider\n"
    )
    pytester.makepyfile(**FILES)
    return pytester.runpytest_subprocess(*arguments)
