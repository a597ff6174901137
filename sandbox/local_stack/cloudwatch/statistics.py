"""Statistics of a bucket by CloudWatch's names: SampleCount … Maximum, p90, tm95, TM(10%:90%), IQM and their kin.

User guide, "CloudWatch statistics definitions". How CloudWatch interpolates percentiles is not published;
here a percentile is the smallest value that so many per cent of the values do not exceed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from .store import Bucket

SIMPLE = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_PERCENT = r"(?:100|\d{1,2})(?:\.\d{1,10})?"
_SHORT = re.compile(rf"(p|tm|wm|tc|ts)({_PERCENT})", re.IGNORECASE)
_BOUND = r"-?\d*(?:\.\d+)?%?"
_LONG = re.compile(rf"(TM|WM|TC|TS|PR)\(({_BOUND}):({_BOUND})\)", re.IGNORECASE)

Statistic = Callable[[Bucket], float | None]


@functools.lru_cache(maxsize=512)
def named(name: str) -> Statistic | None:
    """The function for a statistic's name, or None when there is no such statistic."""
    if name in SIMPLE:
        return _simple(name)
    if name.upper() == "IQM":
        return lambda bucket: _trimmed(bucket, "TM", "25%", "75%")
    short = _SHORT.fullmatch(name)
    if short:
        kind, percent = short[1].lower(), short[2]
        if kind == "p":
            return lambda bucket: percentile(bucket, float(percent))
        return lambda bucket: _trimmed(bucket, kind.upper(), "", f"{percent}%")
    long = _LONG.fullmatch(name)
    if long and (long[2] or long[3]):
        return lambda bucket: _trimmed(bucket, long[1].upper(), long[2], long[3])
    return None


def is_extended(name: str) -> bool:
    return name not in SIMPLE and named(name) is not None


def is_percentile(name: str) -> bool:
    return bool(re.fullmatch(rf"p{_PERCENT}", name))


def _simple(name: str) -> Statistic:
    def compute(bucket: Bucket) -> float | None:
        match name:
            case "SampleCount":
                return bucket.count
            case "Sum":
                return bucket.total
            case "Average":
                return bucket.total / bucket.count if bucket.count else None
            case "Minimum":
                return bucket.minimum
        return bucket.maximum

    return compute


def percentile(bucket: Bucket, percent: float) -> float | None:
    if not bucket.values:
        return None
    wanted = bucket.count * percent / 100
    seen = 0.0
    ordered = sorted(bucket.values.items())
    for value, count in ordered:
        seen += count
        if seen >= wanted - 1e-9:
            return value
    return ordered[-1][0]


def _trimmed(bucket: Bucket, kind: str, low: str, high: str) -> float | None:
    """Trimmed mean, winsorized mean, trimmed count, trimmed sum, percentile rank between two bounds."""
    if not bucket.values:
        return None
    floor = _bound(bucket, low, float("-inf"))
    ceiling = _bound(bucket, high, float("inf"))
    if floor is None or ceiling is None:
        return None
    kept = [(value, count) for value, count in bucket.values.items() if floor < value <= ceiling or value == ceiling]
    if low and low.endswith("%") and float(low[:-1] or 0) == 0:
        kept = [(value, count) for value, count in bucket.values.items() if value <= ceiling]
    count = sum(c for _, c in kept)
    if kind == "TC":
        return count
    if kind == "PR":
        return 100 * count / bucket.count
    if kind == "WM":
        inside = ((min(max(v, floor), ceiling), c) for v, c in bucket.values.items())
        return sum(v * c for v, c in inside) / bucket.count
    total = sum(v * c for v, c in kept)
    if kind == "TS":
        return total
    return total / count if count else None


def _bound(bucket: Bucket, text: str, default: float) -> float | None:
    if not text:
        return default
    return percentile(bucket, float(text[:-1])) if text.endswith("%") else float(text)
