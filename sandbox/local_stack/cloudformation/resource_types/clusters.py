"""Aurora DSQL clusters. moto says CREATE_COMPLETE of them and makes nothing."""

from __future__ import annotations

from typing import Any

from moto.core.common_models import CloudFormationModel

from ...dsql.clusters import Cluster
from ...dsql.operations import vpc_endpoint_service_name
from ...errors import AwsError
from .base import Resource, boolean, tags_of


class DsqlCluster(Resource, CloudFormationModel):
    TYPE = "AWS::DSQL::Cluster"
    ATTRIBUTES = (
        "Identifier",
        "ResourceArn",
        "CreationTime",
        "Status",
        "VpcEndpointServiceName",
        "EncryptionDetails",
        "PolicyVersion",
        "Endpoint",
        "VpcEndpoint",
    )

    def __init__(self, region: str, identifier: str) -> None:
        super().__init__(identifier)
        self._region = region

    @property
    def _cluster(self) -> Cluster:
        return Resource.world.dsql.get(self._region, self.physical_id)

    def attribute(self, name: str) -> Any:
        cluster = self._cluster
        return {
            "Identifier": cluster.identifier,
            "ResourceArn": cluster.arn,
            "CreationTime": str(cluster.created_at),
            "Status": cluster.status,
            "VpcEndpointServiceName": vpc_endpoint_service_name(cluster.region),
            "EncryptionDetails": cluster.as_json(full=True)["encryptionDetails"],
            "Endpoint": cluster.endpoint,
            "PolicyVersion": str(cluster.policy_version),
            "VpcEndpoint": cluster.endpoint,
        }[name]

    def is_created(self) -> bool:
        # A cluster that waits for its peer is as far as it can get (terraform-provider-aws pull request 41868).
        return self._cluster.status in ("ACTIVE", "IDLE", "INACTIVE", "PENDING_SETUP")

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> DsqlCluster:
        properties = cloudformation_json["Properties"]
        wanted = _wanted(properties) | {"tags": tags_of(properties), "policy": properties.get("PolicyDocument")}
        return cls(region_name, Resource.world.dsql.create(region_name, wanted).identifier)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> DsqlCluster:
        properties = cloudformation_json["Properties"]
        clusters = Resource.world.dsql
        clusters.update(region_name, original_resource.physical_id, _wanted(properties))
        clusters.get(region_name, original_resource.physical_id).tags = tags_of(properties)
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        try:
            Resource.world.dsql.delete(region_name, self.physical_id)
        except AwsError as problem:
            if problem.code != "ResourceNotFoundException":
                raise


def _wanted(properties: dict[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {"deletionProtectionEnabled": boolean(properties.get("DeletionProtectionEnabled", True))}
    if properties.get("KmsEncryptionKey"):
        wanted["kmsEncryptionKey"] = properties["KmsEncryptionKey"]
    regions = properties.get("MultiRegionProperties")
    if regions:
        wanted["multiRegionProperties"] = {"witnessRegion": regions.get("WitnessRegion")}
        if regions.get("Clusters") is not None:
            wanted["multiRegionProperties"]["clusters"] = regions["Clusters"]
    return wanted
