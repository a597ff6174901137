"""SQS: moto's queues, with what they tell CloudWatch and with attributes as SQS answers them."""

from __future__ import annotations

from ..world import World
from . import attributes, metrics
from .metrics import sample

__all__ = ["install", "sample"]


def install(world: World) -> None:
    attributes.install()
    metrics.count_calls(world)
