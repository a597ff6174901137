"""Where asynchronous events end: on-success and on-failure destinations, and the function's dead-letter queue.

The record is the one of the developer guide, "Capturing records of Lambda asynchronous invocations".
A destination gets it with the rights of the function's role; what the role may not do is counted, as
Lambda counts it in DestinationDeliveryFailures and DeadLetterErrors.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import queues
from ..queues import QueueError, send
from ..world import World
from .environments import Outcome
from .functions import AsynchronousConfig, FunctionView
from .log_lines import iso
from .metrics import FunctionMetrics
from .runtime_api import Invocation

if TYPE_CHECKING:
    from .asynchronous import Event

log = logging.getLogger(__name__)


class Delivery:
    """``invoke`` and ``publish`` reach a function and an event bus; they are given by the runtime."""

    def __init__(self, world: World, metrics: FunctionMetrics) -> None:
        self._world = world
        self._metrics = metrics
        self.invoke: Callable[[str, bytes], None] | None = None
        self.publish: Callable[[str, dict[str, Any]], None] | None = None

    def succeeded(self, view: FunctionView, config: AsynchronousConfig, event: Event, outcome: Outcome) -> None:
        if config.on_success:
            self._deliver(config.on_success, view, _record(view, event, "Success", outcome))

    def failed(
        self, view: FunctionView, config: AsynchronousConfig, event: Event, condition: str, outcome: Outcome | None
    ) -> None:
        if config.on_failure:
            self._deliver(config.on_failure, view, _record(view, event, condition, outcome))
        if config.dead_letter:
            self._dead_letter(config.dead_letter, view, event, condition, outcome)
        if not config.on_failure and not config.dead_letter:
            self._world.count("lambda-async-events-dropped")

    def _deliver(self, arn: str, view: FunctionView, record: dict[str, Any]) -> None:
        try:
            self._send(arn, view, record)
        except (QueueError, PermissionError, LookupError) as problem:
            self._world.count("lambda-destination-delivery-failures")
            self._metrics.destination_failed(view.region, view.name)
            log.warning("%s: the record of an invocation did not reach %s: %s", view.name, arn, problem)

    def _send(self, arn: str, view: FunctionView, record: dict[str, Any]) -> None:
        service = arn.split(":")[2]
        action = {
            "sqs": "sqs:SendMessage",
            "lambda": "lambda:InvokeFunction",
            "events": "events:PutEvents",
            "sns": "sns:Publish",
        }.get(service)
        if action is None:
            raise LookupError("not a destination this stack delivers to")
        if not self._world.is_allowed(view.role, action, arn):
            raise PermissionError(f"the role {view.role} may not {action}")
        if service == "sqs":
            if queues.is_denied(self._world, arn, view.role):
                raise PermissionError(f"the queue's policy denies the role {view.role} sqs:SendMessage")
            if arn.endswith(".fifo"):
                raise QueueError("a FIFO queue cannot be a destination")
            send(self._world, arn, json.dumps(record))
        elif service == "lambda" and self.invoke is not None:
            self.invoke(arn, json.dumps(record).encode())
        elif service == "events" and self.publish is not None:
            self.publish(
                arn,
                {
                    "Source": "lambda",
                    "DetailType": f"Lambda Function Invocation Result - "
                    f"{'Success' if record['requestContext']['condition'] == 'Success' else 'Failure'}",
                    "Resources": [arn, record["requestContext"]["functionArn"]],
                    "Detail": json.dumps(record),
                },
            )
        elif service == "sns":
            from moto.sns.models import sns_backends

            sns_backends[self._world.account_id][arn.split(":")[3]].publish(json.dumps(record), arn=arn)

    def _dead_letter(self, arn: str, view: FunctionView, event: Event, condition: str, outcome: Outcome | None) -> None:
        """A dead-letter queue gets the event itself and three attributes."""
        message = _error_text(outcome) or condition
        attributes = {
            "RequestID": ("String", event.invocation.request_id),
            "ErrorCode": ("Number", "200" if outcome is not None else "429"),
            "ErrorMessage": ("String", message[:1024]),
        }
        try:
            if not self._world.is_allowed(view.role, "sqs:SendMessage", arn):
                raise PermissionError(f"the role {view.role} may not sqs:SendMessage")
            send(self._world, arn, event.invocation.payload.decode("utf-8", "replace"), attributes)
        except (QueueError, PermissionError) as problem:
            self._world.count("lambda-dead-letter-errors")
            self._metrics.dead_letter_failed(view.region, view.name)
            log.warning("%s: an event did not reach the dead-letter queue %s: %s", view.name, arn, problem)


def _record(view: FunctionView, event: Event, condition: str, outcome: Outcome | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": iso(),
        "requestContext": {
            "requestId": event.invocation.request_id,
            "functionArn": _qualified(event.invocation, view),
            "condition": condition,
            "approximateInvokeCount": event.attempts,
        },
        "requestPayload": _parsed(event.invocation.payload),
    }
    if outcome is not None:
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": view.version}
        if outcome.function_error:
            context["functionError"] = outcome.function_error
        record |= {"responseContext": context, "responsePayload": _parsed(outcome.payload)}
    return record


def _qualified(invocation: Invocation, view: FunctionView) -> str:
    arn = invocation.function_arn
    return arn if arn.count(":") > 6 else f"{arn}:{view.version}"


def _parsed(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode("utf-8", "replace")


def _error_text(outcome: Outcome | None) -> str | None:
    parsed = _parsed(outcome.payload) if outcome is not None else None
    return parsed.get("errorMessage") if isinstance(parsed, dict) else None
