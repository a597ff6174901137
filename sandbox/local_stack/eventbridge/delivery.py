"""Delivering one event to one target: attempt, retries, dead-letter queue.

User guide, "Debugging event delivery" (retry policy and dead-letter queues): a target that is missing or
does not permit the call is not retried; other failures are, with growing delays, until the target's
RetryPolicy is used up. What is not delivered goes to the target's dead-letter queue when there is one
that takes it, and is dropped otherwise. Delays are multiplied by the setting ``deliveryRetryScale``.
"""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .. import iam_policies, queues
from ..errors import AwsError
from ..faults import Faults
from ..lambda_service import functions
from ..lambda_service.runtime import LambdaRuntime
from ..lambda_service.runtime_api import Invocation
from ..timers import Timers
from ..world import World
from . import inputs
from .metrics import RuleMetrics

log = logging.getLogger(__name__)

SERVICE = "events.amazonaws.com"
FIRST_DELAY, LONGEST_DELAY = 1.0, 900.0
DEFAULT_ATTEMPTS, DEFAULT_AGE = 185, 86_400.0


class DeliveryError(Exception):
    """``code`` is one of the user guide's ERROR_CODE values."""

    def __init__(self, code: str, message: str, retry: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry = retry


@dataclass
class Delivery:
    rule_arn: str
    rule_name: str
    region: str
    target: dict[str, Any]
    event: dict[str, Any]
    trace_header: str | None = None
    created_at: float = field(default_factory=time.time)
    retries: int = 0


class Deliverer:
    """``forward`` puts an event on another bus; ``legacy`` hands a target to moto (archives and the like)."""

    def __init__(self, world: World, runtime: LambdaRuntime, timers: Timers) -> None:
        self._world = world
        self._runtime = runtime
        self._timers = timers
        self._faults: Faults = world.faults
        self.metrics = RuleMetrics(world)
        self.forward: Callable[[str, dict[str, Any]], None] = lambda arn, event: None
        self.legacy: Callable[[Delivery], None] = lambda delivery: None

    def deliver(self, delivery: Delivery) -> None:
        self._count("InvocationsCreated", delivery)
        self._timers.soon(lambda: self._attempt(delivery))

    def _count(self, metric: str, delivery: Delivery) -> None:
        self.metrics.count(metric, delivery.region, delivery.rule_arn)

    def _attempt(self, delivery: Delivery) -> None:
        self._world.count("events-invocation-attempts")
        self._count("InvocationAttempts", delivery)
        latencies = ("IngestiontoInvocationStartLatency", "IngestiontoInvocationCompleteLatency")
        first = delivery.retries == 0
        if first:
            self.metrics.latency(latencies[0], delivery.region, delivery.rule_arn, delivery.created_at)
        self._try(delivery)
        if first:
            self.metrics.latency(latencies[1], delivery.region, delivery.rule_arn, delivery.created_at)

    def _try(self, delivery: Delivery) -> None:
        try:
            self._send(delivery)
        except DeliveryError as problem:
            self._failed(delivery, problem)
        except Exception as problem:
            log.exception("a delivery to %s failed", delivery.target["Arn"])
            self._failed(delivery, DeliveryError("INTERNAL_ERROR", str(problem), retry=True))
        else:
            self._world.count("events-invocations")
            self._count("Invocations", delivery)
            self._count("SuccessfulInvocationAttempts", delivery)
            success = "IngestionToInvocationSuccessLatency"
            self.metrics.latency(success, delivery.region, delivery.rule_arn, delivery.created_at)

    def _send(self, delivery: Delivery) -> None:
        arn = delivery.target["Arn"]
        service = arn.split(":")[2]
        struck = self._faults.take(("delivery-error",), service=service, region=delivery.region)
        if struck:
            raise DeliveryError(
                struck[0].code or "ERROR_FROM_TARGET", struck[0].message or "A fault was switched on.", retry=True
            )
        if service == "lambda":
            self._to_function(delivery, arn)
        elif service == "sqs":
            self._to_queue(delivery, arn)
        elif service == "logs":
            self._to_log_group(delivery, arn)
        elif service == "events" and ":event-bus/" in arn:
            self.forward(arn, delivery.event)
        else:
            self.legacy(delivery)

    def _input(self, delivery: Delivery) -> str:
        try:
            return inputs.for_target(delivery.target, delivery.event, delivery.rule_arn, delivery.rule_name)
        except inputs.InputError as problem:
            raise DeliveryError("INVALID_JSON", str(problem)) from None

    def _to_function(self, delivery: Delivery, arn: str) -> None:
        try:
            function = functions.find(self._world, arn.split(":")[3], arn)
        except AwsError as problem:
            raise DeliveryError("NO_RESOURCE", problem.message) from None
        document = {"Statement": function.policy.statements}
        context = {
            "aws:SourceArn": delivery.rule_arn,
            "aws:SourceAccount": self._world.account_id,
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": SERVICE,
        }
        if not iam_policies.allows([document], "lambda:InvokeFunction", arn, context, {"Service": SERVICE}):
            raise DeliveryError(
                "NO_PERMISSIONS",
                f"User: {SERVICE} is not authorized to perform: lambda:InvokeFunction on "
                f"resource: {arn} because no resource-based policy allows the lambda:InvokeFunction action",
            )
        invocation = Invocation(self._input(delivery).encode(), arn)
        if delivery.trace_header:
            invocation.trace_id = delivery.trace_header
        self._runtime.submit(function, invocation)

    def _to_queue(self, delivery: Delivery, arn: str) -> None:
        queue = queues.find(self._world, arn)
        if queue is None:
            raise DeliveryError("NO_RESOURCE", f"The queue {arn} does not exist.")
        refusal = queues.refusal_of_service(queue, SERVICE, delivery.rule_arn, self._world.account_id)
        if refusal:
            raise DeliveryError("NO_PERMISSIONS", refusal)
        group = (delivery.target.get("SqsParameters") or {}).get("MessageGroupId")
        try:
            queues.send(self._world, arn, self._input(delivery), group_id=group)
        except queues.QueueError as problem:
            raise DeliveryError("INVALID_PARAMETER", str(problem)) from None

    def _to_log_group(self, delivery: Delivery, arn: str) -> None:
        from moto.logs.models import logs_backends

        name = arn.split(":log-group:")[-1].removesuffix(":*")
        group = logs_backends[self._world.account_id][arn.split(":")[3]].groups.get(name)
        if group is None:
            raise DeliveryError("NO_RESOURCE", f"The log group {name} does not exist.")
        stream = f"{delivery.event['id']}"
        if stream not in group.streams:
            group.create_log_stream(stream)
        group.put_log_events(stream, [{"timestamp": int(time.time() * 1000), "message": self._input(delivery)}])

    # What is not delivered

    def _failed(self, delivery: Delivery, problem: DeliveryError) -> None:
        policy = delivery.target.get("RetryPolicy") or {}
        attempts = policy.get("MaximumRetryAttempts", DEFAULT_ATTEMPTS)
        age = policy.get("MaximumEventAgeInSeconds", DEFAULT_AGE)
        condition: str | None = None
        if problem.retry:
            delay = min(FIRST_DELAY * 2 ** min(delivery.retries, 16), LONGEST_DELAY) * random.uniform(0.5, 1.0)
            delay *= self._world.settings.deliveryRetryScale
            if delivery.retries >= int(attempts):
                condition = "MaximumRetryAttempts"
            elif time.time() + delay - delivery.created_at > float(age):
                condition = "MaximumEventAgeInSeconds"
            else:
                delivery.retries += 1
                self._world.count("events-retry-invocation-attempts")
                self._count("RetryInvocationAttempts", delivery)
                self._timers.later(delay, lambda: self._attempt(delivery))
                return
        self._world.count("events-failed-invocations")
        self._count("FailedInvocations", delivery)
        self._count("Invocations", delivery)
        self._dead_letter(delivery, problem, condition)

    def _dead_letter(self, delivery: Delivery, problem: DeliveryError, condition: str | None) -> None:
        arn = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
        if not arn:
            self._world.count("events-dropped")
            log.warning("an event for %s was dropped (%s): %s", delivery.target["Arn"], problem.code, problem.message)
            return
        attributes = {
            "RULE_ARN": ("String", delivery.rule_arn),
            "TARGET_ARN": ("String", delivery.target["Arn"]),
            "ERROR_CODE": ("String", problem.code),
            "ERROR_MESSAGE": ("String", problem.message),
            "RETRY_ATTEMPTS": ("String", str(delivery.retries)),
        }
        if condition:
            attributes["EXHAUSTED_RETRY_CONDITION"] = ("String", condition)
        queue = queues.find(self._world, arn)
        refusal = (
            "the queue does not exist"
            if queue is None
            else queues.refusal_of_service(queue, SERVICE, delivery.rule_arn, self._world.account_id)
        )
        if refusal is None:
            try:
                queues.send(self._world, arn, json.dumps(delivery.event, separators=(",", ":")), attributes)
            except queues.QueueError as refused:
                refusal = str(refused)
        if refusal is None:
            self._world.count("events-invocations-sent-to-dlq")
            self._count("InvocationsSentToDlq", delivery)
        else:
            self._world.count("events-invocations-failed-to-be-sent-to-dlq")
            self._count("InvocationsFailedToBeSentToDlq", delivery)
            log.warning(
                "an event for %s was dropped: its dead-letter queue %s did not take it: %s",
                delivery.target["Arn"],
                arn,
                refusal,
            )
