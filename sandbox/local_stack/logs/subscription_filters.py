"""Subscription filters (API reference, PutSubscriptionFilter, DescribeSubscriptionFilters, DeleteSubscriptionFilter).

What they deliver goes out where events are put (``moto_logs.py``), by moto's own ways to a function, a stream, a
delivery stream or a log group.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from .. import iam_policies
from ..cloudwatch.paging import page_after
from ..errors import AwsError
from ..world import World
from .requests import checked_pattern, group_named, invalid, name_token, refuse_class
from .store import now_ms

#: CloudWatch Logs quotas since September 2026 (cfn-lint pull request 4688); before, it was two.
MOST_FILTERS, PAGE = 5, 50
_SERVICES = ("lambda", "kinesis", "firehose", "logs")


def put(world: World, region: str, wanted: dict[str, Any]) -> None:
    group = group_named(world, region, wanted["logGroupName"])
    refuse_class(group, "PutSubscriptionFilter")
    checked_pattern(wanted["filterPattern"])
    name = wanted["filterName"]
    filters = group.subscription_filters
    if name not in filters and len(filters) >= MOST_FILTERS:
        raise AwsError("LimitExceededException", "Resource limit exceeded.")
    _check_destination(world, region, group, wanted)
    kept = filters.get(name)
    described = {
        "distribution": "ByLogStream",
        **wanted,
        "creationTime": kept.described["creationTime"] if kept is not None else now_ms(),
    }
    # The names are those moto's deliveries look for.
    filters[name] = SimpleNamespace(
        name=name,
        filter_pattern=wanted["filterPattern"],
        destination_arn=wanted["destinationArn"],
        described=described,
    )


def delete(world: World, region: str, wanted: dict[str, Any]) -> None:
    group = group_named(world, region, wanted["logGroupName"])
    if group.subscription_filters.pop(wanted["filterName"], None) is None:
        raise AwsError("ResourceNotFoundException", "The specified subscription filter does not exist.")


def describe(world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
    group = group_named(world, region, wanted["logGroupName"])
    prefix, after = wanted.get("filterNamePrefix", ""), name_token(wanted.get("nextToken"), 1)
    names = sorted(name for name in group.subscription_filters if name.startswith(prefix))
    behind = [name for name in names if after is None or (name,) > after]
    shown, rest = page_after(behind, wanted.get("limit", PAGE), lambda name: (name,))
    answer: dict[str, Any] = {"subscriptionFilters": [group.subscription_filters[name].described for name in shown]}
    return answer | ({"nextToken": rest["NextToken"]} if rest else {})


def _check_destination(world: World, region: str, group: Any, wanted: dict[str, Any]) -> None:
    arn = wanted["destinationArn"]
    parts = arn.split(":")
    if len(parts) < 6 or parts[0] != "arn" or parts[2] not in _SERVICES:
        raise invalid(f"Invalid destination ARN: {arn}")
    if parts[2] == "lambda":
        _check_function(world, region, group, arn)
        return
    if parts[2] in ("kinesis", "firehose") and "roleArn" not in wanted:
        raise invalid("destinationArn for vendor " + parts[2] + " cannot be used without roleArn")
    if not _exists(world, parts, arn):
        raise invalid(
            f"Could not deliver test message to specified {parts[2].capitalize()} stream. "
            f"Check if the given {parts[2]} stream is in ACTIVE state."
        )


def _check_function(world: World, region: str, group: Any, arn: str) -> None:
    """The function lets CloudWatch Logs call it for this group."""
    from ..lambda_service import functions

    refusal = invalid(
        "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your "
        "function."
    )
    try:
        function = functions.find(world, region, arn)
    except AwsError:
        raise refusal from None
    context = {"aws:SourceArn": f"{group.arn}:*", "aws:SourceAccount": world.account_id}
    document = {"Statement": function.policy.statements}
    services = ("logs.amazonaws.com", f"logs.{region}.amazonaws.com")
    if not any(
        iam_policies.allows([document], "lambda:InvokeFunction", arn, context, {"Service": service})
        for service in services
    ):
        raise refusal


def _exists(world: World, parts: list[str], arn: str) -> bool:
    region = parts[3]
    if parts[2] == "kinesis":
        from moto.kinesis.models import kinesis_backends

        return any(one.arn == arn for one in kinesis_backends[world.account_id][region].streams.values())
    if parts[2] == "firehose":
        from moto.firehose.models import firehose_backends

        return bool(firehose_backends[world.account_id][region].lookup_name_from_arn(arn))
    from moto.logs.models import logs_backends

    backend = logs_backends[world.account_id][region]
    name = parts[6] if len(parts) > 6 else ""
    return name in (backend.groups if parts[5] == "log-group" else backend.destinations)
