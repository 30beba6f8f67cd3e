"""The instruments themselves: what is sent is what was meant, and what is counted is what happened."""

import os
import sys
from datetime import timedelta
from itertools import islice
from pathlib import Path

import orjson
import pytest

from atd_testing.processes import ManagedProcess
from atd_testing.servers import free_port
from atd_testing.whatsapp.builders import sign
from tests.load.board import Board
from tests.load.measuring import Lab, Latency, Measured
from tests.load.profiling import read
from tests.load.traffic import Account, Plan, number_in, requests, text_of
from tests.load.viral import STORMS, Storm, row, storm_of

ACCOUNTS = (Account("700", "first secret", "/webhooks/whatsapp/1"), Account("701", "second secret", "/w/2"))


def plan(port: int = 1, messages: int = 50, **options: object) -> Plan:
    return Plan("127.0.0.1", port, "run", messages, 1767225600, ACCOUNTS, customers=20, **options)  # type: ignore[arg-type]


def test_every_request_is_signed_for_its_account_and_has_its_number() -> None:
    found = [request.partition(b"\r\n\r\n") for request in requests(plan())]
    for number, (head, _, body) in enumerate(found):
        account = ACCOUNTS[0] if b" /webhooks/whatsapp/1 " in head else ACCOUNTS[1]
        assert account.name.encode() in body
        assert f"X-Hub-Signature-256: {sign(body, account.secret)}\r\n".encode() in head
        assert f"Content-Length: {len(body)}".encode() in head
        assert number_in(body) == number
    assert len({body for _, _, body in found}) == len(found)


def test_the_raw_application_is_told_the_customer_in_the_path() -> None:
    customers = {request.split(b" ", 2)[1].rpartition(b"/")[2] for request in requests(plan(name_customer=True))}
    assert customers == {str(number).encode() for number in range(20)}


@pytest.mark.parametrize("number", [0, 7, 12_345_678])
def test_a_number_comes_back_out_of_its_text(number: int) -> None:
    assert number_in(f'{{"text":"{text_of(number)}"}}'.encode()) == number
    assert number_in(b"no number") == -1


def test_a_board_is_one_for_all_who_open_it(tmp_path: Path) -> None:
    mine = Board(tmp_path / "board", 3, create=True)
    other = Board(tmp_path / "board", 3)
    mine.set("go")
    mine.sent_at[2] = 17
    assert (other.get("go"), list(other.sent_at), list(other.arrived_at)) == (1, [0, 0, 17], [0, 0, 0])


def test_latency_leaves_out_what_did_not_arrive() -> None:
    ends = [1_000_000 * n for n in range(1, 101)]
    found = Latency.of([1, *([1] * 100)], [0, *ends])
    assert (round(found.p50), round(found.p99), round(found.worst)) == (51, 100, 100)


@pytest.mark.integration
@pytest.mark.parametrize("rate", [None, 2000.0])
def test_the_driver_sends_every_message_once_and_measures_it(tmp_path: Path, rate: float | None) -> None:
    port = free_port()
    idle = ManagedProcess(
        "idle",
        [sys.executable, "-m", "tests.load.raw.idle"],
        log_file=tmp_path / "idle.log",
        env={**os.environ, "ATD_PORT": str(port)},
        cwd=Path(__file__).parents[2],
    )
    idle.start()
    try:
        idle.wait_ready(f"http://127.0.0.1:{port}/", timedelta(minutes=2))
        lab = Lab(tmp_path / "lab")
        lab.watched["idle"] = idle.pid
        found = lab.measure(plan(port, 300, rate=rate, connections=8))
    finally:
        idle.kill()
    assert (found.messages, found.retried, found.arrived_rate) == (300, 0, 0.0)
    assert found.accepted_rate > 0
    assert found.costs.keys() == {"idle", "driver"}
    assert 0 < found.answered.p50 <= found.answered.p99 <= found.answered.worst


def test_a_profile_says_who_had_the_processor(tmp_path: Path) -> None:
    path = tmp_path / "profile.txt"
    path.write_text("main (a.py:1);work (b.py:7) 3\nmain (a.py:2);work (b.py:9);inner (b.py:1) 1\n")
    own, inclusive, samples = read(path)
    assert samples == 4
    assert own == {"work (b.py)": 3, "inner (b.py)": 1}
    assert inclusive == {"main (a.py)": 4, "work (b.py)": 4, "inner (b.py)": 1}


@pytest.mark.parametrize("rate", [None, 8.0])
def test_comments_of_a_viral_post_are_of_many_customers_and_none_counts_as_a_message_of_another_measurement(
    rate: float | None,
) -> None:
    page = Account("3001", "page secret", "/webhooks/meta/1", "facebook", port=2, post=7)
    storm = storm_of(plan(rate=10.0), page, rate)
    bodies = [request.partition(b"\r\n\r\n")[2] for request in islice(requests(storm), 40)]
    changes = [orjson.loads(body)["entry"][0]["changes"][0]["value"] for body in bodies]
    assert {change["post_id"] for change in changes} == {"3001_7"}
    assert len({change["from"]["id"] for change in changes}) == len({change["comment_id"] for change in changes}) == 40
    assert {number_in(body) for body in bodies} == {-1}
    assert (storm.messages, storm.seconds, storm.backlog) == ((20_000, 5.0, None) if rate is None else (40, 3600, None))


@pytest.mark.parametrize(("during", "kept"), [(45.0, True), (46.0, False)])
def test_a_viral_post_is_measured_against_the_calm_before_and_after_it(during: float, kept: bool) -> None:
    def found(p95: float) -> Measured:
        latency = Latency(1.0, 2.0, p95, 90.0, 99.0)
        return Measured(1, 1.0, 1.0, latency, latency, 0, 0, 1.0)

    storm = Storm(found(20.0), found(during), found(40.0), found(1.0), 2.0)
    assert [row(name, storm).met for name in STORMS] == [kept, None]
