"""CloudWatch put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..http_server import Response
from ..operations import Call
from ..world import World
from . import metric_operations
from .periodic import Periodic

Operation = Callable[[World, Call], Response]


class CloudWatch:
    """``samples`` are taken from time to time: what is a level rather than a happening."""

    def __init__(self, world: World, samples: Sequence[Callable[[], None]]) -> None:
        self._world = world
        self._samples = samples
        self._periodic = [Periodic("metric-samples", lambda: world.settings.metricSampleSeconds, self._sample)]

    def operations(self) -> dict[str, Operation]:
        return dict(metric_operations.OPERATIONS)

    def start(self) -> None:
        for periodic in self._periodic:
            periodic.start()

    def close(self) -> None:
        for periodic in self._periodic:
            periodic.close()

    def _sample(self) -> None:
        for sample in self._samples:
            sample()
