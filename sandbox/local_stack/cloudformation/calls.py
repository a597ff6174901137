"""The calls about stacks: what begins work, and what is answered while it goes on.

moto makes all of a template's resources inside the CreateStack call, in the order they are looked at, and
says CREATE_COMPLETE of types it does not have. Here the call only begins the work (``work.py``).
"""

from __future__ import annotations

import functools
import threading
from typing import Any

from ..errors import AwsError
from . import template, work
from .template import refusal


def install() -> None:
    from moto.cloudformation import models, responses

    template.install()
    _patch_stack(models.Stack)
    _patch_backend(models.CloudFormationBackend, models)
    _patch_responses(responses)


# What is asked about stacks


def _patch_stack(stack_class: Any) -> None:
    original_init = stack_class.__init__

    @functools.wraps(original_init)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        self._complete = False
        self.resource_states = {}
        self.applied = {}
        original_init(self, *args, **kwargs)
        self.stack_status_reason = None
        self.last_updated_time = None
        self._lock = threading.RLock()

    stack_class.__init__ = __init__
    stack_class.create_resources = lambda self: work.start(self, work.create, "CREATE_IN_PROGRESS")
    stack_class.stack_resources = property(lambda self: list(work.made_in(self).values()))
    original_outputs, original_exports = stack_class.outputs.fget, stack_class.exports.fget
    # Outputs of resources that are not there yet would make them, in whatever order they are asked for.
    stack_class.outputs = property(lambda self: original_outputs(self) if self._complete else None)
    stack_class.exports = property(lambda self: original_exports(self) if self._complete else [])


def _patch_responses(responses: Any) -> None:
    class StackResourceState(responses.StackResourceDTO):
        def __init__(self, stack: Any, resource: Any) -> None:
            super().__init__(stack, resource)
            status, reason, moment = stack.resource_states.get(
                self.logical_resource_id, ("CREATE_COMPLETE", None, stack.creation_time)
            )
            self.resource_status, self.resource_status_reason = status, reason
            self.timestamp = self.last_updated_timestamp = moment

    responses.StackResourceDTO = StackResourceState
    response_class = responses.CloudFormationResponse
    original_create, original_update = response_class.create_stack, response_class.update_stack

    def create_stack(self: Any) -> Any:
        _check_capabilities(self)
        work.on_failure.value = (
            "DO_NOTHING" if self._get_param("DisableRollback") else (self._get_param("OnFailure") or "ROLLBACK")
        )
        return original_create(self)

    def update_stack(self: Any) -> Any:
        _check_capabilities(self)
        return original_update(self)

    def list_stack_resources(self: Any) -> Any:
        stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
        return responses.ActionResult(
            {"StackResourceSummaries": [StackResourceState(stack, r) for r in stack.stack_resources]}
        )

    def validate_template(self: Any) -> Any:
        from moto.cloudformation.models import Stack

        body = self._get_param("TemplateBody") or self._get_stack_from_s3_url(self._get_param("TemplateURL"))
        parsed = Stack.parse_template(body)
        if not isinstance(parsed, dict) or "Resources" not in parsed:
            raise refusal("Template format error: At least one Resources member must be defined.")
        return responses.ActionResult(_summary(parsed))

    def get_template_summary(self: Any) -> Any:
        from moto.cloudformation.models import Stack

        name = self._get_param("StackName")
        body = (
            self.cloudformation_backend.get_stack(name).template
            if name
            else self._get_param("TemplateBody") or self._get_stack_from_s3_url(self._get_param("TemplateURL"))
        )
        return responses.ActionResult(_summary(Stack.parse_template(body)))

    response_class.create_stack = create_stack
    response_class.update_stack = update_stack
    response_class.list_stack_resources = list_stack_resources
    response_class.validate_template = validate_template
    response_class.get_template_summary = get_template_summary
    # moto looks operations up in a list it makes once per class.
    from moto.core import utils

    cache_clear = getattr(utils.method_names_from_class, "cache_clear", None)
    if cache_clear is not None:
        cache_clear()


