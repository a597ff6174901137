"""Turns the text of a query into what the gate does with each of its statements.

PostgreSQL's own parser (pglast) reads the text; only the three forms DSQL adds to the language
(``CREATE INDEX ASYNC``, ``ALTER TABLE ASYNC``, ``AWS IAM GRANT|REVOKE``) are recognised by their tokens,
with PostgreSQL's own scanner.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pglast import ast, parse_sql
from pglast.enums import TransactionStmtKind
from pglast.parser import ParseError, scan
from pglast.visitors import Visitor

from . import rules
from .refusal import Refusal


class Kind(enum.Enum):
    READ = "read"
    DML = "dml"
    DDL = "ddl"
    BEGIN = "begin"
    COMMIT = "commit"
    ROLLBACK = "rollback"


@dataclass(frozen=True)
class Statement:
    #: What PostgreSQL is to be sent.
    sql: str
    kind: Kind
    refusal: Refusal | None = None
    #: The command tag DSQL answers with, where PostgreSQL's differs.
    tag: bytes | None = None
    #: Names of the tables read, written or changed, without system tables.
    relations: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    statements: tuple[Statement, ...]
    #: Whether PostgreSQL can be sent the client's text as it is.
    untouched: bool

    @property
    def text(self) -> str:
        return ";".join(statement.sql for statement in self.statements)


_DDL = {
    "CreateStmt", "IndexStmt", "AlterTableStmt", "DropStmt", "RenameStmt", "ViewStmt", "CreateSeqStmt",
    "AlterSeqStmt", "CreateFunctionStmt", "AlterFunctionStmt", "CreateSchemaStmt", "CreateRoleStmt",
    "AlterRoleStmt", "AlterRoleSetStmt", "DropRoleStmt", "GrantStmt", "GrantRoleStmt",
    "AlterDefaultPrivilegesStmt", "AlterOwnerStmt", "AlterObjectSchemaStmt", "CreateDomainStmt",
    "AlterDomainStmt", "CommentStmt", "DropOwnedStmt", "ReassignOwnedStmt",
}
_WRITES = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
_TRANSACTION = {
    TransactionStmtKind.TRANS_STMT_BEGIN: Kind.BEGIN,
    TransactionStmtKind.TRANS_STMT_START: Kind.BEGIN,
    TransactionStmtKind.TRANS_STMT_COMMIT: Kind.COMMIT,
    TransactionStmtKind.TRANS_STMT_ROLLBACK: Kind.ROLLBACK,
}


@lru_cache(maxsize=2048)
def plan(text: str) -> Plan:
    """What to do with a query's text. Applications send the same few texts, so answers are kept."""
    try:
        plain, forms = _without_dsql_forms(text)
        trees = parse_sql(plain) if plain.strip() else ()
    except (ParseError, UnicodeError):
        # Not SQL to the parser: PostgreSQL says so itself, with the position in the client's own text.
        return Plan((Statement(text, Kind.READ),), untouched=True)
    statements = []
    for number, tree in enumerate(trees):
        start = tree.stmt_location or 0
        end = start + tree.stmt_len if tree.stmt_len else len(plain)
        statements.append(_statement(plain[start:end], tree.stmt, forms.get(number)))
    changed = bool(forms) or any(statement.refusal or statement.tag for statement in statements)
    return Plan(tuple(statements), untouched=not changed)


def _statement(sql: str, tree: Any, form: _Form | None) -> Statement:
    if form and form.grant:
        verb = "iam_grant" if form.grant == "GRANT" else "iam_revoke"
        return Statement(f"CALL sandbox.{verb}({_literal(form.role)}, {_literal(form.arn)})", Kind.DDL,
                         tag=form.grant.encode())
    seen = _Seen()
    seen(tree)
    relations = frozenset(name for name in seen.relations if not name.startswith("pg_"))
    refusal = rules.refusal(tree, seen.nodes, is_async=form is not None, sql=sql)
    kind = _kind(tree, seen.nodes)
    if refusal or form is None:
        return Statement(sql, kind, refusal, relations=relations)
    table = _literal(_qualified(tree.relation))
    if isinstance(tree, ast.IndexStmt):
        name = _literal(tree.idxname) if tree.idxname else "NULL"
        sql = f"SELECT sandbox.create_index_async({_literal(sql)}, {table}, {name}) AS job_id"
        return Statement(sql, kind, tag=b"CREATE INDEX", relations=relations)
    sql = f"SELECT sandbox.validate_constraint_async({_literal(sql)}, {table}) AS job_id"
    return Statement(sql, kind, tag=b"ALTER TABLE", relations=relations)


