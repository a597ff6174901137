"""Alarms and dashboards: their properties are the members of PutMetricAlarm, PutCompositeAlarm and PutDashboard."""

from __future__ import annotations

import json
from typing import Any, ClassVar

# moto's own dashboards have to be defined before these, which take their place.
import moto.cloudwatch.models  # noqa: F401
from moto.core.common_models import CloudFormationModel

from ...cloudwatch import alarm_checks, wire
from ...cloudwatch.alarms import COMPOSITE, METRIC
from ...cloudwatch.errors import CloudWatchError
from .base import Resource


class _Alarm(Resource):
    NAME = "AlarmName"
    ATTRIBUTES = ("Arn",)
    OPERATION: ClassVar[str] = ""

    def __init__(self, name: str, region: str) -> None:
        super().__init__(name)
        self._region = region

    def attribute(self, name: str) -> Any:
        return self.cloudwatch.book(self._region).arn(self.physical_id)

    @classmethod
    def put(cls, wanted: dict[str, Any], region: str) -> None:
        raise NotImplementedError

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> _Alarm:
        if cls.cloudwatch.book(region_name).get(resource_name) is not None:
            raise ValueError(f"{resource_name} already exists")
        cls._put(resource_name, cloudformation_json, region_name)
        return cls(resource_name, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> _Alarm:
        name = cloudformation_json["Properties"].get("AlarmName", original_resource.physical_id)
        if name != original_resource.physical_id:
            made = cls.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)
            original_resource.delete(account_id, region_name)
            return made
        cls._put(name, cloudformation_json, region_name)
        return original_resource

    @classmethod
    def _put(cls, name: str, cloudformation_json: Any, region: str) -> None:
        properties = {key: value for key, value in cloudformation_json["Properties"].items() if value is not None}
        cls.put(wire.checked(cls.OPERATION, {**properties, "AlarmName": name}), region)

    def delete(self, account_id: str, region_name: str) -> None:
        book = self.cloudwatch.book(region_name)
        if book.get(self.physical_id) is not None:
            book.delete([self.physical_id])


class MetricAlarm(_Alarm, CloudFormationModel):
    TYPE = "AWS::CloudWatch::Alarm"
    OPERATION = "PutMetricAlarm"

    @classmethod
    def put(cls, wanted: dict[str, Any], region: str) -> None:
        alarm_checks.check_metric_alarm(wanted, region)
        cls.cloudwatch.book(region).put(METRIC, wanted)


class CompositeAlarm(_Alarm, CloudFormationModel):
    TYPE = "AWS::CloudWatch::CompositeAlarm"
    OPERATION = "PutCompositeAlarm"

    @classmethod
    def put(cls, wanted: dict[str, Any], region: str) -> None:
        rule = alarm_checks.check_composite_alarm(wanted, region)
        cls.cloudwatch.book(region).put(COMPOSITE, wanted, rule)


class Dashboard(Resource, CloudFormationModel):
    TYPE = "AWS::CloudWatch::Dashboard"
    NAME = "DashboardName"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> Dashboard:
        properties = cloudformation_json["Properties"]
        # moto asks its own class what the name's property is, which does not say.
        name, body = properties.get("DashboardName", resource_name), properties["DashboardBody"]
        cls.cloudwatch.dashboards.put(name, body if isinstance(body, str) else json.dumps(body))
        return cls(name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> Dashboard:
        name = cloudformation_json["Properties"].get("DashboardName", original_resource.physical_id)
        made = cls.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)
        if name != original_resource.physical_id:
            original_resource.delete(account_id, region_name)
        return made

    def delete(self, account_id: str, region_name: str) -> None:
        try:
            self.cloudwatch.dashboards.delete([self.physical_id])
        except CloudWatchError:
            # Somebody deleted it already, which is what is wanted.
            pass
