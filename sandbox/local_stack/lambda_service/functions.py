"""The functions as moto keeps them, seen with the eyes of the invocation side."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import AwsError
from ..world import World


@dataclass(frozen=True)
class FunctionView:
    """A function's configuration at one moment; an execution environment belongs to one such moment."""

    name: str
    arn: str
    region: str
    version: str
    role: str
    handler: str
    runtime: str
    timeout: float
    memory_mb: int
    environment: dict[str, str] = field(repr=False)
    package: bytes = field(repr=False)
    digest: str
    log_format: str
    system_log_level: str
    application_log_level: str | None
    log_group: str
    shared_log_group: bool
    reserved: int | None
    state: str
    revision: str


@dataclass(frozen=True)
class AsynchronousConfig:
    """What becomes of an asynchronous event (EventInvokeConfig and DeadLetterConfig)."""

    retries: int = 2
    max_age: float = 21_600.0
    on_success: str | None = None
    on_failure: str | None = None
    dead_letter: str | None = None


def find(world: World, region: str, name_or_arn: str, qualifier: str | None = None) -> Any:
    """moto's function, or Lambda's own 404."""
    from moto.awslambda.exceptions import LambdaClientError
    from moto.awslambda.models import lambda_backends

    backend = lambda_backends[world.account_id][region]
    name = name_or_arn.split(":function:")[-1]
    try:
        return backend.get_function(name, qualifier)
    except LambdaClientError as problem:
        raise AwsError(problem.error_type, problem.message, int(problem.code or 404)) from None
    except (KeyError, AttributeError):
        raise not_found(world, region, name) from None


def not_found(world: World, region: str, name: str) -> AwsError:
    arn = f"arn:aws:lambda:{region}:{world.account_id}:function:{name}"
    return AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404)


def view(function: Any) -> FunctionView:
    logging = getattr(function, "logging_config", None) or {}
    own_group = f"/aws/lambda/{function.function_name}"
    group = logging.get("LogGroup") or own_group
    arn = function.function_arn.removesuffix(":$LATEST")
    configured = {
        "arn": arn,
        "version": str(function.version),
        "role": function.role,
        "handler": function.handler,
        "timeout": function.timeout,
        "memory": function.memory_size,
        "environment": function.environment_vars,
        "logging": logging,
        "digest": getattr(function, "code_digest", ""),
        # Lambda makes new environments after any update, also after one that leads back to what was.
        "revision": getattr(function, "revision_id", ""),
    }
    revision = hashlib.sha256(json.dumps(configured, sort_keys=True, default=str).encode()).hexdigest()
    reserved = function.reserved_concurrency
    return FunctionView(
        name=function.function_name,
        arn=arn,
        region=function.region,
        version=str(function.version),
        role=function.role,
        handler=function.handler or "",
        runtime=function.run_time or "",
        timeout=float(function.timeout or 3),
        memory_mb=int(function.memory_size or 128),
        environment={k: str(v) for k, v in (function.environment_vars or {}).items()},
        package=function.code_bytes if getattr(function, "code_bytes", None) else b"",
        digest=getattr(function, "code_digest", "") or "",
        log_format=logging.get("LogFormat", "Text"),
        system_log_level=logging.get("SystemLogLevel", "INFO"),
        application_log_level=logging.get("ApplicationLogLevel"),
        log_group=group,
        shared_log_group=group != own_group,
        reserved=None if reserved is None else int(reserved),
        state=state(function),
        revision=revision,
    )


def set_state(function: Any) -> Mapping[str, Any]:
    """What was set for the function at the control address."""
    states = getattr(function, "states", None)
    return states.of("function", function.region, function.function_name) if states is not None else {}


def state(function: Any) -> str:
    """Pending for a moment after creation, as on AWS, then Active; or what was set at the control address."""
    own = "Pending" if time.monotonic() < getattr(function, "active_at", 0.0) else "Active"
    return str(set_state(function).get("State", own))


def wake(world: World, function: Any) -> None:
    """An invocation of an Inactive function fails, and sets it to Pending until it is Active again.

    Developer guide, "Lambda function states".
    """
    if state(function) == "Inactive":
        fields = ("State", "StateReason", "StateReasonCode")
        world.states.forget("function", function.region, function.function_name, fields)
        function.active_at = time.monotonic() + world.settings.functionCreationSeconds


def asynchronous_config(function: Any) -> AsynchronousConfig:
    qualifier = str(function.version)
    configs = getattr(function, "event_invoke_configs", {})
    config = configs.get(qualifier) or configs.get("$LATEST") or {}
    destinations = config.get("DestinationConfig") or {}
    dead_letter = (getattr(function, "dead_letter_config", None) or {}).get("TargetArn") or None
    retries = config.get("MaximumRetryAttempts")
    return AsynchronousConfig(
        retries=2 if retries is None else int(retries),
        max_age=float(config.get("MaximumEventAgeInSeconds") or 21_600),
        on_success=(destinations.get("OnSuccess") or {}).get("Destination") or None,
        on_failure=(destinations.get("OnFailure") or {}).get("Destination") or None,
        dead_letter=dead_letter,
    )
