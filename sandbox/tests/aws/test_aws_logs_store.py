"""The index of events: compared with a sorted list over random schedules, and fast where a list would not be."""

import random

import pytest

from local_stack.faults import FaultError, Faults
from local_stack.logs.events import SortedEvents, event_id, key_of
from local_stack.logs.lag import kind_of, lag_ms


@pytest.mark.parametrize("seed", range(8))
def test_the_index_agrees_with_a_sorted_list(seed):
    choose = random.Random(seed)
    index, plain = SortedEvents(), []
    for number in range(9000):
        event = (choose.randrange(300), choose.randrange(5), number, choose.choice("ab"), "m")
        index.add(event)
        plain.append(event)
    plain.sort()
    assert list(index.after((-1,))) == plain and list(index.before((1 << 62,))) == plain[::-1]
    assert (len(index), index.first, index.last) == (9000, plain[0], plain[-1])
    for _ in range(300):
        event = choose.choice(plain)
        key = event[: choose.choice((1, 3))]
        assert list(index.after(key)) == [e for e in plain if e[: len(key)] > key or (len(key) == 1 and e[0] == key[0])]
        assert list(index.before(key)) == [e for e in plain[::-1] if e[: len(key)] < key]
    assert list(index.without_stream("a").after((-1,))) == [e for e in plain if e[3] == "b"]


class Counted(int):
    """A time stamp that counts how often it is looked at."""

    looks = 0

    def __eq__(self, other):
        Counted.looks += 1
        return int(self) == int(other)

    def __lt__(self, other):
        Counted.looks += 1
        return int(self) < int(other)

    __hash__ = int.__hash__


def test_a_place_among_a_quarter_of_a_million_is_found_by_few_looks():
    index = SortedEvents()
    for number in range(250_000):
        index.add((Counted(number), 0, number, "s", "m"))
    for find in (
        lambda: next(index.after((123_456,)))[0] == 123_456,
        lambda: next(index.before((123_456,)))[0] == 123_455,
        lambda: index.add((Counted(77_777), 1, 250_000, "s", "late")) is None,
    ):
        Counted.looks = 0
        assert find() and Counted.looks < 150


def test_ids_have_the_length_of_aws_s_and_hold_the_key():
    key = (1_767_323_045_123, 1_767_323_046_000, 42)
    assert len(event_id(key)) == 56 and key_of(event_id(key)) == key
    for wrong in ("", "x" * 56, "1" * 55):
        with pytest.raises(ValueError):
            key_of(wrong)


@pytest.mark.parametrize(
    "message, kind",
    [
        ("INIT_START Runtime Version: x", "INIT_START"),
        ("START RequestId: 1 Version: 2\n", "START"),
        ("END RequestId: 1\n", "END"),
        ("REPORT RequestId: 1\tDuration: 2 ms", "REPORT"),
        ("STARTED", "OTHER"),
        ("", "OTHER"),
        (" START", "OTHER"),
        ('{"time": "x", "type": "platform.report", "record": {}}', "REPORT"),
        ('{"time": "x", "type": "platform.runtimeDone", "record": {}}', "END"),
        ('{"time": "x", "type": "else"}', "OTHER"),
        ('{"time": broken', "OTHER"),
    ],
)
def test_the_kind_of_a_line(message, kind):
    assert kind_of(message) == kind


def test_the_lag_that_was_switched_on_last_and_fits_holds():
    faults = Faults()
    assert lag_ms(faults, "us-east-1", "/g", "x") == 0
    faults.add({"kind": "ingestion-lag", "delayMs": 300, "maxMs": 8000})
    faults.add({"kind": "ingestion-lag", "delayMs": 20, "group": "/aws/*"})
    faults.add({"kind": "ingestion-lag", "delayMs": 9000, "group": "/aws/*", "lines": "END,REPORT"})
    faults.add({"kind": "ingestion-lag", "delayMs": 1, "region": "us-west-2"})
    assert lag_ms(faults, "us-west-2", "/g", "x") == 1
    assert lag_ms(faults, "us-east-1", "/aws/f", "START RequestId: 1") == 20
    assert lag_ms(faults, "us-east-1", "/aws/f", "REPORT RequestId: 1") == 9000
    drawn = [lag_ms(faults, "us-east-1", "/g", "x") for _ in range(200)]
    assert 300 <= min(drawn) < 2000 and 6000 < max(drawn) <= 8000


@pytest.mark.parametrize(
    "record, word",
    [
        ({"kind": "ingestion-lag"}, "delayMs"),
        ({"kind": "ingestion-lag", "delayMs": 5, "maxMs": 4}, "maxMs"),
        ({"kind": "ingestion-lag", "delayMs": 5, "group": 4}, "group"),
        ({"kind": "stream-cut", "afterFrames": -1}, "afterFrames"),
    ],
)
def test_faults_that_are_none(record, word):
    with pytest.raises(FaultError, match=word):
        Faults().add(record)
