"""Alarms, their states and their history, Region by Region.

API reference, PutMetricAlarm, PutCompositeAlarm, DescribeAlarmHistory: a new alarm is INSUFFICIENT_DATA, an
update leaves the state alone and takes the place of the whole configuration, the history outlives the alarm.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from . import alarm_rules
from .errors import CloudWatchError, invalid, not_found
from .wire import iso

METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"
FIRST_REASON = "Unchecked: Initial alarm creation"
#: History is kept for 30 days on AWS; here as many items per Region.
MOST_HISTORY = 20_000
_LISTS = ("OKActions", "AlarmActions", "InsufficientDataActions")


@dataclass
class Alarm:
    kind: str
    arn: str
    config: dict[str, Any]
    configured_at: float
    state: str = "INSUFFICIENT_DATA"
    reason: str = FIRST_REASON
    reason_data: str | None = None
    state_updated_at: float = field(default_factory=time.time)
    transitioned_at: float = field(default_factory=time.time)
    suppressed: dict[str, str] = field(default_factory=dict)
    #: What the last evaluation was made of; None asks for a new one.
    evaluated: Any = None
    #: What evaluation has made of the configuration, kept between evaluations.
    prepared: Any = None
    #: The state was set at the control address; evaluation leaves it alone.
    pinned: bool = False
    rule: alarm_rules.Rule | None = None

    @property
    def name(self) -> str:
        return str(self.config["AlarmName"])

    @property
    def actions_enabled(self) -> bool:
        return bool(self.config.get("ActionsEnabled", True))

    def as_output(self) -> dict[str, Any]:
        """The members of MetricAlarm or CompositeAlarm."""
        shown = {name: value for name, value in self.config.items() if name != "Tags"}
        shown |= {name: list(self.config.get(name) or []) for name in _LISTS}
        if self.kind == METRIC and "Metrics" not in shown:
            shown.setdefault("Dimensions", [])
        for query in shown.get("Metrics") or []:
            query.setdefault("ReturnData", True)
        return {
            **shown,
            "ActionsEnabled": self.actions_enabled,
            "AlarmArn": self.arn,
            "AlarmConfigurationUpdatedTimestamp": self.configured_at,
            "StateValue": self.state,
            "StateReason": self.reason,
            "StateReasonData": self.reason_data,
            "StateUpdatedTimestamp": self.state_updated_at,
            "StateTransitionedTimestamp": self.transitioned_at,
            **self.suppressed,
        }


class AlarmBook:
    """The alarms of one Region. Safe from any thread."""

    def __init__(self, region: str, account: str, tags: dict[str, dict[str, str]]) -> None:
        self.region = region
        self.account = account
        self._tags = tags
        self._alarms: dict[str, Alarm] = {}
        #: Some alarm's state was set at the control address.
        self.pinned = False
        self._history: deque[dict[str, Any]] = deque(maxlen=MOST_HISTORY)
        self.lock = threading.RLock()

    def arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{name}"

    # Reading

    def all(self) -> list[Alarm]:
        with self.lock:
            return sorted(self._alarms.values(), key=lambda alarm: (alarm.kind, alarm.name))

    def each(self) -> list[Alarm]:
        """All alarms, in no order."""
        with self.lock:
            return list(self._alarms.values())

    def get(self, name: str) -> Alarm | None:
        return self._alarms.get(name)

    def state(self, name: str) -> str | None:
        alarm = self._alarms.get(name)
        return alarm.state if alarm is not None else None

    def parents(self, name: str) -> list[Alarm]:
        """The composite alarms whose rules refer to an alarm."""
        return [alarm for alarm in self.all() if alarm.rule is not None and name in alarm.rule.children]

    def history(self) -> list[dict[str, Any]]:
        """Oldest first."""
        with self.lock:
            return list(self._history)

    # Changing

    def put(self, kind: str, config: dict[str, Any], rule: alarm_rules.Rule | None = None) -> Alarm:
        """Creates or overwrites; the configuration has been checked."""
        name, now = config["AlarmName"], time.time()
        tags = config.pop("Tags", None)
        with self.lock:
            alarm = self._alarms.get(name)
            if alarm is not None and alarm.kind != kind:
                raise invalid(f"An alarm named {name} of the type {alarm.kind} exists already.")
            if rule is not None:
                missing = sorted(child for child in rule.children if child != name and child not in self._alarms)
                if missing:
                    raise invalid(
                        f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm rule do "
                        "not exist"
                    )
            if alarm is None:
                alarm = self._alarms[name] = Alarm(kind, self.arn(name), config, now)
                # Tags of an update are ignored: TagResource changes them.
                if tags:
                    self._tags[alarm.arn] = {tag["Key"]: tag["Value"] for tag in tags}
                word = "Create"
            else:
                alarm.config, alarm.configured_at, alarm.prepared = config, now, None
                word = "Update"
            alarm.rule = rule
            alarm.evaluated = None
            shown = {key: value for key, value in alarm.as_output().items() if value is not None}
            data = {"type": word, f"{word.lower()}dAlarm": shown}
            self._note(alarm, "ConfigurationUpdate", f'Alarm "{name}" {word.lower()}d', data)
            return alarm

    def delete(self, names: Iterable[str]) -> None:
        wanted = list(dict.fromkeys(names))
        with self.lock:
            found = [self._alarms[name] for name in wanted if name in self._alarms]
            if sum(alarm.kind == COMPOSITE for alarm in found) > 1:
                raise invalid("Only one composite alarm can be deleted per request.")
            if not found:
                raise not_found()
            for alarm in found:
                # A composite alarm that goes in the same call does not hold its children.
                if any(parent.name != alarm.name and parent.name not in wanted for parent in self.parents(alarm.name)):
                    raise CloudWatchError(
                        "ResourceConflict",
                        f"Cannot delete {alarm.name} as there are composite alarm(s) depending on it.",
                        409,
                    )
            for alarm in found:
                del self._alarms[alarm.name]
                self._tags.pop(alarm.arn, None)
                self._note(alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" deleted', {"type": "Delete"})

    def enable(self, names: Iterable[str], enabled: bool) -> None:
        with self.lock:
            for name in names:
                alarm = self._alarms.get(name)
                if alarm is not None and alarm.actions_enabled != enabled:
                    alarm.config = {**alarm.config, "ActionsEnabled": enabled}
                    alarm.configured_at = time.time()
                    data = {"type": "Update", "ActionsEnabled": enabled}
                    self._note(alarm, "ConfigurationUpdate", f'Alarm "{name}" updated', data)

    def move(self, alarm: Alarm, state: str, reason: str, reason_data: str | None) -> bool:
        """Sets a state; True when it is another one, and its actions are due."""
        with self.lock:
            old = {"stateValue": alarm.state, "stateReason": alarm.reason, **_data(alarm.reason_data)}
            changed = alarm.state != state
            now = time.time()
            alarm.state, alarm.reason, alarm.reason_data = state, reason[:1023], reason_data
            alarm.state_updated_at = now
            if changed:
                alarm.transitioned_at = now
                new = {"stateValue": state, "stateReason": alarm.reason, **_data(reason_data)}
                summary = f"Alarm updated from {old['stateValue']} to {state}"
                self._note(alarm, "StateUpdate", summary, {"oldState": old, "newState": new})
            return changed

    def acted(self, alarm: Alarm, action: str, error: str | None) -> None:
        """An action was taken, or could not be."""
        summary = f"{'Failed to execute' if error else 'Successfully executed'} action {action}"
        data: dict[str, Any] = {
            "actionState": "Failed" if error else "Succeeded",
            "notificationResource": action,
            "stateUpdateTimestamp": int(alarm.state_updated_at * 1000),
        }
        if error:
            data["error"] = error
        self._note(alarm, "Action", summary, data)

    def _note(self, alarm: Alarm, kind: str, summary: str, data: dict[str, Any]) -> None:
        with self.lock:
            self._history.append(
                {
                    "AlarmName": alarm.name,
                    "AlarmType": alarm.kind,
                    "Timestamp": time.time(),
                    "HistoryItemType": kind,
                    "HistorySummary": summary[:255],
                    "HistoryData": json.dumps({"version": "1.0", **data}, separators=(",", ":"))[:4095],
                }
            )


def _data(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        return {"stateReasonData": json.loads(text)}
    except ValueError:
        return {"stateReasonData": text}


def stamp(moment: float) -> str:
    """Dates inside a state's reason data."""
    return iso(moment).replace("Z", "+0000")
