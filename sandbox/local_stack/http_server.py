"""A small HTTP/1.1 server on loopback with keep-alive, one thread per connection.

Why not werkzeug's: it closes the connection after every answer, and a client that makes hundreds of
calls then spends more time connecting than asking. Why not ``http.server``: its header parser costs as
much as the rest of a request. The same server carries the AWS operations, the control address and each
execution environment's Runtime API.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import parse_qs, unquote

log = logging.getLogger(__name__)

MAX_LINE = 65_536
MAX_BODY = 256 * 1024 * 1024
#: A client that neither asks nor reads must not hold a thread for ever.
IDLE_SECONDS = 120.0
REASONS = {status.value: status.phrase for status in HTTPStatus}


class ConnectionCut(Exception):
    """Raised by a handler to drop the connection without an answer.

    ``after`` holds it that many seconds first, or until the client has gone.
    """

    def __init__(self, after: float = 0.0) -> None:
        super().__init__("the connection is cut")
        self.after = after


@dataclass
class Request:
    method: str
    #: As sent, still percent-encoded: signatures are made over these very characters.
    raw_path: str
    query_string: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return unquote(self.raw_path)

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.query_string, keep_blank_values=True)

    @property
    def target(self) -> str:
        return f"{self.raw_path}?{self.query_string}" if self.query_string else self.raw_path


@dataclass
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    #: Instead of a body: pieces that are sent as they are made, until there are no more or the client is gone. An empty
    #: piece sends nothing; it lets the server look whether the client is there. Closed at the end if it has a ``close``.
    stream: Iterable[bytes] | None = None
    #: Only the head and the first half of the body go out; then the connection is cut.
    is_cut: bool = False


Handler = Callable[[Request], Response]


class _BadRequest(Exception):
    pass


class HttpServer:
    """Accepts on a loopback port (0 = any free one) until ``stop``."""

    def __init__(
        self,
        handler: Handler,
        port: int = 0,
        name: str = "http",
        idle_seconds: float | None = IDLE_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._handler = handler
        self._clock = clock
        self._idle_seconds = idle_seconds
        self._name = name
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopped = False
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen(512)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name=f"{name}-accept", daemon=True)

    def start(self) -> HttpServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopped = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._stopped:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(
                target=self._serve_connection, args=(connection,), name=f"{self._name}-connection", daemon=True
            )
            thread.start()

    def _serve_connection(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(self._idle_seconds)
            with connection.makefile("rb", 65_536) as reader:
                while not self._stopped and self._serve_one(connection, reader):
                    pass
        except (OSError, ConnectionCut):
            pass
        except Exception:
            log.exception("%s: a connection ended", self._name)
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _serve_one(self, connection: socket.socket, reader: BinaryIO) -> bool:
        try:
            head = _read_head(reader)
            if head is None:
                return False
            request, version = head
            if request.headers.get("expect", "").lower() == "100-continue":
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.body = _read_body(reader, request.headers)
        except _BadRequest as problem:
            connection.sendall(_rendered(Response(400, str(problem).encode()), "GET", False, self._clock()))
            return False
        keep = version == "HTTP/1.1" and request.headers.get("connection", "").lower() != "close"
        try:
            response = self._handler(request)
        except ConnectionCut as cut:
            if cut.after:
                # Readable is what a connection becomes when its client goes away; this one has asked its question.
                waiting = select.poll()
                waiting.register(connection, select.POLLIN)
                waiting.poll(cut.after * 1000)
            _reset_at_close(connection)
            return False
        if response.stream is not None:
            _send_stream(connection, response, self._clock())
            return False
        rendered = _rendered(response, request.method, keep, self._clock())
        if response.is_cut:
            connection.sendall(rendered[: len(rendered) - (len(response.body) + 1) // 2])
            _reset_at_close(connection)
            return False
        connection.sendall(rendered)
        return keep


def _reset_at_close(connection: socket.socket) -> None:
    """A reset, not an orderly end: what a client sees when a network path breaks."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def _send_stream(connection: socket.socket, response: Response, now: float) -> None:
    """As chunks, of which the last one says that all was sent; a cut ends without it."""
    assert response.stream is not None
    try:
        connection.sendall(_rendered(response, "GET", False, now))
        for piece in response.stream:
            if piece:
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            elif _is_gone(connection):
                return
        connection.sendall(b"0\r\n\r\n")
    except ConnectionCut:
        _reset_at_close(connection)
    finally:
        close = getattr(response.stream, "close", None)
        if close is not None:
            close()


def _is_gone(connection: socket.socket) -> bool:
    ready, _, _ = select.select([connection], [], [], 0)
    return bool(ready) and connection.recv(1, socket.MSG_PEEK) == b""


def _read_head(reader: BinaryIO) -> tuple[Request, str] | None:
    line = reader.readline(MAX_LINE)
    if not line:
        return None
    if line in (b"\r\n", b"\n"):
        line = reader.readline(MAX_LINE)
    parts = line.decode("latin-1").rstrip("\r\n").split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/"):
        raise _BadRequest("malformed request line")
    method, target, version = parts
    if "://" in target.split("?", 1)[0]:
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    path, _, query = target.partition("?")
    headers: dict[str, str] = {}
    for _ in range(200):
        line = reader.readline(MAX_LINE)
        if line in (b"\r\n", b"\n"):
            return Request(method, path, query, headers), version
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise _BadRequest("malformed header")
        name, value = name.strip().lower(), value.strip()
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    raise _BadRequest("too many headers")


def _read_body(reader: BinaryIO, headers: dict[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _read_chunks(reader)
    try:
        length = int(headers.get("content-length") or 0)
    except ValueError:
        raise _BadRequest("malformed Content-Length") from None
    if not 0 <= length <= MAX_BODY:
        raise _BadRequest("the body is too large")
    body = reader.read(length) if length else b""
    if len(body) != length:
        raise ConnectionCut
    return body


def _read_chunks(reader: BinaryIO) -> bytes:
    chunks: list[bytes] = []
    total = 0
    while True:
        try:
            size = int(reader.readline(MAX_LINE).split(b";")[0].strip(), 16)
        except ValueError:
            raise _BadRequest("malformed chunk") from None
        total += size
        if size < 0 or total > MAX_BODY:
            raise _BadRequest("the body is too large")
        if size == 0:
            while reader.readline(MAX_LINE) not in (b"\r\n", b"\n", b""):
                pass
            return b"".join(chunks)
        chunks.append(reader.read(size))
        reader.readline(MAX_LINE)


def _rendered(response: Response, method: str, keep: bool, now: float) -> bytes:
    headers = {name.lower(): (name, value) for name, value in response.headers.items()}
    for name in ("connection", "transfer-encoding", "status"):
        headers.pop(name, None)
    bodiless = method == "HEAD" or response.status in (204, 304) or response.status < 200
    if response.stream is not None:
        headers["transfer-encoding"] = ("Transfer-Encoding", "chunked")
    elif response.status != 204 and not (method == "HEAD" and "content-length" in headers):
        headers["content-length"] = ("Content-Length", str(len(response.body)))
    headers.setdefault("date", ("Date", formatdate(now, usegmt=True)))
    headers["connection"] = ("Connection", "keep-alive" if keep else "close")
    reason = REASONS.get(response.status, "Unknown")
    lines = [f"HTTP/1.1 {response.status} {reason}"]
    lines += [f"{name}: {value}" for name, value in headers.values()]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    return head if bodiless else head + response.body
