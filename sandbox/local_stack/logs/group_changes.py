"""Making, changing and deleting log groups.

API reference, CreateLogGroup, DeleteLogGroup, PutRetentionPolicy, AssociateKmsKey, PutLogGroupDeletionProtection.
"""

from __future__ import annotations

import re
from typing import Any

from .. import iam_policies
from ..errors import AwsError
from ..world import World
from .group_tags import checked_tags, forget_tags
from .moto_logs import CLASSES
from .requests import constraint, group_named, groups_of, invalid

RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
_KEY = re.compile(r"arn:[a-z-]+:kms:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):(?P<id>key/.+|alias/.+)")
_GROUP = re.compile(r"arn:[a-z-]+:logs:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):log-group:(?P<name>[^:*]+)")


def create(world: World, region: str, wanted: dict[str, Any]) -> None:
    from moto.logs.models import LogGroup, logs_backends

    name = wanted["logGroupName"]
    if name.startswith("aws/"):
        raise constraint("logGroupName", name, "Log group names can't start with the string aws/")
    tags = checked_tags(wanted["tags"]) if "tags" in wanted else {}
    kind = wanted.get("logGroupClass") or "STANDARD"
    if kind not in CLASSES:
        raise constraint("logGroupClass", kind, f"Member must satisfy enum value set: [{', '.join(CLASSES)}]")
    groups = groups_of(world, region)
    if name in groups:
        raise AwsError("ResourceAlreadyExistsException", "The specified log group already exists")
    key = wanted.get("kmsKeyId")
    if key is not None:
        _check_key(world, region, name, key)
    group = LogGroup(world.account_id, region, name, kmsKeyId=key)
    group.log_group_class = kind
    group.deletion_protection = bool(wanted.get("deletionProtectionEnabled", False))
    # Of two at the same moment one makes it.
    if groups.setdefault(name, group) is not group:
        raise AwsError("ResourceAlreadyExistsException", "The specified log group already exists")
    if tags:
        logs_backends[world.account_id][region].tag_resource(group.arn, tags)


def delete(world: World, region: str, wanted: dict[str, Any]) -> None:
    group = group_named(world, region, wanted["logGroupName"])
    if protected(group):
        # The code is that of the API reference; the words are ours.
        raise AwsError(
            "ValidationException", f"The log group {group.name} cannot be deleted: its deletion protection is enabled."
        )
    groups_of(world, region).pop(group.name, None)
    forget_tags(world, region, group.arn)


def put_retention_policy(world: World, region: str, wanted: dict[str, Any]) -> None:
    group = group_named(world, region, wanted["logGroupName"])
    days = wanted["retentionInDays"]
    if days not in RETENTIONS:
        # In AWS's words (aws-cdk issue 1343).
        raise invalid(f"Invalid retention value. Valid values are: [{', '.join(map(str, RETENTIONS))}]")
    group.retention_in_days = days


def delete_retention_policy(world: World, region: str, wanted: dict[str, Any]) -> None:
    group_named(world, region, wanted["logGroupName"]).retention_in_days = None


def associate_kms_key(world: World, region: str, wanted: dict[str, Any]) -> None:
    group = _encrypted(world, region, wanted)
    _check_key(world, region, group.name, wanted["kmsKeyId"])
    group.kms_key_id = wanted["kmsKeyId"]


def disassociate_kms_key(world: World, region: str, wanted: dict[str, Any]) -> None:
    _encrypted(world, region, wanted).kms_key_id = None


def put_deletion_protection(world: World, region: str, wanted: dict[str, Any]) -> None:
    identifier = wanted["logGroupIdentifier"]
    group_named(world, region, _name(world, region, identifier)).deletion_protection = bool(
        wanted["deletionProtectionEnabled"]
    )


def protected(group: Any) -> bool:
    return bool(getattr(group, "deletion_protection", False))


def _encrypted(world: World, region: str, wanted: dict[str, Any]) -> Any:
    name, identifier = wanted.get("logGroupName"), wanted.get("resourceIdentifier")
    if (name is None) == (identifier is None):
        raise invalid("Exactly one of logGroupName and resourceIdentifier must be given.")
    if identifier is not None and ":query-result:" in identifier:
        raise invalid("The local stack keeps no results of queries to encrypt.")
    return group_named(world, region, name if name is not None else _name(world, region, identifier))


def _name(world: World, region: str, identifier: str) -> str:
    """The group's name, of a name or an ARN."""
    if not identifier.startswith("arn:"):
        return identifier
    found = _GROUP.fullmatch(identifier)
    if not found or (found["account"], found["region"]) != (world.account_id, region):
        raise invalid(f"The specified log group identifier is not valid: {identifier}")
    return found["name"]


def _check_key(world: World, region: str, name: str, arn: str) -> None:
    """A key is named by its ARN, is there, enabled and symmetric, and lets CloudWatch Logs use it.

    The words are AWS's (terraform issue 24194, terraform-provider-aws issue 29282), the rules those of the user guide,
    "Encrypt log data in CloudWatch Logs using AWS KMS".
    """
    from moto.kms.models import kms_backends

    found = _KEY.fullmatch(arn)
    if not found or not found["id"].startswith("key/"):
        raise invalid(f"The specified KMS Key Id could not be found. '{name}'")
    key = kms_backends[world.account_id][found["region"]].keys.get(found["id"].removeprefix("key/"))
    group = f"arn:aws:logs:{region}:{world.account_id}:log-group:{name}"
    usable = key is not None and key.enabled and key.key_state == "Enabled" and key.key_spec == "SYMMETRIC_DEFAULT"
    context = {
        "kms:EncryptionContext:aws:logs:arn": group,
        "aws:SourceAccount": world.account_id,
        "aws:SourceArn": group,
    }
    service = {"Service": f"logs.{region}.amazonaws.com"}
    if not usable or not all(
        iam_policies.allows([key.policy], f"kms:{action}", arn, context, service)
        for action in ("Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey")
    ):
        raise AwsError(
            "AccessDeniedException",
            f"The specified KMS key does not exist or is not allowed to be used with Arn '{group}'",
        )
