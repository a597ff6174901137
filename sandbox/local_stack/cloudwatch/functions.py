"""The functions of metric math. User guide, "Functions supported for metric math"."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from .metric_math import Scope, TimeSeries, Value, as_list, elementwise, evaluate
from .syntax import ExpressionError, Function, Name, Node, Text


def call(node: Function, scope: Scope) -> Value:
    function = _FUNCTIONS.get(node.name)
    if function is None:
        # The words of the service, from a public report of a template that failed.
        raise ExpressionError(f"Function '{node.name}' not found")
    least, most, body = function
    if not least <= len(node.arguments) <= most:
        raise ExpressionError(f"Function '{node.name}' does not take {len(node.arguments)} arguments")
    return body(node.arguments, scope)


def _each(change: Callable[[float], float | None]) -> Callable[..., Value]:
    return lambda arguments, scope: elementwise(change, evaluate(arguments[0], scope))


def _positive(change: Callable[[float], float]) -> Callable[[float], float | None]:
    return lambda value: change(value) if value > 0 else None


def _per_series(change: Callable[[TimeSeries], TimeSeries]) -> Callable[..., Value]:
    def body(arguments: tuple[Node, ...], scope: Scope) -> Value:
        value = evaluate(arguments[0], scope)
        return [change(series) for series in value] if isinstance(value, list) else change(as_list(value)[0])

    return body


# One number of a series, one series of an array


def _average(values: list[float]) -> float:
    return sum(values) / len(values)


def _deviation(values: list[float]) -> float:
    mean = _average(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def _aggregate(
    compute: Callable[[list[float]], float], zero_missing: bool = False
) -> Callable[[tuple[Node, ...], Scope], Value]:
    def body(arguments: tuple[Node, ...], scope: Scope) -> Value:
        value = evaluate(arguments[0], scope)
        if isinstance(value, TimeSeries):
            return compute(list(value.points.values())) if value.points else 0.0
        series = as_list(value)
        points: dict[int, float] = {}
        for moment in sorted(set().union(*(one.points for one in series))):
            values = [one.points[moment] for one in series if moment in one.points]
            if zero_missing:
                values += [0.0] * (len(series) - len(values))
            points[moment] = compute(values)
        return TimeSeries(points, "", max((one.period for one in series), default=scope.period))

    return body


# Along the time


def _steps(change: Callable[[float, float], float]) -> Callable[[TimeSeries], TimeSeries]:
    def body(series: TimeSeries) -> TimeSeries:
        ordered = sorted(series.points.items())
        pairs = itertools.pairwise(ordered)
        return replace(series, points={at: change(after - before, at - was) for (was, before), (at, after) in pairs})

    return body


def _running(series: TimeSeries) -> TimeSeries:
    total, points = 0.0, {}
    for moment, value in sorted(series.points.items()):
        total += value
        points[moment] = total
    return replace(series, points=points)


def _calendar(part: Callable[[datetime], float]) -> Callable[..., Value]:
    def body(arguments: tuple[Node, ...], scope: Scope) -> Value:
        series = _single(evaluate(arguments[0], scope))
        points = {moment: part(datetime.fromtimestamp(moment, UTC)) for moment in scope.grid(series.period)}
        return replace(series, points=points)

    return body


def _time_series(arguments: tuple[Node, ...], scope: Scope) -> Value:
    value = evaluate(arguments[0], scope)
    if not isinstance(value, float):
        raise ExpressionError("Function 'TIME_SERIES' takes a number")
    return TimeSeries({moment: value for moment in scope.grid()}, "", scope.period)


def _fill(arguments: tuple[Node, ...], scope: Scope) -> Value:
    value = evaluate(arguments[0], scope)
    filler: Any = arguments[1].value if isinstance(arguments[1], Name) else None
    if filler not in ("REPEAT", "LINEAR"):
        filler = evaluate(arguments[1], scope)

    def filled(series: TimeSeries) -> TimeSeries:
        points = dict(series.points)
        known = sorted(series.points)
        for moment in scope.grid(series.period):
            if moment in points:
                continue
            before = [at for at in known if at < moment]
            after = [at for at in known if at > moment]
            if filler == "REPEAT":
                if before:
                    points[moment] = points[before[-1]]
            elif filler == "LINEAR":
                if before and after:
                    a, b = before[-1], after[0]
                    points[moment] = points[a] + (series.points[b] - points[a]) * (moment - a) / (b - a)
            elif isinstance(filler, TimeSeries):
                if moment in filler.points:
                    points[moment] = filler.points[moment]
            elif isinstance(filler, float):
                points[moment] = filler
        return replace(series, points=dict(sorted(points.items())))

    return [filled(series) for series in value] if isinstance(value, list) else filled(_single(value))


def _if(arguments: tuple[Node, ...], scope: Scope) -> Value:
    condition = evaluate(arguments[0], scope)
    then = evaluate(arguments[1], scope)
    other = evaluate(arguments[2], scope) if len(arguments) == 3 else None
    if isinstance(condition, list) or isinstance(then, list) or isinstance(other, list):
        raise ExpressionError("Function 'IF' takes time series and numbers, no arrays")
    if isinstance(condition, float):
        chosen = then if condition else other
        return TimeSeries({}, "", scope.period) if chosen is None else chosen
    points: dict[int, float] = {}
    for moment, truth in condition.points.items():
        if truth:
            points[moment] = then.points.get(moment, 0.0) if isinstance(then, TimeSeries) else then
        elif isinstance(other, TimeSeries):
            if moment in other.points:
                points[moment] = other.points[moment]
        elif other is not None:
            points[moment] = other
    return replace(condition, points=points)


# Arrays


def _metrics(arguments: tuple[Node, ...], scope: Scope) -> Value:
    part = ""
    if arguments:
        if not isinstance(arguments[0], Text):
            raise ExpressionError("Function 'METRICS' takes a text")
        part = arguments[0].value
    return [series for name in scope.metrics if part in name for series in as_list(scope.values[name])]


def _sort(arguments: tuple[Node, ...], scope: Scope) -> Value:
    series = as_list(evaluate(arguments[0], scope))
    by, order = (a.value if isinstance(a, Name) else "" for a in arguments[1:3])
    compute = {"AVG": _average, "MIN": min, "MAX": max, "SUM": sum}.get(str(by))
    if compute is None or order not in ("ASC", "DESC"):
        raise ExpressionError("Function 'SORT' takes AVG, MIN, MAX or SUM, and ASC or DESC")
    ranked = sorted(
        series,
        key=lambda one: compute(list(one.points.values())) if one.points else float("-inf"),
        reverse=order == "DESC",
    )
    return ranked[: int(_number(arguments[3], scope))] if len(arguments) == 4 else ranked


def _slice(arguments: tuple[Node, ...], scope: Scope) -> Value:
    series = as_list(evaluate(arguments[0], scope))
    bounds = [int(_number(argument, scope)) for argument in arguments[1:]]
    return series[bounds[0] : bounds[1] if len(bounds) == 2 else None]


def _end(index: int) -> Callable[..., Value]:
    def body(arguments: tuple[Node, ...], scope: Scope) -> Value:
        series = as_list(evaluate(arguments[0], scope))
        return series[index] if series else TimeSeries({}, "", scope.period)

    return body


def _search(arguments: tuple[Node, ...], scope: Scope) -> Value:
    if scope.search is None:
        raise ExpressionError("Function 'SEARCH' cannot be used here")
    texts = [argument.value for argument in arguments[:2] if isinstance(argument, Text)]
    if len(texts) != 2:
        raise ExpressionError("Function 'SEARCH' takes two texts and a period")
    period = int(_number(arguments[2], scope)) if len(arguments) == 3 else scope.period
    return scope.search(str(texts[0]), str(texts[1]), period)


def _band(arguments: tuple[Node, ...], scope: Scope) -> Value:
    """Upper and lower bound around the mean of the values asked for; CloudWatch trains a model instead."""
    series = _single(evaluate(arguments[0], scope))
    width = _number(arguments[1], scope) if len(arguments) == 2 else 2.0
    if not series.points:
        return [replace(series, label="upper"), replace(series, label="lower")]
    values = list(series.points.values())
    mean, deviation = _average(values), _deviation(values)
    moments = scope.grid(series.period)
    upper = {moment: mean + width * deviation for moment in moments}
    lower = {moment: mean - width * deviation for moment in moments}
    return [replace(series, points=upper, label="upper"), replace(series, points=lower, label="lower")]


def _single(value: Value) -> TimeSeries:
    if not isinstance(value, TimeSeries):
        raise ExpressionError("A single time series is expected")
    return value


def _number(node: Node, scope: Scope) -> float:
    value = evaluate(node, scope)
    if not isinstance(value, float):
        raise ExpressionError("A number is expected")
    return value


def _remove_empty(arguments: tuple[Node, ...], scope: Scope) -> Value:
    return [series for series in as_list(evaluate(arguments[0], scope)) if series.points]


def _metric_count(arguments: tuple[Node, ...], scope: Scope) -> Value:
    return float(len(as_list(evaluate(arguments[0], scope))))


def _period(arguments: tuple[Node, ...], scope: Scope) -> Value:
    return float(_single(evaluate(arguments[0], scope)).period)


#: Name → fewest and most arguments, and what it does.
_FUNCTIONS: dict[str, tuple[int, int, Callable[[tuple[Node, ...], Scope], Value]]] = {
    "ABS": (1, 1, _each(abs)),
    "CEIL": (1, 1, _each(lambda value: float(math.ceil(value)))),
    "FLOOR": (1, 1, _each(lambda value: float(math.floor(value)))),
    "LOG": (1, 1, _each(_positive(math.log))),
    "LOG10": (1, 1, _each(_positive(math.log10))),
    "SUM": (1, 1, _aggregate(sum)),
    "AVG": (1, 1, _aggregate(_average, zero_missing=True)),
    "MIN": (1, 1, _aggregate(min)),
    "MAX": (1, 1, _aggregate(max)),
    "STDDEV": (1, 1, _aggregate(_deviation)),
    "DATAPOINT_COUNT": (1, 1, _aggregate(lambda values: float(len(values)))),
    "DIFF": (1, 1, _per_series(_steps(lambda change, seconds: change))),
    "DIFF_TIME": (1, 1, _per_series(_steps(lambda change, seconds: float(seconds)))),
    "RATE": (1, 1, _per_series(_steps(lambda change, seconds: change / seconds))),
    "RUNNING_SUM": (1, 1, _per_series(_running)),
    "MINUTE": (1, 1, _calendar(lambda moment: float(moment.minute))),
    "HOUR": (1, 1, _calendar(lambda moment: float(moment.hour))),
    "DAY": (1, 1, _calendar(lambda moment: float(moment.isoweekday()))),
    "DATE": (1, 1, _calendar(lambda moment: float(moment.day))),
    "MONTH": (1, 1, _calendar(lambda moment: float(moment.month))),
    "YEAR": (1, 1, _calendar(lambda moment: float(moment.year))),
    "EPOCH": (1, 1, _calendar(lambda moment: moment.timestamp())),
    "TIME_SERIES": (1, 1, _time_series),
    "FILL": (2, 2, _fill),
    "IF": (2, 3, _if),
    "METRICS": (0, 1, _metrics),
    "METRIC_COUNT": (1, 1, _metric_count),
    "PERIOD": (1, 1, _period),
    "REMOVE_EMPTY": (1, 1, _remove_empty),
    "SORT": (3, 4, _sort),
    "SLICE": (2, 3, _slice),
    "FIRST": (1, 1, _end(0)),
    "LAST": (1, 1, _end(-1)),
    "SEARCH": (2, 3, _search),
    "ANOMALY_DETECTION_BAND": (1, 2, _band),
}
NAMES = frozenset(_FUNCTIONS)
