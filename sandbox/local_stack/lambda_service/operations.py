"""The operations of Lambda that moto lacks or answers wrongly."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ..errors import AwsError
from ..http_server import Response
from ..operations import Call, json_answer
from ..world import World
from . import functions
from .runtime import LambdaRuntime
from .runtime_api import Invocation

Operation = Callable[[World, Call], Response]
MAX_SYNCHRONOUS = 6 * 1024 * 1024
MAX_ASYNCHRONOUS = 1024 * 1024
_DESTINATION = re.compile(r"$|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)")


def invoke_with(runtime: LambdaRuntime) -> Operation:
    def invoke(world: World, call: Call) -> Response:
        headers = call.request.headers
        kind = headers.get("x-amz-invocation-type", "RequestResponse")
        qualifier = call.query_value("Qualifier")
        function = functions.find(world, call.region, call.labels["FunctionName"], qualifier)
        payload = call.request.body or b"{}"
        _check_payload(kind, payload)
        version = str(function.version)
        if kind == "DryRun":
            return Response(204, b"", {"X-Amz-Executed-Version": version})
        context = headers.get("x-amz-client-context")
        invocation = Invocation(
            payload,
            f"{function.function_arn.removesuffix(':$LATEST')}{':' + qualifier if qualifier else ''}",
            client_context=base64.b64decode(context).decode("utf-8", "replace") if context else None,
        )
        if "x-amzn-trace-id" in headers:
            invocation.trace_id = headers["x-amzn-trace-id"]
        identity = {"x-amzn-RequestId": invocation.request_id, "X-Amzn-Trace-Id": invocation.trace_id}
        if kind == "Event":
            runtime.submit(function, invocation)
            return Response(202, b"", identity)
        outcome = runtime.invoke(function, invocation)
        answer = {**identity, "Content-Type": "application/json", "X-Amz-Executed-Version": version}
        if outcome.function_error:
            answer["X-Amz-Function-Error"] = outcome.function_error
        if headers.get("x-amz-log-type") == "Tail":
            answer["X-Amz-Log-Result"] = base64.b64encode(outcome.tail).decode()
        return Response(200, outcome.payload, answer)

    return invoke


def invoke_async_with(runtime: LambdaRuntime) -> Operation:
    def invoke_async(world: World, call: Call) -> Response:
        function = functions.find(world, call.region, call.labels["FunctionName"])
        payload = call.request.body or b"{}"
        _check_payload("Event", payload)
        runtime.submit(function, Invocation(payload, function.function_arn))
        return Response(202, b"")

    return invoke_async


def _check_payload(kind: str, payload: bytes) -> None:
    if kind not in ("RequestResponse", "Event", "DryRun"):
        raise AwsError("InvalidParameterValueException", f"The invocation type {kind} does not exist.", 400)
    limit = MAX_ASYNCHRONOUS if kind == "Event" else MAX_SYNCHRONOUS
    if len(payload) > limit:
        raise AwsError(
            "RequestTooLargeException",
            f"{len(payload)} byte payload is too large for the {kind} invocation type (limit {limit} bytes)",
            413,
        )
    try:
        json.loads(payload)
    except ValueError as problem:
        raise AwsError(
            "InvalidRequestContentException", f"Could not parse request body into json: {problem}", 400
        ) from None


# Settings of asynchronous invocation


def put_event_invoke_config(world: World, call: Call) -> Response:
    function = _function(world, call)
    return json_answer(set_event_invoke_config(function, _qualifier(call), call.parameters, keep=False))


def update_event_invoke_config(world: World, call: Call) -> Response:
    function = _function(world, call)
    _existing(function, _qualifier(call))
    return json_answer(set_event_invoke_config(function, _qualifier(call), call.parameters, keep=True))


def get_event_invoke_config(world: World, call: Call) -> Response:
    function = _function(world, call)
    return json_answer(_existing(function, _qualifier(call)))


def delete_event_invoke_config(world: World, call: Call) -> Response:
    function = _function(world, call)
    _existing(function, _qualifier(call))
    del function.event_invoke_configs[_qualifier(call)]
    return Response(204)


def list_event_invoke_configs(world: World, call: Call) -> Response:
    function = functions.find(world, call.region, call.labels["FunctionName"])
    return json_answer({"FunctionEventInvokeConfigs": list(function.event_invoke_configs.values())})


def set_event_invoke_config(function: Any, qualifier: str, wanted: dict[str, Any], keep: bool) -> dict[str, Any]:
    """Also used by CloudFormation's AWS::Lambda::EventInvokeConfig."""
    chosen = {
        k: wanted[k]
        for k in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
        if wanted.get(k) is not None
    }
    retries, age = chosen.get("MaximumRetryAttempts"), chosen.get("MaximumEventAgeInSeconds")
    if retries is not None:
        chosen["MaximumRetryAttempts"] = _number("maximumRetryAttempts", retries, 0, 2)
    if age is not None:
        chosen["MaximumEventAgeInSeconds"] = _number("maximumEventAgeInSeconds", age, 60, 21_600)
    for side in ("OnSuccess", "OnFailure"):
        destination = ((chosen.get("DestinationConfig") or {}).get(side) or {}).get("Destination", "")
        if not _DESTINATION.fullmatch(destination):
            raise AwsError("InvalidParameterValueException", f"The destination ARN {destination} is invalid.", 400)
        if destination.endswith(".fifo"):
            raise AwsError(
                "InvalidParameterValueException", f"The destination {destination} is a FIFO queue or topic.", 400
            )
        if destination.split(":")[:3] and destination and destination == function.function_arn:
            raise AwsError("InvalidParameterValueException", "A function cannot be its own destination.", 400)
    arn = function.function_arn.removesuffix(":$LATEST")
    base = function.event_invoke_configs.get(qualifier, {}) if keep else {}
    destinations = {
        "OnSuccess": {},
        "OnFailure": {},
        **(chosen.get("DestinationConfig") or base.get("DestinationConfig") or {}),
    }
    config = {
        **base,
        **chosen,
        "DestinationConfig": destinations,
        "FunctionArn": f"{arn}:{qualifier}",
        "LastModified": datetime.now(UTC).timestamp(),
    }
    function.event_invoke_configs[qualifier] = config
    return config


