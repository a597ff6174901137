"""Looks at every alarm from time to time, and moves those whose data say so.

An alarm is computed again only when its metrics got data or a minute passed, so that thousands of alarms
on quiet metrics cost next to nothing.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from ..errors import AwsError
from ..world import World
from . import alarm_checks, queries, statistics
from .actions import Actions
from .alarms import COMPOSITE, METRIC, Alarm, AlarmBook, stamp
from .evaluation import BANDS, COMPARISONS, EXTRA_POINTS, OK, Point, judge, reason
from .metric_math import TimeSeries
from .store import Metric, dimensions

log = logging.getLogger(__name__)


class Evaluator:
    def __init__(self, world: World, books: Callable[[], list[AlarmBook]], actions: Actions) -> None:
        self._world = world
        self._books = books
        self._actions = actions

    def run(self) -> None:
        for book in self._books():
            self.run_on(book)

    def run_on(self, book: AlarmBook) -> None:
        self.pin(book)
        alarms = book.each()
        until = self._world.metrics.visibility(book.region)
        for alarm in alarms:
            if alarm.kind == METRIC and not alarm.pinned and "EvaluationCriteria" not in alarm.config:
                try:
                    self._evaluate(book, alarm, until)
                except AwsError as problem:
                    log.warning("the alarm %s cannot be evaluated: %s", alarm.name, problem.message)
                except Exception:
                    log.exception("evaluating the alarm %s", alarm.name)
        for alarm in _from_the_leaves_up([alarm for alarm in alarms if alarm.kind == COMPOSITE]):
            if not alarm.pinned:
                self._combine(book, alarm)

    def pin(self, book: AlarmBook) -> None:
        """States set at the control address; readers call this too, so that they see them at once."""
        pins = self._world.states.all_of("alarm", book.region)
        if not pins and not book.pinned:
            return
        book.pinned = bool(pins)
        for alarm in book.each():
            wanted = pins.get(alarm.name)
            if wanted is None:
                if alarm.pinned:
                    alarm.pinned, alarm.evaluated = False, None
                continue
            alarm.pinned = True
            state = wanted.get("StateValue", alarm.state)
            text = wanted.get("StateReason", "Set at the local stack's control address.")
            if (alarm.state, alarm.reason) != (state, text):
                self.move(book, alarm, state, text, None)

    def move(self, book: AlarmBook, alarm: Alarm, state: str, text: str, data: str | None) -> None:
        old = alarm.state
        if book.move(alarm, state, text, data):
            self._actions.run(book, alarm, old)

    # Metric alarms

    def _evaluate(self, book: AlarmBook, alarm: Alarm, visible: Callable[[str], float]) -> None:
        watch = alarm.prepared
        if watch is None:
            watch = alarm.prepared = _Watch.of(alarm.config)
        asked, metrics, period, step = watch.queries, watch.metrics, watch.period, watch.step
        version = self._world.metrics.version(book.region, metrics)
        until = visible(metrics[0].namespace if metrics else "")
        # A wall clock's periods begin where its clock says, not at the epoch's multiples.
        shift = watch.shift(until)
        moment = int((until + shift) // step)
        # What no metric has data for does not change with time.
        seen = (version, moment if version or not metrics else 0)
        if alarm.evaluated == seen:
            return
        alarm.evaluated = seen
        config = alarm.config
        end = moment * step + step - shift
        periods = config["EvaluationPeriods"]
        start = end - (periods + EXTRA_POINTS) * period
        results = queries.Computation(self._world.metrics, book.region, asked, start, end).run()
        points = self._points(config, results, range(start, end, period))
        if alarm.warms_until and self._warms(alarm, points, periods):
            alarm.evaluated = None
            return
        if self._too_few(book, config, metrics, end - period, end):
            return
        missing = config.get("TreatMissingData", "missing")
        needed = config.get("DatapointsToAlarm") or periods
        verdict = judge(points, periods, needed, missing)
        if verdict.state is None or verdict.state == alarm.state:
            return
        text = reason(verdict, config["ComparisonOperator"], config.get("Threshold"), periods, needed, missing)
        self.move(book, alarm, verdict.state, text, _reason_data(config, period, start, verdict.points))

    @staticmethod
    def _warms(alarm: Alarm, points: list[Point], periods: int) -> bool:
        """The alarm stays as it is until its warm-up is over, or until it has enough data, if that is how it is set."""
        if time.time() >= alarm.warms_until:
            return False
        if alarm.config["WarmUpConfiguration"].get("OnlyStartEvaluatingAfterWarmUpPeriodEnds"):
            return True
        alarm.warm = sum(point.value is not None for point in points) >= periods
        return not alarm.warm

    def _points(self, config: dict[str, Any], results: dict[str, list[TimeSeries]], moments: range) -> list[Point]:
        identifier = alarm_checks.watched(config)["Id"] if "Metrics" in config else "m"
        series = results[identifier]
        found = series[0].points if series else {}
        operator = config["ComparisonOperator"]
        if operator not in BANDS:
            compare, bound = COMPARISONS[operator][0], config["Threshold"]
            return [
                Point(moment, found.get(moment), moment in found and compare(found[moment], bound))
                for moment in moments
            ]
        band = results[config["ThresholdMetricId"]]
        upper, lower = (one.points for one in band[:2])
        return [Point(m, found.get(m), m in found and _outside(operator, found[m], m, lower, upper)) for m in moments]

    def _too_few(self, book: AlarmBook, config: dict[str, Any], metrics: list[Metric], start: int, end: int) -> bool:
        """User guide, "Percentile-based alarms and low data samples": 10/(1-percentile) samples, or 10/percentile."""
        stat = config.get("ExtendedStatistic", "")
        if config.get("EvaluateLowSampleCountPercentile") != "ignore" or not statistics.is_percentile(stat):
            return False
        percent = float(stat[1:])
        rest = 100 - percent if percent >= 50 else percent
        found = self._world.metrics.read(book.region, metrics[0], start, end, end - start)
        return bool(rest) and sum(bucket.count for bucket, _ in found.values()) < 1000 / rest

    # Composite alarms

    def _combine(self, book: AlarmBook, alarm: Alarm) -> bool:
        """True when its state changed. One set by SetAlarmState stays until a child's state changes."""
        assert alarm.rule is not None
        children = sorted(alarm.rule.children)
        seen = tuple((name, book.state(name)) for name in children)
        if alarm.evaluated == seen:
            return False
        alarm.evaluated = seen
        state = "ALARM" if alarm.rule.holds(book.state) else OK
        if state == alarm.state:
            return False
        told = [f"{book.arn(name)} is {value}" for name, value in seen if value is not None]
        text = f"{alarm.arn} transitioned to {state}: {'; '.join(told) or 'the rule names no alarm'}"
        causes = [{"arn": book.arn(name), "state": {"value": value}} for name, value in seen if value is not None]
        self.move(book, alarm, state, text, json.dumps({"triggeringAlarms": causes}, separators=(",", ":"))[:4000])
        return True


