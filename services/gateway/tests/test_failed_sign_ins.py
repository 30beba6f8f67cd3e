import pytest

from atd_gateway.signin import FailedSignInLimiter
from atd_testing.clock import FakeClock


def test_successes_do_not_count_as_failures():
    failures = FailedSignInLimiter(2, FakeClock())
    for _ in range(200):
        failures.begin("a@b.c", "1.2.3.4")()


def test_whoever_guesses_locks_out_only_their_own_address():
    failures = FailedSignInLimiter(2, FakeClock())
    for _ in range(2):
        failures.begin("a@b.c", "1.2.3.4")
    with pytest.raises(Exception, match="429"):
        failures.begin("a@b.c", "1.2.3.4")
    failures.begin("a@b.c", "5.6.7.8")
