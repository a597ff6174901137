"""CloudFormation and DSQL as deploy.py sees them: statuses that change with each look, events, failures on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


def refusal(operation: str, code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@dataclass
class FakeCloudFormation:
    region: str
    journal: list[tuple[str, str]]
    fail: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """For create or update: the resources that fail, with their reasons, in the order of their failing."""
    stack: dict[str, Any] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        if self.stack is None:
            raise refusal("DescribeStacks", "ValidationError", f"Stack with id {StackName} does not exist")
        if self.pending:
            self.stack["StackStatus"] = self.pending.pop(0)
        return {"Stacks": [dict(self.stack)]}

    def create_stack(self, StackName: str, Parameters: list[dict[str, str]], **_: Any) -> dict[str, str]:
        self.journal.append((self.region, "create"))
        identifier = f"arn:aws:cloudformation:{self.region}:123456789012:stack/{StackName}/1"
        arn = f"arn:aws:dsql:{self.region}:123456789012:cluster/{'a' * 26}"
        self.stack = {
            "StackId": identifier, "StackName": StackName, "StackStatus": "CREATE_IN_PROGRESS",
            "Parameters": Parameters, "Outputs": [{"OutputKey": "ClusterArn", "OutputValue": arn}],
        }
        self._run("create", "CREATE", "ROLLBACK_COMPLETE")
        return {"StackId": identifier}

    def update_stack(self, StackName: str, Parameters: list[dict[str, str]], **_: Any) -> None:
        assert self.stack is not None
        self.journal.append((self.region, "update"))
        if Parameters == self.stack["Parameters"]:
            raise refusal("UpdateStack", "ValidationError", "No updates are to be performed.")
        self.stack["Parameters"] = Parameters
        self._run("update", "UPDATE", "UPDATE_ROLLBACK_COMPLETE")

    def delete_stack(self, StackName: str) -> None:
        self.journal.append((self.region, "delete"))
        self.pending = ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]

    def describe_stack_resources(self, StackName: str) -> dict[str, Any]:
        return {"StackResources": [
            {"LogicalResourceId": "Cluster", "PhysicalResourceId": "a" * 26, "ResourceStatus": "CREATE_COMPLETE"}
        ]}

    def get_paginator(self, _: str) -> FakeCloudFormation:
        return self

    def paginate(self, StackName: str) -> Iterator[dict[str, Any]]:
        for newest_first in ([event] for event in self.events[::-1]):
            yield {"StackEvents": newest_first}

    def parameters(self) -> dict[str, str]:
        assert self.stack is not None
        return {entry["ParameterKey"]: entry["ParameterValue"] for entry in self.stack["Parameters"]}

    def _run(self, kind: str, word: str, failure: str) -> None:
        causes = self.fail.get(kind, [])
        for logical, reason in causes:
            self._event(logical, f"{word}_FAILED", reason)
        if not causes:
            self._event("Cluster", f"{word}_COMPLETE", "")
        self.pending = [f"{word}_IN_PROGRESS", failure if causes else f"{word}_COMPLETE"]

    def _event(self, logical: str, status: str, reason: str) -> None:
        self.events.append({
            "EventId": f"{len(self.events)}", "LogicalResourceId": logical, "ResourceType": "AWS::Some::Thing",
            "ResourceStatus": status, "ResourceStatusReason": reason,
        })


@dataclass
class FakeDSQL:
    region: str
    journal: list[tuple[str, str]]
    statuses: list[str] = field(default_factory=lambda: ["PENDING_SETUP", "CREATING", "ACTIVE"])
    protected: bool = False

    def get_cluster(self, identifier: str) -> dict[str, Any]:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return {"identifier": identifier, "status": status, "deletionProtectionEnabled": self.protected}

    def update_cluster(self, identifier: str, deletionProtectionEnabled: bool) -> None:
        self.journal.append((self.region, "unprotect"))
        self.protected = deletionProtectionEnabled
