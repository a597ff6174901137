"""Answers of the query protocol, as XML."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape


def written(model: OperationModel, values: dict[str, Any], chance: random.Random) -> bytes:
    """With AWS's namespace, or without any; in one line, or indented."""
    space = f' xmlns="{model.metadata["xmlNamespace"]}"' if chance.random() < 0.7 else ""
    gap = "\n  " if chance.random() < 0.5 else ""
    inner = _members(model.output_shape, values, gap) if model.output_shape is not None else ""
    wrapper = (model.output_shape.serialization if model.output_shape is not None else {}).get("resultWrapper")
    if wrapper:
        inner = f"<{wrapper}>{inner}{gap}</{wrapper}>"
    request = f"<ResponseMetadata>{gap}<RequestId>{chance.getrandbits(64):x}</RequestId>{gap}</ResponseMetadata>"
    name = f"{model.name}Response"
    return f'<?xml version="1.0"?>\n<{name}{space}>{gap}{inner}{gap}{request}{gap}</{name}>'.encode()


def _members(shape: StructureShape, values: dict[str, Any], gap: str) -> str:
    text = ""
    for name, value in values.items():
        if value is not None:
            member = shape.members[name]
            text += gap + _element(member, member.serialization.get("name", name), value, gap)
    return text


def _element(shape: Shape, name: str, value: Any, gap: str) -> str:
    if isinstance(shape, StructureShape):
        return f"<{name}>{_members(shape, value, gap)}{gap}</{name}>"
    if isinstance(shape, ListShape):
        inner = shape.member.serialization.get("name", "member")
        items = "".join(gap + _element(shape.member, inner, item, gap) for item in value)
        return f"<{name}>{items}{gap}</{name}>"
    if isinstance(shape, MapShape):
        entries = "".join(
            f"{gap}<entry>{_element(shape.key, 'key', key, '')}{_element(shape.value, 'value', item, '')}</entry>"
            for key, item in value.items()
        )
        return f"<{name}>{entries}{gap}</{name}>"
    return f"<{name}>{escape(_text(shape, value), {chr(34): '&quot;'})}</{name}>"


def _text(shape: Shape, value: Any) -> str:
    if shape.type_name == "timestamp":
        instant = datetime.fromtimestamp(value, UTC)
        return instant.isoformat(timespec="milliseconds" if value % 1 else "seconds").replace("+00:00", "Z")
    if shape.type_name == "boolean":
        return str(value).lower()
    return str(value)
