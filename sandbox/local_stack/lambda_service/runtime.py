"""Lambda's data plane: functions are invoked here, at once or through their asynchronous queues."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..errors import AwsError
from ..world import World
from . import functions
from .asynchronous import AsynchronousQueue
from .concurrency import Environments, Throttled
from .destinations import Delivery
from .environments import Outcome
from .metrics import FunctionMetrics
from .processes import Spawner
from .runtime_api import Invocation

log = logging.getLogger(__name__)

#: A synchronous caller may stand in line so long for this machine's limit; AWS's limit has no line.
LINE_SECONDS = 10.0
REAP_SECONDS = 2.0


@dataclass
class _Running:
    environments: Environments
    queue: AsynchronousQueue
    #: moto's object, to notice that a function of the same name is another one by now.
    function: Any


class LambdaRuntime:
    def __init__(self, world: World) -> None:
        self._world = world
        self.metrics = FunctionMetrics(world)
        self._spawner = Spawner()
        self._workers = ThreadPoolExecutor(max_workers=64, thread_name_prefix="asynchronous")
        self._running: dict[tuple[str, str, str], _Running] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self.delivery = Delivery(world, self.metrics)
        self.delivery.invoke = self.submit_to
        threading.Thread(target=self._reap, name="environment-reaper", daemon=True).start()

    def invoke(self, function: Any, invocation: Invocation) -> Outcome:
        """Synchronous. Raises Lambda's own errors for what happens before the function runs."""
        view = functions.view(function)
        if view.state != "Active":
            functions.wake(self._world, function)
            raise AwsError(
                "ResourceConflictException",
                "The operation cannot be performed at this time. The function "
                f"is currently in the following state: {view.state}",
                409,
            )
        environments = self._of(function).environments
        try:
            environment = environments.acquire(view, wait=LINE_SECONDS)
        except Throttled as problem:
            self._world.count("lambda-throttles")
            self.metrics.throttled(view.region, view.name, invocation.function_arn)
            raise AwsError(
                "TooManyRequestsException", "Rate Exceeded.", 429, {"Reason": problem.reason}, {"Retry-After": "1"}
            ) from None
        try:
            return environment.invoke(invocation)
        finally:
            environments.release(environment)

    def submit(self, function: Any, invocation: Invocation) -> None:
        """Asynchronous: accepted is all that is known."""
        self.metrics.received(function.region, function.function_name, invocation.function_arn)
        self._of(function).queue.put(invocation)

    def submit_to(self, arn: str, payload: bytes) -> None:
        try:
            function = functions.find(self._world, arn.split(":")[3], arn)
        except AwsError as problem:
            raise LookupError(problem.message) from None
        self.submit(function, Invocation(payload, arn))

    def status(self) -> list[dict[str, Any]]:
        with self._lock:
            running = list(self._running.items())
        return [
            {
                "region": region,
                "function": name,
                "version": version,
                "queued": r.queue.depth(),
                "environments": r.environments.counts(),
                "pids": r.environments.pids(),
            }
            for (region, name, version), r in running
        ]

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            running, self._running = list(self._running.values()), {}
        for one in running:
            one.queue.close()
            one.environments.close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _of(self, function: Any) -> _Running:
        key = (function.region, function.function_name, str(function.version))
        with self._lock:
            found = self._running.get(key)
            if found is not None and found.function is function:
                return found
            environments = Environments(self._world, self._spawner, self.metrics)
            queue = AsynchronousQueue(
                self._world, environments, lambda: self._current(key), self.delivery, self._workers, self.metrics
            )
            self._running[key] = _Running(environments, queue, function)
        if found is not None:
            self._retire(found)
        return self._running[key]

    def _current(self, key: tuple[str, str, str]) -> Any | None:
        region, name, version = key
        try:
            return functions.find(self._world, region, name, None if version == "$LATEST" else version)
        except AwsError:
            return None

    def _reap(self) -> None:
        while not self._closed.wait(REAP_SECONDS):
            with self._lock:
                items = list(self._running.items())
            for key, running in items:
                try:
                    running.environments.reap()
                    if self._current(key) is not running.function:
                        with self._lock:
                            if self._running.get(key) is running:
                                del self._running[key]
                        self._retire(running)
                except Exception:
                    log.exception("looking after the environments of %s", key)

    @staticmethod
    def _retire(running: _Running) -> None:
        running.queue.close()
        running.environments.close()
