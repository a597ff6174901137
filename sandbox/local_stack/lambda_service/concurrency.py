"""The execution environments of one function: kept warm, at most so many at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ..world import World
from .environments import MAX_AGE_SECONDS, Environment
from .functions import FunctionView
from .metrics import FunctionMetrics
from .processes import Spawner


class Throttled(Exception):
    """No environment is free. ``reason`` is the TooManyRequestsException's Reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Environments:
    def __init__(self, world: World, spawner: Spawner, metrics: FunctionMetrics) -> None:
        self._world = world
        self._metrics = metrics
        self._spawner = spawner
        self._idle: list[Environment] = []
        self._busy: set[Environment] = set()
        self._changed = threading.Condition()
        self._closed = False
        #: Called whenever an environment comes free, so that a waiting queue looks again.
        self.on_free: Callable[[], None] = lambda: None

    @property
    def busy(self) -> int:
        return len(self._busy)

    def counts(self) -> dict[str, int]:
        with self._changed:
            return {"busy": len(self._busy), "idle": len(self._idle)}

    def pids(self) -> list[int]:
        with self._changed:
            return [e.pid for e in (*self._busy, *self._idle) if e.pid is not None]

    def acquire(self, function: FunctionView, wait: float) -> Environment:
        """A warm environment of this very configuration, or a new one.

        The reserved concurrency is AWS's limit and throttles at once; without one the limit is only
        this machine's, so the caller may wait in line for a while.
        """
        if self._world.faults.take(("function-throttle",), region=function.region, function=function.name):
            raise Throttled("ConcurrentInvocationLimitExceeded")
        with self._changed:
            if function.reserved is not None:
                if len(self._busy) >= function.reserved:
                    raise Throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
            elif not self._changed.wait_for(
                lambda: len(self._busy) < self._world.settings.functionConcurrency or self._closed, wait
            ):
                raise Throttled("ConcurrentInvocationLimitExceeded")
            if self._closed:
                raise Throttled("ConcurrentInvocationLimitExceeded")
            stale = [e for e in self._idle if not self._fits(e, function)]
            self._idle = [e for e in self._idle if self._fits(e, function)]
            environment = (
                self._idle.pop() if self._idle else Environment(self._world, self._spawner, function, self._metrics)
            )
            self._busy.add(environment)
        for leaving in stale:
            leaving.end()
        return environment

    def has_room(self) -> bool:
        return len(self._busy) < self._world.settings.functionConcurrency

    def release(self, environment: Environment) -> None:
        with self._changed:
            self._busy.discard(environment)
            keep = environment.usable and not self._closed
            if keep:
                self._idle.append(environment)
            self._changed.notify_all()
        if not keep:
            environment.end()
        self.on_free()

    def reap(self) -> None:
        """Ends environments nobody has used for a while."""
        limit = time.monotonic() - self._world.settings.environmentIdleSeconds
        with self._changed:
            leaving = [e for e in self._idle if e.idle_since < limit or not e.usable]
            self._idle = [e for e in self._idle if e not in leaving]
        for environment in leaving:
            environment.end()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            leaving = [*self._idle, *self._busy]
            self._idle = []
            self._changed.notify_all()
        for environment in leaving:
            environment.end()

    @staticmethod
    def _fits(environment: Environment, function: FunctionView) -> bool:
        young = time.monotonic() - environment.started_at < MAX_AGE_SECONDS
        return environment.usable and young and environment.function.revision == function.revision
