"""The asynchronous queue of one function: waiting, retries, and what is done with events that fail.

Developer guide, "How Lambda handles errors and retries with asynchronous invocation": a function's
error is retried after one and after two minutes; throttles and system errors go back to the queue and
are tried again with intervals from one second to five minutes until the event is too old. With a
reserved concurrency of zero events go to the failure destination at once ("Capturing records of Lambda
asynchronous invocations"). All waiting times are multiplied by the setting ``lambdaRetryScale``.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from ..world import World
from . import functions
from .concurrency import Environments, Throttled
from .destinations import Delivery
from .environments import Outcome
from .metrics import FunctionMetrics
from .runtime_api import Invocation

log = logging.getLogger(__name__)

RETRY_DELAYS = (60.0, 120.0)
THROTTLE_FIRST, THROTTLE_LONGEST = 1.0, 300.0


@dataclass
class Event:
    invocation: Invocation
    received_at: float = field(default_factory=time.time)
    #: How often the function has been given the event, and how often it was turned away before that.
    attempts: int = 0
    throttles: int = 0


class AsynchronousQueue:
    def __init__(
        self,
        world: World,
        environments: Environments,
        find: Callable[[], Any | None],
        delivery: Delivery,
        workers: Executor,
        metrics: FunctionMetrics,
    ) -> None:
        self._world = world
        self._environments = environments
        self._find = find
        self._delivery = delivery
        self._workers = workers
        self._metrics = metrics
        self._heap: list[tuple[float, int, Event]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._starting = 0
        environments.on_free = self._wake
        self._thread = threading.Thread(target=self._dispatch, name="asynchronous-queue", daemon=True)
        self._thread.start()

    def put(self, invocation: Invocation) -> None:
        self._world.count("lambda-async-events-received")
        self._schedule(Event(invocation), 0.0)

    def depth(self) -> int:
        with self._changed:
            return len(self._heap)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _schedule(self, event: Event, delay: float) -> None:
        with self._changed:
            heapq.heappush(self._heap, (time.monotonic() + delay, next(self._order), event))
            self._changed.notify_all()

    def _dispatch(self) -> None:
        while True:
            with self._changed:
                while not self._closed:
                    now = time.monotonic()
                    if self._heap and self._heap[0][0] <= now:
                        # Events beyond what the machine can run wait here rather than being turned away.
                        if self._environments.busy + self._starting < self._world.settings.functionConcurrency:
                            break
                        self._changed.wait(1.0)
                    else:
                        self._changed.wait(self._heap[0][0] - now if self._heap else None)
                if self._closed:
                    return
                event = heapq.heappop(self._heap)[2]
                self._starting += 1
            try:
                self._workers.submit(self._attempt, event)
            except RuntimeError:
                return

    def _attempt(self, event: Event) -> None:
        starting = True
        try:
            function = self._find()
            if function is None:
                # The function is gone, and its queue with it.
                self._world.count("lambda-async-events-dropped")
                return
            view, config = functions.view(function), functions.asynchronous_config(function)
            if view.reserved == 0:
                self._give_up(event, view, config, "ZeroReservedConcurrency", None)
                return
            if time.time() - event.received_at > config.max_age:
                self._give_up(event, view, config, "EventAgeExceeded", None)
                return
            if view.state != "Active":
                # No throttle: the event goes back to the queue until the function can take it.
                functions.wake(self._world, function)
                self._later(event, view, config)
                return
            try:
                environment = self._environments.acquire(view, wait=0.0)
            except Throttled:
                self._throttled(event, view, config)
                return
            starting = False
            with self._changed:
                self._starting -= 1
            event.attempts += 1
            self._metrics.age(view.region, view.name, event.invocation.function_arn, event.received_at)
            attempt = Invocation(
                event.invocation.payload,
                event.invocation.function_arn,
                event.invocation.request_id,
                event.invocation.trace_id,
                event.invocation.client_context,
            )
            try:
                outcome = environment.invoke(attempt)
            finally:
                self._environments.release(environment)
            self._conclude(event, view, config, outcome)
        except Exception:
            log.exception("an asynchronous event could not be handled; it is tried again")
            self._schedule(event, self._scaled(THROTTLE_FIRST))
        finally:
            if starting:
                with self._changed:
                    self._starting -= 1
                    self._changed.notify_all()

    def _conclude(
        self, event: Event, view: functions.FunctionView, config: functions.AsynchronousConfig, outcome: Outcome
    ) -> None:
        if outcome.function_error is None:
            self._delivery.succeeded(view, config, event, outcome)
        elif event.attempts <= config.retries:
            self._schedule(event, self._scaled(RETRY_DELAYS[min(event.attempts, len(RETRY_DELAYS)) - 1]))
        else:
            self._give_up(event, view, config, "RetriesExhausted", outcome)

    def _throttled(self, event: Event, view: functions.FunctionView, config: functions.AsynchronousConfig) -> None:
        self._world.count("lambda-throttles")
        self._metrics.throttled(view.region, view.name, event.invocation.function_arn)
        self._later(event, view, config)

    def _later(self, event: Event, view: functions.FunctionView, config: functions.AsynchronousConfig) -> None:
        event.throttles += 1
        delay = min(THROTTLE_FIRST * 2 ** min(event.throttles - 1, 16), THROTTLE_LONGEST)
        if time.time() - event.received_at + self._scaled(delay) > config.max_age:
            self._give_up(event, view, config, "EventAgeExceeded", None)
        else:
            self._schedule(event, self._scaled(delay))

    def _give_up(
        self,
        event: Event,
        view: functions.FunctionView,
        config: functions.AsynchronousConfig,
        condition: str,
        outcome: Outcome | None,
    ) -> None:
        self._metrics.dropped(view.region, view.name, event.invocation.function_arn)
        self._delivery.failed(view, config, event, condition, outcome)

    def _scaled(self, seconds: float) -> float:
        return seconds * self._world.settings.lambdaRetryScale
