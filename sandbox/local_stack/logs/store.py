"""The events of one log group. What has not been ingested yet is here, and nobody sees it."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from .events import Event, SortedEvents

_numbers = itertools.count(1)
_making = threading.Lock()
#: Message to milliseconds from being put to being seen.
Lag = Callable[[str], int]


def now_ms() -> int:
    return int(time.time() * 1000)


class GroupEvents:
    """Readers hold ``lock`` while they look, and call ``ingest`` first."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.all = SortedEvents()
        self.streams: dict[str, SortedEvents] = {}
        #: In the order in which they were ingested, for Live Tail, which goes by that.
        self.arrivals: list[Event] = []
        #: Of each stream, when its last event was ingested.
        self.last_ingestion: dict[str, int] = {}
        self._pending: list[tuple[int, Event]] = []

    def put(self, stream: str, events: Iterable[tuple[int, str]], lag: Lag | None = None) -> list[Event]:
        with self.lock:
            now = now_ms()
            made: list[Event] = []
            for timestamp, message in events:
                delay = lag(message) if lag else 0
                event = (timestamp, now + delay, next(_numbers), stream, message)
                made.append(event)
                if delay > 0:
                    heapq.heappush(self._pending, (event[1], event))
                else:
                    self._show(event)
            return made

    def ingest(self) -> None:
        """Shows what is due."""
        with self.lock:
            now = now_ms()
            while self._pending and self._pending[0][0] <= now:
                self._show(heapq.heappop(self._pending)[1])

    def pending(self) -> int:
        with self.lock:
            return len(self._pending)

    def drop_stream(self, name: str) -> None:
        with self.lock:
            self._pending = [entry for entry in self._pending if entry[1][3] != name]
            heapq.heapify(self._pending)
            self.last_ingestion.pop(name, None)
            if self.streams.pop(name, None):
                self.all = self.all.without_stream(name)

    def _show(self, event: Event) -> None:
        stream = self.streams.get(event[3])
        if stream is None:
            stream = self.streams[event[3]] = SortedEvents()
        self.all.add(event)
        stream.add(event)
        self.arrivals.append(event)
        self.last_ingestion[event[3]] = max(event[1], self.last_ingestion.get(event[3], 0))


def events_of(group: Any) -> GroupEvents:
    """Of moto's log group; deleted with it."""
    found = group.__dict__.get("_events_by_time")
    if found is None:
        with _making:
            found = group.__dict__.setdefault("_events_by_time", GroupEvents())
    return found
