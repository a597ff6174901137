"""CloudFormation: stacks whose states are true, and the resource types moto lacks or only half knows."""

from __future__ import annotations

from ..cloudwatch.service import CloudWatch
from ..world import World


def install(world: World, cloudwatch: CloudWatch) -> None:
    # The resource types are registered by being defined; stacks find them by their type's name.
    from . import calls, resource_types

    resource_types.use(world, cloudwatch)
    calls.install()
