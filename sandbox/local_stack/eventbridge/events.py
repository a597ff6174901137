"""PutEvents: checking entries, making events of them, finding the rules they match."""

from __future__ import annotations

import base64
import copy
import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ..errors import AwsError
from ..http_server import Response
from ..operations import Call, json_answer
from ..world import World
from .delivery import Deliverer, Delivery
from .patterns import PatternError, matches, parsed

Operation = Callable[[World, Call], Response]
MAX_ENTRIES, MAX_TOTAL, MAX_DETAIL_TYPE = 10, 1024 * 1024, 128
ENABLED = ("ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
_JSON = "application/x-amz-json-1.1"


class EventBridge:
    def __init__(self, world: World, deliverer: Deliverer) -> None:
        self._world = world
        self._deliverer = deliverer
        deliverer.forward = self._forward
        deliverer.legacy = self._by_moto

    # The operations

    def put_events(self, world: World, call: Call) -> Response:
        began = time.monotonic()
        try:
            answers, size = self._put_events(call)
        except AwsError:
            self._deliverer.metrics.put_events_refused(call.region)
            raise
        failed = sum("ErrorCode" in answer for answer in answers)
        seconds = time.monotonic() - began
        self._deliverer.metrics.put_events(call.region, len(answers), failed, size, seconds)
        return json_answer({"FailedEntryCount": failed, "Entries": answers}, content_type=_JSON)

    def _put_events(self, call: Call) -> tuple[list[dict[str, Any]], int]:
        entries = call.parameters.get("Entries")
        if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_ENTRIES:
            size = len(entries) if isinstance(entries, list) else 0
            bound = "greater than or equal to 1" if size == 0 else f"less than or equal to {MAX_ENTRIES}"
            raise AwsError(
                "ValidationException",
                f"1 validation error detected: Value '[PutEventsRequestEntry]' at "
                f"'entries' failed to satisfy constraint: Member must have length {bound}",
                400,
            )
        size = sum(_size(entry) for entry in entries)
        if size > MAX_TOTAL:
            raise AwsError("ValidationException", "Total size of the entries in the request is over the limit.", 400)
        return [self.accept(call.region, entry) for entry in entries], size

    def test_event_pattern(self, world: World, call: Call) -> Response:
        try:
            pattern = parsed(call.parameters.get("EventPattern") or "")
        except PatternError as problem:
            raise AwsError(
                "InvalidEventPatternException", f"Event pattern is not valid. Reason: {problem}", 400
            ) from None
        try:
            event = json.loads(call.parameters.get("Event") or "")
        except ValueError:
            event = None
        required = ("id", "account", "source", "time", "region", "resources", "detail-type")
        if not isinstance(event, dict) or any(name not in event for name in required):
            missing = ", ".join(n for n in required if not isinstance(event, dict) or n not in event)
            raise AwsError(
                "ValidationException",
                f"Parameter Event is not valid. Reason: it must be a JSON object with {missing}.",
                400,
            )
        return json_answer({"Result": matches(pattern, event)}, content_type=_JSON)

    def list_event_buses(self, world: World, call: Call) -> Response:
        """In pages, which moto does not make: the token is the last name of the page before."""
        from moto.events.models import events_backends

        wanted = call.parameters
        limit = wanted.get("Limit", 100)
        if not isinstance(limit, int) or not 1 <= limit <= 100:
            raise AwsError(
                "ValidationException",
                f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
                "Member must have value between 1 and 100",
                400,
            )
        prefix, after = wanted.get("NamePrefix") or "", _bus_token(wanted.get("NextToken"))
        buses = events_backends[world.account_id][call.region].event_buses
        names = [name for name in sorted(buses) if name.startswith(prefix) and name > after]
        answer: dict[str, Any] = {"EventBuses": [_bus(buses[name]) for name in names[:limit]]}
        if len(names) > limit:
            answer["NextToken"] = base64.b64encode(names[limit - 1].encode()).decode()
        return json_answer(answer, content_type=_JSON)

    def operations(self) -> dict[str, Operation]:
        return {
            "PutEvents": self.put_events,
            "TestEventPattern": self.test_event_pattern,
            "ListEventBuses": self.list_event_buses,
        }

    # One entry

    def accept(self, region: str, entry: dict[str, Any]) -> dict[str, Any]:
        problem = _problem(entry)
        if problem is not None:
            return {"ErrorCode": problem[0], "ErrorMessage": problem[1]}
        event_id = str(uuid.uuid4())
        event = {
            "version": "0",
            "id": event_id,
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": self._world.account_id,
            "time": _time(entry.get("Time")),
            "region": region,
            "resources": entry.get("Resources") or [],
            "detail": json.loads(entry["Detail"]),
        }
        self._route(region, entry.get("EventBusName") or "default", event, entry.get("TraceHeader"))
        return {"EventId": event_id}

    def publish(self, bus_arn: str, entry: dict[str, Any]) -> None:
        """For services inside the stack that send events (Lambda's destinations)."""
        self.accept(bus_arn.split(":")[3], {**entry, "EventBusName": bus_arn})

    def _route(self, region: str, bus_name: str, event: dict[str, Any], trace_header: str | None) -> None:
        from moto.events.models import events_backends

        bus = events_backends[self._world.account_id][region].event_buses.get(bus_name.split("/")[-1])
        if bus is None:
            # Accepted and lost, as on AWS (user guide, "Sending events with PutEvents").
            self._world.count("events-put-to-missing-bus")
            return
        for rule in list(bus.rules.values()):
            if rule.state not in ENABLED or not self._matches(rule, event):
                continue
            self._world.count("events-matched")
            self._deliverer.metrics.count("MatchedEvents", region, rule.arn)
            self._deliverer.metrics.count("TriggeredRules", region, rule.arn)
            for target in list(rule.targets):
                self._deliverer.deliver(Delivery(rule.arn, rule.name, region, target, event, trace_header))

    def _matches(self, rule: Any, event: dict[str, Any]) -> bool:
        text = rule.event_pattern.dump()
        if not text:
            # A rule with a schedule only.
            return False
        try:
            return matches(parsed(text), event)
        except PatternError:
            return False

    def _forward(self, arn: str, event: dict[str, Any]) -> None:
        self._route(arn.split(":")[3], arn.split(":event-bus/")[-1], event, None)

    def _by_moto(self, delivery: Delivery) -> None:
        """Targets moto delivers to itself, archives above all: a copy of the rule with this target alone."""
        from moto.events.models import EventPattern, events_backends

        parts = delivery.rule_arn.split(":rule/")[-1].split("/")
        bus_name = parts[0] if len(parts) == 2 else "default"
        bus = events_backends[self._world.account_id][delivery.region].event_buses.get(bus_name)
        rule = bus.rules.get(delivery.rule_name) if bus is not None else None
        if rule is None:
            return
        alone = copy.copy(rule)
        alone.targets = [delivery.target]
        alone.event_pattern = EventPattern(None, {})
        stamp = datetime.fromisoformat(delivery.event["time"]).timestamp()
        alone.send_to_targets({**delivery.event, "time": stamp, "ingestion-time": time.time()})


def show_set_states(world: World) -> None:
    """A rule's state is its own, or what was set at the control address; readers and delivery see the same."""
    from moto.events.models import Rule

    def state(self: Any) -> str:
        name = self.name if self.event_bus_name == "default" else f"{self.event_bus_name}/{self.name}"
        return str(world.states.of("rule", self.region_name, name).get("State", self.own_state))

    def set_state(self: Any, value: str) -> None:
        self.own_state = value

    Rule.state = property(state, set_state)


def check_patterns_of_rules() -> None:
    """PutRule refuses a pattern that could never be matched rightly; moto checks little of it."""
    from moto.events.exceptions import InvalidEventPatternException
    from moto.events.models import EventPatternParser

    def parse(self: Any) -> dict[str, Any]:
        if not self.pattern:
            return {}
        try:
            return parsed(self.pattern)
        except PatternError as problem:
            raise InvalidEventPatternException(reason=str(problem)) from None

    EventPatternParser.parse = parse


def _bus(bus: Any) -> dict[str, Any]:
    told = {
        "Name": bus.name,
        "Arn": bus.arn,
        "Description": bus.description,
        "Policy": bus.policy,
        "CreationTime": bus.creation_time,
        "LastModifiedTime": bus.last_modified_time,
    }
    return {name: value for name, value in told.items() if value is not None}


def _bus_token(token: Any) -> str:
    if not token:
        return ""
    try:
        return base64.b64decode(token, validate=True).decode()
    except ValueError:
        raise AwsError("ValidationException", "Invalid nextToken.", 400) from None


def _problem(entry: dict[str, Any]) -> tuple[str, str] | None:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return "InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument."
    if len(entry["DetailType"]) > MAX_DETAIL_TYPE:
        return (
            "InvalidArgument",
            f"Parameter DetailType is not valid. Reason: DetailType is longer than {MAX_DETAIL_TYPE} characters.",
        )
    if entry["Source"].startswith("aws."):
        return "NotAuthorizedForSourceException", "Not authorized for the source."
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        return "MalformedDetail", "Detail is malformed."
    return None


def _size(entry: dict[str, Any]) -> int:
    """User guide, "Calculating Amazon EventBridge PutEvents event entry size"."""
    texts = [entry.get(name) or "" for name in ("Source", "DetailType", "Detail")] + list(entry.get("Resources") or [])
    return (14 if entry.get("Time") else 0) + sum(len(str(text).encode()) for text in texts)


def _time(value: Any) -> str:
    moment = time.time()
    if isinstance(value, (int, float)):
        moment = float(value)
    elif isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value).timestamp()
        except ValueError:
            pass
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
