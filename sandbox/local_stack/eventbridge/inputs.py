"""What a target is sent instead of the whole event: Input, InputPath or InputTransformer.

User guide, "Amazon EventBridge input transformation".
"""

from __future__ import annotations

import functools
import json
import re
from datetime import UTC, datetime
from typing import Any

_PLACEHOLDER = re.compile(r"<([^<>]+)>")


class InputError(ValueError):
    """The input cannot be made from this event."""


def for_target(target: dict[str, Any], event: dict[str, Any], rule_arn: str, rule_name: str) -> str:
    """The JSON text the target gets."""
    if target.get("Input") is not None:
        return target["Input"]
    if target.get("InputPath"):
        return json.dumps(_at(target["InputPath"], event), separators=(",", ":"))
    if target.get("InputTransformer"):
        return _transformed(target["InputTransformer"], event, rule_arn, rule_name)
    return json.dumps(event, separators=(",", ":"))


@functools.lru_cache(maxsize=256)
def _path(text: str) -> Any:
    from jsonpath_ng.ext import parse

    # Hyphens are common in events ("detail-type"), and must be quoted for this parser.
    return parse(re.sub(r"\.([A-Za-z0-9_]*-[A-Za-z0-9_-]*)", r".'\1'", text))


def _at(path: str, event: dict[str, Any]) -> Any:
    if path == "$":
        return event
    try:
        found = _path(path).find(event)
    except Exception as problem:
        raise InputError(f"the path {path} is not valid: {problem}") from None
    return found[0].value if found else None


def _transformed(transformer: dict[str, Any], event: dict[str, Any], rule_arn: str, rule_name: str) -> str:
    values = {name: _at(path, event) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_name,
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    template = transformer.get("InputTemplate") or ""
    pieces: list[str] = []
    end = 0
    for found in _PLACEHOLDER.finditer(template):
        pieces.append(template[end : found.start()])
        end = found.end()
        if found[1] not in values:
            pieces.append(found[0])
            continue
        value = values[found[1]]
        quoted = "".join(pieces).count('"') % 2 == 1
        if isinstance(value, str):
            # Inside quotes the text itself, outside of them a JSON string.
            pieces.append(json.dumps(value)[1:-1] if quoted else json.dumps(value))
        elif value is None:
            pieces.append("" if quoted else '""')
        else:
            text = json.dumps(value, separators=(",", ":"))
            pieces.append(json.dumps(text)[1:-1] if quoted else text)
    pieces.append(template[end:])
    text = "".join(pieces)
    try:
        json.loads(text)
    except ValueError:
        # A template may also be plain text; targets then get it as a JSON string.
        return text if template.lstrip().startswith("{") else json.dumps(text.strip('"'))
    return text
