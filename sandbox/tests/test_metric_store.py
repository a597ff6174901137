"""Buckets of values, and the statistics that are computed of them; without I/O."""

from __future__ import annotations

import random

import pytest

from local_stack.cloudwatch.statistics import named
from local_stack.cloudwatch.store import MOST_VALUES, Bucket


def bucket(*values: float) -> Bucket:
    made = Bucket()
    for value in values:
        made.add(value)
    return made


def statistic(made: Bucket, name: str) -> float | None:
    compute = named(name)
    assert compute is not None
    return compute(made)


@pytest.mark.parametrize("values", [(), (3.0,), (3.0, 3.0, 3.0), (3.0, 3.0, 5.0), (5.0, 3.0, 3.0), (0.0, 0.0, 1.0)])
def test_values_are_kept_however_they_come(values: tuple[float, ...]) -> None:
    made = bucket(*values)
    assert made.values == {value: float(values.count(value)) for value in values}
    assert (made.count, made.total) == (len(values), sum(values))


def test_merging_is_as_if_all_had_come_to_one() -> None:
    chance = random.Random(4)
    for _ in range(200):
        parts = [[float(chance.randint(0, 3)) for _ in range(chance.randint(0, 4))] for _ in range(3)]
        merged = Bucket()
        for part in parts:
            merged.merge(bucket(*part))
        together = bucket(*(value for part in parts for value in part))
        assert (merged.values, merged.count, merged.total) == (together.values, together.count, together.total)
        assert (merged.minimum, merged.maximum) == (together.minimum, together.maximum)


def test_what_is_only_summed_up_has_no_percentiles() -> None:
    made = bucket(1.0, 2.0)
    made.add_summary(2, 10.0, 4.0, 6.0, known=False)
    made.add(7.0)
    assert made.values is None
    assert (statistic(made, "Sum"), statistic(made, "Maximum"), statistic(made, "p50")) == (20.0, 7.0, None)
    other = bucket(1.0)
    other.merge(made)
    assert other.values is None and other.count == 6


def test_many_values_are_rounded_and_stay_near() -> None:
    chance = random.Random(5)
    values = [chance.uniform(1, 100_000) for _ in range(20 * MOST_VALUES)]
    made = bucket(*values)
    assert made.values is not None and len(made.values) <= 5 * MOST_VALUES
    assert made.count == len(values) and made.total == pytest.approx(sum(values))
    exact = sorted(values)[int(len(values) * 0.95) - 1]
    assert statistic(made, "p95") == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize(
    "name", ["", "p", "p101", "p-1", "Median", "average", "TM", "TM(:)", "tm", "PR", "p50.", "pp50"]
)
def test_what_is_no_statistic(name: str) -> None:
    assert named(name) is None
