"""What the operations of CloudWatch Logs ask for, read and checked once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..cloudwatch.paging import read_key
from ..errors import AwsError
from ..operations import Call
from ..world import World
from .moto_logs import class_of
from .patterns import PatternError, parsed

_ARN = re.compile(r"arn:[a-z-]+:logs:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):log-group:(?P<name>[^:*]+)")
_MOST_STREAMS = 100
_LONGEST_PATTERN = 1024


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)


def constraint(parameter: str, value: Any, text: str) -> AwsError:
    return invalid(
        f"1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy constraint: {text}"
    )


def groups_of(world: World, region: str) -> dict[str, Any]:
    from moto.logs.models import logs_backends

    return logs_backends[world.account_id][region].groups


def group_by_arn(world: World, call: Call, arn: str) -> Any:
    """An ARN that ends with ``:*`` is not taken here (API reference, LogGroup ``logGroupArn``)."""
    found = _ARN.fullmatch(arn)
    if not found or (found["account"], found["region"]) != (world.account_id, call.region):
        raise invalid(f"The specified log group identifier is not valid: {arn}")
    return group_named(world, call.region, found["name"])


def group_named(world: World, region: str, name: str) -> Any:
    group = groups_of(world, region).get(name)
    if group is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return group


def group_of(world: World, call: Call) -> Any:
    name, identifier = call.parameters.get("logGroupName"), call.parameters.get("logGroupIdentifier")
    if (name is None) == (identifier is None):
        raise invalid("Exactly one of logGroupName and logGroupIdentifier must be given.")
    if identifier is not None and str(identifier).startswith("arn:"):
        return group_by_arn(world, call, str(identifier))
    return group_named(world, call.region, str(name if name is not None else identifier))


def refuse_class(group: Any, operation: str) -> None:
    """In AWS's words (karpenter-provider-aws pull request 9567)."""
    if class_of(group) != "STANDARD":
        raise AwsError(
            "InvalidOperationException",
            f"The log group {group.name} is of log-group-class {class_of(group)}. "
            f"{operation} is not supported for this log class.",
        )


def whole(call: Call, name: str, low: int, high: int | None = None) -> int | None:
    value = call.parameters.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise AwsError("SerializationException", f"{name} is not a whole number")
    if value < low:
        raise constraint(name, value, f"Member must have value greater than or equal to {low}")
    if high is not None and value > high:
        raise constraint(name, value, f"Member must have value less than or equal to {high}")
    return value


@dataclass(frozen=True)
class Streams:
    """Which of a group's streams are meant: those named, those that begin so, or all."""

    names: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def include(self, name: str) -> bool:
        if self.names:
            return name in self.names
        return not self.prefixes or name.startswith(self.prefixes)


def streams_of(call: Call, prefix_parameter: str) -> Streams:
    names = call.parameters.get("logStreamNames")
    prefixes = call.parameters.get(prefix_parameter)
    if names is not None and prefixes is not None:
        raise invalid(f"logStreamNames and {prefix_parameter} cannot both be given.")
    if isinstance(prefixes, str):
        prefixes = [prefixes]
    for name, values in (("logStreamNames", names), (prefix_parameter, prefixes)):
        if values is not None and not 1 <= len(values) <= _MOST_STREAMS:
            raise constraint(name, values, f"Member must have length between 1 and {_MOST_STREAMS}")
    return Streams(tuple(names or ()), tuple(prefixes or ()))


def pattern_of(call: Call, parameter: str) -> Any:
    return checked_pattern(call.parameters.get(parameter) or "", parameter)


def checked_pattern(text: str, parameter: str = "filterPattern") -> Any:
    if len(text) > _LONGEST_PATTERN:
        raise constraint(parameter, text, f"Member must have length less than or equal to {_LONGEST_PATTERN}")
    try:
        return parsed(text)
    except PatternError as problem:
        raise invalid(str(problem)) from None


def name_token(token: str | None, length: int) -> tuple[str, ...] | None:
    """The names that a page's token holds."""
    try:
        return read_key(token, length)
    except AwsError:
        raise invalid("The specified nextToken is invalid.") from None
