"""Reading requests and writing answers in the protocols that CloudWatch speaks, JSON, query and CBOR.

All go by botocore's model of the operation, so that a member the model does not know cannot slip in. Values
are plain: timestamps are seconds since the epoch, numbers are int or float.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from ..http_server import Response
from ..operations import Call, service_model
from ..world import World
from . import cbor
from .errors import CloudWatchError, invalid

#: An operation of CloudWatch: world, Region and checked input in, members of the output out.
Body = Callable[[World, str, dict[str, Any]], dict[str, Any] | None]


Refusal = Callable[[str], Exception]


def operation(body: Body, refused: Refusal = invalid) -> Callable[[World, Call], Response]:
    """``refused`` makes the error that the service has for input its model does not allow."""

    def run(world: World, call: Call) -> Response:
        return write(call, body(world, call.region, read(call, refused)))

    return run


# Reading


def read(call: Call, refused: Refusal = invalid) -> dict[str, Any]:
    model = service_model(call.service)
    assert model is not None
    shape = model.operation_model(call.operation).input_shape
    data = call.request.body
    if call.request.headers.get("content-encoding") == "gzip":
        data = gzip.decompress(data)
    try:
        if call.protocol == "query":
            text = data.decode() or call.request.query_string
            raw = _tree(dict(parse_qsl(text, keep_blank_values=True)))
        elif call.protocol == "smithy-rpc-v2-cbor":
            raw = cbor.loads(data) if data else {}
        else:
            raw = json.loads(data or b"{}")
    except ValueError:
        raise CloudWatchError("SerializationException", "The request could not be read.") from None
    return {} if shape is None else _checked(shape, raw, refused)


def checked(operation: str, raw: dict[str, Any]) -> dict[str, Any]:
    """The input of an operation that did not come as a request (CloudFormation's properties)."""
    model = service_model("cloudwatch")
    assert model is not None
    return _checked(model.operation_model(operation).input_shape, raw)


def _checked(shape: Any, raw: Any, refused: Refusal = invalid) -> dict[str, Any]:
    problems: list[str] = []
    value = _value(shape, raw, "", problems)
    if problems:
        count = len(problems)
        raise refused(f"{count} validation error{'s' if count > 1 else ''} detected: " + "; ".join(problems))
    assert isinstance(value, dict)
    return value


def _tree(fields: dict[str, str]) -> dict[str, Any]:
    """``A.member.1.B=x`` as nested dicts; lists are still dicts of numbers then."""
    root: dict[str, Any] = {}
    for name, value in fields.items():
        place = root
        *parents, last = name.split(".")
        for part in parents:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = place[part] = {}
            place = inner
        place[last] = value
    return root


def _value(shape: Any, raw: Any, path: str, problems: list[str]) -> Any:
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, raw, path, problems)
    if kind == "list":
        return _list(shape, raw, path, problems)
    if kind == "map":
        return dict(raw) if isinstance(raw, dict) else {}
    if kind in ("integer", "long"):
        return _number(shape, raw, path, problems, int)
    if kind in ("double", "float"):
        return _number(shape, raw, path, problems, float)
    if kind == "boolean":
        return raw if isinstance(raw, bool) else str(raw).lower() == "true"
    if kind == "timestamp":
        return _moment(raw, path, problems)
    text = raw if isinstance(raw, str) else json.dumps(raw)
    _check_text(shape, text, path, problems)
    return text


