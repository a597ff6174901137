"""From data points to an alarm's state. Pure; a table of the user guide is its test.

User guide, "Configuring how CloudWatch alarms treat missing data": CloudWatch looks at more points than the
alarm has evaluation periods, so that late data can take the place of missing data; only when there are still
fewer real points than periods are missing ones treated as the alarm says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
#: How many points beyond the evaluation periods are looked at: the user guide's example has 5 for 3.
EXTRA_POINTS = 2

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (lambda value, bound: value >= bound, "greater than or equal to"),
    "GreaterThanThreshold": (lambda value, bound: value > bound, "greater than"),
    "LessThanThreshold": (lambda value, bound: value < bound, "less than"),
    "LessThanOrEqualToThreshold": (lambda value, bound: value <= bound, "less than or equal to"),
}
BANDS = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")


@dataclass(frozen=True)
class Point:
    """``value`` is None for a missing point; ``breaching`` counts only when there is a value."""

    moment: float
    value: float | None = None
    breaching: bool = False


@dataclass(frozen=True)
class Verdict:
    """``state`` is None when the alarm stays as it is."""

    state: str | None
    #: The real points that decided, oldest first.
    points: tuple[Point, ...] = ()
    #: How many missing points were taken for breaching or not.
    filled: int = 0


def judge(points: Sequence[Point], periods: int, needed: int, missing: str) -> Verdict:
    """``points`` is the evaluation range, oldest first; ``periods`` and ``needed`` are N and M of "M out of N"."""
    real = [point for point in points if point.value is not None]
    if len(real) >= periods:
        used = real[-periods:]
        return Verdict(ALARM if _breaching(used) >= needed else OK, tuple(used))
    filled = periods - len(real)
    if missing in ("breaching", "notBreaching"):
        count = _breaching(real) + (filled if missing == "breaching" else 0)
        return Verdict(ALARM if count >= needed else OK, tuple(real), filled)
    if not real:
        return Verdict(None if missing == "ignore" else INSUFFICIENT, (), filled)
    if _breaching(real) < len(real):
        return Verdict(ALARM if _breaching(real) >= needed else OK, tuple(real), filled)
    # "Premature alarm state": nothing but breaching points, and the oldest is at least as old as it needs.
    age = len(points) - next(place for place, point in enumerate(points) if point.value is not None)
    if missing == "ignore":
        return Verdict(None, tuple(real), filled)
    return Verdict(ALARM if age >= needed else OK, tuple(real), filled)


def _breaching(points: Sequence[Point]) -> int:
    return sum(point.breaching for point in points)


def reason(verdict: Verdict, operator: str, threshold: float | None, periods: int, needed: int, missing: str) -> str:
    """The state's reason in CloudWatch's words, from notifications that people have published."""
    if verdict.state == INSUFFICIENT:
        return f"Insufficient Data: {_counted(periods, 'datapoint')} {_was(periods)} unknown."
    treated = ""
    if verdict.filled and missing in ("breaching", "notBreaching"):
        word = "Breaching" if missing == "breaching" else "NonBreaching"
        treated = f"{_counted(verdict.filled, 'missing datapoint')} {_was(verdict.filled)} treated as [{word}]"
    if not verdict.points:
        return f"Threshold Crossed: no datapoints were received for {_counted(periods, 'period')} and {treated}."
    alarming = verdict.state == ALARM
    shown = [point for point in verdict.points if point.breaching == alarming] or list(verdict.points)
    listed = ", ".join(f"{point.value} ({_stamp(point.moment)})" for point in shown)
    compared = _compared(operator, threshold, alarming)
    if treated:
        return (
            f"Threshold Crossed: {_counted(len(shown), 'datapoint')} [{listed}] {_was(len(shown))} {compared} "
            f"and {treated}."
        )
    enough = needed if alarming else periods - needed + 1
    change = "OK -> ALARM" if alarming else "ALARM -> OK"
    return (
        f"Threshold Crossed: {len(shown)} out of the last {len(verdict.points)} datapoints [{listed}] "
        f"{_was(len(shown))} {compared} (minimum {_counted(enough, 'datapoint')} for {change} transition)."
    )


def _compared(operator: str, threshold: float | None, alarming: bool) -> str:
    negation = "" if alarming else "not "
    if operator in BANDS:
        side = {
            "LessThanLowerThreshold": "less than the lower threshold",
            "GreaterThanUpperThreshold": "greater than the upper threshold",
        }.get(operator, "less than the lower threshold or greater than the upper threshold")
        return f"{negation}{side}"
    return f"{negation}{COMPARISONS[operator][1]} the threshold ({threshold})"


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%d/%m/%y %H:%M:%S")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
