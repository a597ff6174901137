"""Event buses and rules. moto cannot refer to a bus, and takes a rule away while it is updated."""

from __future__ import annotations

import json
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.events.models import events_backends

from .base import Resource, retag


class EventBus(Resource, CloudFormationModel):
    TYPE = "AWS::Events::EventBus"
    NAME = "Name"
    ATTRIBUTES = ("Arn", "Name", "Policy")

    def attribute(self, name: str) -> Any:
        return {"Arn": self.arn, "Name": self.physical_id, "Policy": None}[name]

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> EventBus:
        properties = cloudformation_json["Properties"]
        backend = events_backends[account_id][region_name]
        bus = backend.create_event_bus(
            name=resource_name,
            event_source_name=properties.get("EventSourceName"),
            description=properties.get("Description"),
            kms_key_identifier=properties.get("KmsKeyIdentifier"),
            dead_letter_config=properties.get("DeadLetterConfig"),
            tags=properties.get("Tags"),
        )
        resource = cls(resource_name)
        resource.arn = bus.arn
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> EventBus:
        properties = cloudformation_json["Properties"]
        name = properties.get("Name", original_resource.physical_id)
        if name != original_resource.physical_id:
            made = cls.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)
            original_resource.delete(account_id, region_name)
            return made
        backend = events_backends[account_id][region_name]
        bus = backend.event_buses[name]
        bus.description, bus.dead_letter_config = properties.get("Description"), properties.get("DeadLetterConfig")
        retag(backend.tagger, bus.arn, properties)
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        events_backends[account_id][region_name].event_buses.pop(self.physical_id, None)


class EventsRule(Resource, CloudFormationModel):
    """Unlike moto's, an update never leaves a moment without the rule."""

    TYPE = "AWS::Events::Rule"
    NAME = "Name"
    ATTRIBUTES = ("Arn",)

    def __init__(self, name: str, bus: str, arn: str) -> None:
        # Ref of a rule on a custom bus is BUS|RULE.
        super().__init__(name if bus == "default" else f"{bus}|{name}")
        self._name, self._bus, self._arn = name, bus, arn

    def attribute(self, name: str) -> Any:
        return self._arn

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> EventsRule:
        properties = cloudformation_json["Properties"]
        bus = (properties.get("EventBusName") or "default").split("/")[-1]
        pattern = properties.get("EventPattern")
        backend = events_backends[account_id][region_name]
        rule = backend.put_rule(
            resource_name,
            description=properties.get("Description"),
            event_bus_arn=bus,
            event_pattern=json.dumps(pattern) if isinstance(pattern, dict) else pattern,
            role_arn=properties.get("RoleArn"),
            scheduled_expression=properties.get("ScheduleExpression"),
            state=properties.get("State"),
            tags=properties.get("Tags"),
        )
        targets = [_numbers(target) for target in properties.get("Targets") or []]
        rule.targets[:] = [t for t in rule.targets if t["Id"] in {one["Id"] for one in targets}]
        if targets:
            backend.put_targets(resource_name, bus, targets)
        return cls(resource_name, bus, rule.arn)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> EventsRule:
        properties = cloudformation_json["Properties"]
        name = properties.get("Name", original_resource._name)
        made = cls.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)
        if made.physical_id != original_resource.physical_id:
            original_resource.delete(account_id, region_name)
        return made

    def delete(self, account_id: str, region_name: str) -> None:
        bus = events_backends[account_id][region_name].event_buses.get(self._bus)
        if bus is not None:
            bus.rules.pop(self._name, None)


def _numbers(target: dict[str, Any]) -> dict[str, Any]:
    if "RetryPolicy" in target:
        target["RetryPolicy"] = {name: int(value) for name, value in target["RetryPolicy"].items()}
    return target
