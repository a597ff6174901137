"""Both Regions' stacks, in the order that peering needs.

Each cluster is first made with its witness alone and rests in PENDING_SETUP; then both stacks are told of each other
(the order of the Aurora DSQL user guide's page on CloudFormation). Both are changed at once and waited for together:
a cluster that names its peer may not settle before the peer names it too.

A stack is made without deletion protection, so that a creation that fails can be undone; the update that peers the
clusters switches it on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .clusters import Cluster
from .problem import Problem
from .progress import Progress
from .stacks import SETTLED, STEP, STILLBORN, Stack, require_success, settle


@dataclass
class Region:
    """What belongs together in one Region."""

    name: str
    stack: Stack
    cluster_at: Callable[[str], Cluster]
    code: dict[str, str] = field(default_factory=dict)

    def cluster(self) -> Cluster | None:
        identifier = self.stack.resource("Cluster")
        return self.cluster_at(identifier) if identifier else None


@dataclass(frozen=True)
class Plan:
    stack: str
    environment: str
    witness: str
    architecture: str
    body: str
    defaults: dict[str, str]
    """What the template says itself; given when a stack is made, so that a later template cannot change it silently."""
    settings: dict[str, str]
    """What the person said."""
    timeout: float
    keep_failed: bool


def roll_out(regions: list[Region], plan: Plan, progress: Progress) -> dict[str, dict[str, str]]:
    """The outputs of each Region's stack, when both are done and their clusters take connections."""
    _clear_the_ground(regions, plan, progress)
    _check_what_stands(regions, plan)
    made: list[Region] = []
    try:
        _create_missing(regions, plan, progress, made)
        _update_all(regions, plan, progress)
        for region in regions:
            cluster = region.cluster()
            assert cluster is not None
            cluster.wait_until_healthy(plan.timeout)
    except (Problem, KeyboardInterrupt):
        if made and not plan.keep_failed:
            progress.warn("what this run created is deleted again (--keep-failed keeps it)")
            _undo(made, plan, progress)
        raise
    return {region.name: region.stack.outputs for region in regions}


def _undo(made: list[Region], plan: Plan, progress: Progress) -> None:
    """What fails here is said too, but why the creation failed is still the problem."""
    try:
        remove(made, plan.timeout, progress)
    except Problem as problem:
        progress.warn(f"not everything could be deleted: {problem.summary}; {problem.hint}")


def remove(regions: list[Region], timeout: float, progress: Progress) -> None:
    """Deletes stacks with their data. A peered cluster is only gone when its peer goes as well: both at once."""
    standing = [region for region in regions if region.stack.look() is not None]
    settle([region.stack for region in standing], timeout)
    for region in standing:
        cluster = region.cluster()
        if cluster:
            cluster.unprotect()
    for region in standing:
        region.stack.begin_delete()
    settle([region.stack for region in standing], timeout)
    for region in standing:
        if region.stack.status is not None:
            require_success(region.stack, progress, ())
        progress.say(STEP, "ready", f"{region.stack.name} is deleted", region.name)


def _clear_the_ground(regions: list[Region], plan: Plan, progress: Progress) -> None:
    """Waits for what another run began, and deletes what an earlier one left that can only be deleted."""
    settle([region.stack for region in regions], plan.timeout)
    dead = [region for region in regions if region.stack.status in STILLBORN]
    for region in dead:
        progress.say(STEP, "progress", f"{region.stack.name} never came to life: it is deleted first", region.name)
    if dead:
        remove(dead, plan.timeout, progress)


def _check_what_stands(regions: list[Region], plan: Plan) -> None:
    """Refuses, before anything is changed, what AWS would refuse half-way."""
    for region in regions:
        stack = region.stack
        if stack.status is None:
            continue
        if stack.status not in SETTLED:
            rescue = f"aws cloudformation continue-update-rollback --region {region.name} --stack-name {stack.name}"
            raise Problem(
                f"the stack {stack.name} in {region.name} is {stack.status}, and cannot be updated from there",
                "deploy.py --delete, which tries again" if stack.status == "DELETE_FAILED" else rescue,
                STEP,
                region.name,
            )
        owner = stack.parameters.get("StackTag")
        if owner != plan.stack:
            raise Problem(
                f"the stack {stack.name} in {region.name} is not of taskops' making, or belongs to {owner}",
                "choose another --stack or --environment",
                STEP,
                region.name,
            )
        witness = stack.parameters.get("WitnessRegion")
        if witness != plan.witness:
            raise Problem(
                f"the cluster in {region.name} has its witness in {witness}, and --witness says {plan.witness}",
                f"say --witness {witness}; a witness cannot be moved",
                STEP,
                region.name,
            )
    _check_peers(regions)


def _check_peers(regions: list[Region]) -> None:
    first, second = regions
    for here, there in ((first, second), (second, first)):
        peer = here.stack.parameters.get("PeerClusterArn", "")
        if peer and peer != there.stack.outputs.get("ClusterArn"):
            raise Problem(
                f"the cluster in {here.name} is peered with {peer}, not with one of {there.stack.name} in {there.name}",
                "name the Regions that the stack was made in; a peer cannot be exchanged",
                STEP,
                here.name,
            )


def _create_missing(regions: list[Region], plan: Plan, progress: Progress, made: list[Region]) -> None:
    for region in regions:
        if region.stack.status is None:
            (second,) = (other.name for other in regions if other is not region)
            parameters = {
                **plan.defaults,
                "StackTag": plan.stack,
                "Environment": plan.environment,
                "SecondRegion": second,
                "WitnessRegion": plan.witness,
                "FunctionArchitecture": plan.architecture,
                "PeerClusterArn": "",
                "ClusterDeletionProtection": "false",
                **region.code,
                **plan.settings,
            }
            region.stack.create(plan.body, parameters, plan.stack)
            made.append(region)
    settle([region.stack for region in made], plan.timeout)
    for region in made:
        require_success(region.stack, progress, ("CREATE_COMPLETE",))


def _update_all(regions: list[Region], plan: Plan, progress: Progress) -> None:
    first, second = regions
    for here, there in ((first, second), (second, first)):
        parameters = {
            "SecondRegion": there.name,
            "PeerClusterArn": there.stack.outputs["ClusterArn"],
            "ClusterDeletionProtection": "true",
            "FunctionArchitecture": plan.architecture,
            **here.code,
            **plan.settings,
        }
        here.stack.update(plan.body, parameters)
    settle([region.stack for region in regions], plan.timeout)
    for region in regions:
        require_success(region.stack, progress, ("UPDATE_COMPLETE", "CREATE_COMPLETE"))
