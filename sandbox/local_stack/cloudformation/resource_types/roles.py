"""Roles with their policies."""

from __future__ import annotations

import json
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.iam.models import iam_backends

from ...world import PARTITION
from .base import Resource


class IamRole(Resource, CloudFormationModel):
    TYPE = "AWS::IAM::Role"
    NAME = "RoleName"
    ATTRIBUTES = ("Arn", "RoleId")

    def __init__(self, role: Any) -> None:
        super().__init__(role.name)
        self._role = role

    def attribute(self, name: str) -> Any:
        return self._role.arn if name == "Arn" else self._role.id

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> IamRole:
        properties = cloudformation_json["Properties"]
        backend = iam_backends[account_id][PARTITION]
        role = backend.create_role(
            role_name=resource_name,
            assume_role_policy_document=_document(properties["AssumeRolePolicyDocument"]),
            path=properties.get("Path", "/"),
            permissions_boundary=properties.get("PermissionsBoundary", ""),
            description=properties.get("Description", ""),
            tags=properties.get("Tags") or [],
            max_session_duration=properties.get("MaxSessionDuration", 3600),
        )
        resource = cls(role)
        resource._apply(backend, properties)
        return resource

    def _apply(self, backend: Any, properties: dict[str, Any]) -> None:
        self._role.policies = {
            p["PolicyName"]: _document(p["PolicyDocument"]) for p in properties.get("Policies") or []
        }
        wanted = properties.get("ManagedPolicyArns") or []
        for arn in [p.arn for p in list(self._role.managed_policies.values())]:
            if arn not in wanted:
                backend.detach_role_policy(arn, self._role.name)
        for arn in wanted:
            if arn not in [p.arn for p in self._role.managed_policies.values()]:
                backend.attach_role_policy(arn, self._role.name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> IamRole:
        properties = cloudformation_json["Properties"]
        if properties.get("RoleName", original_resource.physical_id) != original_resource.physical_id:
            made = cls.create_from_cloudformation_json(
                properties["RoleName"], cloudformation_json, account_id, region_name
            )
            original_resource.delete(account_id, region_name)
            return made
        role = original_resource._role
        role.assume_role_policy_document = _document(properties["AssumeRolePolicyDocument"])
        role.description = properties.get("Description", "")
        role.max_session_duration = properties.get("MaxSessionDuration", 3600)
        original_resource._apply(iam_backends[account_id][PARTITION], properties)
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        backend = iam_backends[account_id][PARTITION]
        if self._role.id not in backend.roles:
            return
        self._role.policies = {}
        for policy in list(self._role.managed_policies.values()):
            backend.detach_role_policy(policy.arn, self._role.name)
        backend.delete_role(self._role.name)


def _document(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
