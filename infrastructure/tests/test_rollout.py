"""The order of peering, and what is left when something fails."""

from __future__ import annotations

import dataclasses
import io
import json
from typing import Any

import pytest
from deployment import waiting
from deployment.clusters import Cluster
from deployment.problem import Problem
from deployment.progress import Progress
from deployment.rollout import Plan, Region, remove, roll_out
from deployment.stacks import Stack
from fakes import FakeCloudFormation, FakeDSQL

NAMES = ("us-east-1", "us-west-2")
PLAN = Plan(
    stack="tasks", environment="dev", witness="us-east-2", architecture="x86_64", body="template",
    defaults={"LambdaTimeout": "60"}, settings={}, timeout=5, keep_failed=False,
)


class World:
    def __init__(self) -> None:
        self.journal: list[tuple[str, str]] = []
        self.stacks = {name: FakeCloudFormation(name, self.journal) for name in NAMES}
        self.clusters = {name: FakeDSQL(name, self.journal) for name in NAMES}
        self.out = io.StringIO()
        self.progress = Progress("json", self.out, self.out)

    def regions(self) -> list[Region]:
        return [self._region(name) for name in NAMES]

    def _region(self, name: str) -> Region:
        stack = Stack(self.stacks[name], name, "tasks-dev", self.progress)
        dsql = self.clusters[name]
        code = {"FunctionCodeBucket": f"bucket-{name}", "FunctionCodeKey": "key"}
        return Region(name, stack, lambda identifier: Cluster(dsql, identifier, name, self.progress), code)

    def roll_out(self, **changes: Any) -> dict[str, dict[str, str]]:
        return roll_out(self.regions(), dataclasses.replace(PLAN, **changes), self.progress)

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]


@pytest.fixture
def world(monkeypatch: Any) -> World:
    monkeypatch.setattr(waiting, "SHORTEST", 0.001)
    monkeypatch.setattr(waiting, "LONGEST", 0.001)
    return World()


def test_both_are_made_then_both_are_told_of_each_other(world: World) -> None:
    outputs = world.roll_out()
    assert [action for _, action in world.journal] == ["create", "create", "update", "update"]
    for here, there in (NAMES, NAMES[::-1]):
        parameters = world.stacks[here].parameters()
        assert parameters["PeerClusterArn"] == outputs[there]["ClusterArn"]
        assert parameters["ClusterDeletionProtection"] == "true"
        assert parameters["WitnessRegion"] == "us-east-2"
        assert parameters["SecondRegion"] == there
        assert parameters["FunctionCodeBucket"] == f"bucket-{here}"
        assert parameters["LambdaTimeout"] == "60"
    states = {(line["step"], line["state"]) for line in world.said()}
    assert {("stack", "ready"), ("cluster", "ready")} <= states


def test_a_second_time_changes_nothing(world: World) -> None:
    world.roll_out()
    before = {name: fake.parameters() for name, fake in world.stacks.items()}
    world.journal.clear()
    world.roll_out()
    assert "create" not in {action for _, action in world.journal}
    assert {name: fake.parameters() for name, fake in world.stacks.items()} == before


def test_a_setting_once_given_stays(world: World) -> None:
    world.roll_out(settings={"LambdaTimeout": "30"})
    world.roll_out()
    assert world.stacks["us-east-1"].parameters()["LambdaTimeout"] == "30"


def test_a_failed_creation_names_the_first_cause_and_leaves_nothing(world: World) -> None:
    world.stacks["us-west-2"].fail["create"] = [
        ("FailedQueue", "Resource creation cancelled"),
        ("TaskProcessor", "The bucket is not there"),
        ("Cluster", "Another reason"),
    ]
    with pytest.raises(Problem) as caught:
        world.roll_out()
    assert "TaskProcessor (AWS::Some::Thing): The bucket is not there" in caught.value.summary
    assert "describe-stack-events --region us-west-2" in caught.value.hint
    assert ("us-east-1", "delete") in world.journal
    assert ("us-west-2", "delete") in world.journal
    assert all(fake.stack and fake.stack["StackStatus"] == "DELETE_COMPLETE" for fake in world.stacks.values())


