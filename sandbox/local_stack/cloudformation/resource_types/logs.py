"""Log groups."""

from __future__ import annotations

from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.logs.models import logs_backends

from .base import Resource, retag, tags_of


class LogGroup(Resource, CloudFormationModel):
    TYPE = "AWS::Logs::LogGroup"
    NAME = "LogGroupName"
    ATTRIBUTES = ("Arn",)

    def __init__(self, name: str, arn: str) -> None:
        super().__init__(name)
        self._arn = arn

    def attribute(self, name: str) -> Any:
        # The attribute ends in ":*" (template reference, AWS::Logs::LogGroup, return values).
        return f"{self._arn}:*"

    def mark(self, stack: Any, logical_id: str) -> None:
        """With the tags that CloudFormation puts on what it makes (User Guide, "Resource tag").

        Nobody else may write or remove tags that begin with aws:, so they say for certain whose a group is.
        """
        marks = {"logical-id": logical_id, "stack-id": stack.stack_id, "stack-name": stack.name}
        tags = [{"Key": f"aws:cloudformation:{key}", "Value": value} for key, value in marks.items()]
        logs_backends[stack.account_id][stack.region_name].tagger.tag_resource(self._arn, tags)

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> LogGroup:
        properties = cloudformation_json["Properties"]
        backend = logs_backends[account_id][region_name]
        if resource_name in backend.groups:
            raise ValueError(f"{resource_name} already exists")
        group = backend.create_log_group(resource_name, tags_of(properties), kmsKeyId=properties.get("KmsKeyId"))
        group.log_group_class = properties.get("LogGroupClass") or "STANDARD"
        if properties.get("RetentionInDays"):
            backend.put_retention_policy(resource_name, int(properties["RetentionInDays"]))
        return cls(resource_name, group.arn)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> LogGroup:
        properties = cloudformation_json["Properties"]
        if properties.get("LogGroupName", original_resource.physical_id) != original_resource.physical_id:
            made = cls.create_from_cloudformation_json(
                properties["LogGroupName"], cloudformation_json, account_id, region_name
            )
            original_resource.delete(account_id, region_name)
            return made
        backend = logs_backends[account_id][region_name]
        retention = properties.get("RetentionInDays")
        backend.groups[original_resource.physical_id].retention_in_days = int(retention) if retention else None
        held = backend.tagger.get_tag_dict_for_resource(original_resource._arn)
        marks = {key: value for key, value in held.items() if key.startswith("aws:")}
        retag(backend.tagger, original_resource._arn, {})
        backend.tag_resource(original_resource._arn, {**tags_of(properties), **marks})
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        logs_backends[account_id][region_name].groups.pop(self.physical_id, None)
