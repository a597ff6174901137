"""Where data points are kept: per Region, metric and unit, one bucket a minute (or a second, when asked for).

A bucket keeps the values that went into it, so that percentiles are of what really happened. Above a few
hundred different values they are rounded to three digits, which keeps a busy minute small.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import floor, log10
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..settings import LiveSettings
    from ..states import States

MINUTE = 60
#: GetMetricData's documentation: one-minute points are kept for 15 days, finer ones for three hours.
KEPT_SECONDS = 15 * 86_400
KEPT_FINE_SECONDS = 3 * 3600
#: ListMetrics shows what had data in the past two weeks.
LISTED_SECONDS = 14 * 86_400
MOST_VALUES = 400

Dimensions = tuple[tuple[str, str], ...]


def dimensions(named: Mapping[str, str]) -> Dimensions:
    return tuple(sorted(named.items()))


class Metric(NamedTuple):
    """A tuple, since it is looked up for every value that is put."""

    namespace: str
    name: str
    dimensions: Dimensions = ()


class Bucket:
    """Small while all its values are the same one, as those of a level mostly are."""

    __slots__ = ("_coarse", "_values", "count", "known", "maximum", "minimum", "total")

    def __init__(self) -> None:
        self.count = 0.0
        self.total = 0.0
        self.minimum = float("inf")
        self.maximum = float("-inf")
        #: False when only a summary of the values was sent, which has no percentiles.
        self.known = True
        self._values: dict[float, float] | None = None
        #: There were too many different values; they are kept to three digits since.
        self._coarse = False

    @property
    def values(self) -> dict[float, float] | None:
        """Value → how often; None when the values are not known."""
        if not self.known:
            return None
        if self._values is not None:
            return self._values
        return {self.minimum: self.count} if self.count else {}

    def add(self, value: float, count: float = 1.0) -> None:
        if self.known and self.count and (self._values is not None or value != self.minimum):
            if self._values is None:
                self._values = {self.minimum: self.count}
            kept = _rounded(value) if self._coarse else value
            self._values[kept] = self._values.get(kept, 0.0) + count
            if not self._coarse and len(self._values) > MOST_VALUES:
                self._coarsen(self._values)
        self.add_summary(count, value * count, value, value)

    def add_summary(self, count: float, total: float, minimum: float, maximum: float, known: bool = True) -> None:
        self.count += count
        self.total += total
        self.minimum = min(self.minimum, minimum)
        self.maximum = max(self.maximum, maximum)
        if not known:
            self.known, self._values = False, None

    def merge(self, other: Bucket) -> None:
        if self.known and other.known:
            together = dict(self.values or {})
            for value, count in (other.values or {}).items():
                together[value] = together.get(value, 0.0) + count
            self._values = together
        self.add_summary(other.count, other.total, other.minimum, other.maximum, other.known)

    def _coarsen(self, values: dict[float, float]) -> None:
        self._coarse, self._values = True, {}
        for value, count in values.items():
            kept = _rounded(value)
            self._values[kept] = self._values.get(kept, 0.0) + count


def _rounded(value: float) -> float:
    return round(value, 2 - floor(log10(abs(value)))) if value else 0.0


@dataclass
class Series:
    units: dict[str, dict[int, Bucket]] = field(default_factory=dict)
    resolution: int = MINUTE
    newest: int = 0
    #: How many values were put, for those who want to know whether there are new ones.
    version: int = 0


class MetricStore:
    """All data points of the account. Safe from any thread."""

    def __init__(self, settings: LiveSettings, states: States) -> None:
        self._settings = settings
        self._states = states
        self._regions: dict[str, dict[Metric, Series]] = {}
        self._lock = threading.Lock()

    # Writing

    def put(
        self,
        region: str,
        namespace: str,
        name: str,
        named: Mapping[str, str],
        value: float,
        unit: str = "None",
        *,
        at: float | None = None,
        count: float = 1.0,
        resolution: int = MINUTE,
    ) -> None:
        """One value, ``count`` times, at a moment (now, when none is given)."""
        metric = Metric(namespace, name, dimensions(named))
        with self._lock:
            self._bucket(region, metric, unit, at, resolution).add(float(value), count)

    def put_summary(
        self,
        region: str,
        metric: Metric,
        summary: Mapping[str, float],
        unit: str,
        at: float | None,
        resolution: int,
    ) -> None:
        """What PutMetricData calls StatisticValues; all values are known only when they are all the same."""
        low, high = summary["Minimum"], summary["Maximum"]
        with self._lock:
            bucket = self._bucket(region, metric, unit, at, resolution)
            if low == high:
                bucket.add(low, summary["SampleCount"])
            else:
                bucket.add_summary(summary["SampleCount"], summary["Sum"], low, high, known=False)

    def _bucket(self, region: str, metric: Metric, unit: str, at: float | None, resolution: int) -> Bucket:
        series = self._regions.setdefault(region, {}).setdefault(metric, Series())
        series.resolution = min(series.resolution, resolution)
        moment = int((time.time() if at is None else at) // resolution * resolution)
        series.newest = max(series.newest, moment)
        series.version += 1
        buckets = series.units.setdefault(unit, {})
        bucket = buckets.get(moment)
        if bucket is None:
            bucket = buckets[moment] = Bucket()
            if len(buckets) > KEPT_SECONDS // MINUTE:
                del buckets[min(buckets)]
        return bucket

    # Reading

    def visible_until(self, region: str, namespace: str) -> float:
        """Buckets that begin later than this are not to be seen yet."""
        return time.time() - self._states.metric_delay(region, namespace, self._settings.metricDelaySeconds)

    def visibility(self, region: str) -> Callable[[str], float]:
        """``visible_until`` for many questions at one moment."""
        return functools.cache(lambda namespace: self.visible_until(region, namespace))

    def read(
        self, region: str, metric: Metric, start: float, end: float, period: int, unit: str | None = None
    ) -> dict[int, tuple[Bucket, str]]:
        """Buckets of ``period`` seconds counted from ``start``, those with data only, each with its unit."""
        until = self.visible_until(region, metric.namespace)
        if period < MINUTE:
            start = max(start, (time.time() - KEPT_FINE_SECONDS) // period * period)
        merged: dict[int, tuple[Bucket, str]] = {}
        with self._lock:
            series = self._regions.get(region, {}).get(metric)
            if series is None:
                return {}
            for name, buckets in series.units.items():
                if unit is not None and name != unit:
                    continue
                for moment in _between(buckets, series.resolution, start, end):
                    if moment > until:
                        continue
                    place = int(start + (moment - start) // period * period)
                    into = merged.setdefault(place, (Bucket(), name))
                    into[0].merge(buckets[moment])
        return dict(sorted(merged.items()))

    def version(self, region: str, metrics: list[Metric]) -> int:
        """Grows with each value that is put into one of the metrics; 0 when none has any."""
        known = self._regions.get(region)
        if known is None:
            return 0
        return sum(series.version for metric in metrics if (series := known.get(metric)) is not None)

    def listed(self, region: str, recent_seconds: float = LISTED_SECONDS) -> list[Metric]:
        """The metrics with data in the past, in a steady order."""
        oldest = time.time() - recent_seconds
        with self._lock:
            known = [(m, s.newest, self._oldest(s)) for m, s in self._regions.get(region, {}).items()]
        shown = [
            m for m, newest, first in known if newest >= oldest and first <= self.visible_until(region, m.namespace)
        ]
        return sorted(shown, key=lambda m: (m.namespace, m.name, m.dimensions))

    @staticmethod
    def _oldest(series: Series) -> int:
        return min(next(iter(buckets)) for buckets in series.units.values() if buckets)


def _between(buckets: dict[int, Bucket], resolution: int, start: float, end: float) -> Iterator[int]:
    first = int(-(-start // resolution) * resolution)
    if (end - first) / resolution < len(buckets):
        return (moment for moment in range(first, int(-(-end // 1)), resolution) if moment in buckets)
    return (moment for moment in sorted(buckets) if start <= moment < end)
