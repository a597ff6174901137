"""Reads a value that was sent by the shape it should have, and says whatever differs.

What comes back is what a caller of boto3 would have passed, so that botocore can write the same request again.
"""

from __future__ import annotations

import base64
import binascii
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from .constraints import broken
from .difference import Say

#: Stands for what cannot be read.
UNREADABLE = object()
_JSON_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


class Values:
    """Reads JSON. ``say`` takes every difference with the member's path, such as ``Entries[0].Detail``."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def read(self, shape: Shape, value: Any, where: str) -> Any:
        reader = getattr(self, f"_{shape.type_name}", None)
        if reader is None:
            self._say(where, f"a type this check knows, not {shape.type_name}")
            return UNREADABLE
        found = reader(shape, value, where)
        if found is not UNREADABLE:
            self.constrain(shape, found, where)
        return found

    def constrain(self, shape: Shape, value: Any, where: str) -> None:
        for sentence in broken(shape, value):
            self._say(where, sentence)

    def structure(
        self, shape: StructureShape, fields: dict[str, Any], where: str, members: list[str]
    ) -> dict[str, Any]:
        """Those of the shape's members that are named; whatever else the fields hold is unknown."""
        prefix = f"{where}." if where else ""
        by_name = {shape.members[name].serialization.get("name", name): name for name in members}
        found: dict[str, Any] = {}
        for wire_name, value in fields.items():
            name = by_name.get(wire_name)
            if name is None:
                self._say(prefix + wire_name, f"nothing: {shape.name} has no such member")
            elif value is None:
                self._say(prefix + wire_name, "left out, not null")
            else:
                found[name] = self.read(shape.members[name], value, prefix + wire_name)
        return found

    def require(self, shape: StructureShape, found: dict[str, Any], where: str) -> None:
        """Required members, and the tokens that let AWS tell a repetition from a second call."""
        prefix = f"{where}." if where else ""
        for name in shape.required_members:
            if name not in found:
                self._say(prefix + name, f"something: {shape.name} requires it")
        for name, member in shape.members.items():
            if member.metadata.get("idempotencyToken") and not found.get(name):
                self._say(prefix + name, "a token of its own: a call that is sent twice must not be done twice")
        if shape.is_tagged_union and len(found) != 1:
            self._say(where or shape.name, f"exactly one of {', '.join(shape.members)}")

    # One for each of botocore's types.

    def _structure(self, shape: StructureShape, value: Any, where: str) -> Any:
        if shape.is_document_type:
            return value
        if not self._is(dict, value, where):
            return UNREADABLE
        found = self.structure(shape, value, where, list(shape.members))
        self.require(shape, found, where)
        return found

    def _list(self, shape: ListShape, value: Any, where: str) -> Any:
        if not self._is(list, value, where):
            return UNREADABLE
        return [self.read(shape.member, item, f"{where}[{index}]") for index, item in enumerate(value)]

    def _map(self, shape: MapShape, value: Any, where: str) -> Any:
        if not self._is(dict, value, where):
            return UNREADABLE
        for key in value:
            self.constrain(shape.key, key, f"{where} key {key!r}")
        return {key: self.read(shape.value, item, f"{where}.{key}") for key, item in value.items()}

    def _string(self, shape: Shape, value: Any, where: str) -> Any:
        return value if self._is(str, value, where) else UNREADABLE

    _character = _string

    def _boolean(self, shape: Shape, value: Any, where: str) -> Any:
        return value if self._is(bool, value, where) else UNREADABLE

    def _integer(self, shape: Shape, value: Any, where: str) -> Any:
        if not self._is(int, value, where):
            return UNREADABLE
        bits = 63 if shape.type_name == "long" else 31
        if not -(2**bits) <= value < 2**bits:
            self._say(where, f"a number of {bits + 1} bits, not {value}")
        return value

    _long = _integer

    def _double(self, shape: Shape, value: Any, where: str) -> Any:
        # JSON has no such numbers; the models write them as text.
        if value in ("NaN", "Infinity", "-Infinity"):
            return float(value)
        return value if self._is(float, value, where) else UNREADABLE

    _float = _double

    def _timestamp(self, shape: Shape, value: Any, where: str) -> Any:
        if shape.serialization.get("timestampFormat", "unixTimestamp") == "iso8601":
            return self.instant(value, where) if self._is(str, value, where) else UNREADABLE
        if not self._is(float, value, where):
            return UNREADABLE
        if not math.isfinite(value) or not 0 <= value < 1e11:
            self._say(where, f"seconds since 1970, not {value}")
            return UNREADABLE
        return datetime.fromtimestamp(value, UTC)

    def instant(self, text: str, where: str) -> Any:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            self._say(where, f"a time such as 2026-01-02T03:04:05Z, not {text!r}")
            return UNREADABLE

    def _blob(self, shape: Shape, value: Any, where: str) -> Any:
        if not self._is(str, value, where):
            return UNREADABLE
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error:
            self._say(where, "bytes as base64")
            return UNREADABLE

    def _is(self, kind: type, value: Any, where: str) -> bool:
        fits = isinstance(value, (int, float) if kind is float else kind)
        if isinstance(value, bool) and kind is not bool:
            fits = False
        if not fits:
            self._say(where, f"{_JSON_NAMES[kind]}, not {_named(value)}")
        return fits


def _named(value: Any) -> str:
    """A value of the wrong type by its kind: what it holds may be long, or nobody's business."""
    if value is None:
        return "null"
    return _JSON_NAMES.get(type(value), type(value).__name__)


class Texts(Values):
    """Reads labels, query strings, headers and forms, where everything is text.

    ``times`` is how the place writes times where the model says nothing: ``iso8601``, in headers ``rfc822``.
    """

    def __init__(self, say: Say, times: str = "iso8601") -> None:
        super().__init__(say)
        self._times = times

    def _boolean(self, shape: Shape, value: Any, where: str) -> Any:
        if value in ("true", "false"):
            return value == "true"
        self._say(where, f"true or false, not {value!r}")
        return UNREADABLE

    def _integer(self, shape: Shape, value: Any, where: str) -> Any:
        try:
            return super()._integer(shape, int(value), where)
        except ValueError:
            self._say(where, f"a whole number, not {value!r}")
            return UNREADABLE

    _long = _integer

    def _double(self, shape: Shape, value: Any, where: str) -> Any:
        try:
            return float(value)
        except ValueError:
            self._say(where, f"a number, not {value!r}")
            return UNREADABLE

    _float = _double

    def _timestamp(self, shape: Shape, value: Any, where: str) -> Any:
        form = shape.serialization.get("timestampFormat", self._times)
        if form == "unixTimestamp":
            number = self._double(shape, value, where)
            return number if number is UNREADABLE else datetime.fromtimestamp(number, UTC)
        if form == "iso8601":
            return self.instant(value, where)
        try:
            return parsedate_to_datetime(value)
        except ValueError:
            self._say(where, f"a time such as Fri, 02 Jan 2026 03:04:05 GMT, not {value!r}")
            return UNREADABLE
