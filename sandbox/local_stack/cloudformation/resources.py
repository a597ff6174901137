"""Resource types for CloudFormation that moto lacks, or makes but cannot update or delete rightly.

Attribute names are those of the resource schemas cfn-lint bundles. A class is used for its type because
it is defined after moto's own; ``cloudformation_type`` is the key.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.core.common_models import CloudFormationModel
from moto.events.models import events_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.sqs.models import sqs_backends

from ..dsql.clusters import Cluster
from ..dsql.operations import vpc_endpoint_service_name
from ..lambda_service import code
from ..lambda_service.operations import set_event_invoke_config
from ..world import PARTITION, World

_world: World | None = None


def use(world: World) -> None:
    global _world
    _world = world


def _the_world() -> World:
    assert _world is not None
    return _world


class _Resource:
    """What all of these have in common: a physical id, attributes, and a way to be deleted."""

    TYPE = ""
    NAME = ""
    ATTRIBUTES: tuple[str, ...] = ()

    def __init__(self, physical_id: str) -> None:
        self.physical_id = physical_id

    @property
    def physical_resource_id(self) -> str:
        return self.physical_id

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.TYPE

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.NAME

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.ATTRIBUTES

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

        if attribute_name not in self.ATTRIBUTES:
            raise UnformattedGetAttTemplateException()
        return self.attribute(attribute_name)

    def attribute(self, name: str) -> Any:
        raise NotImplementedError

    def is_created(self) -> bool:
        return True


def _tags(properties: dict[str, Any]) -> dict[str, str]:
    tags = properties.get("Tags") or []
    return dict(tags) if isinstance(tags, dict) else {tag["Key"]: str(tag["Value"]) for tag in tags}


def _boolean(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() == "true"


class DsqlCluster(_Resource, CloudFormationModel):
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
        return _the_world().dsql.get(self._region, self.physical_id)

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
        wanted = _wanted(properties) | {"tags": _tags(properties), "policy": properties.get("PolicyDocument")}
        return cls(region_name, _the_world().dsql.create(region_name, wanted).identifier)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> DsqlCluster:
        properties = cloudformation_json["Properties"]
        clusters = _the_world().dsql
        clusters.update(region_name, original_resource.physical_id, _wanted(properties))
        clusters.get(region_name, original_resource.physical_id).tags = _tags(properties)
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        from ..errors import AwsError

        try:
            _the_world().dsql.delete(region_name, self.physical_id)
        except AwsError as problem:
            if problem.code != "ResourceNotFoundException":
                raise


def _wanted(properties: dict[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {"deletionProtectionEnabled": _boolean(properties.get("DeletionProtectionEnabled", True))}
    if properties.get("KmsEncryptionKey"):
        wanted["kmsEncryptionKey"] = properties["KmsEncryptionKey"]
    regions = properties.get("MultiRegionProperties")
    if regions:
        wanted["multiRegionProperties"] = {"witnessRegion": regions.get("WitnessRegion")}
        if regions.get("Clusters") is not None:
            wanted["multiRegionProperties"]["clusters"] = regions["Clusters"]
    return wanted


class EventBus(_Resource, CloudFormationModel):
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
        _retag(backend.tagger, bus.arn, properties)
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        events_backends[account_id][region_name].event_buses.pop(self.physical_id, None)


def _retag(tagger: Any, arn: str, properties: dict[str, Any]) -> None:
    tagger.delete_all_tags_for_resource(arn)
    if properties.get("Tags"):
        tagger.tag_resource(arn, properties["Tags"])


class EventsRule(_Resource, CloudFormationModel):
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


class LambdaFunction(_Resource, CloudFormationModel):
    TYPE = "AWS::Lambda::Function"
    NAME = "FunctionName"
    ATTRIBUTES = ("Arn",)

    def __init__(self, name: str, function: Any) -> None:
        super().__init__(name)
        self._function = function

    def attribute(self, name: str) -> Any:
        return self._function.function_arn

    def is_created(self) -> bool:
        return self._function.get_configuration()["State"] == "Active"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> LambdaFunction:
        properties = cloudformation_json["Properties"]
        backend = lambda_backends[account_id][region_name]
        if resource_name in backend._lambdas._functions:
            raise ValueError(f"{resource_name} already exists")
        return cls(resource_name, backend.create_function(_function_spec(resource_name, properties)))

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> LambdaFunction:
        properties = cloudformation_json["Properties"]
        name = properties.get("FunctionName", original_resource.physical_id)
        if name != original_resource.physical_id:
            made = cls.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)
            original_resource.delete(account_id, region_name)
            return made
        spec = _function_spec(name, properties)
        function = original_resource._function
        # What the template no longer says goes back to its default.
        defaults = {
            "Description": "",
            "MemorySize": 128,
            "Timeout": 3,
            "Environment": {"Variables": {}},
            "LoggingConfig": {},
            "DeadLetterConfig": {},
        }
        if spec["Code"] != function.code:
            function.update_function_code(spec["Code"])
        function.update_configuration({**defaults, **{k: v for k, v in spec.items() if k != "Code"}})
        function.architectures = spec.get("Architectures", ["x86_64"])
        function.reserved_concurrency = spec.get("ReservedConcurrentExecutions")
        function.tags = spec["Tags"]
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        functions = lambda_backends[account_id][region_name]._lambdas._functions
        if self.physical_id in functions:
            lambda_backends[account_id][region_name].delete_function(self.physical_id)


def _function_spec(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    spec = {k: v for k, v in properties.items() if k not in ("FunctionName", "Tags")}
    for number in ("MemorySize", "Timeout", "ReservedConcurrentExecutions"):
        if number in spec:
            spec[number] = int(spec[number])
    environment = (spec.get("Environment") or {}).get("Variables") or {}
    spec["Environment"] = {"Variables": {k: str(v) for k, v in environment.items()}}
    if "ZipFile" in spec["Code"]:
        import base64
        import io
        import zipfile

        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.py" if "python" in spec.get("Runtime", "") else "index.js", spec["Code"]["ZipFile"])
        assert code.is_package(packed.getvalue())
        spec["Code"] = {"ZipFile": base64.b64encode(packed.getvalue()).decode()}
    return spec | {"FunctionName": name, "Tags": _tags(properties)}


class LambdaPermission(_Resource, CloudFormationModel):
    TYPE = "AWS::Lambda::Permission"
    ATTRIBUTES = ("Id",)

    def __init__(self, function_name: str, statement_id: str) -> None:
        super().__init__(statement_id)
        self._function_name = function_name

    def attribute(self, name: str) -> Any:
        return self.physical_id

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> LambdaPermission:
        properties = cloudformation_json["Properties"]
        function = properties["FunctionName"].split(":function:")[-1]
        wanted = {
            k: properties[k]
            for k in ("Action", "Principal", "SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken")
            if k in properties
        }
        wanted["StatementId"] = resource_name
        lambda_backends[account_id][region_name].add_permission(function, None, json.dumps(wanted))
        return cls(function, resource_name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> LambdaPermission:
        # Every property of a permission means replacement: the new one first, then the old one goes.
        made = cls.create_from_cloudformation_json(
            f"{new_resource_name}-{uuid.uuid4().hex[:8]}", cloudformation_json, account_id, region_name
        )
        original_resource.delete(account_id, region_name)
        return made

    def delete(self, account_id: str, region_name: str) -> None:
        from moto.awslambda.exceptions import LambdaClientError

        try:
            lambda_backends[account_id][region_name].remove_permission(self._function_name, self.physical_id)
        except LambdaClientError:
            # Gone with its function, or taken away by hand.
            pass


class LambdaEventInvokeConfig(_Resource, CloudFormationModel):
    TYPE = "AWS::Lambda::EventInvokeConfig"

    def __init__(self, function_name: str, qualifier: str) -> None:
        super().__init__(f"{function_name}|{qualifier}")
        self._key = (function_name, qualifier)

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> LambdaEventInvokeConfig:
        properties = cloudformation_json["Properties"]
        name = properties["FunctionName"].split(":function:")[-1]
        qualifier = properties["Qualifier"]
        function = lambda_backends[account_id][region_name].get_function(
            name, None if qualifier == "$LATEST" else qualifier
        )
        set_event_invoke_config(
            function,
            qualifier,
            {
                k: (int(v) if k.startswith("Maximum") else v)
                for k, v in properties.items()
                if k not in ("FunctionName", "Qualifier")
            },
            keep=False,
        )
        return cls(name, qualifier)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> LambdaEventInvokeConfig:
        made = cls.create_from_cloudformation_json("", cloudformation_json, account_id, region_name)
        if made.physical_id != original_resource.physical_id:
            original_resource.delete(account_id, region_name)
        return made

    def delete(self, account_id: str, region_name: str) -> None:
        held = lambda_backends[account_id][region_name]._lambdas._functions.get(self._key[0])
        if held and held["latest"] is not None:
            held["latest"].event_invoke_configs.pop(self._key[1], None)


class SqsQueue(_Resource, CloudFormationModel):
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
            backend.create_queue(name=resource_name[:80], tags=_tags(properties), region=region_name, **attributes)
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
        original_resource._queue.tags = _tags(properties)
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        sqs_backends[account_id][region_name].queues.pop(self._queue.name, None)


class SqsQueuePolicy(_Resource, CloudFormationModel):
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


class LogGroup(_Resource, CloudFormationModel):
    TYPE = "AWS::Logs::LogGroup"
    NAME = "LogGroupName"
    ATTRIBUTES = ("Arn",)

    def __init__(self, name: str, arn: str) -> None:
        super().__init__(name)
        self._arn = arn

    def attribute(self, name: str) -> Any:
        # The attribute ends in ":*" (template reference, AWS::Logs::LogGroup, return values).
        return f"{self._arn}:*"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> LogGroup:
        properties = cloudformation_json["Properties"]
        backend = logs_backends[account_id][region_name]
        if resource_name in backend.groups:
            raise ValueError(f"{resource_name} already exists")
        group = backend.create_log_group(resource_name, _tags(properties), kmsKeyId=properties.get("KmsKeyId"))
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
        _retag(backend.tagger, original_resource._arn, {})
        backend.tag_resource(original_resource._arn, _tags(properties))
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        logs_backends[account_id][region_name].groups.pop(self.physical_id, None)


class IamRole(_Resource, CloudFormationModel):
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
