"""Functions, their permissions and the settings of their asynchronous invocation."""

from __future__ import annotations

import base64
import io
import json
import uuid
import zipfile
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends
from moto.core.common_models import CloudFormationModel

from ...lambda_service.operations import set_event_invoke_config
from .base import Resource, tags_of


class LambdaFunction(Resource, CloudFormationModel):
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
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.py" if "python" in spec.get("Runtime", "") else "index.js", spec["Code"]["ZipFile"])
        spec["Code"] = {"ZipFile": base64.b64encode(packed.getvalue()).decode()}
    return spec | {"FunctionName": name, "Tags": tags_of(properties)}


class LambdaPermission(Resource, CloudFormationModel):
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
        try:
            lambda_backends[account_id][region_name].remove_permission(self._function_name, self.physical_id)
        except LambdaClientError:
            # Gone with its function, or taken away by hand.
            pass


class LambdaEventInvokeConfig(Resource, CloudFormationModel):
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
