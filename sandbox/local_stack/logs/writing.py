"""PutLogEvents (API reference): a batch in order of time, of which what is too old or too new is left out."""

from __future__ import annotations

from typing import Any

from ..errors import AwsError
from ..http_server import Response
from ..operations import Call, json_answer
from ..world import World
from .reading import size
from .requests import constraint, group_named, invalid
from .store import now_ms

_MOST_EVENTS, _MOST_BYTES, _LARGEST_EVENT = 10_000, 1_048_576, 1_048_576
_HOUR = 3_600_000
_DAY = 24 * _HOUR


def put_log_events(world: World, call: Call) -> Response:
    group = group_named(world, call.region, str(call.parameters.get("logGroupName")))
    stream = group.streams.get(call.parameters.get("logStreamName"))
    if stream is None:
        raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
    events = call.parameters.get("logEvents")
    if not isinstance(events, list) or not 1 <= len(events) <= _MOST_EVENTS:
        raise constraint("logEvents", "", f"Member must have length between 1 and {_MOST_EVENTS}")
    _check(events)
    now = now_ms()
    oldest = now - 14 * _DAY
    retained = now - int(group.retention_in_days) * _DAY if group.retention_in_days else 0
    # In order of time, so that what is refused stands at the two ends.
    expired = sum(event["timestamp"] < retained for event in events)
    old = sum(event["timestamp"] < oldest for event in events)
    new = next((at for at, event in enumerate(events) if event["timestamp"] > now + 2 * _HOUR), len(events))
    taken = events[max(expired, old) : new]
    if taken and taken[-1]["timestamp"] - taken[0]["timestamp"] > _DAY:
        raise invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
    rejected: dict[str, int] = {}
    if new < len(events):
        rejected["tooNewLogEventStartIndex"] = new
    if old:
        rejected["tooOldLogEventEndIndex"] = old
    if expired:
        rejected["expiredLogEventEndIndex"] = expired
    answer: dict[str, Any] = {"nextSequenceToken": stream.put_log_events(taken)}
    if rejected:
        answer["rejectedLogEventsInfo"] = rejected
    return json_answer(answer, content_type="application/x-amz-json-1.1")


def _check(events: list[Any]) -> None:
    before, total = 0, 0
    for event in events:
        timestamp, message = event.get("timestamp"), event.get("message")
        if not isinstance(timestamp, int) or isinstance(timestamp, bool) or not isinstance(message, str):
            raise AwsError("SerializationException", "A log event has a timestamp and a message.")
        if not message:
            raise constraint("logEvents.member.message", "", "Member must have length greater than or equal to 1")
        if timestamp < before:
            raise invalid("Log events in a single PutLogEvents request must be in chronological order.")
        if size(message) - 26 > _LARGEST_EVENT:
            raise invalid(f"Log event too large: {size(message)} bytes exceeds limit of {_LARGEST_EVENT}")
        before = timestamp
        total += size(message)
    if total > _MOST_BYTES:
        raise invalid(f"Upload too large: {total} bytes exceeds limit of {_MOST_BYTES}")
