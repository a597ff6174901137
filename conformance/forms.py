"""Requests of the query protocol: a form whose names are the members' paths, such as ``Tags.member.1.Key``."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from .difference import Say
from .exchange import Sent
from .values import Texts


def read(request: Sent, model: OperationModel, say: Say) -> dict[str, Any] | None:
    """The parameters; None where the form cannot be read."""
    kind = request.headers.get("content-type", "")
    # botocore writes the character set too; AWS takes both.
    if kind not in ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8"):
        say("header content-type", f"application/x-www-form-urlencoded; charset=utf-8, not {kind}")
    if request.path != "/":
        say("path", f"/, not {request.path}")
    for name, _ in request.query:
        say(f"query {name}", "nothing: the members go into the form")
    fields: dict[str, str] = {}
    try:
        pairs = parse_qsl(request.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        say("body", "a form, percent-encoded")
        return None
    for name, value in pairs:
        if name in fields:
            say(name, "once, not twice")
        fields[name] = value
    for name, wanted in (("Action", model.name), ("Version", model.metadata["apiVersion"])):
        if fields.pop(name, None) != wanted:
            say(name, f"{wanted}")
    form = _Form(fields, Texts(say))
    found = form.structure(model.input_shape, "") if model.input_shape is not None else {}
    for name in fields:
        if name not in form.read:
            say(name, "nothing: no member of the model has this name")
    return found


class _Form:
    """The fields, and which of them were taken for a member."""

    def __init__(self, fields: dict[str, str], texts: Texts) -> None:
        self._fields = fields
        self._texts = texts
        self.read: set[str] = set()

    def structure(self, shape: StructureShape, prefix: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, member in shape.members.items():
            where = prefix + member.serialization.get("name", name)
            if where in self._fields or any(field.startswith(f"{where}.") for field in self._fields):
                found[name] = self._value(member, where)
        self._texts.require(shape, found, prefix.rstrip("."))
        return found

    def _value(self, shape: Shape, where: str) -> Any:
        if isinstance(shape, StructureShape):
            return self.structure(shape, f"{where}.")
        if isinstance(shape, ListShape):
            found: Any = self._list(shape, where)
        elif isinstance(shape, MapShape):
            found = self._map(shape, where)
        else:
            self.read.add(where)
            return self._texts.read(shape, self._fields.get(where, ""), where)
        self._texts.constrain(shape, found, where)
        return found

    def _list(self, shape: ListShape, where: str) -> list[Any]:
        if not shape.serialization.get("flattened"):
            where += f".{shape.member.serialization.get('name', 'member')}"
        # Numbers without a gap, from 1: what comes after one is left over, and said to be unknown.
        return [self._value(shape.member, place) for place in self._numbered(where)]

    def _map(self, shape: MapShape, where: str) -> dict[str, Any]:
        entry = where if shape.serialization.get("flattened") else f"{where}.entry"
        key, value = (
            part.serialization.get("name", word) for part, word in ((shape.key, "key"), (shape.value, "value"))
        )
        return {
            self._value(shape.key, f"{place}.{key}"): self._value(shape.value, f"{place}.{value}")
            for place in self._numbered(entry)
        }

    def _numbered(self, where: str) -> list[str]:
        places: list[str] = []
        while any(
            name == f"{where}.{len(places) + 1}" or name.startswith(f"{where}.{len(places) + 1}.")
            for name in self._fields
        ):
            places.append(f"{where}.{len(places) + 1}")
        return places
