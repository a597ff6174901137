"""What moto's Lambda functions forget or get wrong, put right on moto's own classes.

The classes are patched rather than replaced because CloudFormation, event source mappings and log
subscriptions inside moto all hold on to them.
"""

from __future__ import annotations

import functools
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from .. import iam_policies
from ..world import PARTITION, World
from . import code, functions
from .runtime import LambdaRuntime
from .runtime_api import Invocation


#: State → its reason and its code, as far as there is one that goes without saying.
_REASONS = {
    "Pending": ("The function is being created.", "Creating"),
    "Inactive": ("The function has not been invoked for some time.", "Idle"),
    "Failed": ("The function could not be set up.", "InternalError"),
}


def install(world: World, runtime: LambdaRuntime) -> None:
    from moto.awslambda import models, policy
    from moto.awslambda.exceptions import InvalidParameterValueException

    function_class = models.LambdaFunction
    _keep_configuration(world, function_class)
    _show_zero_concurrency(function_class)
    _check_code(function_class, InvalidParameterValueException)
    _refuse_busy_updates(function_class)
    _refuse_repeated_statements(policy.Policy)
    _check_role(models.LambdaStorage, InvalidParameterValueException)

    def invoke(self: Any, body: Any, request_headers: Any, response_headers: Any) -> bytes:
        """For moto's own callers: event source mappings, SNS subscriptions, log subscriptions."""
        payload = body if isinstance(body, bytes) else (body or "{}").encode()
        outcome = runtime.invoke(self, Invocation(payload, self.function_arn))
        if outcome.function_error:
            response_headers["x-amz-function-error"] = outcome.function_error
        return outcome.payload

    function_class.invoke = invoke


