"""Metric math: expressions over time series. User guide, "Using metric math" and "Using IF expressions".

A value is a number, a time series or a list of time series. Missing values count as 0 in arithmetic and
comparisons; what would divide by zero is dropped.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .syntax import Array, ExpressionError, Function, Name, Node, Number, Operation, Text


@dataclass(frozen=True)
class TimeSeries:
    points: dict[int, float]
    label: str = ""
    period: int = 60

    def mapped(self, change: Callable[[float], float | None]) -> TimeSeries:
        made = ((moment, change(value)) for moment, value in self.points.items())
        return replace(self, points={moment: value for moment, value in made if value is not None})


Value = float | TimeSeries | list[TimeSeries]


@dataclass
class Scope:
    """What an expression can refer to, and the grid of time stamps that is asked for."""

    start: int
    end: int
    period: int
    values: dict[str, Value] = field(default_factory=dict)
    #: The queries that are metrics, for METRICS().
    metrics: list[str] = field(default_factory=list)
    search: Callable[[str, str, int], list[TimeSeries]] | None = None

    def grid(self, period: int | None = None) -> range:
        return range(self.start, self.end, period or self.period)


def evaluate(node: Node, scope: Scope) -> Value:
    from .functions import call

    match node:
        case Number():
            return node.value
        case Name():
            if node.value not in scope.values:
                raise ExpressionError(f"Unknown identifier '{node.value}'")
            return scope.values[node.value]
        case Text():
            raise ExpressionError(f"Unexpected text '{node.value}'")
        case Array():
            return [series for element in node.elements for series in as_list(evaluate(element, scope))]
        case Operation():
            operands = [evaluate(operand, scope) for operand in node.operands]
            if len(operands) == 1:
                change = operator.neg if node.sign == "-" else _not
                return elementwise(change, operands[0])
            return binary(_SIGNS[node.sign], operands[0], operands[1])
        case Function():
            return call(node, scope)


def as_list(value: Value) -> list[TimeSeries]:
    if isinstance(value, list):
        return value
    if isinstance(value, TimeSeries):
        return [value]
    raise ExpressionError("A time series is expected, not a number")


def elementwise(change: Callable[[float], float | None], value: Value) -> Value:
    if isinstance(value, list):
        return [series.mapped(change) for series in value]
    if isinstance(value, TimeSeries):
        return value.mapped(change)
    changed = change(value)
    return 0.0 if changed is None else changed


def binary(change: Callable[[float, float], float | None], left: Value, right: Value) -> Value:
    if isinstance(left, list) or isinstance(right, list):
        if isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                raise ExpressionError("The arrays of time series are not equally long")
            return [_of_series(change, a, b) for a, b in zip(left, right, strict=True)]
        if isinstance(left, list):
            return [_of_series(change, a, right) for a in left]  # type: ignore[arg-type]
        return [_of_series(change, left, b) for b in right]  # type: ignore[arg-type, union-attr]
    if isinstance(left, TimeSeries) or isinstance(right, TimeSeries):
        return _of_series(change, left, right)
    result = change(left, right)
    if result is None:
        raise ExpressionError("Division by zero")
    return result


def _of_series(
    change: Callable[[float, float], float | None], left: float | TimeSeries, right: float | TimeSeries
) -> TimeSeries:
    if not isinstance(left, TimeSeries):
        assert isinstance(right, TimeSeries)
        number = left
        return right.mapped(lambda value: change(number, value))
    if not isinstance(right, TimeSeries):
        other = right
        return left.mapped(lambda value: change(value, other))
    points: dict[int, float] = {}
    for moment in sorted(left.points.keys() | right.points.keys()):
        result = change(left.points.get(moment, 0.0), right.points.get(moment, 0.0))
        if result is not None:
            points[moment] = result
    return replace(left, points=points, period=max(left.period, right.period))


def _divide(left: float, right: float) -> float | None:
    return left / right if right else None


def _power(left: float, right: float) -> float | None:
    try:
        result = left**right
    except (ZeroDivisionError, OverflowError):
        return None
    return result if isinstance(result, float) else None


def _not(value: float) -> float:
    return 0.0 if value else 1.0


def _truth(compare: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda left, right: 1.0 if compare(left, right) else 0.0


_SIGNS: dict[str, Callable[[float, float], float | None]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "^": _power,
    "==": _truth(operator.eq),
    "!=": _truth(operator.ne),
    "<": _truth(operator.lt),
    "<=": _truth(operator.le),
    ">": _truth(operator.gt),
    ">=": _truth(operator.ge),
    "&&": _truth(lambda a, b: bool(a) and bool(b)),
    "||": _truth(lambda a, b: bool(a) or bool(b)),
}
