"""Log events in order of time, found without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator

#: Time stamp and ingestion time (ms), a number given when it was put, stream, message. Compared in this order, as
#: FilterLogEvents sorts; the number is unique, so that nothing behind it is ever compared.
Event = tuple[int, int, int, str, str]
#: The first three.
Key = tuple[int, int, int]
_CHUNK = 2000


def event_id(key: tuple[int, ...]) -> str:
    """56 digits, as AWS's are. They hold the whole key: tokens are made of them, too."""
    return f"3{key[0]:015d}{key[1]:015d}{key[2]:025d}"


def key_of(identifier: str) -> Key:
    if len(identifier) != 56 or not identifier.isdigit():
        raise ValueError(identifier)
    return int(identifier[1:16]), int(identifier[16:31]), int(identifier[31:])


class SortedEvents:
    """Chunks of a few thousand: putting one in the middle moves a chunk, not everything behind it."""

    def __init__(self) -> None:
        self._chunks: list[list[Event]] = []
        #: The last of each chunk.
        self._ends: list[Event] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def first(self) -> Event | None:
        return self._chunks[0][0] if self._chunks else None

    @property
    def last(self) -> Event | None:
        return self._ends[-1] if self._ends else None

    def add(self, event: Event) -> None:
        self._count += 1
        if not self._chunks:
            self._chunks, self._ends = [[event]], [event]
            return
        at = min(bisect_left(self._ends, event), len(self._chunks) - 1)
        chunk = self._chunks[at]
        if event > chunk[-1]:
            chunk.append(event)
        else:
            insort(chunk, event)
        self._ends[at] = chunk[-1]
        if len(chunk) > _CHUNK:
            half = len(chunk) // 2
            self._chunks[at : at + 1] = [chunk[:half], chunk[half:]]
            self._ends[at : at + 1] = [chunk[half - 1], chunk[-1]]

    def after(self, key: tuple[int, ...]) -> Iterator[Event]:
        """Those behind the key, oldest first; a key of one number stands before all of that time."""
        at = bisect_right(self._ends, key)
        if at < len(self._chunks):
            chunk = self._chunks[at]
            # Within the key's own three numbers there is one event at most: the tuple is a longer one, hence behind it.
            start = bisect_right(chunk, key)
            if start < len(chunk) and chunk[start][: len(key)] == key and len(key) == 3:
                start += 1
            yield from chunk[start:]
            for chunk in self._chunks[at + 1 :]:
                yield from chunk

    def before(self, key: tuple[int, ...]) -> Iterator[Event]:
        """Those ahead of the key, newest first."""
        at = bisect_left(self._ends, key)
        if at < len(self._chunks):
            chunk = self._chunks[at]
            yield from reversed(chunk[: bisect_left(chunk, key)])
        for chunk in reversed(self._chunks[:at]):
            yield from reversed(chunk)

    def without_stream(self, name: str) -> SortedEvents:
        kept = SortedEvents()
        for chunk in self._chunks:
            for event in chunk:
                if event[3] != name:
                    kept.add(event)
        return kept
