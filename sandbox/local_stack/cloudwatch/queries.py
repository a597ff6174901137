"""MetricDataQueries, for GetMetricData and for alarms: checked, then computed.

Start times are rounded down as the API reference of GetMetricData says, and periods are counted from there.
The wordings of errors that no public text has are made after those that are known.
"""

from __future__ import annotations

import re
import time
from typing import Any

from . import statistics, syntax
from .errors import invalid
from .metric_math import Scope, TimeSeries, Value, as_list, evaluate
from .search import Search
from .store import Metric, MetricStore, dimensions
from .syntax import ExpressionError, Node

IDENTIFIER = re.compile(r"[a-z][a-zA-Z0-9_]*")
FINE_PERIODS = (1, 5, 10, 20, 30)
MOST_QUERIES = 500


def check(queries: list[dict[str, Any]], place: str = "MetricDataQueries", most: int = MOST_QUERIES) -> None:
    """Raises CloudWatch's ValidationError for the first query that cannot be right."""
    if not queries:
        raise invalid(f"The parameter {place} is required.")
    if len(queries) > most:
        raise invalid(f"The collection {place} must not have a size greater than {most}.")
    seen: set[str] = set()
    for number, query in enumerate(queries, 1):
        at = f"{place}.member.{number}"
        if not IDENTIFIER.fullmatch(query["Id"]):
            raise invalid(
                f"The value {query['Id']} for parameter {at}.Id is not matching the expected pattern "
                "^[a-z][a-zA-Z0-9_]*$."
            )
        if query["Id"] in seen:
            raise invalid(f"The values for parameter Id in {place} are not unique.")
        seen.add(query["Id"])
        if "MetricStat" in query and "Expression" in query:
            raise invalid(
                f"The parameters {at}.Expression and {at}.MetricStat are mutually exclusive and you have "
                "specified both."
            )
        if "MetricStat" in query:
            _check_metric(query["MetricStat"], f"{at}.MetricStat")
        elif "Expression" not in query:
            # The line end is the service's own.
            raise invalid(f"The parameter {at}.MetricStat is required.\n")
        if query.get("Period") is not None:
            check_period(query["Period"], f"{at}.Period")
    for query in queries:
        if "Expression" in query:
            _check_expression(query, seen)
    _ordered(queries)


def check_period(period: int, place: str = "Period") -> None:
    if period not in FINE_PERIODS and (period < 60 or period % 60):
        raise invalid(
            f"The value {period} for parameter {place} is invalid: it is 1, 5, 10, 20, 30 or a multiple of 60."
        )


def _check_metric(stat: dict[str, Any], at: str) -> None:
    for name in ("Namespace", "MetricName"):
        if not stat["Metric"].get(name):
            raise invalid(f"The parameter {at}.Metric.{name} is required.\n")
    if statistics.named(stat["Stat"]) is None:
        raise invalid(f"The value {stat['Stat']} for parameter {at}.Stat is invalid.")
    check_period(stat["Period"], f"{at}.Period")


def _check_expression(query: dict[str, Any], ids: set[str]) -> None:
    from .functions import NAMES

    node = parsed(query)
    unknown = syntax.calls(node) - NAMES
    if unknown:
        raise _failed(query, f"Function '{min(unknown)}' not found")
    missing = syntax.names(node) - ids
    if missing:
        raise _failed(query, f"Unknown identifier '{min(missing)}'")


def parsed(query: dict[str, Any]) -> Node:
    text = query["Expression"]
    if re.match(r"\s*SELECT\b", text, re.IGNORECASE):
        raise _failed(query, "the local stack does not run Metrics Insights queries")
    try:
        return syntax.parse(text)
    except ExpressionError as problem:
        raise _failed(query, str(problem)) from None


def _failed(query: dict[str, Any], reason: str) -> Exception:
    return invalid(f"Error in expression '{query['Id']}': {reason}")


def _ordered(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Expressions after what they refer to."""
    done: list[dict[str, Any]] = [query for query in queries if "MetricStat" in query]
    known = {query["Id"] for query in done}
    waiting = [query for query in queries if "Expression" in query]
    while waiting:
        ready = [query for query in waiting if syntax.names(parsed(query)) <= known]
        if not ready:
            raise _failed(waiting[0], "the expressions refer to each other in a circle")
        done += ready
        known |= {query["Id"] for query in ready}
        waiting = [query for query in waiting if query not in ready]
    return done


def rounded_start(start: float, period: int) -> int:
    age = time.time() - start
    step = 60 if age < 15 * 86_400 else 300 if age < 63 * 86_400 else 3600
    if period < 60:
        step = period
    return int(start // step * step)


class Computation:
    """The values of a set of queries between two moments."""

    def __init__(
        self, store: MetricStore, region: str, queries: list[dict[str, Any]], start: float, end: float
    ) -> None:
        self._store = store
        self._region = region
        self._queries = queries
        self._start, self._end = start, end
        periods = [q["MetricStat"]["Period"] for q in queries if "MetricStat" in q]
        #: Expressions without a period of their own are on the coarsest grid of their metrics.
        self._period = max(periods, default=60)

    def run(self) -> dict[str, list[TimeSeries]]:
        """Query id → its time series: one, or several for an expression that makes an array."""
        values: dict[str, Value] = {}
        metrics = [query["Id"] for query in self._queries if "MetricStat" in query]
        for query in _ordered(self._queries):
            if "MetricStat" in query:
                values[query["Id"]] = self._metric(query)
                continue
            period = query.get("Period") or self._period
            start = rounded_start(self._start, period)
            scope = Scope(start, int(-(-self._end // 1)), period, values, metrics, self._searched)
            try:
                values[query["Id"]] = evaluate(parsed(query), scope)
            except ExpressionError as problem:
                raise _failed(query, str(problem)) from None
        return {query["Id"]: self._final(query, values[query["Id"]]) for query in self._queries}

    def _final(self, query: dict[str, Any], value: Value) -> list[TimeSeries]:
        if isinstance(value, float):
            if query.get("ReturnData", True):
                raise _failed(query, "the result must be a time series or an array of time series, not a number")
            return []
        return as_list(value)

    def _metric(self, query: dict[str, Any]) -> TimeSeries:
        stat = query["MetricStat"]
        wanted = stat["Metric"]
        named = {entry["Name"]: entry["Value"] for entry in wanted.get("Dimensions") or []}
        metric = Metric(wanted["Namespace"], wanted["MetricName"], dimensions(named))
        label = query.get("Label") or metric.name
        return self.series(metric, stat["Stat"], stat["Period"], stat.get("Unit"), label)

    def series(self, metric: Metric, stat: str, period: int, unit: str | None, label: str) -> TimeSeries:
        compute = statistics.named(stat)
        if compute is None:
            raise ExpressionError(f"'{stat}' is not a statistic")
        start = rounded_start(self._start, period)
        buckets = self._store.read(self._region, metric, start, self._end, period, unit)
        computed = ((moment, compute(bucket)) for moment, (bucket, _) in buckets.items())
        return TimeSeries({moment: value for moment, value in computed if value is not None}, label, period)

    def _searched(self, text: str, stat: str, period: int) -> list[TimeSeries]:
        check_period(period)
        found = Search(text).among(self._store.listed(self._region))
        return [self.series(metric, stat, period, None, _label(metric)) for metric in found]


def _label(metric: Metric) -> str:
    return " ".join([*(value for _, value in metric.dimensions), metric.name])
