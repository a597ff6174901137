"""The operations on alarms: put, describe, history, actions on and off, states, deletion."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

from ..world import World
from . import alarm_checks, wire
from .alarms import COMPOSITE, METRIC, Alarm, AlarmBook
from .errors import CloudWatchError, invalid, not_found
from .evaluator import Evaluator
from .paging import page, page_after, read_key

PAGE, LARGEST_PAGE = 50, 100


class AlarmOperations:
    """``book`` gives the alarms of a Region."""

    def __init__(self, book: Callable[[str], AlarmBook], evaluator: Evaluator) -> None:
        self._book = book
        self._evaluator = evaluator

    def operations(self) -> dict[str, Any]:
        bodies: dict[str, wire.Body] = {
            "PutMetricAlarm": self.put_metric_alarm,
            "PutCompositeAlarm": self.put_composite_alarm,
            "DescribeAlarms": self.describe_alarms,
            "DescribeAlarmsForMetric": self.describe_alarms_for_metric,
            "DescribeAlarmHistory": self.describe_alarm_history,
            "DeleteAlarms": self.delete_alarms,
            "EnableAlarmActions": self.enable_alarm_actions,
            "DisableAlarmActions": self.disable_alarm_actions,
            "SetAlarmState": self.set_alarm_state,
        }
        return {name: wire.operation(body) for name, body in bodies.items()}

    # Changing

    def put_metric_alarm(self, world: World, region: str, wanted: dict[str, Any]) -> None:
        alarm_checks.check_metric_alarm(wanted, region)
        self._book(region).put(METRIC, wanted)

    def put_composite_alarm(self, world: World, region: str, wanted: dict[str, Any]) -> None:
        rule = alarm_checks.check_composite_alarm(wanted, region)
        self._book(region).put(COMPOSITE, wanted, rule)

    def delete_alarms(self, world: World, region: str, wanted: dict[str, Any]) -> None:
        self._book(region).delete(wanted["AlarmNames"])

    def enable_alarm_actions(self, world: World, region: str, wanted: dict[str, Any]) -> None:
        self._book(region).enable(wanted["AlarmNames"], True)

    def disable_alarm_actions(self, world: World, region: str, wanted: dict[str, Any]) -> None:
        self._book(region).enable(wanted["AlarmNames"], False)

    def set_alarm_state(self, world: World, region: str, wanted: dict[str, Any]) -> None:
        """A metric alarm goes back with its next evaluation, a composite one when a child changes."""
        book = self._book(region)
        alarm = book.get(wanted["AlarmName"])
        if alarm is None:
            raise not_found()
        data = wanted.get("StateReasonData")
        if data is not None and not _is_json(data):
            raise CloudWatchError("InvalidFormat", "StateReasonData was not valid JSON.")
        if alarm.kind == METRIC:
            alarm.evaluated = None
        self._evaluator.move(book, alarm, wanted["StateValue"], wanted["StateReason"], data)

    # Reading

    def describe_alarms(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        book = self._book(region)
        self._evaluator.pin(book)
        relatives = [name for name in ("ChildrenOfAlarmName", "ParentsOfAlarmName") if name in wanted]
        size = wanted.get("MaxRecords", PAGE)
        if relatives:
            alarms, show = self._relatives(book, wanted, relatives)
            shown, rest = page(alarms, size, wanted.get("NextToken"))
        else:
            alarms, show = self._chosen(book, wanted, size), Alarm.as_output
            shown, rest = page_after(alarms, size, lambda alarm: alarm.key)
        return {
            "MetricAlarms": [show(alarm) for alarm in shown if alarm.kind == METRIC],
            "CompositeAlarms": [show(alarm) for alarm in shown if alarm.kind == COMPOSITE],
            **rest,
        }

    def _chosen(self, book: AlarmBook, wanted: dict[str, Any], size: int) -> list[Alarm]:
        """What comes behind the token, one more than a page holds at most."""
        if "AlarmNames" in wanted and "AlarmNamePrefix" in wanted:
            raise invalid("AlarmNames and AlarmNamePrefix cannot be specified together.")
        # Without types only metric alarms are answered (API reference).
        kinds = wanted.get("AlarmTypes") or [METRIC]
        after = read_key(wanted.get("NextToken"), 2)
        names, prefix = wanted.get("AlarmNames"), wanted.get("AlarmNamePrefix", "")
        state, action = wanted.get("StateValue"), wanted.get("ActionPrefix")
        if names:
            candidates = [alarm for alarm in book.named(names) if after is None or alarm.key > after]
        else:
            candidates = book.listed(after)
        matching = (
            alarm
            for alarm in candidates
            if alarm.kind in kinds
            and alarm.name.startswith(prefix)
            and state in (None, alarm.state)
            and (action is None or any(arn.startswith(action) for arn in _actions(alarm)))
        )
        return list(itertools.islice(matching, size + 1))

    def _relatives(
        self, book: AlarmBook, wanted: dict[str, Any], given: list[str]
    ) -> tuple[list[Alarm], Callable[[Alarm], dict[str, Any]]]:
        others = set(wanted) - {"MaxRecords", "NextToken", given[0]}
        if others:
            raise invalid(f"{given[0]} cannot be specified together with {min(others)}.")
        alarm = book.get(wanted[given[0]])
        if alarm is None:
            raise not_found()
        if given[0] == "ParentsOfAlarmName":
            return book.parents(alarm.name), lambda one: {"AlarmName": one.name, "AlarmArn": one.arn}
        if alarm.rule is None:
            raise invalid(f"{alarm.name} is not a composite alarm.")
        return book.named(alarm.rule.children), lambda one: {
            "AlarmName": one.name,
            "AlarmArn": one.arn,
            "StateValue": one.state,
            "StateUpdatedTimestamp": one.state_updated_at,
        }

    def describe_alarms_for_metric(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        book = self._book(region)
        self._evaluator.pin(book)
        dimensions = _named(wanted)
        alike = [
            alarm
            for alarm in book.listed()
            if alarm.kind == METRIC
            and all(
                alarm.config.get(name) == wanted[name]
                for name in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit")
                if name in wanted
            )
            and ("Dimensions" not in wanted or _named(alarm.config) == dimensions)
        ]
        return {"MetricAlarms": [alarm.as_output() for alarm in alike]}

    def describe_alarm_history(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        kinds = wanted.get("AlarmTypes") or [METRIC]
        start, end = wanted.get("StartDate", 0.0), wanted.get("EndDate", float("inf"))
        items = [
            item
            for item in self._book(region).history()
            if item["AlarmType"] in kinds
            and wanted.get("AlarmName") in (None, item["AlarmName"])
            and wanted.get("HistoryItemType") in (None, item["HistoryItemType"])
            and start <= item["Timestamp"] <= end
        ]
        if wanted.get("ScanBy", "TimestampDescending") == "TimestampDescending":
            items.reverse()
        shown, rest = page(items, wanted.get("MaxRecords", LARGEST_PAGE), wanted.get("NextToken"))
        return {"AlarmHistoryItems": shown, **rest}


def _actions(alarm: Alarm) -> list[str]:
    names = ("OKActions", "AlarmActions", "InsufficientDataActions")
    return [action for name in names for action in alarm.config.get(name) or []]


def _named(record: dict[str, Any]) -> dict[str, str]:
    return {entry["Name"]: entry["Value"] for entry in record.get("Dimensions") or []}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
