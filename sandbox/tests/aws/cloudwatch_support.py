"""boto3 in each of the protocols CloudWatch speaks, and what the tests of metrics and alarms share."""

from __future__ import annotations

import copy
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_support import _NO_RETRIES, EAST, Stack
from botocore.loaders import Loader

PROTOCOLS = ("json", "query", "smithy-rpc-v2-cbor")


class _OneProtocol(Loader):
    def __init__(self, protocol: str) -> None:
        super().__init__()
        self._protocol = protocol

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        model = super().load_service_model(service_name, type_name, api_version)
        if type_name == "service-2":
            model = copy.copy(model)
            model["metadata"] = {**model["metadata"], "protocol": self._protocol, "protocols": [self._protocol]}
        return model


def speaking(stack: Stack, protocol: str, region: str = EAST, key: str = "", secret: str = "") -> Any:
    session = boto3.session.Session()
    session._session.register_component("data_loader", _OneProtocol(protocol))
    return session.client(
        "cloudwatch",
        region_name=region,
        endpoint_url=stack.endpoint,
        aws_access_key_id=key or stack.key,
        aws_secret_access_key=secret or stack.secret,
        config=_NO_RETRIES,
    )


def unique(word: str) -> str:
    return f"{word}-{uuid.uuid4().hex[:10]}"


_held: list[float] = []


@contextmanager
def one_minute() -> Iterator[None]:
    """Within it, minutes are counted from when it began: what was put a minute ago still is when a minute has passed."""
    _held.append(time.time())
    try:
        yield
    finally:
        _held.pop()


def minute(ago: int = 0) -> datetime:
    """The beginning of the minute that many minutes ago."""
    now = _held[-1] if _held else time.time()
    return datetime.fromtimestamp((now // 60 - ago) * 60, UTC)


def named(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def stat(
    identifier: str, namespace: str, metric: str, statistic: str, period: int = 60, /, *dimensions: Any, **more: Any
) -> dict[str, Any]:
    wanted = {"Namespace": namespace, "MetricName": metric, "Dimensions": list(dimensions)}
    metric_stat: dict[str, Any] = {"Metric": wanted, "Period": period, "Stat": statistic}
    if "unit" in more:
        metric_stat["Unit"] = more.pop("unit")
    return {"Id": identifier, "MetricStat": metric_stat, **more}


def math(identifier: str, expression: str, **more: Any) -> dict[str, Any]:
    return {"Id": identifier, "Expression": expression, **more}


def values(client: Any, *queries: dict[str, Any], minutes: int = 10, **more: Any) -> dict[str, dict[int, float]]:
    """Query id → minutes ago → value."""
    asked = {"StartTime": minute(minutes), "EndTime": minute(-1), "ScanBy": "TimestampAscending", **more}
    results = client.get_metric_data(MetricDataQueries=list(queries), **asked)["MetricDataResults"]
    now = minute()
    return {
        result["Id"]: {
            int((now - moment).total_seconds() // 60): value
            for moment, value in zip(result["Timestamps"], result["Values"], strict=True)
        }
        for result in results
    }
