"""What EventBridge tells CloudWatch, in its own names, dimensions and units.

User guide, "Monitoring Amazon EventBridge". A rule of a custom bus is named by EventBusName and RuleName
together, one of the default bus by RuleName alone. What counts failures is told only when there are some. The
latencies' names have the casing of that page, which differs between them.
"""

from __future__ import annotations

import time

from ..world import World

NAMESPACE = "AWS/Events"
#: Metric → told for the rule, for its bus, for the account.
_PLACES: dict[str, tuple[bool, bool, bool]] = {
    "MatchedEvents": (True, True, False),
    "TriggeredRules": (True, True, True),
    "Invocations": (True, False, True),
    "InvocationAttempts": (True, True, True),
    "SuccessfulInvocationAttempts": (True, True, True),
    "RetryInvocationAttempts": (True, True, True),
    "InvocationsCreated": (False, False, True),
    "FailedInvocations": (True, False, False),
    "InvocationsSentToDlq": (True, False, False),
    "InvocationsFailedToBeSentToDlq": (True, False, False),
    "IngestiontoInvocationStartLatency": (True, True, True),
    "IngestiontoInvocationCompleteLatency": (True, True, True),
    "IngestionToInvocationSuccessLatency": (True, True, True),
}


class RuleMetrics:
    def __init__(self, world: World) -> None:
        self._world = world

    def count(self, metric: str, region: str, rule_arn: str) -> None:
        self._put(metric, region, rule_arn, 1, "Count")

    def latency(self, metric: str, region: str, rule_arn: str, since: float) -> None:
        self._put(metric, region, rule_arn, (time.time() - since) * 1000, "Milliseconds")

    def _put(self, metric: str, region: str, rule_arn: str, value: float, unit: str) -> None:
        *bus, rule = rule_arn.split(":rule/", 1)[1].split("/")
        for_rule, for_bus, for_account = _PLACES[metric]
        places: list[dict[str, str]] = []
        if for_rule:
            places.append({"RuleName": rule, **({"EventBusName": bus[0]} if bus else {})})
        if for_bus:
            places.append({"EventBusName": bus[0] if bus else "default"})
        if for_account:
            places.append({})
        for place in places:
            self._world.metrics.put(region, NAMESPACE, metric, place, value, unit)

    def put_events(self, region: str, entries: int, failed: int, size: int, seconds: float) -> None:
        """One call that was answered; the words of the metrics are those of the user guide."""
        told: dict[str, tuple[float, str]] = {
            "PutEventsApproximateCallCount": (1, "Count"),
            "PutEventsApproximateSuccessCount": (1, "Count"),
            "PutEventsEntriesCount": (entries, "Count"),
            "PutEventsRequestSize": (size, "Bytes"),
            "PutEventsLatency": (seconds * 1000, "Milliseconds"),
        }
        if failed:
            told["PutEventsFailedEntriesCount"] = (failed, "Count")
        for metric, (value, unit) in told.items():
            self._world.metrics.put(region, NAMESPACE, metric, {}, value, unit)

    def put_events_refused(self, region: str) -> None:
        for metric in ("PutEventsApproximateCallCount", "PutEventsApproximateFailedCount"):
            self._world.metrics.put(region, NAMESPACE, metric, {}, 1, "Count")
