"""Requests of the JSON protocols: named by a header, everything in the body."""

from __future__ import annotations

import json
from typing import Any

from botocore.model import OperationModel

from .difference import Say
from .exchange import Sent
from .values import UNREADABLE, Values


def read(request: Sent, model: OperationModel, say: Say) -> dict[str, Any] | None:
    """The parameters; None where the body cannot be read."""
    metadata = model.metadata
    target = f"{metadata['targetPrefix']}.{model.name}"
    if request.headers.get("x-amz-target") != target:
        say("header x-amz-target", f"{target}, not {request.headers.get('x-amz-target')}")
    kind = f"application/x-amz-json-{metadata['jsonVersion']}"
    if request.headers.get("content-type") != kind:
        say("header content-type", f"{kind}, not {request.headers.get('content-type')}")
    if request.path != "/":
        say("path", f"/, not {request.path}")
    for name, _ in request.query:
        say(f"query {name}", "nothing: this protocol has no query string")
    fields = parsed(request.body, say)
    if fields is None:
        return None
    if model.input_shape is None:
        for name in fields:
            say(name, "nothing: the operation takes no members")
        return {}
    found = Values(say).read(model.input_shape, fields, "")
    return None if found is UNREADABLE else found


def parsed(body: bytes, say: Say) -> Any:
    """A JSON object; None, said, where the body is none."""

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in members]
        for name in {name for name in names if names.count(name) > 1}:
            say(name, "once, not twice")
        return dict(members)

    try:
        fields = json.loads(body, object_pairs_hook=pairs)
    except ValueError:
        say("body", "JSON")
        return None
    if not isinstance(fields, dict):
        say("body", "a JSON object")
        return None
    return fields
