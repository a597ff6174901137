"""Resource types for CloudFormation that moto lacks, or makes but cannot update or delete rightly.

Attribute names are those of the resource schemas cfn-lint bundles. A class is used for its type because
it is defined after moto's own; ``cloudformation_type`` is the key.
"""

from __future__ import annotations

from ...cloudwatch.service import CloudWatch
from ...world import World
from . import alarms, clusters, events, functions, logs, queues, roles, topics
from .base import Resource

__all__ = ["alarms", "clusters", "events", "functions", "logs", "queues", "roles", "topics", "use"]


def use(world: World, cloudwatch: CloudWatch) -> None:
    Resource.world = world
    Resource.cloudwatch = cloudwatch
