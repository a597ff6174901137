"""A Region whose reads are behind: what DSQL never does, so that those who check for it can see it done.

While the state ``database`` with ``readDelayMs`` is set for a Region, its transactions see the database as it was
so long ago. PostgreSQL lends its own snapshots for that: connections of the gate hold transactions open, one
after the other, and a session's transaction begins with the snapshot of one that is old enough. A Region sees
what it wrote itself at once, and with that whatever its peer had written by then.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import messages
from .upstream import UpstreamError

if TYPE_CHECKING:
    from ..world import World
    from .databases import Databases
    from .upstream import Connection, Upstream

log = logging.getLogger(__name__)

#: Snapshots are taken no more often than this, and so many of them span the longest delay.
SHORTEST_STEP, STEPS = 0.05, 20
#: A snapshot is held this much longer than it can be chosen, for sessions that are about to use it.
GRACE_SECONDS = 5.0
#: No more are taken out of turn than until so many are held: each holds a connection open.
MOST_HELD = 60
BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot()"


@dataclass
class _Snapshot:
    identifier: str
    #: It shows the database as it was at some moment between these two.
    began: float
    ended: float
    holder: Connection


class Snapshots:
    def __init__(self, world: World, regions: list[str], upstream: Upstream) -> None:
        self._world = world
        self._regions = regions
        self._upstream = upstream
        self._held: dict[str, deque[_Snapshot]] = {}
        self._taken_at = 0.0
        #: The delays as they were last, and since when: a snapshot from before shows a past that nobody asked for.
        self._delays: dict[str, float] = {}
        self._changed_at = 0.0
        #: (Region, database) → when a transaction of that Region last changed something.
        self._commits: dict[tuple[str, str], float] = {}

    def delay(self, region: str) -> float:
        """Seconds the Region's reads are behind; 0 almost always."""
        return float(self._world.states.of("database", region).get("readDelayMs", 0)) / 1000

    def committed(self, region: str, database: str) -> None:
        self._commits[region, database] = time.monotonic()
        # From here on the Region sees this much; without a snapshot of its own it would see all until the next one.
        if self.delay(region) and sum(map(len, self._held.values())) < MOST_HELD:
            self._taken_at = 0.0

    def choose(self, region: str, database: str) -> str | None:
        """The snapshot a transaction that begins now is to see; None for the present."""
        delay = self.delay(region)
        held = [one for one in self._held.get(database, ()) if one.began >= self._changed_at]
        if not delay or not held:
            return None
        now, own = time.monotonic(), self._commits.get((region, database), 0.0)
        old_enough = [snapshot for snapshot in held if snapshot.ended <= now - delay]
        chosen = old_enough[-1] if old_enough else held[0]
        if chosen.began >= own:
            return chosen.identifier
        return next((snapshot.identifier for snapshot in held if snapshot.began >= own), None)

    async def run(self, databases: Databases) -> None:
        """Takes snapshots while there is a use for them."""
        try:
            while True:
                delays = {region: self.delay(region) for region in self._regions}
                if delays != self._delays:
                    self._delays, self._changed_at, self._taken_at = delays, time.monotonic(), 0.0
                try:
                    await self._turn(databases, max(delays.values(), default=0.0))
                except (UpstreamError, OSError, EOFError) as problem:
                    log.info("no snapshot could be taken: %s", problem)
                except Exception:
                    log.exception("no snapshot could be taken")
                await asyncio.sleep(SHORTEST_STEP)
        finally:
            self._drop(float("inf"))

    async def _turn(self, databases: Databases, longest: float) -> None:
        if not longest:
            self._drop(float("inf"))
            self._taken_at = 0.0
            return
        if time.monotonic() - self._taken_at < longest / STEPS:
            return
        self._taken_at = time.monotonic()
        for name in databases.names():
            connection = await self._upstream.connect(self._upstream.owner, name)
            began = time.monotonic()
            rows = await connection.run(messages.query(BEGIN))
            snapshot = _Snapshot(str(rows[0]), began, time.monotonic(), connection)
            self._held.setdefault(name, deque()).append(snapshot)
        self._drop(time.monotonic() - longest - GRACE_SECONDS)

    def _drop(self, older_than: float) -> None:
        for held in self._held.values():
            # One that is old enough for the longest delay must stay.
            while held and held[0].ended < older_than and (older_than == float("inf") or len(held) > 1):
                held.popleft().holder.close()


class Lag:
    """One session's view on the snapshots."""

    def __init__(self, snapshots: Snapshots, region: str, database: str) -> None:
        self._snapshots = snapshots
        self._place = (region, database)

    def snapshot(self) -> str | None:
        return self._snapshots.choose(*self._place)

    def committed(self) -> None:
        self._snapshots.committed(*self._place)
