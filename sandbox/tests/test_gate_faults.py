"""The database's faults, as a client sees them."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from gate_support import EAST, WEST, WEST_ID, Database, running_database


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with running_database() as running:
        with running.connect() as admin:
            admin.execute("CREATE TABLE rows (id int PRIMARY KEY)")
        yield running


@pytest.fixture(autouse=True)
def no_faults_afterwards(database: Database) -> Iterator[None]:
    yield
    database.account.faults.clear()
    with database.connect() as admin:
        admin.execute("DELETE FROM rows")


def ids(database: Database) -> list[int]:
    with database.connect(region=WEST, identifier=WEST_ID) as admin:
        return [row[0] for row in admin.execute("SELECT id FROM rows ORDER BY id").fetchall()]


def sqlstate(connection: psycopg.Connection[Any], sql: str, **options: Any) -> tuple[str | None, str | None]:
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(sql, **options)
    return caught.value.diag.sqlstate, caught.value.diag.message_primary


CONFLICT = ("40001", "change conflicts with another transaction (OC000)")


def test_down_cuts_what_is_open_and_lets_nobody_in(database: Database) -> None:
    open_one = database.connect()
    with database.connect(region=WEST, identifier=WEST_ID) as other_region:
        fault = database.account.faults.add({"kind": "database-down", "region": EAST})
        with pytest.raises(psycopg.OperationalError):
            _wait_for(lambda: open_one.execute("SELECT 1") is None)
        _wait_for(lambda: "Connection refused" in _answer_to_a_newcomer(database))
        assert other_region.execute("SELECT 1").fetchone() == (1,)
        database.account.faults.remove(fault.id)
        _wait_for(lambda: _answer_to_a_newcomer(database) == "welcome")


def test_delay(database: Database) -> None:
    with database.connect() as connection:
        database.account.faults.add({"kind": "database-delay", "region": EAST, "delayMs": 150})
        start = time.monotonic()
        connection.execute("SELECT 1")
        assert 0.15 <= time.monotonic() - start < 1


@pytest.mark.parametrize("prepare", [False, True])
def test_the_next_commits_conflict(database: Database, prepare: bool) -> None:
    with database.connect() as connection:
        database.account.faults.add({"kind": "database-conflict", "region": EAST, "times": 2})
        connection.execute("BEGIN", prepare=prepare)
        connection.execute("SELECT 1", prepare=prepare)
        connection.execute("COMMIT", prepare=prepare)  # has changed nothing, so nothing can conflict
        connection.execute("BEGIN", prepare=prepare)
        connection.execute("INSERT INTO rows VALUES (1)", prepare=prepare)
        assert sqlstate(connection, "COMMIT", prepare=prepare) == CONFLICT
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert sqlstate(connection, "INSERT INTO rows VALUES (2)", prepare=prepare) == CONFLICT
        connection.execute("INSERT INTO rows VALUES (3)", prepare=prepare)
    assert ids(database) == [3]


def test_a_conflict_within_a_pipeline(database: Database) -> None:
    with database.connect() as connection:
        database.account.faults.add({"kind": "database-conflict", "times": 1})
        with pytest.raises(psycopg.errors.SerializationFailure), connection.pipeline() as pipeline:
            for sql in ("BEGIN", "INSERT INTO rows VALUES (1)", "COMMIT"):
                connection.execute(sql)
            pipeline.sync()
            connection.execute("INSERT INTO rows VALUES (2)")
            pipeline.sync()
        connection.execute("INSERT INTO rows VALUES (4)")
    assert ids(database) in ([2, 4], [4])


@pytest.mark.parametrize("explicit", [False, True])
@pytest.mark.parametrize("prepare", [False, True])
@pytest.mark.parametrize(("committed", "left"), [(False, []), (True, [5])])
def test_a_commit_that_is_cut_off(database: Database, committed: bool, left: list[int], prepare: bool,
                                  explicit: bool) -> None:
    connection = database.connect()
    database.account.faults.add({"kind": "database-cut-commit", "region": EAST, "committed": committed})
    if explicit:
        connection.execute("BEGIN")
        connection.execute("INSERT INTO rows VALUES (5)")
    with pytest.raises(psycopg.OperationalError) as caught:
        connection.execute("COMMIT" if explicit else "INSERT INTO rows VALUES (5)", prepare=prepare)
    assert caught.value.diag.sqlstate is None and connection.broken
    assert ids(database) == left


def test_a_statement_does_not_outlive_its_client(database: Database) -> None:
    connection = database.connect()
    connection.execute("BEGIN")
    connection.execute("INSERT INTO rows VALUES (9)")
    connection.pgconn.finish()
    with database.connect() as other:
        other.execute("SET lock_timeout = '2s'")
        other.execute("INSERT INTO rows VALUES (9)")
    assert ids(database) == [9]


def test_a_running_statement_ends_when_its_client_is_cut(database: Database) -> None:
    sleeper = database.connect(region=WEST, identifier=WEST_ID)
    with database.connect() as watcher:
        sleeper.pgconn.send_query(b"SELECT pg_sleep(30)")
        sleeper.pgconn.flush()
        running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)' AND state = 'active'"
        _wait_for(lambda: watcher.execute(running).fetchone() == (1,))
        database.account.faults.add({"kind": "database-down", "region": WEST})
        _wait_for(lambda: watcher.execute(running).fetchone() == (0,))
    sleeper.close()


def _answer_to_a_newcomer(database: Database) -> str:
    try:
        database.connect().close()
    except psycopg.OperationalError as problem:
        return str(problem)
    return "welcome"


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_dead_postgresql_is_said_to_be_unavailable() -> None:
    with running_database() as database:
        open_one = database.connect()
        database.process.send(signal.SIGINT)
        with pytest.raises(psycopg.OperationalError, match="terminating connection|closed"):
            for _ in range(50):
                open_one.execute("SELECT 1")
                time.sleep(0.05)
        with pytest.raises(psycopg.OperationalError, match="server unavailable"):
            for _ in range(50):
                database.connect().close()
                time.sleep(0.05)
