"""A managed process is started, waited for, stopped in order, killed, and never outlives its parent."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from atd_testing.processes import ManagedProcess, ProcessError
from atd_testing.servers import free_port

pytestmark = pytest.mark.integration

_SERVER = """
import http.server, sys
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
"""
_STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""
_SHORT = timedelta(seconds=60)


def python(code: str, log_file: Path, *arguments: str, **options: object) -> ManagedProcess:
    return ManagedProcess("stand-in", [sys.executable, "-c", code, *arguments], log_file=log_file, **options)  # type: ignore[arg-type]


def test_start_wait_ready_stop(tmp_path: Path) -> None:
    port = free_port()
    process = python(_SERVER, tmp_path / "log", str(port), pid_file=tmp_path / "pid", cwd=tmp_path)
    process.start()
    process.wait_ready(f"http://127.0.0.1:{port}/", _SHORT)
    assert int((tmp_path / "pid").read_text()) == process.pid
    assert process.stop(_SHORT)
    assert process.returncode == -signal.SIGTERM
    assert not (tmp_path / "pid").exists()
    assert "GET /" in process.log_tail()


def test_kill_and_start_again(tmp_path: Path) -> None:
    process = python("print('up', flush=True); import time; time.sleep(600)", tmp_path / "log")
    process.start()
    process.wait_until(lambda: "up" in process.log_tail(), _SHORT, "output")
    process.kill()
    assert process.returncode == -signal.SIGKILL
    process.start()
    process.wait_until(lambda: process.log_tail().count("up") == 2, _SHORT, "output")
    process.kill()


def test_a_process_that_ignores_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    process = python(_STUBBORN, tmp_path / "log")
    process.start()
    process.wait_until(lambda: "deaf" in process.log_tail(), _SHORT, "output")
    assert not process.stop(timedelta(seconds=0.1))
    assert process.returncode == -signal.SIGKILL


def test_waiting_for_a_process_that_ends_shows_its_log(tmp_path: Path) -> None:
    process = python("raise SystemExit('cannot find the moon')", tmp_path / "log")
    process.start()
    with pytest.raises(ProcessError, match=r"ended with status 1 before .*\n.*\n?cannot find the moon"):
        process.wait_ready("http://127.0.0.1:1/", _SHORT)


def test_waiting_too_long_says_for_what(tmp_path: Path) -> None:
    process = python("import time; time.sleep(600)", tmp_path / "log")
    process.start()
    try:
        with pytest.raises(ProcessError, match=r"no sunrise within 0\.2 s"):
            process.wait_until(lambda: False, timedelta(seconds=0.2), "sunrise")
    finally:
        process.kill()


def test_lines_are_given_on_and_logged(tmp_path: Path) -> None:
    lines: list[str] = []
    process = python("print('one'); print('two')", tmp_path / "log", on_line=lines.append)
    process.start()
    process.wait_stopped(_SHORT)
    assert lines == ["one", "two"]
    assert process.log_tail() == "one\ntwo"


def test_a_program_that_does_not_exist_is_explained(tmp_path: Path) -> None:
    process = ManagedProcess("ghost", ["/no/such/program"], log_file=tmp_path / "log")
    with pytest.raises(ProcessError, match="cannot run /no/such/program"):
        process.start()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_children_end_when_the_parent_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
    code = (
        "import time; from datetime import timedelta; from pathlib import Path\n"
        "from atd_testing.processes import ManagedProcess\n"
        f"child = ManagedProcess('child', {command!r}, log_file=Path({str(log)!r})); child.start()\n"
        "child.wait_until(lambda: 'up' in child.log_tail(), timedelta(seconds=60), 'output')\n"
        "print(child.pid, flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    child.wait(timeout=60)
