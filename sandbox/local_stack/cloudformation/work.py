"""The work on a stack: its resources made, changed and deleted one by one, with events and roll-back.

A thread does it after the call has been answered; a stack is complete when each of its resources is, and
one that fails is rolled back with the reason in its events (user guide, "Stack status codes").
"""

from __future__ import annotations

import copy
import functools
import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any

from . import template as templates
from .resource_types.logs import LogGroup
from .template import refusal

log = logging.getLogger(__name__)

READY_SECONDS = 120.0
#: What CreateStack's caller wants done when a resource fails; set by the call, read when its work begins.
on_failure = threading.local()


def made_in(stack: Any) -> dict[str, Any]:
    names = list(stack.resource_map._resource_json_map)
    made = stack.resource_map._parsed_resources
    return {name: made[name] for name in names if made.get(name) is not None}


def start(stack: Any, work: Any, status: str) -> None:
    stack.on_failure = getattr(on_failure, "value", "ROLLBACK")
    stack.status = status
    if not stack.events or stack.events[-1].resource_status != status:
        stack._add_stack_event(status, "User Initiated")
    threading.Thread(target=_guarded, args=(work, stack), name="cloudformation", daemon=True).start()


def _guarded(work: Any, stack: Any) -> None:
    with stack._lock:
        try:
            work(stack)
        except Exception as problem:
            log.exception("the stack %s", stack.name)
            _finish(stack, stack.status.split("_")[0] + "_FAILED", str(problem))


def _finish(stack: Any, status: str, reason: str | None = None) -> None:
    stack.stack_status_reason = reason
    stack._complete = status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    if stack._complete:
        stack.output_map = stack._create_output_map()
        _keep_exports(stack)
    stack._add_stack_event(status, reason)
    stack.status = status


def _keep_exports(stack: Any) -> None:
    from moto.cloudformation.models import cloudformation_backends

    exports = cloudformation_backends[stack.account_id][stack.region_name].exports
    for export in stack.exports:
        exports[export.name] = export


