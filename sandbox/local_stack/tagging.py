"""The Resource Groups Tagging API's GetResources, over what this stack has that can carry tags.

API reference, GetResources: pages of at most a hundred, filters that all have to fit, values of one filter of which
one has to; what had tags once and has none now is shown with none. Dashboards are not known to this API.
"""

from __future__ import annotations

import base64
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .cloudwatch import wire
from .errors import AwsError
from .http_server import Response
from .operations import Call
from .world import World

#: Region → ARN → tags.
Source = Callable[[str], Mapping[str, Mapping[str, str]]]

PAGE, LARGEST_PAGE = 50, 100
FEWEST_TAGS, MOST_TAGS = 100, 500
MOST_KEYS, MOST_VALUES, MOST_TYPES = 50, 20, 100
MOST_SNAPSHOTS = 64
_PAGING = ("ResourcesPerPage", "TagsPerPage", "PaginationToken")


Row = tuple[str, dict[str, str]]


def operations(world: World, tagged_alarms: Source) -> dict[str, Callable[[World, Call], Response]]:
    sources: dict[str, Source] = {
        "cloudwatch": tagged_alarms,
        "logs": lambda region: _log_groups(world, region),
        "": lambda region: _others(world, region),
    }
    tagging = Tagging(sources)
    return {"GetResources": wire.operation(lambda _, region, wanted: tagging.get_resources(region, wanted), _invalid)}


class Tagging:
    """``sources`` by the service their ARNs name; all other services are under the empty name."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        #: What pages are cut from: the rows as they were when the first page was asked for. The oldest is forgotten,
        #: and its token has expired then.
        self._snapshots: OrderedDict[str, list[Row]] = OrderedDict()
        self._lock = threading.Lock()

    def get_resources(self, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        _check(wanted)
        token = wanted.get("PaginationToken") or ""
        identifier, begin = _read(token) if token else (uuid.uuid4().hex, 0)
        with self._lock:
            rows = self._snapshots.get(identifier)
        if rows is None:
            if token:
                raise _expired()
            rows = self._rows(region, wanted)
        end = _end_of_page(rows, begin, wanted)
        if end >= len(rows):
            return _answer(rows[begin:end], "")
        with self._lock:
            self._snapshots[identifier] = rows
            self._snapshots.move_to_end(identifier)
            while len(self._snapshots) > MOST_SNAPSHOTS:
                self._snapshots.popitem(last=False)
        return _answer(rows[begin:end], base64.urlsafe_b64encode(f"{identifier}:{end}".encode()).decode())

    def _rows(self, region: str, wanted: dict[str, Any]) -> list[Row]:
        types, only = wanted.get("ResourceTypeFilters") or [], wanted.get("ResourceARNList")
        filters = [(one["Key"], set(one.get("Values") or ())) for one in wanted.get("TagFilters") or []]
        services = {one.split(":")[0] for one in types}
        rows = [
            (arn, dict(tags))
            for service, source in self._sources.items()
            if not service or not services or service in services
            for arn, tags in source(region).items()
            if (only is None or arn in only) and _has_type(arn, types) and _has_tags(tags, filters)
        ]
        return sorted(rows, key=lambda row: row[0])


def _answer(rows: list[Row], token: str) -> dict[str, Any]:
    mappings = [
        {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        for arn, tags in rows
    ]
    # The last page has an empty token, not none (botocore's paginator ends at either).
    return {"PaginationToken": token, "ResourceTagMappingList": mappings}


def _end_of_page(rows: list[Row], begin: int, wanted: dict[str, Any]) -> int:
    end = min(begin + wanted.get("ResourcesPerPage", PAGE), len(rows))
    most = wanted.get("TagsPerPage")
    if wanted.get("ResourceARNList"):
        return len(rows)
    if most is None:
        return end
    total, at = 0, begin
    # "A resource with no tags is counted as having one tag."
    while at < end and total + max(1, len(rows[at][1])) <= most:
        total += max(1, len(rows[at][1]))
        at += 1
    return at


def _check(wanted: dict[str, Any]) -> None:
    if "ResourceARNList" in wanted:
        both = [name for name in ("ResourceTypeFilters", "TagFilters", *_PAGING) if wanted.get(name)]
        if both:
            raise _invalid(f"ResourceARNList cannot be specified together with {both[0]}.")
    for name, low, high in (("ResourcesPerPage", 1, LARGEST_PAGE), ("TagsPerPage", FEWEST_TAGS, MOST_TAGS)):
        if name in wanted and not low <= wanted[name] <= high:
            raise _invalid(f"{name} must be between {low} and {high}.")
    filters = wanted.get("TagFilters") or []
    if len(filters) > MOST_KEYS or any(len(one.get("Values") or ()) > MOST_VALUES for one in filters):
        raise _invalid(f"There are at most {MOST_KEYS} tag filters with at most {MOST_VALUES} values each.")
    if any(not one.get("Key") for one in filters):
        raise _invalid("Each tag filter must contain a key.")
    if len(wanted.get("ResourceTypeFilters") or ()) > MOST_TYPES:
        raise _invalid(f"There are at most {MOST_TYPES} resource types.")


def _has_type(arn: str, types: list[str]) -> bool:
    """``service[:resourceType]``, as they stand in the ARN: ``logs:log-group``, ``cloudwatch:alarm``, ``sqs``."""
    if not types:
        return True
    parts = arn.split(":", 5)
    kind = parts[5].replace("/", ":").split(":")[0]
    return any(one in (parts[2], f"{parts[2]}:{kind}") for one in types)


def _has_tags(tags: Mapping[str, str], filters: list[tuple[str, set[str]]]) -> bool:
    return all(key in tags and (not values or tags[key] in values) for key, values in filters)


def _read(token: str) -> tuple[str, int]:
    try:
        identifier, offset = base64.b64decode(token, altchars=b"-_", validate=True).decode().split(":")
        return identifier, int(offset)
    except ValueError:
        raise _expired() from None


def _expired() -> AwsError:
    return AwsError("PaginationTokenExpiredException", "The PaginationToken is not valid or has expired.")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)


# What has tags besides alarms


def _log_groups(world: World, region: str) -> dict[str, dict[str, str]]:
    from moto.logs.models import logs_backends

    backend = logs_backends[world.account_id][region]
    arns = [group.arn for group in list(backend.groups.values())]
    return {arn: backend.tagger.get_tag_dict_for_resource(arn) for arn in arns if backend.tagger.has_tags(arn)}


def _others(world: World, region: str) -> dict[str, dict[str, str]]:
    return {arn: tags for arn, tags in _each_other(world, region) if tags}


def _each_other(world: World, region: str) -> Iterator[tuple[str, dict[str, str]]]:
    from moto.awslambda.models import lambda_backends
    from moto.events.models import events_backends
    from moto.sns.models import sns_backends
    from moto.sqs.models import sqs_backends

    account = world.account_id
    for function in list(lambda_backends[account][region].list_functions()):
        yield function.function_arn, dict(function.tags or {})
    for queue in list(sqs_backends[account][region].queues.values()):
        yield queue.queue_arn, dict(queue.tags or {})
    for topic in list(sns_backends[account][region].topics.values()):
        yield topic.arn, dict(topic._tags or {})
    events = events_backends[account][region]
    for bus in list(events.event_buses.values()):
        for arn in (bus.arn, *(rule.arn for rule in list(bus.rules.values()))):
            yield arn, events.tagger.get_tag_dict_for_resource(arn)
    for cluster in world.dsql.in_region(region):
        yield cluster.arn, dict(cluster.tags)
