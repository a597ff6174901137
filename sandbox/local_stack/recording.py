"""Records calls to AWS as they came and as they were answered, for whoever checks a client of this stack.

A recording is a file of JSON Lines in the stack's own directory, readable by its owner only. The control address
takes a name and no path: whoever reaches that port must not be able to write elsewhere.
"""

from __future__ import annotations

import base64
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from . import authorization
from .http_server import Response
from .operations import Call

STARS = "****"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_SECRET_HEADERS = {"authorization", "proxy-authorization", "x-amz-security-token", "x-amz-sso_bearer_token"}
#: Members that are secrets by their meaning, of STS, IAM, IAM Identity Center and its token service.
_SECRET_MEMBERS = (
    "SecretAccessKey|SessionToken|WebIdentityToken|SAMLAssertion|TokenCode|[Aa]ccessToken|[Rr]efreshToken"
    "|[Ii]dToken|[Cc]lientSecret|secretAccessKey|sessionToken"
)
_IN_XML = re.compile(rf"(<(?:{_SECRET_MEMBERS})>)[^<]*".encode())
_IN_JSON = re.compile(rf'("(?:{_SECRET_MEMBERS})"\s*:\s*")(?:[^"\\]|\\.)*'.encode())
_IN_FORM = re.compile(rf"((?:^|&)(?:{_SECRET_MEMBERS})=)[^&]*".encode())
#: Of presigned URLs, wherever they stand.
_IN_URL = re.compile(rb"(X-Amz-(?:Signature|Security-Token)=)[^&\"'\\<\s]*", re.IGNORECASE)


class RecordingError(ValueError):
    """A recording that cannot be made, in a sentence."""


class Recorder:
    """Off until ``start``; one recording at a time. Safe from any thread, and costs nothing while it is off."""

    def __init__(self, directory: Path, account: str) -> None:
        self._directory = directory
        self._account = account
        self._lock = threading.Lock()
        self._file: IO[str] | None = None
        self._path: Path | None = None
        self._calls = 0
        self._streams: set[_Copy] = set()

    @property
    def is_on(self) -> bool:
        return self._file is not None

    def start(self, name: Any) -> dict[str, Any]:
        """Begins an empty file; a recording that is under way ends first."""
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise RecordingError("name is the file's: small letters, digits and dashes, 64 at most")
        self._finish_streams()
        with self._lock:
            self._close()
            folder = self._directory / "recordings"
            folder.mkdir(mode=0o700, exist_ok=True)
            self._path = folder / f"{name}.jsonl"
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file, self._calls = os.fdopen(descriptor, "w", encoding="utf-8"), 0
            return self._state()

    def stop(self) -> dict[str, Any]:
        """What was recorded: every call answered before this is in the file, and of streams what they have said so far."""
        self._finish_streams()
        with self._lock:
            state = self._state()
            self._close()
            return state

    def as_json(self) -> dict[str, Any]:
        with self._lock:
            return self._state()

    def note(self, call: Call, response: Response | None, caller: str | None) -> None:
        """``response`` is None where the connection was cut instead; ``caller`` is an ARN."""
        if not self.is_on:
            return
        entry = _entry(call, response, caller, self._account)
        if response is None or response.stream is None:
            self._write(entry)
            return

        def write(body: bytes) -> None:
            entry["response"]["body"] = _body(body)
            self._streams.discard(copy)
            self._write(entry)

        response.stream = copy = _Copy(response.stream, write)
        self._streams.add(copy)

    def _finish_streams(self) -> None:
        for copy in list(self._streams):
            copy.finish()

    def _write(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry, separators=(",", ":"))
        with self._lock:
            if self._file is not None:
                self._file.write(line + "\n")
                self._file.flush()
                self._calls += 1

    def _state(self) -> dict[str, Any]:
        return {"file": str(self._path) if self._file is not None else None, "calls": self._calls}

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None


class _Copy:
    """Hands a stream on and keeps it, until the stream ends or the recording does."""

    def __init__(self, stream: Iterable[bytes], write: Callable[[bytes], None]) -> None:
        self._stream, self._write = stream, write
        self._pieces: list[bytes] = []
        self._lock = threading.Lock()
        self._is_finished = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if not self._is_finished:
                self._pieces.append(piece)
            yield piece

    def close(self) -> None:
        self.finish()
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()

    def finish(self) -> None:
        with self._lock:
            if self._is_finished:
                return
            self._is_finished = True
        self._write(b"".join(self._pieces))
        self._pieces.clear()


def _entry(call: Call, response: Response | None, caller: str | None, account: str) -> dict[str, Any]:
    request = call.request
    return {
        "at": round(time.time(), 3),
        "service": call.service,
        "operation": call.operation,
        "region": call.region,
        "caller": caller,
        "needs": _needs(call, account),
        "request": {
            "method": request.method,
            "target": _IN_URL.sub(rb"\1****", request.target.encode("latin-1", "replace")).decode("latin-1"),
            "headers": _headers(request.headers),
            "body": _body(request.body),
        },
        "response": None
        if response is None
        else {"status": response.status, "headers": _headers(response.headers), "body": _body(response.body)},
    }


def _needs(call: Call, account: str) -> list[dict[str, Any]]:
    """What IAM is asked about the call; nothing where it is too broken to say."""
    try:
        needed = list(authorization.required(call, account))
    except (AttributeError, TypeError):
        return []
    return [{"action": action, "resource": resource, "context": context} for action, resource, context in needed]


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {name: STARS if name.lower() in _SECRET_HEADERS else value for name, value in headers.items()}


def _body(body: bytes) -> str:
    """Base64, because a body may be anything; secrets are starred before."""
    for pattern in (_IN_XML, _IN_JSON, _IN_FORM, _IN_URL):
        body = pattern.sub(rb"\1" + STARS.encode(), body)
    return base64.b64encode(body).decode()
