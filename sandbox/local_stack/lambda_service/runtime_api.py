"""The Runtime API one execution environment talks to, on a loopback port of its own.

As in the developer guide, "Using the Lambda runtime API for custom runtimes" (version 2018-06-01).
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from ..http_server import ConnectionCut, HttpServer, Request, Response

MAX_RESPONSE = 6 * 1024 * 1024 + 100
_PREFIX = "/2018-06-01/runtime/"
_REPLY = re.compile(r"invocation/([^/]+)/(response|error)")


@dataclass
class Invocation:
    payload: bytes
    function_arn: str
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_id: str = field(default_factory=lambda: f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0")
    client_context: str | None = None
    deadline: float = 0.0
    handed_at: float = 0.0
    #: Called when the runtime is about to get it.
    when_handed: Callable[[], None] | None = None
    #: Set when the runtime has answered: its payload, and whether it answered with an error.
    reply: bytes | None = None
    failed: bool = False
    error_type: str | None = None
    replied_at: float = 0.0


class RuntimeApi:
    """Hands events to one runtime and takes its answers. All state changes under ``changed``."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        #: The runtime has asked for its first event: Init is over.
        self.ready_at: float | None = None
        self.init_error: tuple[str, bytes] | None = None
        self._waiting: Invocation | None = None
        self._current: Invocation | None = None
        #: How often the runtime has asked for an event. The last question is the one that is answered.
        self.asked = 0
        self._closed = False
        self._server = HttpServer(self._handle, name="runtime-api", idle_seconds=None).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.port}"

    def offer(self, invocation: Invocation) -> None:
        with self.changed:
            self._waiting = invocation
            self.changed.notify_all()

    def close(self) -> None:
        with self.changed:
            self._closed = True
            self.changed.notify_all()
        self._server.stop()

    def _handle(self, request: Request) -> Response:
        if not request.raw_path.startswith(_PREFIX):
            return _problem(404, "NotFound", "no such path in the Runtime API")
        path = request.raw_path.removeprefix(_PREFIX)
        if request.method == "GET" and path == "invocation/next":
            return self._next()
        if request.method == "POST" and path == "init/error":
            return self._init_error(request)
        found = _REPLY.fullmatch(path)
        if request.method == "POST" and found:
            return self._reply(found[1], found[2] == "error", request)
        return _problem(404, "NotFound", "no such path in the Runtime API")

    def _next(self) -> Response:
        with self.changed:
            if self.ready_at is None:
                self.ready_at = time.monotonic()
                self.changed.notify_all()
            # No time limit: a runtime waits here for as long as nothing happens.
            self.asked += 1
            asked = self.asked
            self.changed.notify_all()
            self.changed.wait_for(lambda: self._waiting is not None or self._closed or self.asked != asked)
            if self._closed or self.asked != asked:
                # A runtime that asks anew has given up on its earlier question: that must not take the event.
                raise ConnectionCut
            invocation = self._waiting
            assert invocation is not None
            self._waiting, self._current = None, invocation
            invocation.handed_at = time.monotonic()
            if invocation.when_handed is not None:
                invocation.when_handed()
            self.changed.notify_all()
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
            "Lambda-Runtime-Invocation-Id": invocation.request_id,
        }
        if invocation.client_context:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        return Response(200, invocation.payload, headers)

    def _reply(self, request_id: str, failed: bool, request: Request) -> Response:
        with self.changed:
            invocation = self._current
            if invocation is None or invocation.request_id != request_id or invocation.reply is not None:
                return _problem(400, "InvalidRequestID", "Invalid request ID")
            if len(request.body) > MAX_RESPONSE:
                message = (
                    f"Response payload size ({len(request.body)} bytes) exceeded maximum allowed payload size "
                    "(6291556 bytes)."
                )
                invocation.failed, invocation.error_type = True, "Function.ResponseSizeTooLarge"
                invocation.reply = json.dumps({"errorType": invocation.error_type, "errorMessage": message}).encode()
                answer = _problem(413, "RequestEntityTooLarge", message)
            else:
                invocation.reply, invocation.failed = request.body, failed
                if failed:
                    invocation.error_type = request.headers.get("lambda-runtime-function-error-type")
                answer = Response(202, b'{"status":"OK"}\n', {"Content-Type": "application/json"})
            invocation.replied_at = time.monotonic()
            self.changed.notify_all()
            return answer

    def _init_error(self, request: Request) -> Response:
        with self.changed:
            kind = request.headers.get("lambda-runtime-function-error-type") or "Runtime.Unknown"
            self.init_error = (kind, request.body)
            self.changed.notify_all()
        return Response(202, b'{"status":"OK"}\n', {"Content-Type": "application/json"})


def _problem(status: int, kind: str, message: str) -> Response:
    body = json.dumps({"errorMessage": message, "errorType": kind}).encode()
    return Response(status, body, {"Content-Type": "application/json"})
