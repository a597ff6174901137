"""Answers read twice: by botocore, and by the console's own client. The two must give the same values."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.awsrequest import HeadersDict
from botocore.exceptions import EventStreamError
from botocore.parsers import create_parser

from . import models
from .answers import Answer, protocol
from .difference import Difference
from .event_streams import Stream

#: Instants are seconds as floating point on our side: they hold microseconds, and no more.
_INSTANT = 2e-6


def by_botocore(answer: Answer) -> dict[str, Any]:
    """``{"value": …}``, or ``{"error": …}`` with status, code, message and request id."""
    model = models.operation(*answer.call.split(" "))
    assert model is not None
    given = answer.received
    streams = model.has_event_stream_output and given.status < 300
    parsed = create_parser(protocol(model)).parse(
        {
            "status_code": given.status,
            "headers": HeadersDict(given.headers),
            "body": Stream(given.body) if streams else given.body,
            "context": {"operation_name": model.name},
        },
        model.output_shape,
    )
    metadata = parsed.pop("ResponseMetadata", {})
    if streams:
        return _events(parsed, model.output_shape.event_stream_name)
    if given.status < 300:
        return {"value": parsed}
    error = parsed["Error"]
    return {
        "error": {
            "status": given.status,
            "code": error.get("Code", ""),
            "message": error.get("Message") or "",
            "requestId": metadata.get("RequestId"),
        }
    }


def _events(parsed: dict[str, Any], name: str) -> dict[str, Any]:
    """A stream is its events, or the exception that ended it."""
    try:
        return {"value": {**parsed, name: list(parsed[name])}}
    except EventStreamError as ended:
        said = ended.response["Error"]
        return {"error": {"status": 200, "code": said["Code"], "message": said["Message"], "requestId": None}}


@dataclass
class Comparison:
    """What was compared of one operation, and what neither answer nor seed ever let us read."""

    call: str
    answers: int = 0
    values: int = 0
    #: Members, as paths without indexes, that botocore gave, and that we gave.
    given: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)

    def unread(self) -> list[str]:
        """The topmost members that we never read."""
        missing = self.given - self.read
        return sorted(path for path in missing if not any(path != other and _holds(other, path) for other in missing))


def _holds(outer: str, inner: str) -> bool:
    return inner.startswith((f"{outer}.", f"{outer}[]"))


class Parity:
    """Compares answer after answer. Members that are left unread throughout are judged at the end, by ``unread``."""

    def __init__(self, unread: dict[str, list[str]]) -> None:
        self._unread = unread
        self.comparisons: dict[str, Comparison] = {}

    def compare(self, answer: Answer, ours: dict[str, Any]) -> Iterator[Difference]:
        comparison = self.comparisons.setdefault(answer.call, Comparison(answer.call))
        comparison.answers += 1
        theirs = by_botocore(answer)

        def differ(member: str, expected: str) -> Difference:
            return Difference(answer.origin, answer.call, member, expected)

        if "error" in theirs:
            for member, expected in _errors(theirs["error"], ours):
                yield differ(member, expected)
        elif "value" not in ours:
            yield differ("answer", f"a value, which botocore reads; ours: {_said(ours)}")
        else:
            for member, expected in self._values(comparison, theirs["value"], ours["value"], ""):
                yield differ(member, expected)

    def _values(self, comparison: Comparison, theirs: Any, ours: Any, where: str) -> Iterator[tuple[str, str]]:
        path = re.sub(r"\[\d+\]", "[]", where)
        if path:
            comparison.given.add(path)
            comparison.read.add(path)
        comparison.values += 1
        match theirs:
            case dict():
                yield from self._objects(comparison, theirs, ours, where)
            case list():
                if not isinstance(ours, list) or len(ours) != len(theirs):
                    yield where, f"{len(theirs)} items, as botocore reads; ours: {_brief(ours)}"
                    return
                for index, (one, other) in enumerate(zip(theirs, ours, strict=True)):
                    yield from self._values(comparison, one, other, f"{where}[{index}]")
            case datetime():
                if not _is_number(ours) or not math.isclose(theirs.timestamp(), ours, rel_tol=0, abs_tol=_INSTANT):
                    yield where, f"{theirs.timestamp()} seconds since 1970; ours: {_brief(ours)}"
            case bool() | str() | None:
                if type(ours) is not type(theirs) or ours != theirs:
                    yield where, f"{_brief(theirs)}; ours: {_brief(ours)}"
            case bytes():
                # Ours keeps what JSON carries.
                if ours != base64.b64encode(theirs).decode():
                    yield where, f"{len(theirs)} bytes, as botocore reads; ours: {_brief(ours)}"
            case _:
                if not _is_number(ours) or ours != theirs:
                    yield where, f"{_brief(theirs)}; ours: {_brief(ours)}"

    def _objects(
        self, comparison: Comparison, theirs: dict[str, Any], ours: Any, where: str
    ) -> Iterator[tuple[str, str]]:
        if not isinstance(ours, dict):
            yield where, f"an object, as botocore reads; ours: {_brief(ours)}"
            return
        prefix = f"{where}." if where else ""
        unread = self._unread.get(comparison.call, [])
        for name, value in theirs.items():
            path = re.sub(r"\[\d+\]", "[]", prefix + name)
            if name in ours:
                yield from self._values(comparison, value, ours[name], prefix + name)
            else:
                comparison.given.add(path)
                if path not in unread:
                    yield prefix + name, f"{_brief(value)}, as botocore reads; ours has no such member"
        for name in ours:
            if name not in theirs:
                yield prefix + name, f"nothing, as botocore reads; ours: {_brief(ours[name])}"

    def unread_differences(self, covered: Iterable[str]) -> Iterator[Difference]:
        """The list of unread members must be true: neither a member too few, nor one that is read by now."""
        for call in covered:
            listed = self._unread.get(call, [])
            seen = self.comparisons[call].unread() if call in self.comparisons else []
            for path in sorted(set(listed) - set(seen)):
                yield Difference("members.toml", call, path, "to be taken off the list of unread members: it is read")
            for path in sorted(set(seen) - set(listed)):
                yield Difference("members.toml", call, path, "to be read, or to be on the list of unread members")


def _errors(theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[tuple[str, str]]:
    status, code, message = theirs["status"], str(theirs["code"]), theirs["message"]
    # Where AWS named no code botocore makes one of the status, and a message of HTTP's own words; so do we, in ours.
    named = code != str(status)
    code = code if named else f"HTTP {status}"
    if "failed" in ours:
        # The credential chain's own calls end in a sentence, which has to hold the same; it may go on behind it.
        text = (f"{code} (status {status})" + (f": {message}" if message and named else "")).removesuffix(".")
        if text not in ours["failed"]:
            yield "error", f"{text}; ours: {ours['failed']}"
        return
    error = ours.get("error")
    if error is None:
        yield "error", f"{code} (status {status}); ours: {_said(ours)}"
        return
    wanted = {"status": status, "code": code, "message": message if named else error["message"]}
    if theirs["requestId"]:
        wanted["requestId"] = theirs["requestId"]
    for name, value in wanted.items():
        if error.get(name) != value:
            yield f"error {name}", f"{value!r}; ours: {error.get(name)!r}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _said(ours: dict[str, Any]) -> str:
    return next((f"{name}: {_brief(value)}" for name, value in ours.items()), "nothing")


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
