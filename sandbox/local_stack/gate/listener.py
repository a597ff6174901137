"""One Region's gate: accepts connections as an Aurora DSQL endpoint does, and hands them to sessions."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from typing import TYPE_CHECKING

from . import admission, messages
from .admission import NotAdmitted
from .databases import Databases
from .lag import Lag, Snapshots
from .metrics import Account, ClusterMetrics
from .session import Cut, Session
from .upstream import PROTOCOL, Upstream, UpstreamError

if TYPE_CHECKING:
    from ..world import World
    from .catalog import Catalog
    from .upstream import Connection

log = logging.getLogger(__name__)

#: Time a client has for TLS, startup packet and password.
ADMISSION_SECONDS = 30.0
#: How soon standing connections notice that the database is switched off.
WATCH_SECONDS = 0.05
MAX_STARTUP_PACKET = 10_000
#: An endpoint's longest password is a token with a session token in it; far below this.
MAX_PASSWORD = 65_536

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Gate:
    def __init__(self, region: str, world: World, upstream: Upstream, databases: Databases, snapshots: Snapshots,
                 tls: ssl.SSLContext, distrusted: ssl.SSLContext) -> None:
        self.region = region
        self._world = world
        self._upstream = upstream
        self._databases = databases
        self._snapshots = snapshots
        self._tls = tls
        self._distrusted = distrusted
        self._faults = world.faults.for_database(region)
        self._open: dict[asyncio.Task[None], Session | None] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listens on a free port, which stays this gate's also while the database is switched off."""
        self._reserved = _socket_on(0)
        self._port = int(self._reserved.getsockname()[1])
        await self._listen()
        self._watcher = asyncio.create_task(self._watch())
        return self._port

    async def stop(self) -> None:
        tasks = [self._watcher, *self._open]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._refuse()
        self._reserved.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, sock=_socket_on(self._port), backlog=512)

    def _refuse(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    @property
    def connections(self) -> int:
        return len(self._open)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            down = self._faults.down
            if down:
                self._refuse()
            elif self._server is None:
                await self._listen()
            for task, session in list(self._open.items()):
                if down or (session and session.is_overdue):
                    task.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = None
        connection: Connection | None = None
        try:
            if self._faults.down:
                return
            async with asyncio.timeout(ADMISSION_SECONDS):
                admitted = await self._admit(reader, writer)
            if admitted is None:
                return
            connection, catalog, account, lag = admitted
            session = self._open[task] = Session((reader, writer), connection, self._faults, catalog, account, lag)
            writer.write(connection.greeting)
            await session.run()
            await _close(writer)
        except NotAdmitted as refusal:
            log.info("%s refused a connection: %s (%s)", self.region, refusal.message, refusal.hint)
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                writer.write(refusal.encoded())
                await _close(writer)
        except (Cut, TimeoutError, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            pass  # cut off by the watcher or by stop()
        except Exception:
            log.exception("%s: a connection failed", self.region)
        finally:
            del self._open[task]
            if connection:
                # Also a statement that is running must not outlive its client.
                connection.writer.transport.abort()
            writer.transport.abort()

    async def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
                     ) -> tuple[Connection, Catalog, Account, Lag] | None:
        first = await self._first_packet(reader, writer)
        if first is None:
            return None
        version, body = first
        tls = writer.get_extra_info("ssl_object")
        if tls is None:
            raise NotAdmitted("28000", "unable to accept connection, SSL is required")
        try:
            parameters = messages.startup_parameters(body)
        except ValueError:
            raise NotAdmitted("08P01", "invalid startup packet") from None
        cluster = admission.cluster_at(self._world, getattr(tls, "server_name", None), self.region)
        writer.write(messages.CLEARTEXT_PASSWORD)
        password = await _password(reader)
        credentials = admission.check(self._world, cluster, parameters, password)
        if delay := self._faults.delay_ms:
            await asyncio.sleep(delay / 1000)
        if cluster.sleeps:
            await asyncio.sleep(self._world.settings.clusterWakeSeconds)
        role = parameters["user"]
        forwarded = {k: v for k, v in parameters.items() if k not in ("user", "database", "replication")}
        try:
            database, catalog = await self._databases.of(cluster.identifier, cluster.peers)
            connection = await self._upstream.connect(role, database, forwarded, version)
            if role != "admin" and not await connection.run(admission.mapping_question(role, credentials)):
                connection.close()
                raise admission.not_mapped()
        except UpstreamError as problem:
            raise _as_refusal(problem) from problem
        _without_delay(writer)
        account = Account(ClusterMetrics(self._world, self.region, cluster.identifier))
        return connection, catalog, account, Lag(self._snapshots, self.region, database)

    async def _first_packet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
                            ) -> tuple[int, bytes] | None:
        """The startup packet, behind TLS when the client asks for it; None when there is nothing to do."""
        encrypted = False
        while True:
            length = int.from_bytes(await reader.readexactly(4), "big")
            if not 8 <= length <= MAX_STARTUP_PACKET:
                raise Cut
            packet = await reader.readexactly(length - 4)
            code, body = int.from_bytes(packet[:4], "big"), packet[4:]
            if code == messages.SSL_REQUEST and not encrypted:
                if reader._buffer:  # type: ignore[attr-defined]
                    raise Cut  # sent ahead in the clear; it must not pass for encrypted (CVE-2021-23214)
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(self._distrusted if self._faults.distrusted else self._tls)
                encrypted = True
            elif code == messages.GSS_ENCRYPTION_REQUEST and not encrypted:
                writer.write(b"N")
            elif code == messages.CANCEL_REQUEST:
                return None  # DSQL takes them and does nothing
            elif code >> 16 == PROTOCOL >> 16:
                return code, body
            else:
                raise NotAdmitted("0A000", "unsupported frontend protocol")


def _socket_on(port: int) -> socket.socket:
    """Several sockets can be bound to one port as long as only one of them listens."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


async def _password(reader: asyncio.StreamReader) -> str:
    head = await reader.readexactly(5)
    length = int.from_bytes(head[1:], "big")
    if head[:1] != b"p" or not 5 <= length <= MAX_PASSWORD:
        raise NotAdmitted("08P01", "expected a password")
    return (await reader.readexactly(length - 4)).rstrip(b"\0").decode("utf-8", "replace")


def _as_refusal(problem: UpstreamError) -> NotAdmitted:
    """PostgreSQL's refusal of a role it does not know is, to a DSQL client, missing access."""
    code = problem.fields.get("C")
    if code in ("28000", "42501"):
        return admission.not_mapped()
    if code and not code.startswith(("57", "58", "XX")):
        return NotAdmitted(code, problem.fields.get("M", "PostgreSQL refused the connection"))
    log.warning("PostgreSQL is not reachable: %s", problem)
    return admission.unavailable()


def _without_delay(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(TimeoutError, OSError, ssl.SSLError):
        async with asyncio.timeout(1):
            await writer.wait_closed()
