"""What an alarm does when its state changes: SNS notifications and Lambda invocations.

The message is the one people know from their mail boxes (user guide, "Notifying users on alarm changes").
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from .. import iam_policies
from ..errors import AwsError
from ..world import World
from .alarms import COMPOSITE, Alarm, AlarmBook, stamp

log = logging.getLogger(__name__)

SERVICE = "lambda.alarms.cloudwatch.amazonaws.com"
_MEMBERS = {"OK": "OKActions", "ALARM": "AlarmActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}


class Actions:
    """``invoke`` hands a payload to a function by its ARN."""

    def __init__(self, world: World, invoke: Callable[[str, bytes], None]) -> None:
        self._world = world
        self._invoke = invoke

    def run(self, book: AlarmBook, alarm: Alarm, old_state: str) -> None:
        if not alarm.actions_enabled or self._suppressed(book, alarm):
            return
        for action in alarm.config.get(_MEMBERS[alarm.state]) or []:
            error: str | None = None
            try:
                self._act(book, alarm, action, old_state)
            except Exception as problem:
                error = str(problem) or type(problem).__name__
                log.warning("%s: the action %s failed: %s", alarm.name, action, error)
            book.acted(alarm, action, error)

    def _suppressed(self, book: AlarmBook, alarm: Alarm) -> bool:
        suppressor = alarm.config.get("ActionsSuppressor")
        alarm.suppressed = {}
        if not suppressor or book.state(suppressor.split(":alarm:")[-1]) != "ALARM":
            return False
        alarm.suppressed = {
            "ActionsSuppressedBy": "Alarm",
            "ActionsSuppressedReason": f"Actions suppressed by {suppressor}",
        }
        return True

    def _act(self, book: AlarmBook, alarm: Alarm, action: str, old_state: str) -> None:
        service = action.split(":")[2]
        if service == "sns":
            self._publish(book, alarm, action, old_state)
        elif service == "lambda":
            self._call(book, alarm, action, old_state)
        else:
            raise LookupError(f"the local stack has no {service} to act on")

    def _publish(self, book: AlarmBook, alarm: Alarm, topic: str, old_state: str) -> None:
        from moto.sns.models import sns_backends

        backend = sns_backends[self._world.account_id][topic.split(":")[3]]
        if topic not in backend.topics:
            raise LookupError("Topic does not exist")
        subject = f'{alarm.state}: "{alarm.name}" in {book.region}'
        backend.publish(json.dumps(_message(book, alarm, old_state)), arn=topic, subject=subject[:100])

    def _call(self, book: AlarmBook, alarm: Alarm, arn: str, old_state: str) -> None:
        from ..lambda_service import functions

        try:
            function = functions.find(self._world, arn.split(":")[3], arn)
        except AwsError as problem:
            raise LookupError(problem.message) from None
        context = {"aws:SourceArn": alarm.arn, "aws:SourceAccount": self._world.account_id}
        document = {"Statement": function.policy.statements}
        if not iam_policies.allows([document], "lambda:InvokeFunction", arn, context, {"Service": SERVICE}):
            raise PermissionError(f"the function's policy does not let {SERVICE} call it")
        event = {
            "source": "aws.cloudwatch",
            "alarmArn": alarm.arn,
            "accountId": self._world.account_id,
            "time": stamp(alarm.state_updated_at),
            "region": book.region,
            "alarmData": {
                "alarmName": alarm.name,
                "state": {"value": alarm.state, "reason": alarm.reason, "timestamp": stamp(alarm.state_updated_at)},
                "previousState": {"value": old_state},
            },
        }
        self._invoke(arn, json.dumps(event).encode())


def _message(book: AlarmBook, alarm: Alarm, old_state: str) -> dict[str, Any]:
    config = alarm.config
    message: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmDescription": config.get("AlarmDescription"),
        "AWSAccountId": book.account,
        "NewStateValue": alarm.state,
        "NewStateReason": alarm.reason,
        "StateChangeTime": stamp(alarm.state_updated_at),
        "Region": book.region,
        "AlarmArn": alarm.arn,
        "OldStateValue": old_state,
    }
    if alarm.kind == COMPOSITE:
        return {**message, "AlarmRule": config["AlarmRule"]}
    trigger = {
        name: config[name]
        for name in ("Period", "EvaluationPeriods", "DatapointsToAlarm", "ComparisonOperator", "Threshold", "Metrics")
        if name in config
    }
    trigger |= {name: config.get(name) for name in ("MetricName", "Namespace", "Unit")}
    trigger["Dimensions"] = [{"value": d["Value"], "name": d["Name"]} for d in config.get("Dimensions") or []]
    trigger["TreatMissingData"] = config.get("TreatMissingData", "")
    trigger["Statistic"] = str(config.get("Statistic", config.get("ExtendedStatistic", ""))).upper()
    return {**message, "Trigger": trigger}
