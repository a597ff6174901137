"""The operations of CloudWatch Logs that are answered here; moto answers the others."""

from __future__ import annotations

from typing import Any

from ..cloudwatch import wire
from ..http_server import Response
from ..operations import Call, json_answer
from ..world import World
from . import group_changes, group_tags, live_tail, metric_filters, subscription_filters
from .groups import describe_log_groups
from .reading import filter_log_events, get_log_events
from .requests import constraint, invalid, pattern_of
from .writing import put_log_events

_MOST_MESSAGES = 50


def test_metric_filter(world: World, call: Call) -> Response:
    messages = call.parameters.get("logEventMessages")
    if not isinstance(messages, list) or not 1 <= len(messages) <= _MOST_MESSAGES:
        raise constraint("logEventMessages", "", f"Member must have length between 1 and {_MOST_MESSAGES}")
    pattern = pattern_of(call, "filterPattern")
    matches: list[dict[str, Any]] = []
    for number, message in enumerate(messages, 1):
        values = pattern.match(message)
        if values is not None:
            matches.append({"eventNumber": number, "eventMessage": message, "extractedValues": values})
    return json_answer({"matches": matches}, content_type="application/x-amz-json-1.1")


def operations(live: live_tail.LiveTail) -> dict[str, Any]:
    bodies: dict[str, wire.Body] = {
        "CreateLogGroup": group_changes.create,
        "DeleteLogGroup": group_changes.delete,
        "PutRetentionPolicy": group_changes.put_retention_policy,
        "DeleteRetentionPolicy": group_changes.delete_retention_policy,
        "AssociateKmsKey": group_changes.associate_kms_key,
        "DisassociateKmsKey": group_changes.disassociate_kms_key,
        "PutLogGroupDeletionProtection": group_changes.put_deletion_protection,
        "PutMetricFilter": metric_filters.put,
        "DescribeMetricFilters": metric_filters.describe,
        "DeleteMetricFilter": metric_filters.delete,
        "PutSubscriptionFilter": subscription_filters.put,
        "DescribeSubscriptionFilters": subscription_filters.describe,
        "DeleteSubscriptionFilter": subscription_filters.delete,
        "TagResource": group_tags.tag_resource,
        "UntagResource": group_tags.untag_resource,
        "ListTagsForResource": group_tags.list_tags_for_resource,
    }
    return {
        **{name: wire.operation(body, invalid) for name, body in bodies.items()},
        "StartLiveTail": live.start,
        "DescribeLogGroups": describe_log_groups,
        "FilterLogEvents": filter_log_events,
        "GetLogEvents": get_log_events,
        "PutLogEvents": put_log_events,
        "TestMetricFilter": test_metric_filter,
    }
