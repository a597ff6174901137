"""Alarms, their states and their history, Region by Region.

API reference, PutMetricAlarm, PutCompositeAlarm, DescribeAlarmHistory: a new alarm is INSUFFICIENT_DATA, an
update leaves the state alone and takes the place of the whole configuration, the history outlives the alarm.
"""

from __future__ import annotations

import bisect
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
#: One alarm may stand in the rules of so many composite alarms (API reference, PutCompositeAlarm).
MOST_PARENTS = 150
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
    #: When its warm-up period began; None when it has none.
    warming_since: float | None = None
    #: Its warm-up ended early, having seen enough data.
    warm: bool = False

    @property
    def name(self) -> str:
        return str(self.config["AlarmName"])

    @property
    def key(self) -> tuple[str, str]:
        """By which alarms are listed."""
        return (self.kind, self.name)

    @property
    def actions_enabled(self) -> bool:
        return bool(self.config.get("ActionsEnabled", True))

    @property
    def warms_until(self) -> float:
        """The end of the warm-up period; 0 without one (user guide, "Alarm warm-up periods")."""
        if self.warming_since is None or self.warm:
            return 0.0
        return self.warming_since + 60 * float(self.config["WarmUpConfiguration"]["WarmUpPeriodDurationInMinutes"])

    def as_output(self) -> dict[str, Any]:
        """The members of MetricAlarm or CompositeAlarm."""
        shown = {name: value for name, value in self.config.items() if name != "Tags"}
        shown |= {name: list(self.config.get(name) or []) for name in _LISTS}
        if self.kind == METRIC and not {"Metrics", "EvaluationCriteria"} & set(shown):
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
        #: The same in the order in which they are listed, kept so that thousands of alarms cost what a page shows.
        self._keys: list[tuple[str, str]] = []
        #: Child → the composite alarms whose rules name it.
        self._parents: dict[str, set[str]] = {}
        #: Some alarm's state was set at the control address.
        self.pinned = False
        self._history: deque[dict[str, Any]] = deque(maxlen=MOST_HISTORY)
        self.lock = threading.RLock()

    def arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{name}"

    # Reading

    def listed(self, after: tuple[str, str] | None = None) -> list[Alarm]:
        """In the order in which they are listed, those behind a key."""
        with self.lock:
            begin = 0 if after is None else bisect.bisect_right(self._keys, after)
            return [self._alarms[name] for _, name in self._keys[begin:]]

    def named(self, names: Iterable[str]) -> list[Alarm]:
        """Those of the names that exist, in the order in which alarms are listed."""
        with self.lock:
            found = [self._alarms[name] for name in dict.fromkeys(names) if name in self._alarms]
        return sorted(found, key=lambda alarm: alarm.key)

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
        with self.lock:
            return self.named(self._parents.get(name, ()))

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
                self._refuse_too_many_parents(name, rule.children)
            self._refuse_missing_suppressor(config)
            if alarm is None:
                alarm = self._alarms[name] = Alarm(kind, self.arn(name), config, now)
                bisect.insort(self._keys, alarm.key)
                if "EvaluationCriteria" in config:
                    # "For PromQL alarms, the alarm state is instead immediately set to OK."
                    alarm.state = "OK"
                # Tags of an update are ignored: TagResource changes them.
                if tags:
                    self._tags[alarm.arn] = {tag["Key"]: tag["Value"] for tag in tags}
                word = "Create"
            else:
                alarm.config, alarm.configured_at, alarm.prepared = config, now, None
                word = "Update"
            self._relate(alarm, rule)
            alarm.evaluated = None
            self._warm_up(alarm, now)
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
            held: list[str] = []
            for alarm in found:
                # Also when the parent goes in the same call: AWS says nowhere that it would be let through.
                if self._parents.get(alarm.name, set()) - {alarm.name}:
                    held.append(alarm.name)
            if held:
                # In AWS's words (aws-nuke issue 462, cloud-custodian issue 7763).
                them = "it" if len(held) == 1 else "them"
                raise invalid(f"Cannot delete {','.join(held)} as there are composite alarm(s) depending on {them}.")
            for alarm in found:
                self._relate(alarm, None)
                self._parents.pop(alarm.name, None)
                del self._keys[bisect.bisect_left(self._keys, alarm.key)]
                del self._alarms[alarm.name]
                self._tags.pop(alarm.arn, None)
                self._note(alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" deleted', {"type": "Delete"})

    def _relate(self, alarm: Alarm, rule: alarm_rules.Rule | None) -> None:
        """Gives a composite alarm its rule, and remembers whose parent it is."""
        for child in alarm.rule.children if alarm.rule is not None else ():
            parents = self._parents.get(child, set())
            parents.discard(alarm.name)
            if not parents:
                self._parents.pop(child, None)
        alarm.rule = rule
        for child in rule.children if rule is not None else ():
            self._parents.setdefault(child, set()).add(alarm.name)

    def _refuse_too_many_parents(self, name: str, children: Iterable[str]) -> None:
        for child in children:
            parents = self._parents.get(child, set())
            if name not in parents and len(parents) >= MOST_PARENTS:
                raise CloudWatchError(
                    "LimitExceeded", f"{child} is in the rules of {MOST_PARENTS} composite alarms already."
                )

    def _refuse_missing_suppressor(self, config: dict[str, Any]) -> None:
        suppressor = config.get("ActionsSuppressor")
        if suppressor is not None and alarm_rules.name_of(suppressor) not in self._alarms:
            raise invalid(f"Could not save the composite alarm as the suppressor alarm {suppressor} does not exist")

    @staticmethod
    def _warm_up(alarm: Alarm, now: float) -> None:
        """Begins with the first configuration that has a warm-up; a changed length does not begin it anew."""
        if "WarmUpConfiguration" not in alarm.config:
            alarm.warming_since, alarm.warm = None, False
        elif alarm.warming_since is None:
            alarm.warming_since = now

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
