"""A Region whose reads are told to be behind, and clusters whose states keep clients out or waiting."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest
from gate_support import EAST, EAST_ID, WEST, WEST_ID, Database, endpoint, running_database

#: Far longer than a test takes: what is not seen is not seen because it is held back.
LONG = 60_000


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with running_database() as running:
        with running.connect() as admin:
            admin.execute("CREATE TABLE rows (id int PRIMARY KEY, text varchar)")
        yield running


@pytest.fixture(autouse=True)
def nothing_set_afterwards(database: Database) -> Iterator[None]:
    yield
    database.account.states.clear()
    with database.connect() as admin:
        admin.execute("DELETE FROM rows")


def behind(database: Database, milliseconds: float) -> None:
    """West is behind, and the first snapshot of its past is there."""
    marker = int(time.monotonic() * 1000) % 1_000_000_000
    database.account.states.set({"kind": "database", "region": WEST, "readDelayMs": milliseconds})
    with west(database) as reader:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with database.connect() as writer:
                writer.execute("INSERT INTO rows VALUES (%s, 'marker')", (marker,))
            if (marker,) not in reader.execute("SELECT id FROM rows").fetchall():
                return
            marker += 1
    raise AssertionError("no snapshot was taken")


def west(database: Database) -> psycopg.Connection[tuple[int | str, ...]]:
    return database.connect(region=WEST, identifier=WEST_ID)


Read = Callable[[psycopg.Connection[tuple[int | str, ...]]], list[tuple[int | str, ...]]]
SQL = "SELECT id FROM rows WHERE id < 100 ORDER BY id"


def simple(client: psycopg.Connection[tuple[int | str, ...]]) -> list[tuple[int | str, ...]]:
    return client.execute(SQL.encode()).fetchall()


def parameters(client: psycopg.Connection[tuple[int | str, ...]]) -> list[tuple[int | str, ...]]:
    return client.execute("SELECT id FROM rows WHERE id < %s ORDER BY id", (100,)).fetchall()


def prepared(client: psycopg.Connection[tuple[int | str, ...]]) -> list[tuple[int | str, ...]]:
    return client.execute("SELECT id FROM rows WHERE id < %s ORDER BY id", (100,), prepare=True).fetchall()


def block(client: psycopg.Connection[tuple[int | str, ...]]) -> list[tuple[int | str, ...]]:
    with client.transaction():
        return client.execute(SQL).fetchall()


def extended_block(client: psycopg.Connection[tuple[int | str, ...]]) -> list[tuple[int | str, ...]]:
    client.execute("BEGIN", prepare=True)
    found = client.execute(SQL, prepare=True).fetchall()
    client.execute("COMMIT", prepare=True)
    return found


def pipelined(client: psycopg.Connection[tuple[int | str, ...]]) -> list[tuple[int | str, ...]]:
    with client.pipeline():
        first = client.execute(SQL)
        second = client.execute("SELECT id FROM rows WHERE id < %s ORDER BY id", (100,))
    found = first.fetchall()
    assert second.fetchall() == found
    return found


READS = [simple, parameters, prepared, block, extended_block, pipelined]


@pytest.mark.parametrize("read", READS)
def test_a_region_that_is_behind_does_not_see_what_its_peer_wrote(database: Database, read: Read) -> None:
    behind(database, LONG)
    with database.connect() as east, west(database) as late:
        east.execute("INSERT INTO rows VALUES (1, 'one')")
        for _ in range(3):
            assert read(late) == []
            assert late.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert simple(east) == [(1,)]
        database.account.states.clear()
        assert read(late) == [(1,)]


@pytest.mark.parametrize("read", READS)
def test_it_sees_what_it_wrote_itself(database: Database, read: Read) -> None:
    behind(database, LONG)
    with west(database) as late:
        late.execute("INSERT INTO rows VALUES (2, 'two')")
        assert read(late) == [(2,)]
        with late.transaction():
            late.execute("UPDATE rows SET text = 'changed' WHERE id = 2")
        assert late.execute("SELECT text FROM rows WHERE id = 2").fetchall() == [("changed",)]


def test_it_does_not_see_what_its_peer_writes_after_its_own_write(database: Database) -> None:
    behind(database, LONG)
    with database.connect() as east, west(database) as late:
        late.execute("INSERT INTO rows VALUES (4, 'four')")
        time.sleep(0.3)
        east.execute("INSERT INTO rows VALUES (5, 'five')")
        assert simple(late) == [(4,)]


def test_a_delay_that_is_ended_and_set_at_once_begins_anew(database: Database) -> None:
    behind(database, LONG)
    with database.connect() as east:
        east.execute("INSERT INTO rows VALUES (6, 'six')")
        database.account.states.clear()
        database.account.states.set({"kind": "database", "region": WEST, "readDelayMs": LONG + 1})
        time.sleep(0.3)
        east.execute("INSERT INTO rows VALUES (7, 'seven')")
        with west(database) as late:
            assert simple(late) == [(6,)]


def test_it_catches_up_after_its_delay(database: Database) -> None:
    behind(database, 300)
    with database.connect() as east, west(database) as late:
        east.execute("INSERT INTO rows VALUES (3, 'three')")
        deadline = time.monotonic() + 10
        while simple(late) != [(3,)] and time.monotonic() < deadline:
            time.sleep(0.02)
        assert simple(late) == [(3,)]


def test_errors_keep_their_place_and_their_words(database: Database) -> None:
    behind(database, LONG)
    with west(database) as late:
        for prepare in (False, True):
            with pytest.raises(psycopg.errors.DivisionByZero):
                late.execute("SELECT id / 0 FROM (SELECT count(*) AS id FROM rows) AS counted", prepare=prepare)
            assert late.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
            with pytest.raises(psycopg.errors.UndefinedTable):
                late.execute("SELECT * FROM nothing", prepare=prepare)
            assert late.execute("SELECT 1", prepare=prepare).fetchall() == [(1,)]
            assert late.execute(SQL, prepare=prepare).fetchall() == []


def test_a_read_of_the_past_counts_as_one_transaction(database: Database) -> None:
    from local_stack.cloudwatch.store import Metric, dimensions

    behind(database, LONG)
    metric = Metric("AWS/AuroraDSQL", "TotalTransactions", dimensions({"ClusterId": WEST_ID}))

    def total() -> float:
        found = database.account.metrics.read(WEST, metric, 0, time.time() + 60, 10**10)
        return sum(bucket.total for bucket, _ in found.values())

    with west(database) as late:
        before = total()
        simple(late)
        prepared(late)
        block(late)
        late.execute("SELECT 1")
        assert total() - before == 4


# The states of a cluster


def shown(database: Database, **changes: object) -> None:
    host = endpoint(EAST_ID, EAST)
    database.account.listed[host] = replace(database.account.listed[host], **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes, word",
    [
        ({"status": status}, status)
        for status in ("CREATING", "DELETING", "DELETED", "FAILED", "PENDING_SETUP", "PENDING_DELETE")
    ]
    + [({"encryption_status": "KMS_KEY_INACCESSIBLE"}, "KMS_KEY_INACCESSIBLE")],
)
def test_a_cluster_that_is_not_usable_takes_no_connection(
    database: Database, changes: dict[str, object], word: str
) -> None:
    shown(database, **changes)
    try:
        with pytest.raises(psycopg.OperationalError, match=f"the cluster is {word}"):
            database.connect()
    finally:
        shown(database, status="ACTIVE", encryption_status="ENABLED")
    database.connect().close()


@pytest.mark.parametrize("status", ["IDLE", "INACTIVE", "UPDATING"])
def test_a_cluster_that_sleeps_wakes_for_a_connection(database: Database, status: str) -> None:
    shown(database, status=status)
    database.account.settings.update({"clusterWakeSeconds": 30})
    try:
        if status == "UPDATING":
            database.connect(connect_timeout=10).close()
            return
        with pytest.raises(psycopg.errors.ConnectionTimeout):
            database.connect(connect_timeout=2)
        database.account.settings.update({"clusterWakeSeconds": 0.01})
        database.connect().close()
    finally:
        shown(database, status="ACTIVE")
