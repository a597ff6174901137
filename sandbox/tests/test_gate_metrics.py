"""What passes a gate is in CloudWatch: transactions, conflicts, time-outs, latencies, bytes, storage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from gate_support import EAST, EAST_ID, WEST, WEST_ID, Database, running_database

from local_stack.cloudwatch.statistics import named
from local_stack.cloudwatch.store import Metric, dimensions

COUNTS = ("TotalTransactions", "ReadOnlyTransactions", "OccConflicts", "QueryTimeouts")


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with running_database() as running:
        with running.connect() as admin:
            admin.execute("CREATE TABLE rows (id int PRIMARY KEY, text varchar)")
        yield running


class Meter:
    """The difference a test makes."""

    def __init__(self, database: Database, region: str = EAST, cluster: str = EAST_ID) -> None:
        self._database, self._region, self._cluster = database, region, cluster
        self._before = {name: self.now(name) for name in COUNTS}

    def now(self, name: str, statistic: str = "Sum") -> float:
        metric = Metric("AWS/AuroraDSQL", name, dimensions({"ClusterId": self._cluster}))
        end = time.time() + 60
        found = self._database.account.metrics.read(self._region, metric, end // 60 * 60 - 7200, end, 14_400)
        compute = named(statistic)
        assert compute is not None
        return sum(compute(bucket) or 0.0 for bucket, _ in found.values())

    def counted(self) -> dict[str, float]:
        made = {name: self.now(name) - self._before[name] for name in COUNTS}
        return {name: count for name, count in made.items() if count}


def settled(meter: Meter, expected: dict[str, float]) -> bool:
    deadline = time.monotonic() + 5
    while meter.counted() != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert meter.counted() == expected
    return True


def test_each_statement_outside_a_block_is_a_transaction(database: Database) -> None:
    with database.connect() as client:
        meter = Meter(database)
        client.execute("SELECT 1")
        client.execute("SELECT %s::int", (2,))
        client.execute("INSERT INTO rows VALUES (1, 'one')")
        client.execute("UPDATE rows SET text = 'nobody' WHERE id = -1")
        # The update found nothing to write.
        settled(meter, {"TotalTransactions": 4, "ReadOnlyTransactions": 3})


def test_a_block_is_one_transaction_and_a_roll_back_wrote_nothing(database: Database) -> None:
    with database.connect() as client:
        meter = Meter(database)
        with client.transaction():
            client.execute("INSERT INTO rows VALUES (2, 'two')")
            client.execute("SELECT count(*) FROM rows")
        settled(meter, {"TotalTransactions": 1})
        with client.transaction(force_rollback=True):
            client.execute("INSERT INTO rows VALUES (3, 'three')")
        settled(meter, {"TotalTransactions": 2, "ReadOnlyTransactions": 1})


def test_conflicts_are_counted_where_they_happen(database: Database) -> None:
    with database.connect() as one, database.connect(region=WEST, identifier=WEST_ID) as other:
        one.execute("INSERT INTO rows VALUES (10, '') ON CONFLICT DO NOTHING")
        east, west = Meter(database), Meter(database, WEST, WEST_ID)
        one.execute("BEGIN")
        one.execute("SELECT * FROM rows")
        other.execute("UPDATE rows SET text = 'other' WHERE id = 10")
        with pytest.raises(psycopg.errors.SerializationFailure):
            one.execute("UPDATE rows SET text = 'one' WHERE id = 10")
        one.execute("ROLLBACK")
        settled(east, {"TotalTransactions": 1, "OccConflicts": 1})
        settled(west, {"TotalTransactions": 1})


def test_conflicts_that_are_switched_on_count_as_well(database: Database) -> None:
    with database.connect() as client:
        meter = Meter(database)
        database.account.faults.add({"kind": "database-conflict", "region": EAST})
        with pytest.raises(psycopg.errors.SerializationFailure):
            client.execute("UPDATE rows SET text = 'x' WHERE id = 10")
        settled(meter, {"TotalTransactions": 1, "OccConflicts": 1})


def test_a_transaction_that_is_too_old_is_a_time_out(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from local_stack.gate import session

    monkeypatch.setattr(session, "Transaction", lambda: replace(session_transaction(), max_age=0.05))
    with database.connect() as client:
        meter = Meter(database)
        client.execute("BEGIN")
        time.sleep(0.1)
        with pytest.raises(psycopg.errors.ProgramLimitExceeded):
            client.execute("SELECT 1")
        client.execute("ROLLBACK")
        settled(meter, {"TotalTransactions": 1, "QueryTimeouts": 1})


def session_transaction():  # type: ignore[no-untyped-def]
    from local_stack.gate.transaction import Transaction

    return Transaction()


def test_latencies_and_bytes(database: Database) -> None:
    with database.connect() as client:
        meter = Meter(database)
        commits = meter.now("CommitLatency", "SampleCount")
        written, read = meter.now("BytesWritten"), meter.now("BytesRead")
        with client.transaction():
            client.execute("INSERT INTO rows VALUES (20, %s)", ("x" * 5000,))
        client.execute("INSERT INTO rows VALUES (21, '')")
        client.execute("SELECT text FROM rows WHERE id = 20")
        settled(meter, {"TotalTransactions": 3, "ReadOnlyTransactions": 1})
    assert meter.now("CommitLatency", "SampleCount") - commits == 2
    assert meter.now("CommitLatency", "p50") > 0
    assert 5000 < meter.now("BytesWritten") - written < 6000
    assert 5000 < meter.now("BytesRead") - read < 7000
    assert meter.now("ComputeTime") > 0


def test_storage_is_measured_for_both_peers(database: Database) -> None:
    database.account.settings.update({"metricSampleSeconds": 0.1})
    deadline = time.monotonic() + 10
    places = ((EAST, EAST_ID), (WEST, WEST_ID))
    while time.monotonic() < deadline:
        sizes = [Meter(database, *place).now("ClusterStorageSize", "Maximum") for place in places]
        if all(sizes):
            break
        time.sleep(0.05)
    assert sizes[0] == sizes[1] > 1_000_000
