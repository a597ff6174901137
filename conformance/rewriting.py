"""Lets botocore write a request from the parameters that were read out of it, and compares the two."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

from botocore.exceptions import ParamValidationError
from botocore.model import OperationModel
from botocore.serialize import create_serializer

from .constraints import WITHHELD
from .difference import Say
from .exchange import Sent


def compare(request: Sent, model: OperationModel, protocol: str, parameters: dict[str, Any], say: Say) -> None:
    # Its validation judges the parameters once more, but cannot know that a secret was starred.
    serializer = create_serializer(protocol, include_validation=WITHHELD not in str(parameters))
    try:
        wanted = serializer.serialize_to_request(parameters, model)
    except ParamValidationError as problem:
        say("parameters", f"what botocore takes: {problem}")
        return
    path, _, literal = wanted["url_path"].partition("?")
    if request.path != path:
        say("path", f"{path}, as botocore writes it, not {request.path}")
    query = parse_qsl(literal, keep_blank_values=True) + _pairs(wanted["query_string"])
    if sorted(request.query) != sorted(query):
        say("query", f"{urlencode(query)!r}, as botocore writes it")
    for name, value in wanted["headers"].items():
        # Forms are taken with and without their character set.
        is_free = protocol == "query" and name.lower() == "content-type"
        if not is_free and request.headers.get(name.lower()) != value:
            say(f"header {name.lower()}", f"{value}, as botocore writes it")
    if not _same_body(request.body, wanted["body"], protocol):
        say("body", f"{wanted['body']!r}, as botocore writes it")


def _pairs(query: Any) -> list[tuple[str, str]]:
    """botocore leaves the query string a mapping, its lists as lists."""
    if not query:
        return []
    return [
        (name, str(one)) for name, value in query.items() for one in (value if isinstance(value, list) else [value])
    ]


def _same_body(sent: bytes, wanted: Any, protocol: str) -> bool:
    if isinstance(wanted, dict):
        return dict(parse_qsl(sent.decode(), keep_blank_values=True)) == {k: str(v) for k, v in wanted.items()}
    wanted = wanted.encode() if isinstance(wanted, str) else wanted
    if sent == wanted:
        return True
    if protocol == "json" or wanted[:1] == b"{":
        try:
            return bool(json.loads(sent) == json.loads(wanted))
        except ValueError:
            return False
    return False
