"""One admitted connection: relays messages between client and PostgreSQL, making them DSQL's on the way.

How a refusal keeps its place. Clients pipeline, so an error written by the gate itself would overtake answers
still on their way. Instead, what is refused is replaced by a request PostgreSQL is sure to refuse at the same
place (an unknown column in a query's text, an unknown portal in Execute), and the error that comes back is
given the words of the refusal. Aborted transactions, skipping until Sync and command order stay PostgreSQL's.

This file is longer than its neighbours because the two directions share the state of one connection.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Protocol

from . import messages
from .catalog import Catalog, CatalogCache
from .dialect import Kind, Plan, Refusal, Statement, plan
from .dialect.refusal import DATA_CONFLICT, SCHEMA_CONFLICT, TOO_OLD
from .lag import Lag
from .metrics import Account
from .transaction import Transaction

if TYPE_CHECKING:
    from .upstream import Connection

#: AWS, "Cluster quotas": the connection is closed without a word when a message is larger.
MAX_MESSAGE = 10 * 1024 * 1024
MAX_CONNECTION_SECONDS = 3600.0
CHUNK = 65536
MAX_PENDING_REFUSALS = 1000

_QUERY, _PARSE, _BIND, _EXECUTE, _CLOSE, _SYNC, _CALL = b"QPBECSF"
_COMPLETE, _EMPTY, _SUSPENDED, _ERROR, _READY = b"CIsEZ"
_ANSWERS = frozenset(b"CIsEZ")
#: PostgreSQL's words for what DSQL reports as a conflict: could not serialize access; deadlock detected.
_CONFLICTS = frozenset(("40001", "40P01"))


class DatabaseFaults(Protocol):
    @property
    def down(self) -> bool: ...
    @property
    def delay_ms(self) -> float: ...
    def take_conflict(self) -> bool: ...
    def take_cut_commit(self) -> str | None: ...


class Cut(Exception):
    """The connection is to be cut off without a word."""


@dataclass
class Unit:
    """An answer that is expected: of a simple query, of one Execute, or of a Sync."""

    kind: str
    tags: deque[bytes | None] = field(default_factory=deque)
    changed: frozenset[str] = frozenset()
    cut: bool = False
    #: The gate's own request: nothing of its answer reaches the client, but that PostgreSQL is ready.
    internal: bool = False
    #: Also that PostgreSQL is ready is kept from the client: the gate's own request comes before or after.
    silent: bool = False
    #: When it was sent to PostgreSQL.
    began: float = 0.0


class Session:
    def __init__(
        self,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: Connection,
        faults: DatabaseFaults,
        catalog: Catalog,
        account: Account,
        lag: Lag,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client_reader, self._client_writer = client
        self._server = server
        self._faults = faults
        self._catalog = CatalogCache(catalog)
        self._account = account
        self._lag = lag
        #: The batch under way runs in a transaction of the gate's own, which began with a snapshot of the past.
        self._borrowed = False
        #: The snapshot for a transaction that the batch under way begins.
        self._begun_with: str | None = None
        self._clock = clock
        self._transaction = Transaction()
        self._statements: dict[bytes, Plan] = {}
        self._portals: dict[bytes, Plan] = {}
        self._units: deque[Unit] = deque()
        self._refusals: dict[str, tuple[Refusal, bool]] = {}
        self._numbers = count(1)
        #: Tables changed by DDL whose transaction has not ended yet.
        self._changed: set[str] = set()
        #: A commit was made to fail and its transaction has not been ended yet.
        self._unsettled = False
        self._must_end = False
        self._cutting = False
        self._settled = asyncio.Event()
        self._opened = clock()

    async def run(self) -> None:
        """Relays until either side closes, or the gate must cut the connection (then Cut is raised)."""
        directions = {asyncio.create_task(self._from_client()), asyncio.create_task(self._from_server())}
        try:
            done, _ = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            for task in directions:
                task.cancel()
            await asyncio.gather(*directions, return_exceptions=True)

    # From the client

    async def _from_client(self) -> None:
        reader, writer = self._client_reader, self._server.writer
        buffer = b""
        while chunk := await reader.read(CHUNK):
            buffer = buffer + chunk if buffer else chunk
            position, end = 0, len(buffer)
            while end - position >= 5:
                length = int.from_bytes(buffer[position + 1 : position + 5], "big")
                if length > MAX_MESSAGE or length < 4:
                    raise Cut
                following = position + 1 + length
                if following > end:
                    break
                await self._forward(buffer[position], buffer[position:following])
                position = following
            buffer = buffer[position:]
            await writer.drain()
        self._server.close()

    async def _forward(self, kind: int, raw: bytes) -> None:
        """Sends one of the client's messages on, or what takes its place."""
        writer = self._server.writer
        if kind in (_QUERY, _SYNC, _CALL):
            await self._suffer()
        if kind == _QUERY:
            self._look_back(plan(raw[5:-1].decode("utf-8", "surrogateescape")))
            raw, unit = self._query(raw)
        elif kind == _PARSE:
            self._look_back(plan(raw[5:].split(b"\0", 2)[1].decode("utf-8", "surrogateescape")))
            writer.write(self._parse(raw))
            return
        elif kind == _BIND:
            portal, statement = raw[5:].split(b"\0", 2)[:2]
            self._portals[portal] = self._statements.get(statement, _NOTHING)
            self._look_back(self._portals[portal])
            self._account.sent(len(raw))
            writer.write(raw)
            return
        elif kind == _EXECUTE:
            raw, unit = self._execute(raw)
        elif kind == _CLOSE:
            (self._statements if raw[5:6] == b"S" else self._portals).pop(raw[6:-1], None)
            writer.write(raw)
            return
        elif kind in (_SYNC, _CALL):
            unit = Unit("end")
            self._transaction.end_of_batch()
        else:
            writer.write(raw)
            return
        unit.began = self._clock()
        unit.silent = self._borrowed and kind in (_QUERY, _SYNC)
        self._account.sent(len(raw))
        self._units.append(unit)
        writer.write(raw)
        if kind in (_QUERY, _SYNC):
            self._return_to_now()
        if self._unsettled and kind in (_QUERY, _SYNC):
            # A commit was made to fail: PostgreSQL has to be told to end the transaction before
            # anything the client sent after it.
            self._settled.clear()
            await writer.drain()
            await self._settled.wait()

    def _look_back(self, planned: Plan) -> None:
        """Before the first statement of a transaction, where the Region's reads are to be behind."""
        if self._transaction.in_block or self._borrowed or not planned.statements:
            return
        kinds = {statement.kind for statement in planned.statements}
        reads = kinds == {Kind.READ} and any(statement.relations for statement in planned.statements)
        begins = kinds == {Kind.BEGIN} and len(planned.statements) == 1
        if not reads and not begins:
            return
        snapshot = self._lag.snapshot()
        if snapshot is None:
            return
        if begins:
            self._begun_with = snapshot
            return
        self._borrowed = True
        self._request(f"BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT '{snapshot}'", silent=True)

    def _return_to_now(self) -> None:
        """After the last message of a batch that was made to look back, or that began a transaction."""
        if self._borrowed:
            self._borrowed = False
            self._request("COMMIT", silent=False)
        elif self._begun_with is not None:
            self._request(f"SET TRANSACTION SNAPSHOT '{self._begun_with}'", silent=True)
        self._begun_with = None

    def _request(self, sql: str, silent: bool) -> None:
        self._units.append(Unit("query", internal=True, silent=silent))
        self._server.writer.write(messages.query(sql))

    async def _suffer(self) -> None:
        """The faults that are switched on, and the age a connection may reach."""
        if self._faults.down:
            raise Cut
        if delay := self._faults.delay_ms:
            await self._server.writer.drain()
            await asyncio.sleep(delay / 1000)
        if self.is_overdue:
            raise Cut

    @property
    def is_overdue(self) -> bool:
        """AWS, "Cluster quotas": a connection lives 60 minutes; a transaction begun in time may finish."""
        return self._clock() - self._opened > MAX_CONNECTION_SECONDS and not self._transaction.in_block

    def _query(self, raw: bytes) -> tuple[bytes, Unit]:
        text = raw[5:-1].decode("utf-8", "surrogateescape")
        planned = plan(text)
        unit = Unit("query")
        sent: list[str] = []
        changed: set[str] = set()
        for statement in planned.statements:
            refusal, ends = self._judge(statement, unit, simple=True)
            unit.tags.append(statement.tag)
            if refusal:
                sent.append(f'SELECT "{self._marker(refusal, ends)}"')
                break
            sent.append(statement.sql)
            if statement.kind is Kind.DDL:
                changed |= statement.relations
        else:
            if planned.untouched:
                self._transaction.end_of_batch()
                unit.changed = frozenset(changed)
                return raw, unit
        self._transaction.end_of_batch()
        unit.changed = frozenset(changed)
        return messages.message(b"Q", ";".join(sent).encode("utf-8", "surrogateescape") + b"\0"), unit

    def _parse(self, raw: bytes) -> bytes:
        name, text, rest = raw[5:].split(b"\0", 2)
        planned = plan(text.decode("utf-8", "surrogateescape"))
        self._statements[name] = planned
        if planned.untouched or len(planned.statements) != 1:
            return raw
        statement = planned.statements[0]
        if statement.refusal:
            self._transaction.admit(statement, self._clock())
            sql = f'SELECT "{self._marker(statement.refusal, False)}"'
        else:
            sql = statement.sql
        return messages.message(b"P", name + b"\0" + sql.encode("utf-8", "surrogateescape") + b"\0" + rest)

    def _execute(self, raw: bytes) -> tuple[bytes, Unit]:
        portal = raw[5:].split(b"\0", 1)[0]
        planned = self._portals.get(portal, _NOTHING)
        unit = Unit("execute")
        for statement in planned.statements:
            refusal, ends = self._judge(statement, unit, simple=False)
            unit.tags.append(statement.tag)
            if refusal:
                return messages.execute(self._marker(refusal, ends)), unit
            if statement.kind is Kind.DDL:
                unit.changed |= statement.relations
        return raw, unit

    def _judge(self, statement: Statement, unit: Unit, *, simple: bool) -> tuple[Refusal | None, bool]:
        """Why a statement is refused, if it is, and whether its transaction is over with that."""
        transaction = self._transaction
        block, failed = transaction.in_block, transaction.failed
        changes = transaction.has_changes
        if refusal := transaction.admit(statement, self._clock()):
            return refusal, False
        if block and failed:
            return None, False
        if statement.relations and self._catalog.is_stale(statement.relations):
            transaction.failed = block
            return SCHEMA_CONFLICT, False
        commits = statement.kind is Kind.COMMIT and block and changes
        if commits or (statement.kind is Kind.DML and not transaction.in_block):
            if self._faults.take_conflict():
                return DATA_CONFLICT, commits
            if cut := self._faults.take_cut_commit():
                if cut == "before":
                    raise Cut
                unit.cut = True
        return None, False

    def _marker(self, refusal: Refusal, ends: bool) -> str:
        marker = f"gate refusal {next(self._numbers)}"
        self._refusals[marker] = (refusal, ends)
        self._unsettled = self._unsettled or ends
        if len(self._refusals) > MAX_PENDING_REFUSALS:
            # Left over from pipelines that PostgreSQL skipped after an earlier error.
            del self._refusals[next(iter(self._refusals))]
        return marker

    # From PostgreSQL

    async def _from_server(self) -> None:
        reader, writer = self._server.reader, self._client_writer
        buffer = b""
        while chunk := await reader.read(CHUNK):
            buffer = buffer + chunk if buffer else chunk
            self._account.received(len(chunk))
            out: list[bytes] = []
            start = position = 0
            end = len(buffer)
            while end - position >= 5:
                following = position + 1 + int.from_bytes(buffer[position + 1 : position + 5], "big")
                if following > end:
                    break
                kind = buffer[position]
                hidden = self._cutting or bool(self._units and self._units[0].internal)
                if hidden or kind in _ANSWERS:
                    replaced = self._answer(kind, buffer[position + 5 : following])
                    if hidden:
                        replaced = replaced if replaced is not None and not self._cutting else b""
                    if replaced is not None:
                        out += [buffer[start:position], replaced]
                        start = following
                position = following
            out.append(buffer[start:position])
            buffer = buffer[position:]
            if joined := b"".join(out):
                writer.write(joined)
                await writer.drain()
        # PostgreSQL has gone; what it said last has been passed on.

    def _answer(self, kind: int, body: bytes) -> bytes | None:
        """Keeps account of an answer; returns what the client gets instead, or None to pass it on."""
        units = self._units
        if kind == _ERROR:
            return self._failed(body)
        if kind in (_COMPLETE, _EMPTY, _SUSPENDED):
            if not units or units[0].internal:
                return None
            unit = units[0]
            tag = unit.tags.popleft() if unit.tags else None
            if unit.cut and (unit.kind == "query" or body.startswith(b"COMMIT")):
                raise Cut
            if unit.kind == "execute":
                units.popleft()
                self._cutting = self._cutting or unit.cut
            if kind == _COMPLETE:
                self._account.completed(body, self._clock() - unit.began)
                self._changed |= unit.changed
                if body == b"ROLLBACK\0":
                    self._changed.clear()
            return messages.command_complete(tag) if tag else None
        if kind == _READY:
            return self._ready(body)
        return None

    def _failed(self, body: bytes) -> bytes | None:
        units = self._units
        while units and units[0].kind == "execute":
            units.popleft()
        if units:
            units[0].tags.clear()
            units[0].changed = frozenset()
        self._changed.clear()
        fields = messages.error_fields(body)
        for marker, (refusal, ends) in self._refusals.items():
            if f'"{marker}"' in fields.get("M", ""):
                del self._refusals[marker]
                self._must_end = ends
                self._account.failed("40001" if refusal is DATA_CONFLICT else refusal.code, refusal is TOO_OLD)
                return messages.error(fields.get("S", "ERROR"), refusal.code, refusal.message, refusal.hint)
        if fields.get("C") in _CONFLICTS:
            self._account.failed("40001", False)
            return messages.error("ERROR", DATA_CONFLICT.code, DATA_CONFLICT.message)
        if "sandbox." in fields.get("W", ""):
            # Raised inside one of our own functions: the client has no business with where.
            return messages.error_from_fields({k: v for k, v in fields.items() if k not in "WqpP"})
        return None

    def _ready(self, body: bytes) -> bytes | None:
        unit = self._units.popleft() if self._units else Unit("end")
        if self._cutting:
            raise Cut
        status = body[0]
        idle = status == ord("I") or (unit.silent and not unit.internal)
        if not unit.internal and self._account.ready(idle, self._clock() - unit.began):
            self._lag.committed()
        if unit.silent:
            return b""
        if self._must_end and status == ord("E"):
            self._must_end = False
            self._units.appendleft(Unit("query", internal=True))
            self._server.writer.write(messages.query("ROLLBACK"))
            return b""
        if status == ord("I") and self._changed:
            self._catalog.changed_here(self._changed)
            self._changed.clear()
        if not self._units:
            self._transaction.agree_with(status)
            self._unsettled = False
            self._settled.set()
        return messages.message(b"Z", body) if unit.internal else None


_NOTHING = Plan((), untouched=True)

