"""The gate's side towards PostgreSQL: connections over its Unix socket, as any role, without a password.

The socket's directory is open to the server's own user alone, which is why trust suffices behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import messages

PROTOCOL = 3 << 16


class UpstreamError(Exception):
    """PostgreSQL cannot be reached, or refused; ``fields`` holds its own error, if it sent one."""

    def __init__(self, text: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.fields = dict(fields or {})


@dataclass
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    #: What the server said between AuthenticationOk and the first ReadyForQuery, for the client.
    greeting: bytes = b""
    rows: list[str | None] = field(default_factory=list)

    async def receive(self) -> tuple[bytes, bytes]:
        head = await self.reader.readexactly(5)
        return head[:1], await self.reader.readexactly(int.from_bytes(head[1:], "big") - 4)

    async def run(self, request: bytes) -> list[str | None]:
        """Sends one simple query and returns its rows' first column; for the gate's own questions only."""
        self.writer.write(request)
        rows: list[str | None] = []
        failure: dict[str, str] | None = None
        while True:
            kind, body = await self.receive()
            if kind == b"D":
                rows.append(messages.first_column(body))
            elif kind == b"E":
                failure = messages.error_fields(body)
            elif kind == b"Z":
                if failure:
                    raise UpstreamError(failure.get("M", "PostgreSQL refused"), failure)
                return rows

    def close(self) -> None:
        if not self.writer.is_closing():
            self.writer.write(messages.TERMINATE)
            self.writer.close()


class Upstream:
    def __init__(self, socket_directory: Path, owner: str, port: int = 5432) -> None:
        self._path = socket_directory / f".s.PGSQL.{port}"
        self.owner = owner

    async def connect(self, user: str, database: str, parameters: Mapping[str, str] | None = None,
                      version: int = PROTOCOL) -> Connection:
        try:
            reader, writer = await asyncio.open_unix_connection(str(self._path))
        except OSError as problem:
            raise UpstreamError(f"PostgreSQL does not answer: {problem.strerror}") from problem
        connection = Connection(reader, writer)
        settings = {**(parameters or {}), "user": user, "database": database}
        writer.write(messages.startup(version, settings))
        greeting = []
        try:
            while True:
                kind, body = await connection.receive()
                if kind == b"E":
                    fields = messages.error_fields(body)
                    raise UpstreamError(fields.get("M", "PostgreSQL refused"), fields)
                if kind == b"R" and body != b"\0\0\0\0":
                    raise UpstreamError("PostgreSQL asks for a password")
                greeting.append(messages.message(kind, body))
                if kind == b"Z":
                    break
        except (OSError, asyncio.IncompleteReadError) as problem:
            writer.close()
            raise UpstreamError("PostgreSQL closed the connection") from problem
        except UpstreamError:
            writer.close()
            raise
        connection.greeting = b"".join(greeting)
        return connection
