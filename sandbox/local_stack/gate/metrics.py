"""What a cluster tells CloudWatch: transactions, conflicts, time-outs, latencies, bytes, storage.

User guide, "Monitoring Aurora DSQL with Amazon CloudWatch"; the dimension is ClusterId, as AWS's own scripts
have it. DSQL knows what its storage read and wrote; a gate sees only what passes it: BytesRead is what the
database answered, BytesWritten what a transaction that changed something was sent.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from . import messages

if TYPE_CHECKING:
    from ..world import World
    from .databases import Databases
    from .upstream import Upstream

log = logging.getLogger(__name__)

NAMESPACE = "AWS/AuroraDSQL"


class ClusterMetrics:
    """One cluster's, in one Region."""

    def __init__(self, world: World, region: str, identifier: str) -> None:
        self._world = world
        self._region = region
        self._named = {"ClusterId": identifier}

    def _put(self, metric: str, value: float, unit: str = "None") -> None:
        self._world.metrics.put(self._region, NAMESPACE, metric, self._named, value, unit)

    def transaction(self, wrote: bool, succeeded: bool, sent: int, received: int) -> None:
        self._put("TotalTransactions", 1)
        if succeeded and not wrote:
            self._put("ReadOnlyTransactions", 1)
        self._put("BytesRead", received, "Bytes")
        self._put("BytesWritten", sent if wrote else 0, "Bytes")

    def commit(self, seconds: float) -> None:
        self._put("CommitLatency", seconds * 1000, "Milliseconds")

    def conflict(self) -> None:
        self._put("OccConflicts", 1)

    def timeout(self) -> None:
        self._put("QueryTimeouts", 1)

    def computed(self, seconds: float) -> None:
        self._put("ComputeTime", seconds * 1000, "Milliseconds")

    def storage(self, size: float) -> None:
        self._put("ClusterStorageSize", size, "Bytes")


class Account:
    """One session's account: what passed since the last transaction ended. No I/O; the time is handed in."""

    def __init__(self, metrics: ClusterMetrics) -> None:
        self._metrics = metrics
        self._sent = self._received = 0
        self._ran = self._wrote = self._committed = self._failed = False

    def sent(self, size: int) -> None:
        self._sent += size

    def received(self, size: int) -> None:
        self._received += size

    def completed(self, tag: bytes, seconds: float) -> None:
        """A statement is done; ``tag`` is CommandComplete's body and ``seconds`` since it was sent."""
        word, _, rest = tag.rstrip(b"\0").partition(b" ")
        self._ran = True
        if word == b"COMMIT":
            self._committed = True
            if self._wrote:
                self._metrics.commit(seconds)
        elif word == b"ROLLBACK":
            self._wrote = False
        elif word in (b"INSERT", b"UPDATE", b"DELETE", b"MERGE"):
            self._wrote = self._wrote or not rest.endswith(b" 0") and rest != b"0"
        elif word in (b"CREATE", b"ALTER", b"DROP", b"GRANT", b"REVOKE", b"COMMENT"):
            self._wrote = True

    def failed(self, code: str, timed_out: bool) -> None:
        self._ran = self._failed = True
        self._wrote = False
        if timed_out:
            self._metrics.timeout()
        elif code == "40001":
            self._metrics.conflict()

    def ready(self, idle: bool, seconds: float) -> bool:
        """PostgreSQL waits for the next request; ``idle`` when no transaction is open any more.

        Answers whether a transaction has ended that changed something.
        """
        if not self._ran:
            return False
        self._metrics.computed(seconds)
        if not idle:
            return False
        wrote = self._wrote
        if self._wrote and not self._committed:
            # Outside a block the statement's own end is the commit.
            self._metrics.commit(seconds)
        self._metrics.transaction(self._wrote, not self._failed, self._sent, self._received)
        self._sent = self._received = 0
        self._ran = self._wrote = self._committed = self._failed = False
        return wrote


async def measure_storage(world: World, databases: Databases, upstream: Upstream) -> None:
    """Tells each cluster's size; peers share a database, which is measured once."""
    sizes: dict[str, float] = {}
    for cluster in world.clusters():
        database = databases.known(cluster.identifier, cluster.peers)
        if database is None:
            continue
        if database not in sizes:
            connection = await upstream.connect(upstream.owner, database)
            try:
                rows = await connection.run(messages.query("SELECT pg_database_size(current_database())"))
            finally:
                connection.close()
            sizes[database] = float(rows[0] or 0)
        ClusterMetrics(world, cluster.region, cluster.identifier).storage(sizes[database])
