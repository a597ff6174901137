"""DescribeLogGroups: by prefix or by part of the name, by class, in pages of at most fifty."""

from __future__ import annotations

import base64
import itertools
from typing import Any

from ..http_server import Response
from ..operations import Call, json_answer
from ..world import World
from .group_changes import protected
from .metric_filters import filters_of
from .moto_logs import CLASSES, class_of
from .requests import constraint, group_by_arn, groups_of, invalid, whole

_MOST = 50


def describe_log_groups(world: World, call: Call) -> Response:
    wanted = call.parameters
    prefix, part = wanted.get("logGroupNamePrefix"), wanted.get("logGroupNamePattern")
    identifiers, kind = wanted.get("logGroupIdentifiers"), wanted.get("logGroupClass")
    if prefix is not None and part is not None:
        raise invalid("logGroupNamePrefix and logGroupNamePattern are mutually exclusive parameters.")
    if identifiers is not None and (prefix, part, kind) != (None, None, None):
        raise invalid("logGroupIdentifiers cannot be combined with other filters.")
    if kind is not None and kind not in CLASSES:
        raise constraint("logGroupClass", kind, f"Member must satisfy enum value set: [{', '.join(CLASSES)}]")
    limit = whole(call, "limit", 1, _MOST) or _MOST
    # "If you specify either INFREQUENT_ACCESS or ESSENTIALS, the results include log groups in both."
    kinds = {"INFREQUENT_ACCESS", "ESSENTIALS"} if kind in ("INFREQUENT_ACCESS", "ESSENTIALS") else {kind}
    begin = _read(wanted.get("nextToken"))
    names = _named(world, call, identifiers) if identifiers is not None else None
    matching = (
        group
        for name, group in sorted(groups_of(world, call.region).items())
        if name > begin
        and name.startswith(prefix or "")
        and (part or "") in name
        and (kind is None or class_of(group) in kinds)
        and (names is None or name in names)
    )
    found = list(itertools.islice(matching, limit + 1))
    page = found[:limit]
    answer: dict[str, Any] = {"logGroups": [_described(group, short=part is not None) for group in page]}
    if len(found) > limit:
        answer["nextToken"] = base64.urlsafe_b64encode(page[-1].name.encode()).decode()
    return json_answer(answer, content_type="application/x-amz-json-1.1")


def _described(group: Any, short: bool) -> dict[str, Any]:
    described = group.to_describe_dict() | {
        "logGroupClass": class_of(group),
        "metricFilterCount": len(filters_of(group)),
        "deletionProtectionEnabled": protected(group),
    }
    # "If you specify logGroupNamePattern, then only arn, creationTime, and logGroupName are included."
    return {name: described[name] for name in ("arn", "creationTime", "logGroupName")} if short else described


def _named(world: World, call: Call, identifiers: list[str]) -> set[str]:
    if not 1 <= len(identifiers) <= _MOST:
        raise constraint("logGroupIdentifiers", identifiers, f"Member must have length between 1 and {_MOST}")
    return {group_by_arn(world, call, one).name if one.startswith("arn:") else one for one in identifiers}


def _read(token: Any) -> str:
    if token is None:
        return ""
    try:
        return base64.b64decode(token, b"-_", validate=True).decode()
    except (ValueError, TypeError):
        raise invalid("The specified nextToken is invalid.") from None
