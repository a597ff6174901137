"""What DSQL makes of SQL: in the gate's own judgement, beside dsql-lint's, and through a real connection."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from gate_support import FUNCTION_ROLE, WEST, WEST_ID, Database, running_database

from local_stack.gate.dialect import plan

CORPUS = Path(__file__).parent / "dialect_corpus.sql"


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with running_database() as running:
        yield running


@pytest.fixture
def admin(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with database.connect() as connection:
        yield connection


def error(connection: psycopg.Connection[Any], sql: str) -> tuple[str | None, str | None]:
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(sql)
    return caught.value.diag.sqlstate, caught.value.diag.message_primary


def corpus() -> list[tuple[str, str]]:
    """Lines of ``statement; -- expected``: the message of the refusal, or nothing when DSQL takes it."""
    pairs = []
    for line in CORPUS.read_text().splitlines():
        if line and not line.startswith("--"):
            statement, _, expected = line.partition(" --> ")
            pairs.append((statement, expected))
    return pairs


@pytest.mark.parametrize(("statement", "expected"), corpus())
def test_each_statement_is_judged_as_dsql_does(statement: str, expected: str) -> None:
    refusal = plan(statement).statements[0].refusal
    assert (refusal.message if refusal else "") == expected


def _linter() -> str | None:
    beside = Path(sys.executable).with_name("dsql-lint")
    return str(beside) if beside.exists() else shutil.which("dsql-lint")


#: Where the linter and live clusters differ, or the linter does not understand the statement.
LINTER_IS_SILENT = re.compile(
    r"xml|inet|money|FOR SHARE|TABLESAMPLE|AS SELECT|INTO b|AS \(|AS RANGE|GRANT USAGE|lc_collate|READ ONLY|MERGE|"
    r"default_transaction|client_min|text_pattern|DISABLE TRIGGER|DROP TYPE|SET ROLE|UNLOGGED|PROCEDURE|EXCLUDE"
)


@pytest.mark.skipif(_linter() is None, reason="dsql-lint is not installed (requirements-dev.txt)")
def test_dsql_lint_agrees(tmp_path: Path) -> None:
    """AWS's own linter finds fault with the same statements, each looked at by itself."""
    differing = []
    statements = corpus()
    file = tmp_path / "corpus.sql"
    file.write_text("\n".join(statement for statement, _ in statements))
    found = json.loads(subprocess.run([_linter() or "", "--format", "json", str(file)],
                                      capture_output=True, text=True).stdout)
    # What it cannot parse proves nothing; the rest must agree.
    lines = {d["line"]: d for d in found["files"][0]["diagnostics"]}
    for number, (statement, expected) in enumerate(statements, 1):
        diagnostic = lines.get(number)
        if diagnostic and "Failed to parse" in diagnostic["message"]:
            continue
        if bool(diagnostic) != bool(expected) and not LINTER_IS_SILENT.search(statement):
            differing.append(f"{statement} -> gate: {expected or 'accepted'}; dsql-lint: {diagnostic}")
    assert differing == []


def test_text_that_is_not_sql_is_left_to_postgresql(admin: psycopg.Connection[Any]) -> None:
    code, text = error(admin, "SELEC 1")
    assert (code, text) == ("42601", 'syntax error at or near "SELEC"')


def test_a_refusal_comes_with_dsqls_sqlstate(admin: psycopg.Connection[Any]) -> None:
    assert error(admin, "TRUNCATE things") == ("0A000", "unsupported statement: Truncate")
    assert error(admin, "CREATE TABLE s (id serial)") == ("42704", 'type "serial" does not exist')
    assert admin.execute("SELECT 1").fetchone() == (1,)


def test_a_refusal_fails_the_transaction(admin: psycopg.Connection[Any]) -> None:
    """Recorded on a live cluster: 25P02 afterwards, also for what would be refused anyway."""
    admin.execute("BEGIN")
    assert error(admin, "SAVEPOINT a")[1] == "unsupported transaction statement: SAVEPOINT"
    assert error(admin, "SAVEPOINT a")[0] == "25P02"
    assert error(admin, "SELECT 1")[0] == "25P02"
    admin.execute("ROLLBACK")
    assert admin.execute("SELECT 1").fetchone() == (1,)


