"""A test that fails on the running system tells how each service was."""

import pytest

from tests.harness.condition import conditions
from tests.harness.system import System


def test_every_service_is_told_and_one_that_is_gone_is_no_error(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = system.services[-1]
    monkeypatch.setitem(system.ports, gone, 1)
    told = conditions(system)
    assert [name for name in system.services if f"{name}: readyz " not in told] == []
    assert f"{gone}: readyz no answer (ConnectError), livez no answer (ConnectError)" in told
    assert '"status":"ready"' in told
