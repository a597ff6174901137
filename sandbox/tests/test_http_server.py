"""What the small HTTP server does to a connection, seen from the socket."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from local_stack.http_server import ConnectionCut, HttpServer, Request, Response


def _handler(request: Request) -> Response:
    match request.path:
        case "/hang":
            raise ConnectionCut(after=30)
        case "/half":
            return Response(200, b"0123456789" * 1000, is_cut=True)
    return Response(200, b"whole")


@pytest.fixture
def server() -> Iterator[HttpServer]:
    server = HttpServer(_handler, clock=lambda: 784_111_777.0).start()
    yield server
    server.stop()


def _ask(server: HttpServer, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection


def _answer(connection: socket.socket) -> tuple[bytes, bool]:
    """What came, and whether the connection was reset behind it."""
    came = b""
    while True:
        try:
            piece = connection.recv(65_536)
        except ConnectionResetError:
            return came, True
        if not piece:
            return came, False
        came += piece


def test_a_hanging_request_is_let_go_when_its_client_goes_away(server: HttpServer) -> None:
    connection = _ask(server, "/hang")
    _soon(lambda: len(server._connections) == 1)
    connection.close()
    # Long before its thirty seconds are over.
    _soon(lambda: not server._connections)


def test_half_a_body_comes_under_the_length_of_the_whole(server: HttpServer) -> None:
    came, was_reset = _answer(_ask(server, "/half"))
    head, _, body = came.partition(b"\r\n\r\n")
    assert b"Content-Length: 10000" in head
    assert body == b"0123456789" * 500
    assert was_reset


def test_the_date_is_by_the_clock_that_was_given(server: HttpServer) -> None:
    connection = _ask(server, "/")
    assert b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" in connection.recv(65_536)
    connection.close()


def _soon(is_true: object) -> None:
    deadline = time.monotonic() + 5
    while not is_true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)
