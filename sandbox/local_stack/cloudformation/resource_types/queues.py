"""Queues and their policies."""

from __future__ import annotations

import json
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.sqs.models import sqs_backends

from .base import Resource, tags_of


class SqsQueue(Resource, CloudFormationModel):
    TYPE = "AWS::SQS::Queue"
    NAME = "QueueName"
    ATTRIBUTES = ("Arn", "QueueName", "QueueUrl")
    _OTHERS = ("Tags", "QueueName", "RedriveAllowPolicy")

    def __init__(self, queue: Any) -> None:
        super().__init__(queue.physical_resource_id)
        self._queue = queue

    def attribute(self, name: str) -> Any:
        return {"Arn": self._queue.queue_arn, "QueueName": self._queue.name, "QueueUrl": self.physical_id}[name]

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> SqsQueue:
        properties = cloudformation_json["Properties"]
        backend = sqs_backends[account_id][region_name]
        if resource_name in backend.queues:
            raise ValueError(f"A queue named {resource_name} already exists")
        attributes = {k: v for k, v in properties.items() if k not in cls._OTHERS}
        return cls(
            backend.create_queue(name=resource_name[:80], tags=tags_of(properties), region=region_name, **attributes)
        )

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> SqsQueue:
        properties = cloudformation_json["Properties"]
        if properties.get("QueueName", original_resource._queue.name) != original_resource._queue.name:
            made = cls.create_from_cloudformation_json(
                properties["QueueName"], cloudformation_json, account_id, region_name
            )
            original_resource.delete(account_id, region_name)
            return made
        defaults = {
            "DelaySeconds": 0,
            "MaximumMessageSize": 262_144,
            "MessageRetentionPeriod": 345_600,
            "ReceiveMessageWaitTimeSeconds": 0,
            "VisibilityTimeout": 30,
        }
        attributes = {k: v for k, v in properties.items() if k not in cls._OTHERS}
        original_resource._queue._set_attributes({**defaults, **attributes})
        original_resource._queue.tags = tags_of(properties)
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        sqs_backends[account_id][region_name].queues.pop(self._queue.name, None)


class SqsQueuePolicy(Resource, CloudFormationModel):
    TYPE = "AWS::SQS::QueuePolicy"
    ATTRIBUTES = ("Id",)

    def __init__(self, physical_id: str, queues: list[str]) -> None:
        super().__init__(physical_id)
        self._queues = queues

    def attribute(self, name: str) -> Any:
        return self.physical_id

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> SqsQueuePolicy:
        properties = cloudformation_json["Properties"]
        document = properties["PolicyDocument"]
        text = document if isinstance(document, str) else json.dumps(document, default=str)
        names = [url.rstrip("/").split("/")[-1] for url in properties["Queues"]]
        for name in names:
            queue = sqs_backends[account_id][region_name].queues.get(name)
            if queue is None:
                raise ValueError(f"The specified queue {name} does not exist")
            queue.policy = text
        return cls(resource_name, names)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> SqsQueuePolicy:
        made = cls.create_from_cloudformation_json(
            original_resource.physical_id, cloudformation_json, account_id, region_name
        )
        left = SqsQueuePolicy("", [name for name in original_resource._queues if name not in made._queues])
        left.delete(account_id, region_name)
        return made

    def delete(self, account_id: str, region_name: str) -> None:
        for name in self._queues:
            queue = sqs_backends[account_id][region_name].queues.get(name)
            if queue is not None:
                queue.policy = None
