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

#: Composite alarms upon composite alarms settle in as many rounds; a circle never does.
MOST_ROUNDS = 20


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
            if alarm.kind == METRIC and not alarm.pinned:
                try:
                    self._evaluate(book, alarm, until)
                except AwsError as problem:
                    log.warning("the alarm %s cannot be evaluated: %s", alarm.name, problem.message)
                except Exception:
                    log.exception("evaluating the alarm %s", alarm.name)
        composites = [alarm for alarm in alarms if alarm.kind == COMPOSITE and not alarm.pinned]
        for _ in range(MOST_ROUNDS):
            # All of them, also when one has changed already.
            if not sum(self._combine(book, alarm) for alarm in composites):
                break

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
        moment = int(visible(metrics[0].namespace if metrics else "") // step)
        # What no metric has data for does not change with time.
        seen = (version, moment if version or not metrics else 0)
        if alarm.evaluated == seen:
            return
        alarm.evaluated = seen
        config = alarm.config
        end = moment * step + step
        periods = config["EvaluationPeriods"]
        start = end - (periods + EXTRA_POINTS) * period
        results = queries.Computation(self._world.metrics, book.region, asked, start, end).run()
        points = self._points(config, results, range(start, end, period))
        if self._too_few(book, config, metrics, end - period, end):
            return
        missing = config.get("TreatMissingData", "missing")
        needed = config.get("DatapointsToAlarm") or periods
        verdict = judge(points, periods, needed, missing)
        if verdict.state is None or verdict.state == alarm.state:
            return
        text = reason(verdict, config["ComparisonOperator"], config.get("Threshold"), periods, needed, missing)
        self.move(book, alarm, verdict.state, text, _reason_data(config, period, start, verdict.points))

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


@dataclass(frozen=True)
class _Watch:
    """What an alarm looks at."""

    queries: list[dict[str, Any]]
    metrics: list[Metric]
    period: int
    #: The windows slide by so many seconds.
    step: int

    @classmethod
    def of(cls, config: dict[str, Any]) -> _Watch:
        asked, period = as_queries(config), alarm_checks.period_of(config)
        return cls(asked, [_metric(query) for query in asked if "MetricStat" in query], period, min(period, 60))


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