def _from_the_leaves_up(composites: list[Alarm]) -> list[Alarm]:
    """Each after those its rule names, so that one round settles all.

    Alarms in a circle and those above one are left out: "the evaluation of composite alarms stops if CloudWatch
    detects a cycle in the evaluation path" (API reference, PutCompositeAlarm).
    """
    by_name = {alarm.name: alarm for alarm in composites}
    waits_for = {
        alarm.name: {child for child in alarm.rule.children if child in by_name} if alarm.rule else set()
        for alarm in composites
    }
    parents: dict[str, list[str]] = {}
    for name, children in waits_for.items():
        for child in children:
            parents.setdefault(child, []).append(name)
    ready = [name for name, children in waits_for.items() if not children]
    order: list[Alarm] = []
    while ready:
        name = ready.pop()
        order.append(by_name[name])
        for parent in parents.get(name, ()):
            waits_for[parent].discard(name)
            if not waits_for[parent]:
                ready.append(parent)
    return order


@dataclass(frozen=True)
class _Watch:
    """What an alarm looks at."""

    queries: list[dict[str, Any]]
    metrics: list[Metric]
    period: int
    #: The windows slide by so many seconds; on a wall clock they step by a whole period.
    step: int
    #: The wall clock's time zone; None where the window slides.
    zone: tzinfo | None = None

    @classmethod
    def of(cls, config: dict[str, Any]) -> _Watch:
        asked, period = as_queries(config), alarm_checks.period_of(config)
        metrics = [_metric(query) for query in asked if "MetricStat" in query]
        wall_clock = (config.get("EvaluationWindow") or {}).get("WallClockWindow")
        if wall_clock is None:
            return cls(asked, metrics, period, min(period, 60))
        return cls(asked, metrics, period, period, alarm_checks.time_zone(wall_clock.get("Timezone", "UTC")) or UTC)

    def shift(self, moment: float) -> int:
        """Seconds to add to a moment so that the window's periods are multiples of their length."""
        if self.zone is None:
            return 0
        offset = datetime.fromtimestamp(moment, self.zone).utcoffset()
        # The epoch was a Thursday, and the calendar week here begins on Monday; AWS does not say on which day.
        return int(offset.total_seconds() if offset else 0) + (3 * 86_400 if self.period == alarm_checks.WEEK else 0)


def as_queries(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The queries an alarm watches; an alarm on one metric is a query named m."""
    if "Metrics" in config:
        return list(config["Metrics"])
    stat: dict[str, Any] = {
        "Metric": {name: config.get(name) for name in ("Namespace", "MetricName", "Dimensions")},
        "Period": config["Period"],
        "Stat": config.get("Statistic") or config["ExtendedStatistic"],
    }
    if "Unit" in config:
        stat["Unit"] = config["Unit"]
    return [{"Id": "m", "MetricStat": stat}]


def _metric(query: dict[str, Any]) -> Metric:
    wanted = query["MetricStat"]["Metric"]
    named = {entry["Name"]: entry["Value"] for entry in wanted.get("Dimensions") or []}
    return Metric(wanted["Namespace"], wanted["MetricName"], dimensions(named))


def _outside(operator: str, value: float, moment: int, lower: dict[int, float], upper: dict[int, float]) -> bool:
    below = moment in lower and value < lower[moment]
    above = moment in upper and value > upper[moment]
    if operator == "LessThanLowerThreshold":
        return below
    return above if operator == "GreaterThanUpperThreshold" else below or above


def _reason_data(config: dict[str, Any], period: int, start: int, points: tuple[Point, ...]) -> str:
    data: dict[str, Any] = {"version": "1.0", "queryDate": stamp(time.time()), "startDate": stamp(start)}
    if "Unit" in config:
        data["unit"] = config["Unit"]
    if "Metrics" not in config:
        data["statistic"] = config.get("Statistic", config.get("ExtendedStatistic"))
    data |= {
        "period": period,
        "recentDatapoints": [point.value for point in points],
        "threshold": config.get("Threshold"),
        "evaluatedDatapoints": [{"timestamp": stamp(point.moment), "value": point.value} for point in points],
    }
    return json.dumps(data, separators=(",", ":"))[:4000]
