"""The door of the AWS half: every request is identified, counted, struck by faults, checked, answered.

Operations filled in here answer directly; everything else goes to moto's own application.
"""

from __future__ import annotations

import functools
import io
import logging
import time
from collections.abc import Callable
from typing import Any

from . import authorization, signatures
from .errors import AwsError, render, unknown_operation
from .http_server import ConnectionCut, Request, Response
from .operations import Call, _loader, identify
from .world import World

log = logging.getLogger(__name__)
Operation = Callable[[World, Call], Response]


class Application:
    def __init__(self, world: World, operations: dict[str, dict[str, Operation]]) -> None:
        self._world = world
        self._operations = operations
        self._moto = _moto_application()

    def __call__(self, request: Request) -> Response:
        call = identify(request)
        world = self._world
        world.calls.count(
            call.service, call.operation or "unknown", call.region, by_function=world.is_function(call.access_key_id)
        )
        try:
            response = self._answer(call)
        except ConnectionCut:
            self._record(call, None)
            raise
        self._record(call, response)
        # Taken only now: a connection that is cut in the middle of the answer is cut after the work was done.
        place = {"service": call.service, "operation": call.operation, "region": call.region}
        if world.faults.take(("cut-body",), **place):
            if not response.body:
                raise ConnectionCut
            response.is_cut = True
        return response

    def _record(self, call: Call, response: Response | None) -> None:
        if not self._world.recorder.is_on:
            return
        # A fault strikes before anybody has looked at the signature: the key alone says whose it is.
        owner = call.credentials or (self._world.credentials(call.access_key_id) if call.access_key_id else None)
        self._world.recorder.note(call, response, owner.caller_arn if owner else None)

    def _answer(self, call: Call) -> Response:
        try:
            self._strike(call)
            if self._world.settings.checkSignatures:
                signatures.authenticate(call, self._world)
            if call.region not in _regions():
                raise AwsError("InvalidSignatureException", "Credential should be scoped to a valid region.", 403)
            if not call.known and call.service != "unknown":
                raise unknown_operation(call.protocol, call.service, call.operation, known=False)
            if self._world.settings.checkSignatures:
                authorization.authorize(call, self._world)
            operation = self._operations.get(call.service, {}).get(call.operation)
            if operation is not None:
                return _with_request_id(operation(self._world, call))
            return self._by_moto(call)
        except AwsError as error:
            return error.response(call.protocol, call.service)
        except ConnectionCut:
            raise
        except Exception:
            log.exception("%s %s failed", call.service, call.operation)
            code = "InternalFailure" if call.protocol in ("query", "ec2", "rest-xml") else "InternalServerException"
            return render(
                AwsError(code, "The local stack failed at this request; its log says why.", 500),
                call.protocol,
                call.service,
            )

    def _strike(self, call: Call) -> None:
        place = {"service": call.service, "operation": call.operation, "region": call.region}
        for fault in self._world.faults.take(("delay",), **place):
            time.sleep(fault.delayMs / 1000)
        for fault in self._world.faults.take(("cut", "hang", "throttle", "error"), **place):
            if fault.kind in ("cut", "hang"):
                raise ConnectionCut(after=fault.delayMs / 1000 if fault.kind == "hang" else 0)
            if fault.kind == "throttle":
                raise _throttled(call, fault.code, fault.message)
            raise AwsError(
                fault.code or "InternalFailure", fault.message or "A fault was switched on.", fault.status or 500
            )

    def _by_moto(self, call: Call) -> Response:
        if call.request.raw_path.startswith("/moto-api"):
            raise unknown_operation(call.protocol, call.service, call.operation, known=False)
        try:
            response = _run_wsgi(self._moto, call.request)
        except NotImplementedError:
            raise unknown_operation(call.protocol, call.service, call.operation, call.known) from None
        kind = response.headers.get("Content-Type", "")
        page = kind.startswith("text/html") and response.body.lstrip()[:15].lower().startswith(
            (b"<!doctype html", b"<html")
        )
        if page and response.status >= 400:
            raise unknown_operation(call.protocol, call.service, call.operation, call.known)
        return response


def _throttled(call: Call, code: str | None, message: str | None) -> AwsError:
    """Throttling as the service itself says it (botocore's retry tables list these codes)."""
    text = message or "Rate exceeded"
    if call.service == "lambda":
        return AwsError(code or "TooManyRequestsException", text, 429, headers={"Retry-After": "1"})
    if call.service == "s3":
        return AwsError(code or "SlowDown", message or "Please reduce your request rate.", 503)
    if call.protocol in ("query", "ec2") or call.service == "cloudwatch":
        return AwsError(code or "Throttling", text, 400)
    if call.protocol == "rest-json":
        return AwsError(code or "ThrottlingException", text, 429, headers={"Retry-After": "1"})
    return AwsError(code or "ThrottlingException", text, 400)


def _with_request_id(response: Response) -> Response:
    if not any(name.lower() == "x-amzn-requestid" for name in response.headers):
        import uuid

        response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response


@functools.cache
def _regions() -> frozenset[str]:
    endpoints = _loader().load_data("endpoints")
    names = [region for partition in endpoints["partitions"] for region in partition["regions"]]
    return frozenset([*names, "aws-global"])


def _moto_application() -> Any:
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        create_backend_app,
    )

    return DomainDispatcherApplication(create_backend_app)


def _run_wsgi(application: Any, request: Request) -> Response:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": request.query_string,
        "RAW_URI": request.target,
        "REQUEST_URI": request.target,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "0",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "werkzeug.socket": None,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    if "chunked" in request.headers.get("transfer-encoding", ""):
        # The body has been put together already.
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(len(request.body))
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        started.append((status, headers))
        return lambda data: None

    answer = application(environ, start_response)
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    status, headers = started[-1]
    return Response(int(status.split(" ", 1)[0]), body, dict(headers))