def _kind(tree: Any, nodes: list[Any]) -> Kind:
    if isinstance(tree, ast.TransactionStmt) and tree.kind is not None:
        return _TRANSACTION.get(tree.kind, Kind.READ)
    if type(tree).__name__ in _DDL:
        return Kind.DDL
    if isinstance(tree, ast.CopyStmt):
        return Kind.DML if tree.is_from else Kind.READ
    if isinstance(tree, ast.ExplainStmt):
        return Kind.READ
    return Kind.DML if any(isinstance(node, _WRITES) for node in nodes) else Kind.READ


class _Seen(Visitor):
    """Every node of a statement, and the names of the tables among them."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[Any] = []
        self.relations: set[str] = set()

    def visit(self, ancestors: Any, node: Any) -> None:
        self.nodes.append(node)
        if isinstance(node, ast.RangeVar):
            if node.relname and node.schemaname not in ("sys", "pg_catalog", "information_schema"):
                self.relations.add(node.relname)
        elif isinstance(node, ast.DropStmt):
            for name in node.objects or ():
                if isinstance(name, tuple) and isinstance(name[-1], ast.String) and name[-1].sval:
                    self.relations.add(name[-1].sval)


@dataclass(frozen=True)
class _Form:
    """One of DSQL's additions to the language: ASYNC when ``grant`` is empty."""

    grant: str = ""
    role: str = ""
    arn: str = ""


def _without_dsql_forms(text: str) -> tuple[str, dict[int, _Form]]:
    """The text as PostgreSQL's grammar knows it, and which of its statements had a form of DSQL's own."""
    lowered = text.lower()
    if "async" not in lowered and "aws" not in lowered:
        return text, {}
    forms: dict[int, _Form] = {}
    pieces: list[str] = []
    done = 0
    number = 0
    statement: list[Any] = []
    for token in [*scan(text), None]:
        if token is not None and token.name in ("SQL_COMMENT", "C_COMMENT"):
            continue
        if token is not None and token.name != "ASCII_59":
            statement.append(token)
            continue
        words = [text[t.start : t.end + 1] for t in statement]
        upper = [word.upper() for word in words[:4]]
        cut: tuple[int, int, str] | None = None
        if upper[:3] == ["CREATE", "INDEX", "ASYNC"] or upper[:2] + upper[3:4] == ["CREATE", "UNIQUE", "ASYNC"]:
            position = 2 if upper[1] == "INDEX" else 3
            cut = (statement[position].start, statement[position].end + 1, "")
            forms[number] = _Form()
        elif upper[:3] == ["ALTER", "TABLE", "ASYNC"]:
            cut = (statement[2].start, statement[2].end + 1, "")
            forms[number] = _Form()
        elif _is_iam_statement(words) and statement[5].name == "SCONST":
            # A harmless statement keeps the place; the words are carried beside it.
            cut = (statement[0].start, statement[5].end + 1, "SELECT 1")
            forms[number] = _Form(upper[2], _identifier(words[3]), words[5][1:-1].replace("''", "'"))
        if cut:
            pieces += [text[done : cut[0]], cut[2]]
            done = cut[1]
        number += bool(statement)
        statement = []
    return "".join([*pieces, text[done:]]), forms


def _is_iam_statement(words: list[str]) -> bool:
    """``AWS IAM GRANT role TO 'arn'`` or ``AWS IAM REVOKE role FROM 'arn'``."""
    if len(words) != 6:
        return False
    shape = [word.upper() for word in (*words[:3], words[4])]
    return shape in (["AWS", "IAM", "GRANT", "TO"], ["AWS", "IAM", "REVOKE", "FROM"])


def _identifier(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _qualified(relation: Any) -> str:
    names = [name for name in (relation.schemaname, relation.relname) if name]
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)
