"""`/livez`, `/readyz` and `/metrics`, for Kubernetes and people; never on the public origin.

Dependencies are asked in the background, so that `/readyz` answers at once from what is known, and a dependency that
went silent is seen while nobody needs it. `/livez` does not depend on them: a restart would not bring them back.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from atd_servicekit.metrics import Metrics

Check = Callable[[], Awaitable[None]]

CHECK_EVERY_SECONDS = 2.0
"""Pause between two rounds of checks."""

_CHECK_SECONDS = 3.0
_HANGING_SECONDS = 30.0


@dataclass(slots=True)
class _Dependency:
    """One dependency and what its last check said. Times are of `time.monotonic()`."""

    check: Check
    grace_seconds: float
    problem: str | None = None
    failing_since: float | None = None
    running: "asyncio.Task[None] | None" = None
    asked_at: float = 0.0


class Health:
    """Collects whether this process is alive and ready."""

    def __init__(self, metrics: Metrics | None = None) -> None:
        self._metrics = metrics
        self._dependencies: dict[str, _Dependency] = {}
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
        outlasts. A check that takes longer than three seconds has failed; it is not begun again before it ends.
        """
        self._dependencies[name] = _Dependency(check, grace.total_seconds())

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

    def problems(self) -> dict[str, str]:
        """Why the process is not ready, by dependency, as the last round of checks found; empty when it is."""
        if self.stopping:
            return {"service": "stopping"}
        if self.failed:
            return {"service": self.failed}
        if not self.started.is_set():
            return {"service": "starting"}
        now = time.monotonic()
        return {
            name: one.problem
            for name, one in self._dependencies.items()
            if one.problem is not None
            and one.failing_since is not None
            and now - one.failing_since >= one.grace_seconds
        }

    async def run(self) -> None:
        """Ask all dependencies again and again."""
        while True:
            await self.ask()
            await asyncio.sleep(CHECK_EVERY_SECONDS)

    async def ask(self) -> None:
        """One round of all checks; takes three seconds at the most."""
        await asyncio.gather(*(self._ask(name, one) for name, one in list(self._dependencies.items())))

    async def _ask(self, name: str, one: _Dependency) -> None:
        if one.running is None:
            one.running, one.asked_at = asyncio.ensure_future(one.check()), time.monotonic()
        running = one.running
        done, _ = await asyncio.wait([running], timeout=_CHECK_SECONDS)
        if done:
            problem, one.running = _problem(running), None
        else:
            problem = f"no answer for {_CHECK_SECONDS:g} s"
            if time.monotonic() - one.asked_at > _HANGING_SECONDS:
                running.cancel()
        one.problem = problem
        if problem is None:
            one.failing_since = None
        elif one.failing_since is None:
            one.failing_since = time.monotonic()
        if self._metrics is not None:
            self._metrics.dependency_up.labels(name).set(problem is None)


def _problem(check: "asyncio.Task[None]") -> str | None:
    if check.cancelled():
        return f"no answer for {_HANGING_SECONDS:g} s"
    error = check.exception()
    return None if error is None else f"{type(error).__name__}: {error}"[:200]


def health_router(health: Health, metrics: Metrics, before_metrics: Callable[[], Awaitable[None]]) -> APIRouter:
    """The three routes. `before_metrics` refreshes the gauges that are computed on demand."""
    router = APIRouter(include_in_schema=False)

    async def livez() -> JSONResponse:
        dead = health.dead()
        return JSONResponse({"status": "dead" if dead else "alive", "dead": dead}, 503 if dead else 200)

    async def readyz() -> JSONResponse:
        problems = health.problems()
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
