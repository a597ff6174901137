"""Which statements Aurora DSQL refuses, and in which words.

Sources, in this order: answers of live clusters (eu-central-1, Sep 2026) as recorded in the test fixtures of
the public repository Dreamescaper/dsql-emulator and in public protocols of first contact; AWS's ``dsql-lint``
0.2.22, which names more refusals but not their wording; AWS, "Supported subsets of SQL commands" and
"Unsupported PostgreSQL features". Wordings that are only an analogy to recorded ones stand in ``_BY_ANALOGY``
and in the lines marked so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pglast import ast
from pglast.enums import (
    AlterTableType as At,
)
from pglast.enums import (
    ConstrType,
    LockClauseStrength,
    ObjectType,
    SortByDir,
    TransactionStmtKind,
    VariableSetKind,
)

from .refusal import Refusal, unsupported

_RECORDED = {
    "TruncateStmt": "unsupported statement: Truncate",
    "CreateExtensionStmt": "unsupported statement: CreateExtension",
    "CreatedbStmt": "unsupported statement: Createdb",
    "CreateTrigStmt": "CREATE TRIGGER not supported",
    "CreateTableAsStmt": "unsupported statement: CreateTableAs",
    "CreateEnumStmt": "CREATE TYPE not supported",
    "AlterEnumStmt": "ALTER TYPE not supported",
    "CompositeTypeStmt": "unsupported statement: CompositeType",
    "CreateRangeStmt": "unsupported statement: CreateRange",
    "CreateTableSpaceStmt": "unsupported statement: CreateTableSpace",
    "CreateForeignTableStmt": "unsupported statement: CreateForeignTable",
    "MergeStmt": "unsupported statement type: MERGE",
    "ListenStmt": "unsupported statement: Listen",
    "NotifyStmt": "unsupported statement: Notify",
    "UnlistenStmt": "unsupported statement: Unlisten",
    "AlterSystemStmt": "unsupported statement: AlterSystem",
}
_BY_ANALOGY = {
    name: f"unsupported statement: {name.removesuffix('Stmt')}"
    for name in (
        "LockStmt", "DeclareCursorStmt", "FetchStmt", "PrepareStmt", "ExecuteStmt", "DoStmt", "RuleStmt",
        "CreatePolicyStmt", "AlterPolicyStmt", "ClusterStmt", "ReindexStmt", "RepackStmt", "CreatePLangStmt",
        "CreateEventTrigStmt", "DropdbStmt", "AlterDatabaseStmt", "AlterDatabaseSetStmt", "CreateStatsStmt",
        "CreateAmStmt", "CreateFdwStmt", "CreateForeignServerStmt", "CreateUserMappingStmt",
        "ImportForeignSchemaStmt", "CreatePublicationStmt", "CreateSubscriptionStmt", "CreateCastStmt",
        "CreateConversionStmt", "CreateTransformStmt", "CreateOpClassStmt", "CreateOpFamilyStmt", "DefineStmt",
        "AlterExtensionStmt", "AlterTypeStmt", "SecLabelStmt", "LoadStmt", "CheckPointStmt",
    )
}

_DENIED_TYPES = {
    "money", "xml", "inet", "cidr", "macaddr", "macaddr8", "point", "line", "lseg", "box", "path", "polygon",
    "circle", "tsvector", "tsquery", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange",
    "bit", "varbit", "pg_lsn",
}
_SERIAL = {"serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"}
_TYPE_NAMES = {
    "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision",
    "bool": "boolean", "varchar": "character varying", "bpchar": "character", "varbit": "bit varying",
    "timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone",
    "timetz": "time with time zone", "time": "time without time zone",
}
_CACHE = "please define CACHE greater than or equal to 65536 or equal to 1"
#: Parameters DSQL does not let a session set; others are PostgreSQL's to judge.
_DENIED_PARAMETERS = {"transaction_isolation", "default_transaction_isolation", "client_min_messages", "role"}


def refusal(tree: Any, nodes: list[Any], *, is_async: bool, sql: str) -> Refusal | None:
    """Why DSQL does not run this statement, or None when it does."""
    name = type(tree).__name__
    text = _RECORDED.get(name) or _BY_ANALOGY.get(name)
    if text:
        return unsupported(text)
    rule = _RULES.get(name)
    if rule and (refused := rule(tree, is_async, sql)):
        return refused
    return _anywhere(nodes)


def _anywhere(nodes: list[Any]) -> Refusal | None:
    for node in nodes:
        if isinstance(node, ast.RangeTableSample):
            return unsupported("TABLESAMPLE clause not supported")
        if isinstance(node, ast.LockingClause) and node.strength in (
            LockClauseStrength.LCS_FORSHARE, LockClauseStrength.LCS_FORNOKEYUPDATE
        ):
            return unsupported("locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported")
        if isinstance(node, ast.SelectStmt) and node.intoClause:
            return unsupported("unsupported statement: CreateTableAs")
    return None


def _create_table(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    if tree.relation.relpersistence == "t":
        return unsupported("TEMPORARY or TEMP table not supported for CREATE TABLE")
    if tree.relation.relpersistence == "u":
        return unsupported("UNLOGGED table not supported for CREATE TABLE")
    # By analogy; dsql-lint names all four.
    for clause, present in (
        ("PARTITION BY", tree.partspec), ("PARTITION OF", tree.partbound), ("INHERITS", tree.inhRelations),
        ("WITH", tree.options), ("TABLESPACE", tree.tablespacename),
    ):
        if present:
            return unsupported(f"{clause} not supported for CREATE TABLE")
    for element in tree.tableElts or ():
        if isinstance(element, ast.ColumnDef):
            if refused := _column(element):
                return refused
        elif isinstance(element, ast.Constraint) and element.contype == ConstrType.CONSTR_EXCLUSION:
            return unsupported("EXCLUDE not supported for CREATE TABLE")
    return None


def _column(column: Any) -> Refusal | None:
    if refused := _type(column.typeName):
        return refused
    if column.collClause:
        return unsupported("COLLATE not supported for CREATE TABLE")
    for constraint in column.constraints or ():
        if constraint.contype == ConstrType.CONSTR_IDENTITY:
            if not _cache_allowed(constraint.options):
                return unsupported(f"identity column is not supported without an explicit cache size. {_CACHE}")
            if column.typeName.names[-1].sval != "int8":
                shown = _shown(column.typeName)
                return unsupported(f"datatype {shown} not supported, identity column type must be bigint")
    return None


def _type(type_name: Any) -> Refusal | None:
    if type_name is None or not type_name.names:
        return None
    name = type_name.names[-1].sval
    if name in _SERIAL and len(type_name.names) == 1:
        return Refusal("42704", f'type "{name}" does not exist')
    if type_name.arrayBounds or name in _DENIED_TYPES:
        return unsupported(f"datatype {_shown(type_name)} not supported")
    return None


def _shown(type_name: Any) -> str:
    name: str = type_name.names[-1].sval
    return _TYPE_NAMES.get(name, name) + ("[]" if type_name.arrayBounds else "")


def _cache_allowed(options: Any) -> bool:
    for option in options or ():
        if option.defname == "cache" and option.arg is not None:
            value = getattr(option.arg, "ival", None)
            if value is None:
                value = int(getattr(option.arg, "fval", "0"))
            return value == 1 or value >= 65536
    return False


def _sequence(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    if not _cache_allowed(tree.options):
        return unsupported(f"CREATE SEQUENCE is not supported without an explicit cache size. {_CACHE}")
    for option in tree.options or ():
        if option.defname == "as" and option.arg.names[-1].sval != "int8":
            return unsupported(f"datatype {_shown(option.arg)} not supported, sequence type must be bigint")
    return None


def _index(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    if tree.concurrent:
        return unsupported("CONCURRENTLY not supported for CREATE INDEX")
    # The tree says btree also where nothing was said.
    if tree.accessMethod != "btree" or " using " in " ".join(sql.lower().split("(", 1)[0].split()) + " ":
        return unsupported("USING not supported for CREATE INDEX")
    if not is_async:
        return unsupported("unsupported mode. please use CREATE INDEX ASYNC.")
    for key in tree.indexParams or ():
        if key.ordering != SortByDir.SORTBY_DEFAULT:
            return unsupported("specifying sort order not supported for index keys")
        if key.opclass:
            return unsupported("opclass not supported for index keys")
    return None


_ALTERS = {
    At.AT_AlterColumnType: "ALTER COLUMN ... SET DATA TYPE",
    At.AT_SetNotNull: "ALTER COLUMN ... SET NOT NULL",
    At.AT_SetStatistics: "ALTER COLUMN ... SET STATISTICS",
    At.AT_EnableRowSecurity: "ENABLE ROW LEVEL SECURITY",
    At.AT_DisableRowSecurity: "DISABLE ROW LEVEL SECURITY",
    At.AT_ForceRowSecurity: "FORCE ROW LEVEL SECURITY",
    At.AT_NoForceRowSecurity: "NO FORCE ROW LEVEL SECURITY",
    At.AT_SetRelOptions: "SET",
    At.AT_ResetRelOptions: "RESET",
    At.AT_SetTableSpace: "SET TABLESPACE",
    At.AT_SetLogged: "SET LOGGED",
    At.AT_SetUnLogged: "SET UNLOGGED",
    At.AT_ClusterOn: "CLUSTER ON",
    At.AT_AddInherit: "INHERIT",
    At.AT_DropInherit: "NO INHERIT",
    At.AT_AttachPartition: "ATTACH PARTITION",
    At.AT_DetachPartition: "DETACH PARTITION",
    At.AT_ReplicaIdentity: "REPLICA IDENTITY",
}


def _alter_table(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    if tree.objtype == ObjectType.OBJECT_INDEX:
        return unsupported("unsupported statement: AlterIndex")
    for command in tree.cmds or ():
        if text := _ALTERS.get(command.subtype):
            return unsupported(f"unsupported ALTER TABLE {text} statement")
        if command.subtype == At.AT_AddColumn:
            if refused := _type(command.def_.typeName):
                return refused
            if command.def_.constraints:
                return unsupported("ALTER TABLE ADD COLUMN with constraint not supported")
        if command.subtype == At.AT_AddConstraint:
            constraint = command.def_
            deferred = constraint.contype in (ConstrType.CONSTR_CHECK, ConstrType.CONSTR_FOREIGN)
            if not (constraint.skip_validation if deferred else constraint.indexname):
                return unsupported("unsupported ALTER TABLE ADD CONSTRAINT statement")
        if command.subtype == At.AT_ValidateConstraint and not is_async:
            return unsupported("unsupported ALTER TABLE VALIDATE CONSTRAINT statement")
        if "Trig" in command.subtype.name or "Rule" in command.subtype.name:
            return unsupported("unsupported ALTER TABLE TRIGGER statement")
        if is_async and command.subtype != At.AT_ValidateConstraint:
            return Refusal("42601", 'syntax error at or near "ASYNC"')
    return None


def _transaction(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    words = {
        TransactionStmtKind.TRANS_STMT_SAVEPOINT: "SAVEPOINT",
        TransactionStmtKind.TRANS_STMT_RELEASE: "RELEASE",
        TransactionStmtKind.TRANS_STMT_ROLLBACK_TO: "ROLLBACK TO",
        TransactionStmtKind.TRANS_STMT_PREPARE: "PREPARE TRANSACTION",
        TransactionStmtKind.TRANS_STMT_COMMIT_PREPARED: "COMMIT PREPARED",
        TransactionStmtKind.TRANS_STMT_ROLLBACK_PREPARED: "ROLLBACK PREPARED",
    }
    if text := words.get(tree.kind):
        return unsupported(f"unsupported transaction statement: {text}")
    return _isolation(tree.options)


def _isolation(options: Any) -> Refusal | None:
    for option in options or ():
        if option.defname == "transaction_isolation" and option.arg.val.sval != "repeatable read":
            return unsupported(f"Unsupported isolation level: {option.arg.val.sval.upper()}")
    return None


def _set(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    if tree.kind == VariableSetKind.VAR_SET_MULTI:
        return _isolation(tree.args) or unsupported('setting configuration parameter "TRANSACTION" not supported')
    if tree.name in _DENIED_PARAMETERS and tree.kind == VariableSetKind.VAR_SET_VALUE:
        return unsupported(f'setting configuration parameter "{tree.name}" not supported')
    return None


def _function(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    if tree.is_procedure:
        return unsupported("PROCEDURE is not supported")
    for option in tree.options or ():
        if option.defname == "language" and option.arg.sval.lower() != "sql":
            return unsupported(f"CREATE FUNCTION with language {option.arg.sval} not supported")
    return None


def _vacuum(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    return unsupported("unsupported VACUUM statement") if tree.is_vacuumcmd else None


def _drop(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    if tree.removeType == ObjectType.OBJECT_TYPE:
        return unsupported("unsupported object in DROP statement")
    return None


def _rename(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    if tree.renameType in (ObjectType.OBJECT_TYPE, ObjectType.OBJECT_INDEX, ObjectType.OBJECT_DATABASE):
        return unsupported("unsupported object in RENAME statement")
    return None


def _grant(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    if tree.objtype == ObjectType.OBJECT_SCHEMA and any(
        isinstance(schema, ast.String) and schema.sval in ("public", "sys", "pg_catalog") for schema in tree.objects
    ):
        return unsupported("feature not supported on system entity")
    return None


def _show(tree: Any, is_async: bool, sql: str) -> Refusal | None:
    if tree.name == "lc_collate":
        return Refusal("42704", 'unrecognized configuration parameter "lc_collate"')
    return None


_RULES: dict[str, Callable[[Any, bool, str], Refusal | None]] = {
    "CreateStmt": _create_table,
    "CreateSeqStmt": _sequence,
    "IndexStmt": _index,
    "AlterTableStmt": _alter_table,
    "TransactionStmt": _transaction,
    "VariableSetStmt": _set,
    "VariableShowStmt": _show,
    "CreateFunctionStmt": _function,
    "VacuumStmt": _vacuum,
    "DropStmt": _drop,
    "RenameStmt": _rename,
    "GrantStmt": _grant,
}
