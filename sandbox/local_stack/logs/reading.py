"""FilterLogEvents and GetLogEvents: pages of at most 1 MB, found by time."""

from __future__ import annotations

import base64
import hashlib
import heapq
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import AwsError
from ..http_server import Response
from ..operations import Call, json_answer
from ..world import World
from .events import Event, event_id, key_of
from .requests import Streams, group_of, invalid, pattern_of, refuse_class, streams_of, whole
from .store import GroupEvents, events_of

MOST_EVENTS = 10_000
PAGE_BYTES = 1_048_576
_TOKEN_SECONDS = 24 * 3600
#: January 1, 2024: before it nothing is read from its newest end (API reference, ``startFromHead``).
_OLDEST_BACKWARDS = 1_704_067_200_000
_KIND = {"content_type": "application/x-amz-json-1.1"}


def size(message: str) -> int:
    """As PutLogEvents counts: UTF-8, and 26 bytes for each event."""
    return 26 + (len(message) if message.isascii() else len(message.encode()))


def filter_log_events(world: World, call: Call) -> Response:
    group = group_of(world, call)
    refuse_class(group, "FilterLogEvents")
    limit = whole(call, "limit", 1, MOST_EVENTS) or MOST_EVENTS
    start, end = whole(call, "startTime", 0) or 0, whole(call, "endTime", 0)
    streams = streams_of(call, "logStreamNamePrefix")
    pattern = pattern_of(call, "filterPattern")
    forward = call.parameters.get("startFromHead") is not False
    request = _digest(group.arn, streams, start, end, call.parameters.get("filterPattern"))
    position: tuple[int, ...] | None = None
    if (token := call.parameters.get("nextToken")) is not None:
        position, forward = _read_token(token, request)
    elif not forward and start < _OLDEST_BACKWARDS:
        raise invalid("startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC.")
    if position is None:
        position = (start,) if forward else ((end + 1,) if end is not None else (1 << 62,))
    for name in streams.names:
        if name not in group.streams:
            raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
    page = _Page(limit)
    place = {"service": "logs", "operation": "FilterLogEvents", "region": call.region}
    if world.faults.take(("empty-page",), **place):
        page.position, page.is_last = position, False
    else:
        store = events_of(group)
        with store.lock:
            store.ingest()
            for looked, event in enumerate(_candidates(store, streams, position, forward)):
                if event[0] < start if not forward else end is not None and event[0] > end:
                    break
                if looked >= world.settings.filterScanLimit or not page.has_room(event):
                    page.is_last = False
                    break
                page.position = event[:3]
                if streams.include(event[3]) and pattern.match(event[4]) is not None:
                    page.add(event)
    answer: dict[str, Any] = {
        "events": [
            {
                "logStreamName": event[3],
                "timestamp": event[0],
                "message": event[4],
                "ingestionTime": event[1],
                "eventId": event_id(event),
            }
            for event in page.events
        ],
        # "As of May 15, 2020, this parameter is no longer supported. This parameter returns an empty list."
        "searchedLogStreams": [],
    }
    if not page.is_last:
        answer["nextToken"] = _write_token(page.position or position, forward, request)
    return json_answer(answer, **_KIND)


def get_log_events(world: World, call: Call) -> Response:
    group = group_of(world, call)
    refuse_class(group, "GetLogEvents")
    limit = whole(call, "limit", 1, MOST_EVENTS) or MOST_EVENTS
    start, end = whole(call, "startTime", 0) or 0, whole(call, "endTime", 0)
    name = call.parameters.get("logStreamName")
    if name not in group.streams:
        raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
    forward = call.parameters.get("startFromHead") is True
    first: tuple[int, ...] = (start,)
    beyond: tuple[int, ...] = (end,) if end is not None else (1 << 62,)
    given = call.parameters.get("nextToken")
    here: tuple[int, ...] = (start, 0, 0) if forward else (min(beyond[0], 10**15 - 1), 0, 0)
    if given is not None:
        try:
            forward, here = {"f": True, "b": False}[given[:1]], key_of(given[2:])
        except (KeyError, ValueError, TypeError):
            raise invalid("The specified nextToken is invalid.") from None
        first, beyond = (max(first, here), beyond) if forward else (first, min(beyond, here))
    page = _Page(limit)
    store = events_of(group)
    with store.lock:
        store.ingest()
        mine = store.streams.get(name)
        for event in () if mine is None else mine.after(first) if forward else mine.before(beyond):
            if (event >= beyond if forward else event[0] < start) or not page.has_room(event):
                break
            page.add(event)
    events = page.events if forward else page.events[::-1]
    # Tokens stand before or behind an event; where nothing was found, at the place that was looked from, so that what
    # arrives there later is found.
    newest: tuple[int, ...] = (start, 0, 0) if given is None else (*here[:2], max(here[2] - 1, 0))
    oldest: tuple[int, ...] = (*here[:2], here[2] + 1)
    if events:
        newest, oldest = events[-1][:3], events[0][:3]
    return json_answer(
        {
            "events": [{"timestamp": e[0], "message": e[4], "ingestionTime": e[1]} for e in events],
            "nextForwardToken": given if given and forward and not events else f"f/{event_id(newest)}",
            "nextBackwardToken": given if given and not forward and not events else f"b/{event_id(oldest)}",
        },
        **_KIND,
    )


class _Page:
    def __init__(self, limit: int) -> None:
        self.events: list[Event] = []
        self.is_last = True
        #: The last event that was looked at.
        self.position: tuple[int, ...] | None = None
        self._limit = limit
        self._bytes = 0

    def has_room(self, event: Event) -> bool:
        # One event always fits, so that paging gets on.
        return not self.events or (len(self.events) < self._limit and self._bytes + size(event[4]) <= PAGE_BYTES)

    def add(self, event: Event) -> None:
        self.events.append(event)
        self._bytes += size(event[4])


def _candidates(store: GroupEvents, streams: Streams, position: tuple[int, ...], forward: bool) -> Iterable[Event]:
    found = [store.streams[name] for name in dict.fromkeys(streams.names) if name in store.streams]
    sources = found if streams.names else [store.all]
    runs: list[Iterator[Event]] = [s.after(position) if forward else s.before(position) for s in sources]
    return runs[0] if len(runs) == 1 else heapq.merge(*runs, reverse=not forward)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _write_token(position: tuple[int, ...], forward: bool, request: str) -> str:
    record = {"at": list(position), "forward": forward, "of": request, "until": int(time.time()) + _TOKEN_SECONDS}
    return base64.urlsafe_b64encode(json.dumps(record).encode()).decode()


def _read_token(token: Any, request: str) -> tuple[tuple[int, ...], bool]:
    """A token belongs to the request that it answered, and lasts for 24 hours."""
    try:
        record = json.loads(base64.urlsafe_b64decode(token))
        if record["of"] == request and record["until"] > time.time():
            return tuple(record["at"]), bool(record["forward"])
    except (ValueError, KeyError, TypeError):
        pass
    raise invalid("The specified nextToken is invalid.")
