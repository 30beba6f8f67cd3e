"""The runner, with stand-ins for the services; once with real servers."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest
from pymongo import MongoClient

from atd_testing.servers import free_port
from deploy.local.console import Console
from deploy.local.environment import Local
from deploy.local.errors import LocalRunError
from deploy.local.keys import LocalKeys
from deploy.local.preflight import require_disk, stop_leftovers
from deploy.local.runner import Runner
from deploy.local.services import SERVICES, Service
from deploy.local.status import status

pytestmark = pytest.mark.integration

_STANDIN = (sys.executable, str(Path(__file__).with_name("standin.py")))
_NOTHING = (sys.executable, "-c", "pass")
_OUTSIDE = {"KAFKA_BOOTSTRAP_SERVERS": "kafka.test:9092", "MONGODB_URL": "mongodb://mongo.test"}


def until(condition: Callable[[], Any], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"no {what} within {seconds} s"
        time.sleep(0.02)


def two_services() -> tuple[Service, Service]:
    return (
        Service(name="inner", command=_STANDIN, port=free_port(), port_variable="ATD_INNER_PORT"),
        Service(
            name="outer",
            command=_STANDIN,
            port=free_port(),
            port_variable="ATD_PORT",
            environment={"ATD_INNER_URL": "{inner}", "ATD_COLOUR": "blue"},
            welcome=("open {ATD_PUBLIC_URL}",),
        ),
    )


class Run:
    """A runner in a thread of its own, and what it wrote."""

    def __init__(
        self,
        local: Local,
        services: tuple[Service, ...],
        create_topics: tuple[str, ...],
        build_client: Callable[[], Path | None] | None,
    ) -> None:
        self.output = io.StringIO()
        self.stop = threading.Event()
        console = Console([service.name for service in services], {}, self.output)
        self.runner = Runner(local, services, create_topics, console, self.stop, build_client=build_client)
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.runner.run()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    @property
    def text(self) -> str:
        return self.output.getvalue()


@contextmanager
def running(
    directory: Path,
    services: tuple[Service, ...],
    given: dict[str, str] | None = None,
    create_topics: tuple[str, ...] = _NOTHING,
    outside: dict[str, str] = _OUTSIDE,
    build_client: Callable[[], Path | None] | None = None,
) -> Iterator[Run]:
    environment = {"PATH": os.environ["PATH"], **outside, **(given or {})}
    run = Run(Local(directory, environment), services, create_topics, build_client)
    run.thread.start()
    try:
        yield run
    finally:
        run.stop.set()
        run.thread.join(120)


def told(service: Service) -> dict[str, str]:
    with urlopen(f"http://127.0.0.1:{service.port}/readyz", timeout=30) as answer:
        environment: dict[str, str] = json.load(answer)
        return environment


def test_services_are_started_told_where_everything_is_and_stopped(tmp_path: Path) -> None:
    inner, outer = two_services()
    with running(tmp_path, (inner, outer), {"ATD_COLOUR": "red", "ATD_LOG_LEVEL": "debug"}) as run:
        until(lambda: "ready after" in run.text, "welcome")
        environment = told(outer)
        pid = int((tmp_path / "run" / "outer.pid").read_text())
        assert psutil.pid_exists(pid)
    assert (
        environment.items()
        >= {
            **_OUTSIDE,
            "ATD_PORT": str(outer.port),
            "ATD_HOST": "127.0.0.1",
            "ATD_INNER_URL": f"http://127.0.0.1:{inner.port}",
            "ATD_COLOUR": "red",
            "ATD_LOG_LEVEL": "debug",
            "ATD_LOG_FORMAT": "console",
            **LocalKeys(tmp_path, {}).public(),
        }.items()
    )
    assert f"open http://localhost:{outer.port}" in run.text
    assert f"inner | stand-in is up {inner.port}" in run.text
    assert (tmp_path / "log" / "inner.log").read_text() == f"stand-in is up {inner.port}\n"
    assert not psutil.pid_exists(pid)
    assert run.text.rstrip().endswith("stopped")
    assert not list((tmp_path / "run").glob("*.pid"))


def test_a_variable_moves_a_port_and_everybody_is_told(tmp_path: Path) -> None:
    inner, outer = two_services()
    moved = free_port()
    with running(tmp_path, (inner, outer), {"ATD_INNER_PORT": str(moved)}) as run:
        until(lambda: "ready after" in run.text, "welcome")
        assert told(outer)["ATD_INNER_URL"] == f"http://127.0.0.1:{moved}"


def test_services_are_told_where_the_built_client_is(tmp_path: Path) -> None:
    inner, outer = two_services()
    with running(tmp_path, (inner, outer), build_client=lambda: tmp_path / "dist") as run:
        until(lambda: "ready after" in run.text, "welcome")
        assert told(outer)["ATD_WEB_ROOT"] == str(tmp_path / "dist")
    assert "not served" not in run.text


def test_without_a_client_the_services_start_all_the_same_and_the_end_of_the_start_says_so(tmp_path: Path) -> None:
    inner, outer = two_services()
    with running(tmp_path, (inner, outer), build_client=lambda: None) as run:
        until(lambda: "The web client is not served: it could not be built" in run.text, "word of the client")
        assert "ATD_WEB_ROOT" not in told(outer)


def test_a_process_that_dies_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    inner, outer = two_services()
    with running(tmp_path, (inner, outer)) as run:
        until(lambda: "ready after" in run.text, "welcome")
        first = int((tmp_path / "run" / "inner.pid").read_text())
        with pytest.raises((URLError, OSError)):
            urlopen(f"http://127.0.0.1:{inner.port}/crash", timeout=30).close()
        until(lambda: "inner ended with status 3; starting it again in 1 s" in run.text, "word of its death")
        until(lambda: run.text.count("inner | stand-in is up") == 2, "second start")
        assert int((tmp_path / "run" / "inner.pid").read_text()) != first
        assert run.text.count("ready after") == 1


def test_the_pause_doubles_while_a_process_keeps_dying(tmp_path: Path) -> None:
    service = Service(name="moody", command=(*_STANDIN, "refuse"), port=free_port(), port_variable="ATD_MOODY_PORT")
    with running(tmp_path, (service,)) as run:
        until(lambda: "starting it again in 2 s" in run.text, "longer pause")
        assert "moody ended with status 1; starting it again in 1 s" in run.text
        assert "cannot find the moon" in run.text
        assert "ready after" not in run.text


def test_topics_that_cannot_be_created_are_told_and_nothing_is_started(tmp_path: Path) -> None:
    failing = (sys.executable, "-c", "raise SystemExit('no such broker')")
    with running(tmp_path, two_services(), create_topics=failing) as run:
        run.thread.join(60)
    assert isinstance(run.error, LocalRunError)
    assert "no such broker" in str(run.error)
    assert "starting inner" not in run.text


def test_a_second_runner_on_the_same_folder_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with running(tmp_path, two_services()) as first:
        until(lambda: "ready after" in first.text, "welcome")
        with running(tmp_path, two_services()) as second:
            second.thread.join(60)
    assert f"(pid {os.getpid()})" in str(second.error)


def test_taken_ports_are_all_named_with_their_holder_and_the_variable(tmp_path: Path) -> None:
    inner, outer = two_services()
    with (
        socket.create_server(("127.0.0.1", inner.port)),
        socket.create_server(("127.0.0.1", outer.port)),
        running(tmp_path, (inner, outer)) as run,
    ):
        run.thread.join(60)
    holder = psutil.Process().name()
    assert f"inner needs port {inner.port}, but {holder} (pid {os.getpid()}) listens there" in str(run.error)
    assert "choose: ATD_INNER_PORT=..." in str(run.error)
    assert f"outer needs port {outer.port}" in str(run.error)


def test_a_port_that_is_no_number_is_explained(tmp_path: Path) -> None:
    with running(tmp_path, two_services(), {"ATD_INNER_PORT": "many"}) as run:
        run.thread.join(60)
    assert str(run.error) == "ATD_INNER_PORT=many is not a port number."


def test_a_full_disk_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("usage", (), {"free": 1_500_000_000}))
    with pytest.raises(LocalRunError, match=r"1\.5 GB are free .* ATD_LOCAL_DIR"):
        require_disk(tmp_path)


def test_what_a_killed_runner_left_is_stopped_and_a_stranger_with_its_number_is_not(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as leftover:
        (tmp_path / "run" / "inner.pid").write_text(str(leftover.pid))
        stranger = tmp_path / "run" / "outer.pid"
        stranger.write_text(str(os.getpid()))
        os.utime(stranger, (1, 1))
        output = io.StringIO()
        stop_leftovers(tmp_path, Console([], {}, output))
        assert leftover.wait(60) is not None
    assert "stopping inner" in output.getvalue()
    assert "outer" not in output.getvalue()


def test_status_tells_what_is_up(tmp_path: Path) -> None:
    services = two_services()
    local = Local(tmp_path, _OUTSIDE)
    assert status(local, services)[1] is False
    with running(tmp_path, services) as run:
        until(lambda: "ready after" in run.text, "welcome")
        table, fine = status(local, services)
    assert fine
    assert table.count("ready") == 2
    assert "given by MONGODB_URL" in table


def test_real_servers_are_started_and_a_second_start_finds_the_data(tmp_path: Path) -> None:
    services = two_services()
    given = {
        "ATD_LOCAL_KAFKA_PORT": str(free_port()),
        "ATD_LOCAL_MONGODB_PORT": str(free_port()),
    }
    with running(tmp_path, services, given, outside={}) as first:
        until(lambda: "ready after" in first.text or first.error, "first welcome", seconds=120)
        with MongoClient[dict[str, Any]](told(services[0])["MONGODB_URL"]) as client:
            client.kept.things.insert_one({"_id": 1})
    with running(tmp_path, services, given, outside={}) as second:
        until(lambda: "ready after" in second.text or second.error, "second welcome", seconds=120)
        with MongoClient[dict[str, Any]](told(services[0])["MONGODB_URL"]) as client:
            assert client.kept.things.find_one() == {"_id": 1}
    lines = [line.split("| ")[1] for line in second.text.splitlines()]
    assert lines[-4:] == [
        "stopping the services (they have 30 s to finish what they do)",
        "stopping kafka",
        "stopping mongod",
        "stopped",
    ]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_starting_stops_what_has_been_started(tmp_path: Path, sign: signal.Signals) -> None:
    environment = {
        **os.environ,
        "ATD_LOCAL_DIR": str(tmp_path),
        "ATD_WEB_ROOT": "",  # builds no client
        "ATD_LOCAL_KAFKA_PORT": str(free_port()),
        "ATD_LOCAL_MONGODB_PORT": str(free_port()),
        **{
            variable: str(free_port())
            for service in SERVICES
            for variable in (service.port_variable, *service.more_ports)
        },
    }
    command = [sys.executable, "-m", "deploy.local"]
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        command, env=environment, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        pid_file = tmp_path / "run" / "mongod.pid"
        until(lambda: pid_file.exists() and pid_file.read_text().strip(), "mongod")
        mongod = int(pid_file.read_text())
        process.send_signal(sign)
        process.send_signal(sign)  # as when a process manager tells make and make tells the runner
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert "stopping mongod" in output
    assert "Traceback" not in output
    assert not psutil.pid_exists(mongod)