def _number(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not str(value).isdigit() or not low <= int(value) <= high:
        raise AwsError(
            "InvalidParameterValueException",
            f"1 validation error detected: Value '{value}' at '{name}' failed "
            f"to satisfy constraint: Member must have value between {low} and {high}",
            400,
        )
    return int(value)


def _function(world: World, call: Call) -> Any:
    return functions.find(world, call.region, call.labels["FunctionName"], call.query_value("Qualifier"))


def _qualifier(call: Call) -> str:
    return call.query_value("Qualifier") or "$LATEST"


def _existing(function: Any, qualifier: str) -> dict[str, Any]:
    config = function.event_invoke_configs.get(qualifier)
    if config is None:
        arn = f"{function.function_arn.removesuffix(':$LATEST')}:{qualifier}"
        raise AwsError("ResourceNotFoundException", f"The function {arn} doesn't have an EventInvokeConfig", 404)
    return config


# Configuration that moto answers wrongly


def get_function_concurrency(world: World, call: Call) -> Response:
    reserved = functions.find(world, call.region, call.labels["FunctionName"]).reserved_concurrency
    return json_answer({} if reserved is None else {"ReservedConcurrentExecutions": int(reserved)})


def list_functions(world: World, call: Call) -> Response:
    from moto.awslambda.models import lambda_backends

    size = min(int(call.query_value("MaxItems") or 50), 50)
    after = base64.urlsafe_b64decode(call.query_value("Marker") or "").decode()
    found = lambda_backends[world.account_id][call.region].list_functions(call.query_value("FunctionVersion"))
    keyed = sorted(((f"{f.function_name}\n{f.version}", f) for f in found), key=lambda pair: pair[0])
    rest = [(key, function) for key, function in keyed if key > after]
    page = rest[:size]
    listed = []
    for _, function in page:
        config = function.get_configuration()
        # ListFunctions leaves these out (API reference, "ListFunctions").
        for name in (
            "State",
            "StateReason",
            "StateReasonCode",
            "LastUpdateStatus",
            "LastUpdateStatusReason",
            "LastUpdateStatusReasonCode",
            "RuntimeVersionConfig",
        ):
            config.pop(name, None)
        listed.append(config)
    answer: dict[str, Any] = {"Functions": listed}
    if len(rest) > size:
        answer["NextMarker"] = base64.urlsafe_b64encode(page[-1][0].encode()).decode()
    return json_answer(answer)


def operations(runtime: LambdaRuntime) -> dict[str, Operation]:
    return {
        "Invoke": invoke_with(runtime),
        "InvokeAsync": invoke_async_with(runtime),
        "PutFunctionEventInvokeConfig": put_event_invoke_config,
        "UpdateFunctionEventInvokeConfig": update_event_invoke_config,
        "GetFunctionEventInvokeConfig": get_event_invoke_config,
        "DeleteFunctionEventInvokeConfig": delete_event_invoke_config,
        "ListFunctionEventInvokeConfigs": list_event_invoke_configs,
        "GetFunctionConcurrency": get_function_concurrency,
        "ListFunctions": list_functions,
    }