def _check_capabilities(response: Any) -> None:
    """A template that makes roles is only taken from who says so."""
    from moto.cloudformation.models import Stack

    url = response._get_param("TemplateURL")
    body = response._get_stack_from_s3_url(url) if url else response._get_param("TemplateBody")
    if not body:
        return
    needed = _summary(Stack.parse_template(body))["Capabilities"]
    given = response._get_param("Capabilities", [])
    if needed and needed[0] not in given and "CAPABILITY_NAMED_IAM" not in given:
        raise AwsError("InsufficientCapabilitiesException", f"Requires capabilities : [{needed[0]}]")


def _summary(parsed: dict[str, Any]) -> dict[str, Any]:
    resources = parsed.get("Resources") or {}
    types = sorted({one.get("Type", "") for one in resources.values()})
    named = any(
        one.get("Type") == "AWS::IAM::Role" and "RoleName" in (one.get("Properties") or {})
        for one in resources.values()
    )
    iam = [kind for kind in types if kind.startswith("AWS::IAM::")]
    parameters = []
    for key, declared in (parsed.get("Parameters") or {}).items():
        one: dict[str, Any] = {
            "ParameterKey": key,
            "ParameterType": declared.get("Type", "String"),
            "NoEcho": bool(declared.get("NoEcho", False)),
            "Description": declared.get("Description", ""),
            "ParameterConstraints": {"AllowedValues": [str(v) for v in declared.get("AllowedValues", [])]},
        }
        if "Default" in declared:
            one["DefaultValue"] = str(declared["Default"])
        parameters.append(one)
    capability = "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"
    return {
        "Description": parsed.get("Description", ""),
        "Parameters": parameters,
        "ResourceTypes": types,
        "Version": str(parsed.get("AWSTemplateFormatVersion", "2010-09-09")),
        "Capabilities": [capability] if iam else [],
        "DeclaredTransforms": [],
        "CapabilitiesReason": f"The following resource(s) require capabilities: [{', '.join(iam)}]" if iam else "",
    }


# Calls that begin work


def _patch_backend(backend_class: Any, models: Any) -> None:
    def resolve(self: Any, instance: Any, incoming_params: list[dict[str, Any]]) -> dict[str, Any]:
        previous = instance.resource_map.input_parameters if hasattr(instance, "resource_map") else instance.parameters
        resolved: dict[str, Any] = {}
        for one in incoming_params or []:
            if one.get("UsePreviousValue"):
                if one["ParameterKey"] in previous:
                    resolved[one["ParameterKey"]] = previous[one["ParameterKey"]]
            elif "ParameterValue" in one:
                resolved[one["ParameterKey"]] = one["ParameterValue"]
        return resolved

    def update_stack(self: Any, name: str, template: str, role_arn: str | None, parameters: Any, tags: Any) -> Any:
        stack = self.get_stack(name)
        work.begin_update(stack, template, resolve(self, stack, parameters))
        if tags is not None:
            stack.tags = tags
        return stack

    def delete_stack(self: Any, name_or_stack_id: str) -> None:
        stack = next((s for s in list(self.stacks.values()) if name_or_stack_id in (s.stack_id, s.name)), None)
        if stack is None:
            return
        if stack.enable_termination_protection:
            raise refusal(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        if stack.status == "DELETE_IN_PROGRESS":
            return
        if stack.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
            # CloudFormation interrupts the work; here it is short enough to be waited for.
            work.wait(lambda: not stack.status.endswith("_IN_PROGRESS"), work.READY_SECONDS)
        work.start(stack, functools.partial(work.delete, self), "DELETE_IN_PROGRESS")

    def execute_change_set(self: Any, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = self.describe_change_set(change_set_name)
        stack = self.stacks[change_set.stack_id]
        if change_set.change_set_type == "CREATE":
            stack.template = change_set.template
            stack.template_dict = change_set.template_dict
            stack.parameters = change_set.parameters
            stack.resource_map = stack._create_resource_map()
            stack.output_map = stack._create_output_map()
            work.on_failure.value = "ROLLBACK"
            work.start(stack, work.create, "CREATE_IN_PROGRESS")
        else:
            work.begin_update(stack, change_set.template, change_set.parameters)
        change_set.execution_status = "EXECUTE_COMPLETE"

    backend_class._resolve_update_parameters = resolve
    backend_class.update_stack = update_stack
    backend_class.delete_stack = delete_stack
    backend_class.execute_change_set = execute_change_set
