"""Resource types for CloudFormation that moto lacks, or makes but cannot update or delete rightly.

Attribute names are those of the resource schemas cfn-lint bundles. A class is used for its type because
it is defined after moto's own; ``cloudformation_type`` is the key.
"""

from __future__ import annotations

from ...world import World
from . import clusters, events, functions, logs, queues, roles
from .base import Resource

__all__ = ["clusters", "events", "functions", "logs", "queues", "roles", "use"]


def use(world: World) -> None:
    Resource.world = world
