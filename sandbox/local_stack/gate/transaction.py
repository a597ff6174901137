"""The rules of one session's transactions that PostgreSQL does not have. No I/O; the time is handed in.

AWS, "DDL and distributed transactions in Aurora DSQL": one DDL statement per transaction, none together with
writes. AWS, "Cluster quotas and database limits": a transaction lives at most five minutes.

The state runs ahead of PostgreSQL's where a client pipelines, so it is set right by each ReadyForQuery that
nothing more is expected after.
"""

from __future__ import annotations

from dataclasses import dataclass

from .dialect import Kind, Refusal, Statement
from .dialect.refusal import DDL_WITH_DML, SEVERAL_DDL, TOO_OLD

MAX_AGE_SECONDS = 300.0


@dataclass
class Transaction:
    max_age: float = MAX_AGE_SECONDS
    in_block: bool = False
    failed: bool = False
    has_ddl: bool = False
    has_written: bool = False
    started: float = 0.0

    def admit(self, statement: Statement, now: float) -> Refusal | None:
        """Takes note of a statement about to be sent to PostgreSQL, or says why it must not be."""
        kind = statement.kind
        if self.in_block and self.failed:
            if kind in (Kind.COMMIT, Kind.ROLLBACK):
                self._end()
            return None  # PostgreSQL refuses all else itself (25P02)
        refusal = statement.refusal or self._broken_rule(kind, now)
        if refusal:
            self.failed = self.in_block
            return refusal
        if kind is Kind.BEGIN and not self.in_block:
            self.in_block = True
            self.started = now
        elif kind in (Kind.COMMIT, Kind.ROLLBACK):
            self._end()
        elif kind is Kind.DDL:
            self.has_ddl = True
        elif kind is Kind.DML:
            self.has_written = True
        return None

    def _broken_rule(self, kind: Kind, now: float) -> Refusal | None:
        if self.in_block and kind is not Kind.ROLLBACK and now - self.started > self.max_age:
            return TOO_OLD
        if kind is Kind.DDL and self.has_ddl:
            return SEVERAL_DDL
        if (kind is Kind.DDL and self.has_written) or (kind is Kind.DML and self.has_ddl):
            return DDL_WITH_DML
        return None

    @property
    def has_changes(self) -> bool:
        return self.has_ddl or self.has_written

    def end_of_batch(self) -> None:
        """A Sync or the end of a simple query: statements outside a block are committed by it."""
        if not self.in_block:
            self._end()

    def agree_with(self, status: int) -> None:
        """PostgreSQL's own word on the transaction: I(dle), T (in a block) or E (in a failed one)."""
        if status == ord("I"):
            self._end()
        else:
            self.in_block = True
            self.failed = status == ord("E")

    def _end(self) -> None:
        self.in_block = self.failed = self.has_ddl = self.has_written = False