def test_a_failed_creation_is_kept_when_asked(world: World) -> None:
    world.stacks["us-west-2"].fail["create"] = [("Cluster", "no")]
    with pytest.raises(Problem):
        world.roll_out(keep_failed=True)
    assert "delete" not in {action for _, action in world.journal}


def test_what_a_failed_run_left_is_deleted_and_made_again(world: World) -> None:
    world.stacks["us-west-2"].fail["create"] = [("Cluster", "no")]
    with pytest.raises(Problem):
        world.roll_out(keep_failed=True)
    world.stacks["us-west-2"].fail.clear()
    world.journal.clear()
    world.roll_out()
    assert world.journal[:2] == [("us-west-2", "delete"), ("us-west-2", "create")]


def test_a_failed_update_deletes_no_stack_that_stood_before(world: World) -> None:
    world.roll_out()
    world.journal.clear()
    world.stacks["us-east-1"].fail["update"] = [("TaskProcessor", "no")]
    with pytest.raises(Problem, match="UPDATE_ROLLBACK_COMPLETE: TaskProcessor"):
        world.roll_out(settings={"LambdaTimeout": "30"})
    assert "delete" not in {action for _, action in world.journal}


def test_an_old_failure_is_not_told_again(world: World) -> None:
    world.roll_out()
    world.stacks["us-east-1"].fail["update"] = [("TaskProcessor", "the first reason")]
    with pytest.raises(Problem, match="the first reason"):
        world.roll_out(settings={"LambdaTimeout": "30"})
    world.stacks["us-east-1"].fail["update"] = [("Cluster", "the second reason")]
    with pytest.raises(Problem, match="the second reason"):
        world.roll_out(settings={"LambdaTimeout": "31"})


def test_a_cluster_that_failed_is_said_at_once(world: World) -> None:
    world.clusters["us-west-2"].statuses = ["FAILED"]
    with pytest.raises(Problem, match="in us-west-2 is FAILED"):
        world.roll_out(keep_failed=True)


def test_a_wait_ends(world: World) -> None:
    world.clusters["us-west-2"].statuses = ["CREATING"]
    with pytest.raises(Problem, match="took longer than 0 s") as caught:
        world.roll_out(keep_failed=True, timeout=0.05)
    assert "get-cluster --region us-west-2" in caught.value.hint


def test_another_witness_or_peer_is_refused_before_anything_changes(world: World) -> None:
    world.roll_out()
    world.journal.clear()
    with pytest.raises(Problem, match="has its witness in us-east-2"):
        world.roll_out(witness="us-west-1")
    stack = world.stacks["us-west-2"].stack
    assert stack
    stack["Outputs"][0]["OutputValue"] += "x"
    with pytest.raises(Problem, match="is peered with"):
        world.roll_out()
    assert world.journal == []


def test_somebody_elses_stack_is_left_alone(world: World) -> None:
    world.roll_out()
    world.journal.clear()
    with pytest.raises(Problem, match="belongs to tasks"):
        world.roll_out(stack="others")
    assert world.journal == []


def test_deletion_lifts_protection_first_and_waits_for_both(world: World) -> None:
    world.roll_out()
    world.journal.clear()
    for cluster in world.clusters.values():
        cluster.protected = True
    remove(world.regions(), 5, world.progress)
    assert [action for _, action in world.journal] == ["unprotect", "unprotect", "delete", "delete"]


@pytest.mark.parametrize(
    ("status", "hint"),
    [("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --region"), ("DELETE_FAILED", "deploy.py --delete")],
)
def test_a_stack_that_is_stuck_is_left_to_a_person(world: World, status: str, hint: str) -> None:
    world.roll_out()
    world.journal.clear()
    stack = world.stacks["us-east-1"].stack
    assert stack
    stack["StackStatus"] = status
    with pytest.raises(Problem) as caught:
        world.roll_out()
    assert hint in caught.value.hint
    assert world.journal == []
