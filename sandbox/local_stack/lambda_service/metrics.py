"""What Lambda tells CloudWatch, in its own names, dimensions and units.

Developer guide, "Types of metrics for Lambda functions". Each value goes to the function, to the account (no
dimension) and, when a version or an alias was called, to that. Errors and Throttles are also told as 0, which
is why the average of Errors is the rate of errors.
"""

from __future__ import annotations

import threading
import time
from collections import Counter

from ..world import World

NAMESPACE = "AWS/Lambda"


class FunctionMetrics:
    def __init__(self, world: World) -> None:
        self._world = world
        #: (Region, function) → invocations that run at this moment.
        self._running: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def _put(
        self, region: str, name: str, metric: str, value: float, unit: str, arn: str = "", at: float | None = None
    ) -> None:
        places: list[dict[str, str]] = [{"FunctionName": name}, {}]
        if arn.count(":") > 6:
            places.append({"FunctionName": name, "Resource": f"{name}:{arn.rsplit(':', 1)[1]}"})
        for place in places:
            self._world.metrics.put(region, NAMESPACE, metric, place, value, unit, at=at)

    # Invocations

    def begun(self, region: str, name: str) -> None:
        with self._lock:
            self._running[region, name] += 1
        self.sample(region, name)

    def ended(self, region: str, name: str, arn: str, started: float, milliseconds: float, failed: bool) -> None:
        """An invocation is over; all of it is told for the moment it began."""
        with self._lock:
            self._running[region, name] -= 1
        self._put(region, name, "Invocations", 1, "Count", arn, started)
        self._put(region, name, "Errors", int(failed), "Count", arn, started)
        self._put(region, name, "Throttles", 0, "Count", arn, started)
        self._put(region, name, "Duration", milliseconds, "Milliseconds", arn, started)

    def throttled(self, region: str, name: str, arn: str) -> None:
        self._put(region, name, "Throttles", 1, "Count", arn)

    def sample(self, region: str, name: str) -> None:
        """ConcurrentExecutions is a level: told when an invocation begins, and while invocations run."""
        with self._lock:
            own = self._running[region, name]
            total = sum(count for (where, _), count in self._running.items() if where == region)
        metrics = self._world.metrics
        metrics.put(region, NAMESPACE, "ConcurrentExecutions", {"FunctionName": name}, own, "Count")
        metrics.put(region, NAMESPACE, "ConcurrentExecutions", {}, total, "Count")
        metrics.put(region, NAMESPACE, "UnreservedConcurrentExecutions", {}, total, "Count")

    def sample_all(self) -> None:
        with self._lock:
            running = [key for key, count in self._running.items() if count > 0]
        for region, name in running:
            self.sample(region, name)

    # Asynchronous events

    def received(self, region: str, name: str, arn: str) -> None:
        self._put(region, name, "AsyncEventsReceived", 1, "Count", arn)

    def age(self, region: str, name: str, arn: str, received_at: float) -> None:
        """How long an event waited, at each attempt."""
        self._put(region, name, "AsyncEventAge", (time.time() - received_at) * 1000, "Milliseconds", arn)

    def dropped(self, region: str, name: str, arn: str) -> None:
        """An event was given up; a destination or a dead-letter queue may have it."""
        self._put(region, name, "AsyncEventsDropped", 1, "Count", arn)

    def destination_failed(self, region: str, name: str) -> None:
        self._put(region, name, "DestinationDeliveryFailures", 1, "Count")

    def dead_letter_failed(self, region: str, name: str) -> None:
        self._put(region, name, "DeadLetterErrors", 1, "Count")
