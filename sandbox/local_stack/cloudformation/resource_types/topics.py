"""Topics. moto makes them without tags, and an update of one takes its subscriptions away."""

from __future__ import annotations

from typing import Any

from moto.core.common_models import CloudFormationModel

# moto's own topic has to be defined before this one, which takes its place.
from moto.sns.models import sns_backends

from .base import Resource, tags_of


class SnsTopic(Resource, CloudFormationModel):
    TYPE = "AWS::SNS::Topic"
    NAME = "TopicName"
    ATTRIBUTES = ("TopicArn", "TopicName")

    def __init__(self, topic: Any) -> None:
        super().__init__(topic.arn)
        self._topic = topic

    def attribute(self, name: str) -> Any:
        return self._topic.arn if name == "TopicArn" else self._topic.name

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> SnsTopic:
        properties = cloudformation_json["Properties"]
        backend = sns_backends[account_id][region_name]
        if any(topic.name == resource_name for topic in backend.topics.values()):
            raise ValueError(f"A topic named {resource_name} already exists")
        topic = backend.create_topic(resource_name, tags=tags_of(properties))
        topic.display_name = properties.get("DisplayName", "")
        return cls(topic)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> SnsTopic:
        properties = cloudformation_json["Properties"]
        topic = original_resource._topic
        if properties.get("TopicName", topic.name) != topic.name:
            made = cls.create_from_cloudformation_json(
                properties["TopicName"], cloudformation_json, account_id, region_name
            )
            original_resource.delete(account_id, region_name)
            return made
        topic._tags, topic.display_name = tags_of(properties), properties.get("DisplayName", "")
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        sns_backends[account_id][region_name].delete_topic(self.physical_id)