def begin_update(stack: Any, template: str, parameters: dict[str, Any]) -> None:
    from moto.cloudformation.parsing import ResourceMap

    if stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
        raise refusal(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")
    parsed = stack.parse_template(template)
    fresh = ResourceMap(
        stack.stack_id,
        stack.name,
        parameters,
        stack.tags,
        region_name=stack.region_name,
        account_id=stack.account_id,
        template=parsed,
        cross_stack_resources=stack.cross_stack_resources,
    )
    fresh.load()
    fresh._parsed_resources.update({n: r for n, r in made_in(stack).items() if n in parsed["Resources"]})
    same_outputs = (parsed.get("Outputs") or {}) == (stack.template_dict.get("Outputs") or {})
    if (
        same_outputs
        and set(stack.applied) == _wanted(fresh)
        and not any(_changed(stack, fresh, n) for n in stack.applied)
    ):
        raise refusal("No updates are to be performed.")
    start(stack, functools.partial(_update, fresh, template, parsed, parameters), "UPDATE_IN_PROGRESS")


# The work


def create(stack: Any) -> None:
    resources = stack.template_dict["Resources"]
    for name in templates.creation_order(resources):
        try:
            _make(stack, stack.resource_map, name)
        except Exception as problem:
            _note(stack, name, "CREATE_FAILED", _reason(problem))
            _roll_back_creation(stack, name)
            return
    _finish(stack, "CREATE_COMPLETE")


def _make(stack: Any, resource_map: Any, name: str) -> Any:
    from moto.cloudformation.parsing import clean_json

    declared = resource_map._resource_json_map[name]
    condition = declared.get("Condition")
    if condition and not resource_map.lazy_condition_map[condition]:
        return None
    _note(stack, name, "CREATE_IN_PROGRESS")
    resolved = clean_json({"Properties": copy.deepcopy(declared.get("Properties") or {})}, resource_map)
    resource = resource_map[name]
    if resource is None:
        raise RuntimeError(f"Resource type {declared['Type']} could not be made")
    _await(resource)
    if isinstance(resource, LogGroup):
        resource.mark(stack, name)
    stack.applied[name] = resolved
    _note(stack, name, "CREATE_COMPLETE")
    return resource


def _roll_back_creation(stack: Any, failed: str) -> None:
    reason = f"The following resource(s) failed to create: [{failed}]. "
    if stack.on_failure == "DO_NOTHING":
        _finish(stack, "CREATE_FAILED", reason)
        return
    stack.status = "ROLLBACK_IN_PROGRESS"
    stack._add_stack_event(
        "ROLLBACK_IN_PROGRESS", reason + "Rollback requested by user." if stack.on_failure == "ROLLBACK" else reason
    )
    problem = _remove(stack, reversed(templates.creation_order(stack.template_dict["Resources"])), retain=False)
    _finish(stack, "ROLLBACK_FAILED" if problem else "ROLLBACK_COMPLETE", problem or reason)


def _remove(stack: Any, names: Any, retain: bool = True) -> str | None:
    """Deletes resources that are there; answers the first failure."""
    first: str | None = None
    for name in list(names):
        made = stack.resource_map._parsed_resources
        resource = made.get(name)
        if resource is None or name not in stack.resource_map._resource_json_map:
            continue
        declared = stack.resource_map._resource_json_map[name]
        if retain and declared.get("DeletionPolicy") == "Retain":
            _note(stack, name, "DELETE_SKIPPED")
            continue
        _note(stack, name, "DELETE_IN_PROGRESS")
        try:
            stack.resource_map._delete_resource(resource, {**declared, **stack.applied.get(name, {})})
        except Exception as problem:
            first = first or f"The following resource(s) failed to delete: [{name}]. {_reason(problem)}"
            _note(stack, name, "DELETE_FAILED", _reason(problem))
            continue
        _note(stack, name, "DELETE_COMPLETE")
        made.pop(name, None)
        stack.applied.pop(name, None)
    return first


def delete(backend: Any, stack: Any) -> None:
    names = list(reversed(templates.creation_order(stack.resource_map._resource_json_map)))
    problem = _remove(stack, names)
    if problem:
        _finish(stack, "DELETE_FAILED", problem)
        return
    for name in [n for n, e in backend.exports.items() if e.exporting_stack_id == stack.stack_id]:
        backend.exports.pop(name, None)
    _finish(stack, "DELETE_COMPLETE")
    backend.deleted_stacks[stack.stack_id] = stack
    backend.stacks.pop(stack.stack_id, None)


def _wanted(resource_map: Any) -> set[str]:
    return {
        name
        for name, declared in resource_map._resource_json_map.items()
        if not declared.get("Condition") or resource_map.lazy_condition_map[declared["Condition"]]
    }


def _changed(stack: Any, fresh: Any, name: str) -> bool:
    from moto.cloudformation.parsing import clean_json

    declared = fresh._resource_json_map[name]
    properties = declared.get("Properties") or {}
    unmade = [
        r
        for r in templates.references(properties)
        if r in fresh._resource_json_map and r not in fresh._parsed_resources
    ]
    if unmade:
        return True
    return clean_json({"Properties": copy.deepcopy(properties)}, fresh) != stack.applied.get(name)


def _update(fresh: Any, template: str, parsed: dict[str, Any], parameters: dict[str, Any], stack: Any) -> None:
    before = (stack.resource_map, stack.template, stack.template_dict, stack.parameters, dict(stack.applied))
    wanted, gone = _wanted(fresh), [n for n in stack.applied if n not in _wanted(fresh)]
    added: list[str] = []
    changed: list[str] = []
    for name in templates.creation_order(parsed["Resources"]):
        if name not in wanted:
            continue
        try:
            if name not in stack.applied:
                added.append(name)
                _make(stack, fresh, name)
            elif _changed(stack, fresh, name):
                changed.append(name)
                _change(stack, fresh, name)
        except Exception as problem:
            _note(stack, name, "UPDATE_FAILED" if name in changed else "CREATE_FAILED", _reason(problem))
            _roll_back_update(stack, fresh, before, added, changed, name)
            return
    old_map = stack.resource_map
    for name in gone:
        fresh._resource_json_map.setdefault(name, old_map._resource_json_map[name])
        fresh._parsed_resources[name] = old_map._parsed_resources.get(name)
    stack.resource_map = fresh
    if gone:
        stack.status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
        _remove(stack, reversed(gone))
        for name in gone:
            fresh._parsed_resources.pop(name, None)
            if name not in parsed["Resources"]:
                fresh._resource_json_map.pop(name, None)
    stack.template, stack.template_dict, stack.parameters = template, parsed, parameters
    stack.description = parsed.get("Description")
    stack.last_updated_time = datetime.now(UTC)
    _finish(stack, "UPDATE_COMPLETE")


def _change(stack: Any, fresh: Any, name: str) -> None:
    from moto.cloudformation.parsing import clean_json, parse_and_update_resource

    _note(stack, name, "UPDATE_IN_PROGRESS")
    declared = copy.deepcopy(fresh._resource_json_map[name])
    resolved = clean_json({"Properties": copy.deepcopy(declared.get("Properties") or {})}, fresh)
    resource = parse_and_update_resource(name, declared, fresh, fresh._account_id, fresh._region_name)
    if resource is None:
        raise RuntimeError(f"Resource type {declared['Type']} cannot be updated in the local stack")
    _await(resource)
    fresh._parsed_resources[name] = resource
    stack.applied[name] = resolved
    _note(stack, name, "UPDATE_COMPLETE")


def _roll_back_update(stack: Any, fresh: Any, before: Any, added: list[str], changed: list[str], failed: str) -> None:
    kind = "update" if failed in changed else "create"
    reason = f"The following resource(s) failed to {kind}: [{failed}]. "
    stack.status = "UPDATE_ROLLBACK_IN_PROGRESS"
    stack._add_stack_event("UPDATE_ROLLBACK_IN_PROGRESS", reason)
    resource_map, template, parsed, parameters, applied = before
    stack.resource_map = fresh
    problem = _remove(stack, reversed(added), retain=False)
    stack.resource_map, stack.template, stack.template_dict, stack.parameters = (
        resource_map,
        template,
        parsed,
        parameters,
    )
    for name in changed:
        try:
            _change(stack, resource_map, name)
        except Exception as refused:
            problem = problem or _reason(refused)
            _note(stack, name, "UPDATE_FAILED", _reason(refused))
    stack.applied = applied
    _finish(stack, "UPDATE_ROLLBACK_FAILED" if problem else "UPDATE_ROLLBACK_COMPLETE", problem or reason)


# Parts of the work


def _await(resource: Any) -> None:
    if not wait(lambda: resource.is_created() is not False, READY_SECONDS):
        raise TimeoutError("Exceeded attempts to wait")


def wait(ready: Any, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _reason(problem: Exception) -> str:
    text = getattr(problem, "message", None) or str(problem) or type(problem).__name__
    code = getattr(problem, "code", None)
    code = code if isinstance(code, str) else getattr(problem, "error_type", None)
    return f"{text} ({code})" if isinstance(code, str) else str(text)


def _note(stack: Any, name: str, status: str, reason: str | None = None) -> None:
    from moto.cloudformation.models import Event

    declared = stack.resource_map._resource_json_map.get(name) or stack.template_dict["Resources"].get(name) or {}
    resource = stack.resource_map._parsed_resources.get(name)
    physical = getattr(resource, "physical_resource_id", None) or ""
    stack.resource_states[name] = (status, reason, datetime.now(UTC))
    stack.events.append(
        Event(stack.stack_id, stack.name, name, physical, declared.get("Type", ""), status, reason, None)
    )
