"""One CloudFormation stack: what state it is in, how it is changed, and why it failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from .problem import Problem, aws_errors, error_message
from .progress import Progress
from .waiting import attempts

STEP = "stack"
SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"}
# Nothing can be done with these but delete them; they hold no data, because their creation never ended.
STILLBORN = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS"}


class Stack:
    def __init__(self, cloudformation: Any, region: str, name: str, progress: Progress) -> None:
        self._client = cloudformation
        self.region = region
        self.name = name
        self._progress = progress
        self._id: str | None = None
        self._seen: set[str] = set()
        self._news: list[dict[str, Any]] = []
        self.description: dict[str, Any] | None = None

    # ---- looking -----------------------------------------------------------------------------------------------

    def look(self) -> str | None:
        """The stack's status now; None when there is none."""
        with aws_errors(STEP, self.region):
            try:
                found = self._client.describe_stacks(StackName=self._id or self.name)["Stacks"]
            except ClientError as error:
                if "does not exist" not in error_message(error):
                    raise
                found = []
        self.description = found[0] if found else None
        if self.description and self.description["StackStatus"] == "DELETE_COMPLETE":
            self.description = None
        return self.status

    @property
    def status(self) -> str | None:
        return self.description["StackStatus"] if self.description else None

    @property
    def parameters(self) -> dict[str, str]:
        found = (self.description or {}).get("Parameters", [])
        return {entry["ParameterKey"]: entry.get("ParameterValue", "") for entry in found}

    @property
    def outputs(self) -> dict[str, str]:
        found = (self.description or {}).get("Outputs", [])
        return {entry["OutputKey"]: entry["OutputValue"] for entry in found}

    def resource(self, logical: str) -> str | None:
        """The physical id of a resource, also in a stack that failed before it had outputs."""
        with aws_errors(STEP, self.region):
            try:
                found = self._client.describe_stack_resources(StackName=self._id or self.name)["StackResources"]
            except ClientError as error:
                if "does not exist" not in error_message(error):
                    raise
                return None
        for entry in found:
            if entry["LogicalResourceId"] == logical and entry["ResourceStatus"] != "DELETE_COMPLETE":
                return entry.get("PhysicalResourceId") or None
        return None

    # ---- changing ----------------------------------------------------------------------------------------------

    def create(self, body: str, parameters: dict[str, str], tag: str) -> None:
        self._progress.say(STEP, "starting", f"creates {self.name}", self.region)
        with aws_errors(STEP, self.region):
            self._id = self._client.create_stack(
                StackName=self.name,
                TemplateBody=body,
                Parameters=_parameters(parameters),
                Capabilities=["CAPABILITY_NAMED_IAM"],
                Tags=[{"Key": "taskops:stack", "Value": tag}],
            )["StackId"]

    def update(self, body: str, parameters: dict[str, str]) -> None:
        """What is not in `parameters` stays as it is. An update that changes nothing is not an error."""
        assert self.description is not None
        wanted = {**self.parameters, **parameters}
        self._id = self.description["StackId"]
        self._remember()
        self._progress.say(STEP, "starting", f"updates {self.name}", self.region)
        with aws_errors(STEP, self.region):
            try:
                self._client.update_stack(
                    StackName=self._id,
                    TemplateBody=body,
                    Parameters=_parameters(wanted),
                    Capabilities=["CAPABILITY_NAMED_IAM"],
                )
            except ClientError as error:
                if "No updates are to be performed" not in error_message(error):
                    raise

    def begin_delete(self) -> None:
        assert self.description is not None
        self._id = self.description["StackId"]
        self._remember()
        self._progress.say(STEP, "starting", f"deletes {self.name}", self.region)
        with aws_errors(STEP, self.region):
            self._client.delete_stack(StackName=self._id)

    # ---- events ------------------------------------------------------------------------------------------------

    def _events(self) -> list[dict[str, Any]]:
        """What is new, oldest first. CloudFormation lists the newest first, over as many pages as there are."""
        fresh: list[dict[str, Any]] = []
        with aws_errors(STEP, self.region):
            try:
                for page in self._client.get_paginator("describe_stack_events").paginate(
                    StackName=self._id or self.name
                ):
                    entries = page["StackEvents"]
                    unseen = [event for event in entries if event["EventId"] not in self._seen]
                    fresh += unseen
                    if len(unseen) < len(entries):
                        break
            except ClientError as error:
                if "does not exist" not in error_message(error):
                    raise
        self._seen.update(event["EventId"] for event in fresh)
        return fresh[::-1]

    def _remember(self) -> None:
        """What happened before an operation began is not part of its story."""
        self._events()
        self._news = []

    def report_events(self) -> None:
        for event in self._events():
            self._news.append(event)
            status = event["ResourceStatus"]
            if event["LogicalResourceId"] != self.name and not status.endswith("IN_PROGRESS"):
                self._progress.say(STEP, "progress", f"{event['LogicalResourceId']} {status}", self.region)

    def why(self) -> str:
        """The first failure, which caused the others: those only say that they were cancelled."""
        failed = [event for event in self._news if event["ResourceStatus"].endswith("_FAILED")]
        causes = [
            event
            for event in failed
            if event["LogicalResourceId"] != self.name
            and "cancelled" not in event.get("ResourceStatusReason", "").lower()
        ]
        for event in causes or failed:
            reason = event.get("ResourceStatusReason", "no reason given")
            return f"{event['LogicalResourceId']} ({event.get('ResourceType', '?')}): {reason}"
        return (self.description or {}).get("StackStatusReason") or "no reason given"


def _parameters(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def settle(stacks: Sequence[Stack], timeout: float) -> None:
    """Waits until none of the stacks is changing any more, and says what happens meanwhile."""
    waiting = list(stacks)
    names = ", ".join(f"{stack.name} in {stack.region}" for stack in waiting)
    hint = "look at the stack's events in the console; repeat the command to wait on, or give a longer --timeout"
    for _ in attempts(timeout, names, hint, STEP):
        for stack in list(waiting):
            status = stack.look()
            stack.report_events()
            if status is None or not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
                waiting.remove(stack)
        if not waiting:
            return


def require_success(stack: Stack, progress: Progress, wanted: tuple[str, ...]) -> None:
    if stack.status in wanted:
        progress.say(STEP, "ready", f"{stack.name} is {stack.status}", stack.region)
        return
    raise Problem(
        f"the stack {stack.name} in {stack.region} is {stack.status or 'gone'}: {stack.why()}",
        f"mend that and repeat the command; all of it: aws cloudformation describe-stack-events "
        f"--region {stack.region} --stack-name {stack.name}",
        STEP,
        stack.region,
    )
