"""The SQL that Aurora DSQL has to take, and the comments that make an apply resumable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

FILES = sorted((Path(__file__).resolve().parents[2] / "schema").glob("*.sql"))


def statements(path: Path) -> list[tuple[list[str], str]]:
    """Each statement with the comment lines directly above it; no statement here holds a `;` inside."""
    found = []
    comments: list[str] = []
    text = ""
    for line in path.read_text().splitlines():
        if not text and line.startswith("--"):
            comments.append(line)
        elif not text and not line.strip():
            comments = []
        else:
            text += line + "\n"
            if line.rstrip().endswith(";"):
                found.append((comments, text))
                comments, text = [], ""
    assert not text, f"{path.name} ends inside a statement"
    return found


def test_dsql_lint_finds_nothing(run: Any) -> None:
    found = run("dsql-lint", *FILES)
    assert found.returncode == 0, found.stdout + found.stderr


def test_dsql_lint_would_find_something(run: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.sql"
    bad.write_text("CREATE INDEX i ON t (a);\nCREATE TABLE t (id SERIAL PRIMARY KEY);\n")
    assert run("dsql-lint", bad).returncode == 1


def test_the_pruning_statement_is_one_that_dsql_takes(run: Any, root: Path, tmp_path: Path) -> None:
    (statement,) = re.findall(r"```sql\n(.+?)```", (root / "schema/README.md").read_text(), re.S)
    prune = tmp_path / "prune.sql"
    prune.write_text(statement)
    found = run("dsql-lint", prune)
    assert found.returncode == 0, found.stdout + found.stderr
    (limit,) = re.findall(r"LIMIT (\d+)", statement)
    # A row and its entry in each index count alike.
    indexes = (root / "schema/003_processed_events.sql").read_text().count("\nCREATE INDEX")
    assert int(limit) * (1 + indexes) < 3000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_statement_can_be_met_again(path: Path) -> None:
    for comments, text in statements(path):
        repeatable = "IF NOT EXISTS" in text or text.startswith("GRANT ")
        skips = any(comment.startswith("-- skip when: SELECT ") for comment in comments)
        assert repeatable or skips, text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_asynchronous_index_is_waited_for(path: Path) -> None:
    for comments, text in statements(path):
        index = re.match(r"CREATE (?:UNIQUE )?INDEX ASYNC IF NOT EXISTS (\w+)", text)
        waits = [comment for comment in comments if comment.startswith("-- done when: SELECT ")]
        assert len(waits) == (1 if index else 0), text
        if index:
            assert f"c.relname = '{index[1]}' AND i.indisvalid" in waits[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_conditions_are_spelled_as_the_readme_says(path: Path) -> None:
    for line in path.read_text().splitlines():
        if re.match(r"--\s*(\w+ when|run)\b", line):
            assert re.match(r"-- (skip when: SELECT [^;]+|done when: SELECT [^;]+|run: always)$", line), line


def test_a_file_that_runs_always_skips_what_is_done(root: Path) -> None:
    path = root / "schema/005_access.sql"
    assert "\n-- run: always\n" in path.read_text()
    for comments, text in statements(path):
        assert any(comment.startswith("-- skip when: ") for comment in comments), text


def test_numbers_are_consecutive_and_unique() -> None:
    assert [int(path.name.split("_")[0]) for path in FILES] == list(range(len(FILES)))


def test_roles_have_no_right_too_many(root: Path) -> None:
    grants = re.findall(r"^GRANT (.+) ON (\w+) TO (\w+);", (root / "schema/004_roles.sql").read_text(), re.M)
    assert {(role, table, rights) for rights, table, role in grants} == {
        ("task_processor", "tasks", "SELECT, INSERT, UPDATE"),
        ("task_processor", "task_updates", "SELECT, INSERT"),
        ("task_processor", "processed_events", "SELECT, INSERT"),
        ("taskops", "tasks", "SELECT, DELETE"),
        ("taskops", "task_updates", "SELECT, DELETE"),
        ("taskops", "processed_events", "SELECT, DELETE"),
        ("taskops", "schema_version", "SELECT"),
    }