def _structure(shape: Any, raw: Any, path: str, problems: list[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        problems.append(_failed(raw, path, "Member must be a structure"))
        return {}
    value: dict[str, Any] = {}
    for name, member in shape.members.items():
        if raw.get(name) is not None:
            value[name] = _value(member, raw[name], _join(path, name), problems)
    for name in shape.required_members:
        if name not in value:
            problems.append(_failed(None, _join(path, name), "Member must not be null"))
    return value


def _list(shape: Any, raw: Any, path: str, problems: list[str]) -> list[Any]:
    if isinstance(raw, dict):
        inner = raw.get("member", raw)
        numbered = inner if isinstance(inner, dict) else {}
        raw = [numbered[key] for key in sorted((k for k in numbered if k.isdigit()), key=int)]
    elif raw == "":
        raw = []
    if not isinstance(raw, list):
        problems.append(_failed(raw, path, "Member must be a list"))
        return []
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(raw) < low:
        problems.append(_failed(raw, path, f"Member must have length greater than or equal to {low}"))
    if high is not None and len(raw) > high:
        problems.append(_failed(raw, path, f"Member must have length less than or equal to {high}"))
    return [_value(shape.member, element, f"{path}.{number}.member", problems) for number, element in enumerate(raw, 1)]


def _number(shape: Any, raw: Any, path: str, problems: list[str], kind: Any) -> Any:
    try:
        value = kind(raw)
    except (TypeError, ValueError, OverflowError):
        problems.append(_failed(raw, path, "Member must be a number"))
        return kind(0)
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        problems.append(_failed(raw, path, f"Member must have value greater than or equal to {low}"))
    if high is not None and value > high:
        problems.append(_failed(raw, path, f"Member must have value less than or equal to {high}"))
    return value


def _moment(raw: Any, path: str, problems: list[str]) -> float:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return float(raw)
    try:
        return float(raw)
    except (TypeError, ValueError):
        pass
    try:
        parsed = datetime.fromisoformat(str(raw))
    except ValueError:
        problems.append(_failed(raw, path, "Member must be a timestamp"))
        return 0.0
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _check_text(shape: Any, text: str, path: str, problems: list[str]) -> None:
    enum = getattr(shape, "enum", None)
    if enum and text not in enum:
        problems.append(_failed(text, path, f"Member must satisfy enum value set: [{', '.join(enum)}]"))
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(text) < low:
        problems.append(_failed(text, path, f"Member must have length greater than or equal to {low}"))
    if high is not None and len(text) > high:
        problems.append(_failed(text, path, f"Member must have length less than or equal to {high}"))
    pattern = shape.metadata.get("pattern")
    if pattern and text and not re.fullmatch(_in_python(pattern), text, re.DOTALL):
        problems.append(_failed(text, path, f"Member must satisfy regular expression pattern: {pattern}"))


@functools.cache
def _in_python(pattern: str) -> str:
    """Python has no names for Unicode's classes: letters and numbers are ``\\w`` here, separators ``\\s``."""
    return re.sub(r"\\p\{[LN]\}", r"\\w", pattern).replace(r"\p{Z}", r"\s")


def _failed(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value if isinstance(value, str) else json.dumps(value)}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _join(path: str, name: str) -> str:
    name = name[:1].lower() + name[1:]
    return f"{path}.{name}" if path else name


# Writing


def write(call: Call, value: dict[str, Any] | None) -> Response:
    model = service_model(call.service)
    assert model is not None
    shape = model.operation_model(call.operation).output_shape
    value = value or {}
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id}
    if call.protocol == "query":
        return Response(200, _document(call, model, shape, value, request_id), {"Content-Type": "text/xml", **headers})
    if call.protocol == "smithy-rpc-v2-cbor":
        headers |= {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
        body = b"" if shape is None else cbor.dumps(_plain(shape, value, cbor.Timestamp))
        if shape is None:
            del headers["Content-Type"]
        return Response(200, body, headers)
    body = b"{}" if shape is None else json.dumps(_plain(shape, value, float)).encode()
    kind = f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.0')}"
    return Response(200, body, {"Content-Type": kind, **headers})


def _plain(shape: Any, value: Any, moment: Callable[[float], Any]) -> Any:
    match shape.type_name:
        case "structure":
            members = ((name, member) for name, member in shape.members.items() if value.get(name) is not None)
            return {name: _plain(member, value[name], moment) for name, member in members}
        case "list":
            return [_plain(shape.member, element, moment) for element in value]
        case "map":
            return {key: _plain(shape.value, element, moment) for key, element in value.items()}
        case "timestamp":
            # Milliseconds, in every protocol alike.
            return moment(round(value, 3))
        case "double" | "float":
            return float(value)
    return value


def _document(call: Call, model: Any, shape: Any, value: dict[str, Any], request_id: str) -> bytes:
    inner = ""
    if shape is not None:
        result = shape.serialization.get("resultWrapper", f"{call.operation}Result")
        inner = f"<{result}>{_xml(shape, value)}</{result}>"
    text = (
        f'<{call.operation}Response xmlns="{model.metadata["xmlNamespace"]}">{inner}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{call.operation}Response>"
    )
    return text.encode()


def _xml(shape: Any, value: Any) -> str:
    match shape.type_name:
        case "structure":
            return "".join(
                f"<{name}>{_xml(member, value[name])}</{name}>"
                for name, member in shape.members.items()
                if value.get(name) is not None
            )
        case "list":
            return "".join(f"<member>{_xml(shape.member, element)}</member>" for element in value)
        case "map":
            return "".join(
                f"<entry><key>{escape(key)}</key><value>{_xml(shape.value, element)}</value></entry>"
                for key, element in value.items()
            )
        case "timestamp":
            return iso(value)
        case "boolean":
            return "true" if value else "false"
        case "double" | "float":
            return repr(float(value))
    return escape(str(value))


def iso(moment: float) -> str:
    whole = datetime.fromtimestamp(moment, UTC)
    return whole.strftime("%Y-%m-%dT%H:%M:%S.") + f"{whole.microsecond // 1000:03d}Z"
