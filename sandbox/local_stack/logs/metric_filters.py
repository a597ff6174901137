"""Metric filters: numbers out of log events, into CloudWatch's metrics as the events arrive.

API reference, PutMetricFilter, DescribeMetricFilters, DeleteMetricFilter; user guide, "Creating metrics from log events
using filters".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..cloudwatch.paging import page_after
from ..errors import AwsError
from ..world import World
from .events import Event
from .patterns import PatternError, parsed
from .patterns.fields import Fields
from .patterns.json_objects import JsonObject, selected
from .requests import checked_pattern, group_named, groups_of, invalid, name_token, refuse_class

MOST_FILTERS, MOST_REGEXES, MOST_DIMENSIONS, PAGE = 100, 5, 3, 50
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_MINUTE = 60_000


def filters_of(group: Any) -> dict[str, dict[str, Any]]:
    """Name → what DescribeMetricFilters answers; deleted with the group."""
    return group.__dict__.setdefault("_metric_filters", {})  # type: ignore[no-any-return]


def put(world: World, region: str, wanted: dict[str, Any]) -> None:
    group = group_named(world, region, wanted["logGroupName"])
    refuse_class(group, "PutMetricFilter")
    pattern = checked_pattern(wanted["filterPattern"])
    _check_transformation(wanted["metricTransformations"][0], pattern)
    filters = filters_of(group)
    name = wanted["filterName"]
    if name not in filters and len(filters) >= MOST_FILTERS:
        raise AwsError("LimitExceededException", "Resource limit exceeded.")
    regexes = sum(parsed(one["filterPattern"]).regexes for other, one in filters.items() if other != name)
    if regexes + pattern.regexes > MOST_REGEXES:
        raise AwsError("LimitExceededException", "Resource limit exceeded.")
    kept = filters.get(name, {})
    filters[name] = {**wanted, "creationTime": kept.get("creationTime") or _now()}


def delete(world: World, region: str, wanted: dict[str, Any]) -> None:
    group = group_named(world, region, wanted["logGroupName"])
    if filters_of(group).pop(wanted["filterName"], None) is None:
        raise AwsError("ResourceNotFoundException", "The specified metric filter does not exist.")


def describe(world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
    metric, namespace = wanted.get("metricName"), wanted.get("metricNamespace")
    if (metric is None) != (namespace is None):
        raise invalid("metricName and metricNamespace must be given together.")
    after = name_token(wanted.get("nextToken"), 2)
    found = [
        one
        for one in _chosen(world, region, wanted)
        if metric is None
        or any(t["metricName"] == metric and t["metricNamespace"] == namespace for t in one["metricTransformations"])
    ]
    found = sorted((one for one in found if after is None or _key(one) > after), key=_key)
    shown, rest = page_after(found, wanted.get("limit", PAGE), _key)
    return {"metricFilters": shown, **({"nextToken": rest["NextToken"]} if rest else {})}


def _chosen(world: World, region: str, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "logGroupName" not in wanted:
        # "CloudWatch Logs uses the value that you set here only if you also include the logGroupName parameter."
        for group in list(groups_of(world, region).values()):
            yield from list(filters_of(group).values())
        return
    prefix = wanted.get("filterNamePrefix", "")
    for name, one in list(filters_of(group_named(world, region, wanted["logGroupName"])).items()):
        if name.startswith(prefix):
            yield one


def _key(one: Mapping[str, Any]) -> tuple[str, str]:
    """The results are sorted by the filter's name."""
    return (str(one["filterName"]), str(one["logGroupName"]))


def _check_transformation(transformation: dict[str, Any], pattern: Any) -> None:
    dimensions = transformation.get("dimensions") or {}
    if dimensions and "defaultValue" in transformation:
        # In AWS's words (guidance-for-claude-code-with-amazon-bedrock pull request 632).
        raise invalid("Invalid metric transformation: dimensions and default value are mutually exclusive properties")
    if dimensions and not isinstance(pattern, (JsonObject, Fields)):
        # In AWS's words (terraform-provider-aws issue 22105).
        raise invalid("The specified filter pattern does not support dimensions")
    if len(dimensions) > MOST_DIMENSIONS:
        raise invalid(f"Invalid metric transformation: at most {MOST_DIMENSIONS} dimensions are allowed")
    for value in dimensions.values():
        _check_selector(str(value), pattern)
    value = transformation["metricValue"]
    if not _NUMBER.fullmatch(value):
        _check_selector(value, pattern)
    if transformation["metricNamespace"].startswith("AWS/"):
        raise invalid("Invalid metric transformation: namespaces that begin with AWS/ are AWS's own")


def _check_selector(text: str, pattern: Any) -> None:
    problem = invalid(f"Invalid metric transformation: '{text}' is neither a number nor a field of the filter pattern")
    if isinstance(pattern, JsonObject):
        try:
            selected({}, text)
        except PatternError:
            raise problem from None
    elif not isinstance(pattern, Fields) or not re.fullmatch(r"\$[A-Za-z0-9_-]+", text):
        raise problem


def emit(world: World, region: str, group: Any, events: list[Event]) -> None:
    """What these events say to the group's filters."""
    for one in list(filters_of(group).values()):
        transformation = one["metricTransformations"][0]
        pattern = parsed(one["filterPattern"])
        silent: set[int] = set()
        told: set[int] = set()
        for event in events:
            minute = event[0] // _MINUTE
            matched = _matched(pattern, transformation, event[4])
            if matched is None:
                silent.add(minute)
                continue
            told.add(minute)
            value, dimensions = matched
            if value is not None:
                _publish(world, region, transformation, dimensions, value, event[0] / 1000)
        if "defaultValue" in transformation:
            for minute in silent - told:
                _publish(world, region, transformation, {}, transformation["defaultValue"], minute * 60)


def _publish(
    world: World,
    region: str,
    transformation: dict[str, Any],
    dimensions: dict[str, str],
    value: float,
    at: float,
) -> None:
    space, name = transformation["metricNamespace"], transformation["metricName"]
    world.metrics.put(region, space, name, dimensions, value, transformation.get("unit", "None"), at=at)


def _matched(pattern: Any, transformation: dict[str, Any], message: str) -> tuple[float | None, dict[str, str]] | None:
    """None where the event is not meant; else the value, if it is a number, and the dimensions that it has."""
    values = pattern.match(message)
    if values is None:
        return None
    document = json.loads(message) if isinstance(pattern, JsonObject) else None

    def field(text: str) -> Any:
        if document is None:
            return values.get(text)
        found = selected(document, text)
        return found[0] if found else None

    dimensions = {}
    for name, text in (transformation.get("dimensions") or {}).items():
        value = field(text)
        # "Only string and numeric values are supported as dimension values"; what has none is left out.
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            dimensions[name] = str(value)
    text = transformation["metricValue"]
    return _number(text if _NUMBER.fullmatch(text) else field(text)), dimensions


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _now() -> int:
    from .store import now_ms

    return now_ms()
