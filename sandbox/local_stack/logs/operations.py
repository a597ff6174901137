"""The operations of CloudWatch Logs that are answered here; moto answers the others."""

from __future__ import annotations

from typing import Any

from ..http_server import Response
from ..operations import Call, json_answer
from ..world import World
from . import live_tail
from .groups import describe_log_groups
from .reading import filter_log_events, get_log_events
from .requests import constraint, pattern_of
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
    return {
        "StartLiveTail": live.start,
        "DescribeLogGroups": describe_log_groups,
        "FilterLogEvents": filter_log_events,
        "GetLogEvents": get_log_events,
        "PutLogEvents": put_log_events,
        "TestMetricFilter": test_metric_filter,
    }
