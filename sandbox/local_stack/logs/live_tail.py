"""StartLiveTail: a stream that tells each second what was ingested (API reference, StartLiveTail).

Nothing runs beside the connection. Whoever serves it asks for the next frame when the client has taken the last one; a
client that is slow finds the seconds it missed put together then, and of more than ten only the newest.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import AwsError
from ..http_server import ConnectionCut, Response
from ..operations import Call
from ..world import World
from . import event_stream
from .events import Event
from .requests import Streams, constraint, group_by_arn, groups_of, invalid, pattern_of, refuse_class, streams_of
from .store import events_of, now_ms

MOST_GROUPS, MOST_SESSIONS = 10, 15
MOST_EVENTS = 500
#: What CloudWatch Logs keeps for a slow client, at most.
BACKLOG_UPDATES, BACKLOG_EVENTS = 10, 5000
_STREAM_FAULTS = ("stream-truncate", "stream-corrupt", "stream-cut", "stream-hang")


@dataclass
class _Followed:
    """A group, by the store it had and how much of what arrived there has been told."""

    name: str
    arn: str
    told: int
    store: Any


class Session:
    """What the connection sends. ``b""`` means: nothing yet, see whether the client is still there."""

    def __init__(
        self, world: World, call: Call, groups: list[Any], streams: Streams, pattern: Any, sessions: list[Session]
    ) -> None:
        self.region = call.region
        self._world, self._streams, self._pattern, self._sessions = world, streams, pattern, sessions
        self._wanted = call.parameters
        self._followed = []
        for group in groups:
            store = events_of(group)
            with store.lock:
                store.ingest()
                self._followed.append(_Followed(group.name, group.arn, len(store.arrivals), store))
        self._sent = 0

    def close(self) -> None:
        if self in self._sessions:
            self._sessions.remove(self)

    def __iter__(self) -> Iterator[bytes]:
        try:
            for frame in self._frames():
                if not frame:
                    yield frame
                    continue
                fault = self._fault()
                if fault is None:
                    yield frame
                elif fault == "stream-corrupt":
                    yield event_stream.damaged(frame)
                elif fault == "stream-hang":
                    while True:
                        time.sleep(0.05)
                        yield b""
                else:
                    yield frame[: len(frame) // 2]
                    if fault == "stream-cut":
                        raise ConnectionCut
                    return
                self._sent += 1
        finally:
            self.close()

    def _fault(self) -> str | None:
        struck = self._world.faults.take(
            _STREAM_FAULTS,
            lambda fault: (fault.afterFrames or 0) <= self._sent,
            service="logs",
            operation="StartLiveTail",
            region=self.region,
        )
        return struck[0].kind if struck else None

    def _frames(self) -> Iterator[bytes]:
        yield event_stream.event("initial-response", {})
        start = {"requestId": str(uuid.uuid4()), "sessionId": str(uuid.uuid4())}
        names = ("logGroupIdentifiers", "logStreamNames", "logStreamNamePrefixes", "logEventFilterPattern")
        yield event_stream.event(
            "sessionStart", {**start, **{n: self._wanted[n] for n in names if self._wanted.get(n) is not None}}
        )
        begun, begun_ms = time.monotonic(), now_ms()
        second = 0
        while True:
            passed, end = time.monotonic() - begun, self._world.settings.liveTailSessionSeconds
            due = math.floor(min(passed, end)) - second
            if due > 0:
                yield from self._updates(begun_ms + 1000 * second, due)
                second += due
            elif passed >= end:
                yield event_stream.exception("SessionTimeoutException", "The session has reached its time limit.")
                return
            else:
                time.sleep(min(second + 1 - passed, 0.05))
                yield b""

    def _updates(self, since_ms: int, count: int) -> Iterator[bytes]:
        """The updates of the seconds behind ``since_ms``, the oldest left out when there are too many."""
        seconds: list[list[tuple[_Followed, Event]]] = [[] for _ in range(count)]
        for followed in self._followed:
            for event in self._arrived(followed):
                seconds[min(max((event[1] - since_ms) // 1000, 0), count - 1)].append((followed, event))
        updates = [_update(second) for second in seconds[-BACKLOG_UPDATES:]]
        while sum(len(update["sessionResults"]) for update in updates) > BACKLOG_EVENTS:
            updates.pop(0)
        for update in updates:
            yield event_stream.event("sessionUpdate", update)

    def _arrived(self, followed: _Followed) -> list[Event]:
        group = groups_of(self._world, self.region).get(followed.name)
        if group is None:
            return []
        store = events_of(group)
        if store is not followed.store:
            # The group was deleted and made again.
            followed.store, followed.told = store, 0
        with store.lock:
            store.ingest()
            new = store.arrivals[followed.told :]
            followed.told += len(new)
        return [e for e in new if self._streams.include(e[3]) and self._pattern.match(e[4]) is not None]


def _update(found: list[tuple[_Followed, Event]]) -> dict[str, Any]:
    sampled = len(found) > MOST_EVENTS
    if sampled:
        found = [found[at * len(found) // MOST_EVENTS] for at in range(MOST_EVENTS)]
    return {
        "sessionMetadata": {"sampled": sampled},
        "sessionResults": [
            {
                "logStreamName": event[3],
                "logGroupIdentifier": followed.arn,
                "message": event[4],
                "timestamp": event[0],
                "ingestionTime": event[1],
            }
            for followed, event in found
        ],
    }


class LiveTail:
    def __init__(self) -> None:
        self._sessions: list[Session] = []

    def status(self) -> int:
        return len(self._sessions)

    def start(self, world: World, call: Call) -> Response:
        arns = call.parameters.get("logGroupIdentifiers")
        if not isinstance(arns, list) or not 1 <= len(arns) <= MOST_GROUPS:
            raise constraint("logGroupIdentifiers", arns, f"Member must have length between 1 and {MOST_GROUPS}")
        streams = streams_of(call, "logStreamNamePrefixes")
        if len(arns) > 1 and (streams.names or streams.prefixes):
            raise invalid("Log streams can be given only with a single log group.")
        pattern = pattern_of(call, "logEventFilterPattern")
        groups = [group_by_arn(world, call, str(arn)) for arn in dict.fromkeys(arns)]
        for group in groups:
            refuse_class(group, "StartLiveTail")
        if sum(session.region == call.region for session in self._sessions) >= MOST_SESSIONS:
            raise AwsError("LimitExceededException", f"There are {MOST_SESSIONS} Live Tail sessions already.")
        session = Session(world, call, groups, streams, pattern, self._sessions)
        self._sessions.append(session)
        return Response(200, headers={"Content-Type": event_stream.CONTENT_TYPE}, stream=session)
