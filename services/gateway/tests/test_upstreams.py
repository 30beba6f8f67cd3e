"""What a failure between the gateway and a service means for the client."""

from datetime import timedelta

import aiohttp
import pytest

from atd_gateway.proxy.upstreams import Upstreams, problem_of_failure
from atd_servicekit.metrics import Metrics
from atd_servicekit.problems import Problem
from atd_testing.servers import free_port


@pytest.mark.parametrize("started", [False, True], ids=["gateway starting", "service refuses"])
async def test_what_was_surely_not_sent_is_503_and_may_be_repeated(started: bool) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    upstreams = Upstreams({"toy": url}, Metrics(), timeout=timedelta(seconds=5), max_connections=1)
    if started:
        await upstreams.start()
    with pytest.raises(Problem) as caught:
        await upstreams.get("toy", "/api/v1/things", "/api/v1/things", headers=[])
    await upstreams.stop()
    assert (caught.value.status, caught.value.code) == (503, "unavailable")
    assert "Retry-After" in (caught.value.headers or {})


@pytest.mark.parametrize("error", [aiohttp.ServerDisconnectedError(), ConnectionResetError(), aiohttp.ClientError()])
def test_what_may_have_arrived_is_502(error: Exception) -> None:
    assert problem_of_failure(error, "toy").status == 502
