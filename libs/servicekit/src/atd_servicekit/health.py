"""`/livez`, `/readyz` and `/metrics`, for Kubernetes and people; never on the public origin."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from atd_servicekit.metrics import Metrics

Check = Callable[[], Awaitable[None]]

_CHECK_SECONDS = 3.0


class Health:
    """Collects whether this process is alive and ready."""

    def __init__(self) -> None:
        self._checks: dict[str, tuple[Check, float]] = {}
        self._failing_since: dict[str, float] = {}
        self._alive: dict[str, Callable[[], bool]] = {}
        self.started = asyncio.Event()
        self.stopping = False
        self.failed: str | None = None
        """Why the start cannot succeed, however often it is tried; then only a restart helps."""
        self.start_alive: Callable[[], bool] = lambda: True
        """Whether a start that is not over is still trying."""

    def add_check(self, name: str, check: Check, *, grace: timedelta = timedelta(0)) -> None:
        """A dependency that must work for the process to be ready; the check raises when it does not.

        It counts once it has failed for `grace` without a success in between: for short absences that a service
        outlasts. A check that takes longer than three seconds has failed.
        """
        self._checks[name] = (check, grace.total_seconds())

    def add_heartbeat(self, name: str, alive: Callable[[], bool]) -> None:
        """A loop that must run for the process to be alive; when it does not, a restart is the cure."""
        self._alive[name] = alive

    def dead(self) -> list[str]:
        """The loops that do not run although they should."""
        if self.failed:
            return [self.failed]
        if not self.started.is_set():
            return [] if self.start_alive() else ["start"]
        return [name for name, alive in self._alive.items() if not alive()]

    async def problems(self) -> dict[str, str]:
        """Why the process is not ready, by dependency; empty when it is."""
        if self.stopping:
            return {"service": "stopping"}
        if self.failed:
            return {"service": self.failed}
        if not self.started.is_set():
            return {"service": "starting"}
        results = await asyncio.gather(*(self._ask(check) for check, _ in self._checks.values()))
        now = time.monotonic()
        problems: dict[str, str] = {}
        for (name, (_, grace)), problem in zip(list(self._checks.items()), results, strict=True):
            if problem is None:
                self._failing_since.pop(name, None)
            elif now - self._failing_since.setdefault(name, now) >= grace:
                problems[name] = problem
        return problems

    @staticmethod
    async def _ask(check: Check) -> str | None:
        deadline = asyncio.timeout(_CHECK_SECONDS)
        try:
            async with deadline:
                await check()
        except TimeoutError as error:
            return f"no answer for {_CHECK_SECONDS:g} s" if deadline.expired() else f"TimeoutError: {error}"[:200]
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is the answer
            return f"{type(error).__name__}: {error}"[:200]
        return None


def health_router(health: Health, metrics: Metrics, before_metrics: Callable[[], Awaitable[None]]) -> APIRouter:
    """The three routes. `before_metrics` refreshes the gauges that are computed on demand."""
    router = APIRouter(include_in_schema=False)

    async def livez() -> JSONResponse:
        dead = health.dead()
        return JSONResponse({"status": "dead" if dead else "alive", "dead": dead}, 503 if dead else 200)

    async def readyz() -> JSONResponse:
        problems = await health.problems()
        return JSONResponse(
            {"status": "not ready" if problems else "ready", "problems": problems}, 503 if problems else 200
        )

    async def metrics_text() -> Response:
        await before_metrics()
        return Response(metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")

    router.add_api_route("/livez", livez, methods=["GET"])
    router.add_api_route("/readyz", readyz, methods=["GET"])
    router.add_api_route("/metrics", metrics_text, methods=["GET"])
    return router