def test_an_index_is_built_as_a_job(admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE TABLE indexed (id int PRIMARY KEY, v text)")
    made = admin.execute("CREATE INDEX ASYNC IF NOT EXISTS by_v ON indexed (v)")
    assert made.statusmessage == "CREATE INDEX"
    assert made.description and made.description[0].name == "job_id"
    job = made.fetchone()
    assert job and re.fullmatch("[a-z2-7]{26}", job[0])
    assert admin.execute(f"CALL sys.wait_for_job('{job[0]}')").fetchone() == (True,)
    row = admin.execute("SELECT status, job_type, object_name FROM sys.jobs WHERE job_id = %s", job).fetchone()
    assert row == ("completed", "INDEX_BUILD", "public.by_v")
    assert admin.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'by_v'").fetchone() == (1,)
    code, text = error(admin, "CREATE INDEX ASYNC by_v ON indexed (v)")
    assert (code, text) == ("42P07", 'relation "by_v" already exists')


def test_jobs_that_are_not_there(admin: psycopg.Connection[Any]) -> None:
    assert error(admin, "CALL sys.wait_for_job('x')")[1] == "Unable to convert text to UUID"
    assert error(admin, "SELECT sys.wait_for_job('x')")[0] == "42809"


def test_a_foreign_key_is_added_and_validated(admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE TABLE parent (id uuid PRIMARY KEY)")
    admin.execute("CREATE TABLE child (id uuid PRIMARY KEY, parent uuid)")
    admin.execute("ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (parent) REFERENCES parent NOT VALID")
    job = admin.execute("ALTER TABLE ASYNC child VALIDATE CONSTRAINT fk")
    assert job.statusmessage == "ALTER TABLE" and job.fetchone()
    assert error(admin, "INSERT INTO child VALUES (gen_random_uuid(), gen_random_uuid())")[0] == "23503"


def test_iam_grants(admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE ROLE app WITH LOGIN")
    assert admin.execute(f"AWS IAM GRANT app TO '{FUNCTION_ROLE}'").statusmessage == "GRANT"
    row = admin.execute("SELECT arn, pg_role_name, grantor_pg_role_name FROM sys.iam_pg_role_mappings").fetchone()
    assert row == (FUNCTION_ROLE, "app", "admin")
    assert error(admin, f"AWS IAM GRANT app TO '{FUNCTION_ROLE}'")[0] == "42710"
    assert error(admin, "AWS IAM GRANT app TO 'someone'")[1] == "IAM role must look like an IAM ARN"
    assert error(admin, f"AWS IAM GRANT nobody TO '{FUNCTION_ROLE}'")[1] == 'role "nobody" does not exist'
    admin.execute("CREATE ROLE silent")
    assert error(admin, f"AWS IAM GRANT silent TO '{FUNCTION_ROLE}'")[1] == "role silent must have the LOGIN attribute"
    assert admin.execute(f"AWS IAM REVOKE app FROM '{FUNCTION_ROLE}'").statusmessage == "REVOKE"
    assert admin.execute("SELECT count(*) FROM sys.iam_pg_role_mappings").fetchone() == (0,)


def test_only_admin_grants(admin: psycopg.Connection[Any], database: Database) -> None:
    admin.execute("CREATE ROLE plain WITH LOGIN")
    admin.execute(f"AWS IAM GRANT plain TO '{FUNCTION_ROLE}'")
    with database.connect("plain", key="ASIAFUNCTION") as connection:
        said = error(connection, f"AWS IAM GRANT plain TO '{FUNCTION_ROLE}'")
        assert said == ("42501", "permission denied to grant IAM trust with role plain")
        assert error(connection, "DELETE FROM sandbox.iam_mappings")[0] == "42501"


def test_ddl_keeps_to_itself(admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE TABLE mixed (id int)")
    admin.execute("BEGIN")
    admin.execute("CREATE TABLE one (id int)")
    assert error(admin, "CREATE TABLE two (id int)")[1] == "multiple ddl statements not supported in a transaction"
    admin.execute("ROLLBACK")
    admin.execute("BEGIN")
    admin.execute("INSERT INTO mixed VALUES (1)")
    assert error(admin, "CREATE TABLE two (id int)")[1] == "ddl and dml are not supported in the same transaction"
    admin.execute("ROLLBACK")
    assert error(admin, "CREATE TABLE a (id int); CREATE INDEX ASYNC ON a (id)")[0] == "0A000"
    assert admin.execute("SELECT to_regclass('a'), to_regclass('one')").fetchone() == (None, None)
    made = admin.execute("BEGIN; CREATE INDEX ASYNC ON mixed (id); COMMIT")
    tags = [made.statusmessage]
    while made.nextset():
        tags.append(made.statusmessage)
    assert tags == ["BEGIN", "CREATE INDEX", "COMMIT"]


def test_a_transaction_changes_3000_rows_at_most(admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE TABLE bulk (id int PRIMARY KEY)")
    assert error(admin, "INSERT INTO bulk SELECT generate_series(1, 3001)") == (
        "54000", "transaction row limit exceeded")
    admin.execute("INSERT INTO bulk SELECT generate_series(1, 3000)")
    admin.execute("BEGIN")
    admin.execute("DELETE FROM bulk WHERE id <= 1500")
    admin.execute("UPDATE bulk SET id = id WHERE id > 1500")
    assert error(admin, "INSERT INTO bulk VALUES (0)")[0] == "54000"
    admin.execute("ROLLBACK")
    assert admin.execute("SELECT count(*) FROM bulk").fetchone() == (3000,)
    assert admin.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal").fetchone() == (0,)


def test_a_transaction_ends_at_five_minutes(admin: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from local_stack.gate import transaction

    monkeypatch.setattr(transaction.Transaction, "_broken_rule", _five_minutes_later(transaction.Transaction))
    admin.execute("BEGIN")
    assert error(admin, "SELECT 1") == ("54000", "transaction age limit of 300s exceeded")
    admin.execute("ROLLBACK")


def _five_minutes_later(rules: Any) -> Any:
    judge = rules._broken_rule
    return lambda self, kind, now: judge(self, kind, now + 301)


def test_changes_conflict(database: Database) -> None:
    with database.connect() as east, database.connect(region=WEST, identifier=WEST_ID) as west:
        east.execute("CREATE TABLE contended (id int PRIMARY KEY, v int)")
        east.execute("INSERT INTO contended VALUES (1, 0)")
        east.execute("BEGIN")
        west.execute("BEGIN")
        assert west.execute("SELECT v FROM contended").fetchone() == (0,)
        east.execute("UPDATE contended SET v = 1")
        east.execute("COMMIT")
        assert error(west, "UPDATE contended SET v = 2") == (
            "40001", "change conflicts with another transaction (OC000)")
        west.execute("ROLLBACK")
        assert west.execute("UPDATE contended SET v = 2").rowcount == 1


def test_a_stale_catalog_is_told_once(database: Database) -> None:
    with database.connect() as one, database.connect(region=WEST, identifier=WEST_ID) as other:
        one.execute("CREATE TABLE changing (id int)")
        one.execute("CREATE TABLE unrelated (id int)")
        other.execute("INSERT INTO changing VALUES (1)")
        other.execute("INSERT INTO unrelated VALUES (1)")
        one.execute("ALTER TABLE changing ADD COLUMN v int")
        other.execute("INSERT INTO unrelated VALUES (2)")
        assert error(other, "INSERT INTO changing VALUES (2)") == (
            "40001", "schema has been updated by another transaction (OC001)")
        other.execute("INSERT INTO changing VALUES (2)")
        one.execute("INSERT INTO changing VALUES (3)")
        one.execute("BEGIN")
        one.execute("ALTER TABLE changing ADD COLUMN w int")
        one.execute("ROLLBACK")
        other.execute("INSERT INTO changing VALUES (4)")


def test_prepared_statements_and_pipelines(admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE TABLE piped (id int PRIMARY KEY, v text)")
    for number in range(20):
        admin.execute("INSERT INTO piped VALUES (%s, %s)", (number, "é" * number), prepare=True)
    with admin.pipeline() as pipeline:
        cursors = [admin.execute("SELECT v FROM piped WHERE id = %s", (n,)) for n in range(20)]
        pipeline.sync()
        assert [cursor.fetchone() for cursor in cursors] == [("é" * n,) for n in range(20)]


def test_a_refusal_keeps_its_place_in_a_pipeline(admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE TABLE ordered (id int PRIMARY KEY)")
    with pytest.raises(psycopg.errors.FeatureNotSupported), admin.pipeline() as pipeline:
        first = admin.execute("INSERT INTO ordered VALUES (1) RETURNING id")
        pipeline.sync()
        admin.execute("TRUNCATE ordered")
        admin.execute("INSERT INTO ordered VALUES (2)")
        pipeline.sync()
    assert first.fetchone() == (1,)
    assert admin.execute("SELECT id FROM ordered").fetchall() == [(1,)]


def test_prepared_ddl_and_jobs(admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE TABLE prepared (id int)", prepare=True)
    job = admin.execute("CREATE INDEX ASYNC ON prepared (id)", prepare=True)
    assert job.statusmessage == "CREATE INDEX" and len(job.fetchone()[0]) == 26  # type: ignore[index]
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        admin.execute("CREATE INDEX ON prepared (id)", prepare=True)
    admin.execute("BEGIN", prepare=True)
    admin.execute("INSERT INTO prepared VALUES (%s)", (1,), prepare=True)
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="same transaction"):
        admin.execute("ALTER TABLE prepared ADD COLUMN v int", prepare=True)
    admin.execute("ROLLBACK")


def test_large_values_and_many_rows_pass(admin: psycopg.Connection[Any]) -> None:
    value = "x" * 900_000
    assert admin.execute("SELECT %s::text", (value,)).fetchone() == (value,)
    rows = admin.execute("SELECT g, repeat('y', 50) FROM generate_series(1, 50000) g").fetchall()
    assert len(rows) == 50_000 and rows[-1] == (50_000, "y" * 50)


def test_copy_passes(admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE TABLE copied (id int, v text)")
    with admin.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
        for number in range(1000):
            copy.write_row((number, "v"))
    assert admin.execute("SELECT count(*) FROM copied").fetchone() == (1000,)


def test_a_message_over_10_mib_ends_the_connection(admin: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.OperationalError):
        admin.execute("SELECT length(%s)", ("x" * (11 * 1024 * 1024),))
    assert admin.broken
