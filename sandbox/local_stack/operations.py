"""Which AWS operation is this request? Answered from botocore's service models.

The service and the Region come from the signature's credential scope, the operation from the
``X-Amz-Target`` header, the ``Action`` parameter or the REST route, whichever the protocol uses.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader
from botocore.model import ServiceModel

from .cloudwatch import cbor
from .http_server import Request, Response
from .world import Credentials

#: Signing names that are not the name of botocore's model.
MODEL_NAMES = {
    "monitoring": "cloudwatch",
    "eventbridge": "events",
    "email": "ses",
    "states": "stepfunctions",
    "elasticloadbalancing": "elbv2",
    "tagging": "resourcegroupstaggingapi",
}

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request")


@dataclass
class Call:
    """One request to AWS, as far as it is understood."""

    request: Request
    #: Names of botocore's models (``events``, ``cloudwatch``), or the signing name when it has none.
    service: str
    region: str
    operation: str
    protocol: str
    #: The values the route's placeholders have in the path, decoded.
    labels: dict[str, str] = field(default_factory=dict)
    access_key_id: str | None = None
    credentials: Credentials | None = None
    known: bool = True

    @functools.cached_property
    def parameters(self) -> dict[str, Any]:
        """The body as JSON, or the form's fields; an empty dict when there is none."""
        body = self.request.body
        if self.protocol in ("query", "ec2"):
            fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True) or self.request.query
            return {name: values[0] for name, values in fields.items()}
        if not body:
            return {}
        try:
            parsed = cbor.loads(body) if self.protocol == "smithy-rpc-v2-cbor" else json.loads(body)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    def query_value(self, name: str) -> str | None:
        values = self.request.query.get(name)
        return values[0] if values else None


def json_answer(value: Any, status: int = 200, **headers: str) -> Response:
    kind = headers.pop("content_type", "application/json")
    return Response(status, json.dumps(value).encode(), {"Content-Type": kind, **headers})


def identify(request: Request) -> Call:
    key, region, signing_name = _scope(request)
    service = MODEL_NAMES.get(signing_name, signing_name)
    model = service_model(service) if service else None
    if model is None:
        operation = _target_operation(request) or _action(request) or ""
        return Call(request, service or "unknown", region, operation, "rest-json", {}, key, known=False)
    operation, labels = _operation(request, model, service)
    return Call(
        request,
        service,
        region,
        operation,
        _protocol(request, model),
        labels,
        key,
        known=operation in model.operation_names,
    )


def _scope(request: Request) -> tuple[str | None, str, str]:
    authorization = request.headers.get("authorization")
    if authorization:
        found = _CREDENTIAL.search(authorization)
        if found:
            return found[1], found[3], found[4].lower()
    elif "X-Amz-Credential" in request.query_string:
        parts = (request.query.get("X-Amz-Credential") or [""])[0].split("/")
        if len(parts) == 5:
            return parts[0], parts[2], parts[3].lower()
    return None, "us-east-1", _unsigned_service(request)


#: Unsigned operations still have to reach their service; STS has the only ones that matter here.
_UNSIGNED = {"AssumeRoleWithWebIdentity": "sts", "AssumeRoleWithSAML": "sts"}


def _unsigned_service(request: Request) -> str:
    target = request.headers.get("x-amz-target", "")
    if target.startswith("AWSEvents."):
        return "events"
    if target.startswith("Logs_"):
        return "logs"
    if target.startswith("AmazonSQS."):
        return "sqs"
    return _UNSIGNED.get(_action(request) or "", "")


@functools.cache
def _loader() -> Loader:
    return Loader()


@functools.cache
def service_model(service: str) -> ServiceModel | None:
    try:
        return ServiceModel(_loader().load_service_model(service, "service-2"), service)
    except Exception:
        return None


def _protocol(request: Request, model: ServiceModel) -> str:
    protocols = model.metadata.get("protocols") or [model.metadata.get("protocol", "json")]
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return "smithy-rpc-v2-cbor"
    if "x-amz-target" in request.headers and "json" in protocols:
        return "json"
    if "query" in protocols and "json" in protocols:
        return "query"
    return model.metadata.get("protocol") or protocols[0]


def _target_operation(request: Request) -> str | None:
    target = request.headers.get("x-amz-target")
    return target.rsplit(".", 1)[-1] if target else None


def _action(request: Request) -> str | None:
    if "application/x-www-form-urlencoded" in request.headers.get("content-type", ""):
        found = re.search(rb"(?:^|&)Action=([A-Za-z0-9]+)", request.body)
        if found:
            return found[1].decode()
    found_text = re.search(r"(?:^|&)Action=([A-Za-z0-9]+)", request.query_string)
    return found_text[1] if found_text else None


def _operation(request: Request, model: ServiceModel, service: str) -> tuple[str, dict[str, str]]:
    target = _target_operation(request)
    if target:
        return target, {}
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return request.raw_path.rsplit("/", 1)[-1], {}
    if model.metadata.get("protocol", "").startswith("rest"):
        return _routed(request, service)
    return _action(request) or "", {}


@dataclass(frozen=True)
class _Route:
    operation: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    required_query: tuple[str, ...]
    weight: tuple[int, int, int]


@functools.cache
def _routes(service: str) -> dict[str, list[_Route]]:
    model = service_model(service)
    assert model is not None
    table: dict[str, list[_Route]] = {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        table.setdefault(operation.http["method"], []).append(_route(name, operation))
    for routes in table.values():
        routes.sort(key=lambda route: route.weight, reverse=True)
    return table


def _route(name: str, operation: Any) -> _Route:
    uri = operation.http["requestUri"]
    path, _, query = uri.partition("?")
    names: list[str] = []
    literal = 0
    pattern = ""
    for piece in re.split(r"(\{[^}]+\})", path.rstrip("/")):
        if piece.startswith("{"):
            label = piece[1:-1]
            # A resource ARN is one label although it holds slashes.
            greedy = label.endswith("+") or label.lower().endswith("arn")
            names.append(label.rstrip("+"))
            pattern += "(.+)" if greedy else "([^/]+)"
        else:
            literal += len(piece)
            pattern += re.escape(piece)
    literals = tuple((k, v[0]) for k, v in parse_qs(query, keep_blank_values=True).items())
    required: list[str] = []
    if operation.input_shape is not None:
        for member in operation.input_shape.required_members:
            shape = operation.input_shape.members[member]
            if shape.serialization.get("location") == "querystring":
                required.append(shape.serialization["name"])
    weight = (len(literals), literal, len(required))
    return _Route(name, re.compile(pattern + "/?"), tuple(names), literals, tuple(required), weight)


def _routed(request: Request, service: str) -> tuple[str, dict[str, str]]:
    query = request.query if request.query_string else {}
    for route in _routes(service).get(request.method, []):
        found = route.pattern.fullmatch(request.raw_path)
        if not found or any(name not in query for name in route.required_query):
            continue
        if all(name in query and (not value or value in query[name]) for name, value in route.query):
            values = (unquote(value) for value in found.groups())
            return route.operation, dict(zip(route.names, values, strict=True))
    return "", {}
