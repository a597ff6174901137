"""CloudWatch put together."""

from __future__ import annotations

from collections.abc import Callable

from ..http_server import Response
from ..operations import Call
from ..world import World
from . import metric_operations

Operation = Callable[[World, Call], Response]


class CloudWatch:
    def __init__(self, world: World) -> None:
        self._world = world

    def operations(self) -> dict[str, Operation]:
        return dict(metric_operations.OPERATIONS)

    def start(self) -> None:
        pass

    def close(self) -> None:
        pass