def _keep_configuration(world: World, function_class: Any) -> None:
    original_init = function_class.__init__
    original_configuration = function_class.get_configuration
    original_update = function_class.update_configuration

    @functools.wraps(original_init)
    def __init__(self: Any, account_id: str, spec: dict[str, Any], region: str, version: Any = 1) -> None:
        original_init(self, account_id, spec, region, version)
        self.logging_config = dict(spec.get("LoggingConfig") or {})
        self.dead_letter_config = dict(spec.get("DeadLetterConfig") or {})
        self.event_invoke_configs = {}
        self.states = world.states
        self.active_at = time.monotonic() + world.settings.functionCreationSeconds
        _touch(self)

    @functools.wraps(original_configuration)
    def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
        config = original_configuration(self, on_create)
        config = {name: value for name, value in config.items() if value is not None}
        config["State"] = functions.state(self)
        if config["State"] in _REASONS:
            config |= dict(zip(("StateReason", "StateReasonCode"), _REASONS[config["State"]], strict=True))
        config["LastUpdateStatus"] = "Successful"
        config |= functions.set_state(self)
        config["RevisionId"] = self.revision_id
        logging = self.logging_config
        config["LoggingConfig"] = {
            "LogFormat": logging.get("LogFormat", "Text"),
            "LogGroup": logging.get("LogGroup") or f"/aws/lambda/{self.function_name}",
        }
        if config["LoggingConfig"]["LogFormat"] == "JSON":
            config["LoggingConfig"] |= {
                "ApplicationLogLevel": logging.get("ApplicationLogLevel", "INFO"),
                "SystemLogLevel": logging.get("SystemLogLevel", "INFO"),
            }
        if self.dead_letter_config.get("TargetArn"):
            config["DeadLetterConfig"] = dict(self.dead_letter_config)
        return config

    @functools.wraps(original_update)
    def update_configuration(self: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        updates = dict(config_updates)
        if "Environment" in updates and "Variables" not in (updates["Environment"] or {}):
            updates["Environment"] = {"Variables": {}}
        original_update(self, updates)
        if updates.get("LoggingConfig") is not None:
            self.logging_config = dict(updates["LoggingConfig"])
        if updates.get("DeadLetterConfig") is not None:
            self.dead_letter_config = dict(updates["DeadLetterConfig"])
        if updates.get("EphemeralStorage"):
            self.ephemeral_storage = updates["EphemeralStorage"]["Size"]
        if updates.get("TracingConfig"):
            self.tracing_config = updates["TracingConfig"]
        _touch(self)
        return self.get_configuration()

    function_class.__init__ = __init__
    function_class.get_configuration = get_configuration
    function_class.update_configuration = update_configuration


def _show_zero_concurrency(function_class: Any) -> None:
    """A reserved concurrency of 0 is what stops a function; moto's GetFunction leaves just that one out."""
    original = function_class.get_code

    @functools.wraps(original)
    def get_code(self: Any) -> dict[str, Any]:
        answer = original(self)
        if self.reserved_concurrency is not None:
            answer["Concurrency"] = {"ReservedConcurrentExecutions": self.reserved_concurrency}
        return answer

    function_class.get_code = get_code


def _check_code(function_class: Any, refusal: Any) -> None:
    original = function_class._set_function_code

    @functools.wraps(original)
    def _set_function_code(self: Any, updated_spec: dict[str, Any]) -> None:
        original(self, updated_spec)
        if getattr(self, "package_type", "Zip") == "Zip" and not code.is_package(
            getattr(self, "code_bytes", b"") or b""
        ):
            raise refusal("Could not unzip uploaded file. Please check your file, then try to upload again.")
        _touch(self)

    function_class._set_function_code = _set_function_code


def _refuse_busy_updates(function_class: Any) -> None:
    """While an update is told to be under way, there is no other (developer guide, "Lambda function states")."""
    from moto.awslambda.exceptions import ConflictException

    def guarded(original: Any) -> Any:
        @functools.wraps(original)
        def update(self: Any, *given: Any, **named: Any) -> Any:
            told = functions.set_state(self)
            if told.get("LastUpdateStatus") == "InProgress" or told.get("State") == "Pending":
                problem = ConflictException(
                    "The operation cannot be performed at this time. An update is in progress for resource: "
                    f"{self.function_arn.removesuffix(':$LATEST')}"
                )
                problem.error_type = "ResourceConflictException"
                raise problem
            return original(self, *given, **named)

        return update

    function_class.update_configuration = guarded(function_class.update_configuration)
    function_class.update_function_code = guarded(function_class.update_function_code)


def _refuse_repeated_statements(policy_class: Any) -> None:
    from moto.awslambda.exceptions import ConflictException

    original = policy_class.add_statement

    @functools.wraps(original)
    def add_statement(self: Any, raw: str, qualifier: str | None = None) -> Any:
        wanted = json.loads(raw).get("StatementId")
        if wanted and any(statement.get("Sid") == wanted for statement in self.statements):
            problem = ConflictException(
                f"The statement id ({wanted}) provided already exists. Please provide a new statement id, or remove "
                "the existing statement."
            )
            problem.error_type = "ResourceConflictException"
            raise problem
        return original(self, raw, qualifier)

    policy_class.add_statement = add_statement


def _check_role(storage_class: Any, refusal: Any) -> None:
    original = storage_class.put_function

    @functools.wraps(original)
    def put_function(self: Any, function: Any) -> None:
        from moto.iam.models import iam_backends

        roles = iam_backends[self.account_id][PARTITION].roles.values()
        trust = [role.assume_role_policy_document for role in list(roles) if role.arn == function.role]
        if trust and not iam_policies.allows(
            trust, "sts:AssumeRole", "*", principal={"Service": "lambda.amazonaws.com"}
        ):
            raise refusal("The role defined for the function cannot be assumed by Lambda.")
        original(self, function)

    storage_class.put_function = put_function


def _touch(function: Any) -> None:
    function.revision_id = str(uuid.uuid4())
    now = datetime.now(UTC)
    function.last_modified = now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}+0000"
