"""GetMetricData, GetMetricStatistics, ListMetrics and PutMetricData."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import time
from typing import Any

from ..world import World
from . import queries, statistics, wire
from .errors import CloudWatchError, invalid, invalid_combination, invalid_token, invalid_value
from .metric_math import TimeSeries
from .paging import page
from .store import Metric, dimensions

MOST_DATAPOINTS = 100_800
LISTED_PER_PAGE = 500
MOST_STATISTICS = 1_440
MOST_DATA, MOST_VALUES = 1_000, 150
PAST_SECONDS, FUTURE_SECONDS = 14 * 86_400, 2 * 3_600
RECENT = {"PT3H": 3 * 3_600 + 50 * 60}


# GetMetricData


def get_metric_data(world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
    asked = wanted["MetricDataQueries"]
    start, end = wanted["StartTime"], wanted["EndTime"]
    if start >= end:
        raise invalid("The parameter StartTime must be less than the parameter EndTime.")
    queries.check(asked)
    results = queries.Computation(world.metrics, region, asked, start, end).run()
    descending = wanted.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    rows = []
    for query in asked:
        if not query.get("ReturnData", True):
            continue
        series = results[query["Id"]]
        for one in series:
            points = sorted(one.points.items(), reverse=descending)
            rows.append((query["Id"], _label(query, one, len(series)), points))
    answer = _page(rows, wanted)
    spoilt = world.states.metric_status(region)
    if spoilt is not None:
        for result in answer["MetricDataResults"]:
            result |= spoilt
    return answer


def _label(query: dict[str, Any], series: TimeSeries, count: int) -> str:
    if "MetricStat" in query:
        return series.label
    own = query.get("Label")
    if count > 1 or "SEARCH" in query["Expression"]:
        return f"{own or query['Id']} {series.label}".strip()
    return own or query["Id"]


def _page(rows: list[tuple[str, str, list[tuple[int, float]]]], wanted: dict[str, Any]) -> dict[str, Any]:
    """At most so many points; what is cut off is PartialData, and the token leads to the rest."""
    most = wanted.get("MaxDatapoints") or MOST_DATAPOINTS
    if not 1 <= most <= MOST_DATAPOINTS:
        raise invalid(f"The value {most} for parameter MaxDatapoints is invalid: it is 1 to {MOST_DATAPOINTS}.")
    row, offset = _decoded(wanted)
    results: list[dict[str, Any]] = []
    room = most
    while row < len(rows):
        identifier, label, points = rows[row]
        taken = points[offset : offset + room]
        room -= len(taken)
        complete = offset + len(taken) >= len(points)
        results.append(
            {
                "Id": identifier,
                "Label": label,
                "Timestamps": [moment for moment, _ in taken],
                "Values": [value for _, value in taken],
                "StatusCode": "Complete" if complete else "PartialData",
            }
        )
        if not complete:
            return {"MetricDataResults": results, "Messages": [], "NextToken": _token(wanted, row, offset + len(taken))}
        row, offset = row + 1, 0
        if room == 0 and any(points for _, _, points in rows[row:]):
            return {"MetricDataResults": results, "Messages": [], "NextToken": _token(wanted, row, 0)}
    return {"MetricDataResults": results, "Messages": []}


def _digest(wanted: dict[str, Any]) -> str:
    rest = {name: value for name, value in wanted.items() if name not in ("NextToken", "MaxDatapoints")}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()[:16]


def _token(wanted: dict[str, Any], row: int, offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([_digest(wanted), row, offset]).encode()).decode()


def _decoded(wanted: dict[str, Any]) -> tuple[int, int]:
    if "NextToken" not in wanted:
        return 0, 0
    try:
        digest, row, offset = json.loads(base64.b64decode(wanted["NextToken"], altchars=b"-_", validate=True))
    except (ValueError, TypeError):
        raise invalid_token() from None
    if digest != _digest(wanted):
        raise invalid_token()
    return int(row), int(offset)


# GetMetricStatistics


def get_metric_statistics(world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
    simple, extended = wanted.get("Statistics") or [], wanted.get("ExtendedStatistics") or []
    if not simple and not extended:
        raise invalid_combination("Must specify either Statistics or ExtendedStatistics")
    if simple and extended:
        raise invalid_combination(
            "The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both."
        )
    for name in extended:
        if not statistics.is_extended(name):
            raise invalid_value(f"The value {name} for parameter ExtendedStatistics is invalid.")
    start, end, period = wanted["StartTime"], wanted["EndTime"], wanted["Period"]
    if start >= end:
        raise invalid_value("The parameter StartTime must be less than the parameter EndTime.")
    if period not in queries.FINE_PERIODS and (period < 60 or period % 60):
        raise invalid_value("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
    start = queries.rounded_start(start, period)
    count = math.ceil((end - start) / period)
    if count > MOST_STATISTICS:
        raise invalid_combination(
            f"You have requested up to {count:,} datapoints, which exceeds the limit of {MOST_STATISTICS:,}. You may "
            "reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
    named = {entry["Name"]: entry["Value"] for entry in wanted.get("Dimensions") or []}
    metric = Metric(wanted["Namespace"], wanted["MetricName"], dimensions(named))
    points = []
    for moment, (bucket, unit) in world.metrics.read(region, metric, start, end, period, wanted.get("Unit")).items():
        point: dict[str, Any] = {"Timestamp": moment, "Unit": unit}
        point |= {name: compute(bucket) for name in simple if (compute := statistics.named(name))}
        if extended:
            values = {name: compute(bucket) for name in extended if (compute := statistics.named(name))}
            point["ExtendedStatistics"] = {name: value for name, value in values.items() if value is not None}
        points.append(point)
    return {"Label": metric.name, "Datapoints": points}


# ListMetrics


def list_metrics(world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
    recent = RECENT.get(wanted["RecentlyActive"]) if "RecentlyActive" in wanted else None
    found = world.metrics.listed(region, recent) if recent else world.metrics.listed(region)
    shown = [metric for metric in found if _fits(metric, wanted)]
    metrics, rest = page(
        shown,
        LISTED_PER_PAGE,
        wanted.get("NextToken"),
        lambda: invalid_value("Request parameter NextToken is invalid"),
    )
    return {
        **rest,
        "Metrics": [
            {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
            }
            for metric in metrics
        ],
    }


def _fits(metric: Metric, wanted: dict[str, Any]) -> bool:
    """A filter on dimensions names some of them; a metric may have more."""
    if wanted.get("Namespace") not in (None, metric.namespace) or wanted.get("MetricName") not in (None, metric.name):
        return False
    named = dict(metric.dimensions)
    filters = wanted.get("Dimensions") or []
    return all(f["Name"] in named and f.get("Value") in (None, named[f["Name"]]) for f in filters)


# PutMetricData


def put_metric_data(world: World, region: str, wanted: dict[str, Any]) -> None:
    namespace = wanted["Namespace"]
    if namespace.startswith("AWS/"):
        raise invalid_value("The value AWS/ for parameter Namespace is invalid.")
    data = list(wanted.get("MetricData") or [])
    for group in wanted.get("EntityMetricData") or []:
        data += group.get("MetricData") or []
    if not data:
        raise CloudWatchError("MissingParameter", "The parameter MetricData is required.")
    if len(data) > MOST_DATA:
        raise invalid_value(f"The collection MetricData must not have a size greater than {MOST_DATA}.")
    now = time.time()
    for number, datum in enumerate(data, 1):
        _check_datum(datum, f"MetricData.member.{number}", now)
    for datum in data:
        _put(world, region, namespace, datum)


def _check_datum(datum: dict[str, Any], at: str, now: float) -> None:
    given = [name for name in ("Value", "Values", "StatisticValues") if name in datum]
    if not given:
        raise CloudWatchError("MissingParameter", f"At least one of the parameters must be specified: {at}.Value")
    if len(given) > 1:
        raise invalid_combination(
            f"The parameters {at}.{given[0]} and {at}.{given[1]} are mutually exclusive and you have specified both."
        )
    values = datum.get("Values") or []
    counts = datum.get("Counts")
    if counts is not None and len(counts) != len(values):
        raise invalid_value(f"The parameters {at}.Values and {at}.Counts must be of the same size.")
    if len(values) > MOST_VALUES:
        raise invalid_value(f"The collection {at}.Values must not have a size greater than {MOST_VALUES}.")
    numbers = [*values, *(counts or []), *datum.get("StatisticValues", {}).values()]
    for number in [*numbers, *([datum["Value"]] if "Value" in datum else [])]:
        # Values are between -2^360 and 2^360; NaN and infinities are refused.
        if not math.isfinite(number) or abs(number) > 2.0**360:
            raise invalid_value(f"The value {number} for parameter {at}.Value is invalid.")
    moment = datum.get("Timestamp")
    if moment is not None and not now - PAST_SECONDS <= moment <= now + FUTURE_SECONDS:
        raise invalid_value(
            f"The parameter {at}.Timestamp must specify a time no more than two weeks in the past, and no more than "
            "two hours in the future."
        )
    if datum.get("StorageResolution") not in (None, 1, 60):
        raise invalid_value(f"The parameter {at}.StorageResolution must be 1 or 60.")


def _put(world: World, region: str, namespace: str, datum: dict[str, Any]) -> None:
    named = {entry["Name"]: entry["Value"] for entry in datum.get("Dimensions") or []}
    unit, at = datum.get("Unit", "None"), datum.get("Timestamp")
    resolution = datum.get("StorageResolution") or 60
    if "StatisticValues" in datum:
        metric = Metric(namespace, datum["MetricName"], dimensions(named))
        world.metrics.put_summary(region, metric, datum["StatisticValues"], unit, at, resolution)
        return
    values = [datum["Value"]] if "Value" in datum else datum["Values"]
    counts = datum.get("Counts") or [1.0] * len(values)
    for value, count in zip(values, counts, strict=True):
        world.metrics.put(
            region, namespace, datum["MetricName"], named, value, unit, at=at, count=count, resolution=resolution
        )


OPERATIONS = {
    "GetMetricData": wire.operation(get_metric_data),
    "GetMetricStatistics": wire.operation(get_metric_statistics),
    "ListMetrics": wire.operation(list_metrics),
    "PutMetricData": wire.operation(put_metric_data),
}
