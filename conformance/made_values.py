"""Values made for output shapes: ordinary ones, and those at which readers stumble."""

from __future__ import annotations

import base64
import random
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

_TEXTS = (
    "plain",
    "",
    "Größe 漢字 🎯",
    "e\u0301 \u00e9 \u2028 \ufeff",
    'quotes " and \\ and /slash\\/',
    "tab\tand\nline",
    "<&>'\" &amp; &#65;",
    "null",
    "12",
    "arn:aws:events:us-east-1:123456789012:rule/bus/rule",
    '{"a":["b"]}',
    "x" * 3000,
)
_HEADER_TEXTS = ("plain", "12", "a b;c=d", '{"a":1}')
_INTEGERS = (0, 1, -1, 42, 2**31 - 1, -(2**31))
_LONGS = (*_INTEGERS, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 1767323045678)
_DOUBLES = (0.0, -0.5, 0.1, 1e-7, 1.5e300, 5e-324, 100, 3.141592653589793, 123456789.123)
#: Deeper than any shape in use; shapes that hold themselves end here.
_DEPTH = 8


class MadeValues:
    """``plan`` says how much is filled in: ``full``, ``least``, ``nulls``, ``unknown`` or ``some``.

    Instants come as seconds since 1970: whoever writes them knows the form.
    """

    def __init__(self, chance: random.Random, plan: str) -> None:
        self._chance = chance
        self._plan = plan

    def structure(self, shape: StructureShape, needed: frozenset[str] = frozenset(), depth: int = 0) -> dict[str, Any]:
        """``needed`` are paths of members that are always there, such as ``roleCredentials.accessKeyId``."""
        if shape.is_tagged_union:
            name = self._chance.choice(list(shape.members))
            return {name: self.value(shape.members[name], depth + 1)}
        found: dict[str, Any] = {}
        for name, member in shape.members.items():
            inside = frozenset(path.removeprefix(f"{name}.") for path in needed if path.startswith(f"{name}."))
            if name in shape.required_members or name in needed or inside or self._wanted(depth):
                found[name] = self.value(member, depth + 1, inside)
            elif self._plan == "nulls" and "location" not in member.serialization:
                found[name] = None
        return found

    def _wanted(self, depth: int) -> bool:
        if depth >= _DEPTH or self._plan == "least":
            return False
        return self._plan in ("full", "unknown") or self._chance.random() < 0.5

    def value(self, shape: Shape, depth: int, needed: frozenset[str] = frozenset()) -> Any:
        if isinstance(shape, StructureShape):
            return self.structure(shape, needed, depth)
        if isinstance(shape, ListShape):
            return [self.value(shape.member, depth + 1) for _ in range(self._count())]
        if isinstance(shape, MapShape):
            return {
                f"key-{number}-{self._chance.choice(('a', 'ö', '.'))}": self.value(shape.value, depth + 1)
                for number in range(self._count())
            }
        return getattr(self, f"_{shape.type_name}")(shape)

    def _count(self) -> int:
        return self._chance.randint(1, 3) if self._plan in ("full", "unknown") else self._chance.randint(0, 3)

    def _string(self, shape: Shape) -> str:
        if shape.serialization.get("location") == "header":
            if shape.name == "String" and shape.serialization.get("name") == "X-Amz-Log-Result":
                return base64.b64encode(self._chance.choice(_TEXTS).encode()).decode()
            return self._chance.choice(_HEADER_TEXTS)
        allowed = shape.metadata.get("enum")
        # AWS adds values; whoever reads must keep one it does not know.
        if allowed and self._chance.random() < 0.8:
            return self._chance.choice(allowed)
        return "TASKOPS_UNKNOWN" if allowed else self._chance.choice(_TEXTS)

    def _boolean(self, shape: Shape) -> bool:
        return self._chance.random() < 0.5

    def _integer(self, shape: Shape) -> int:
        return self._whole(shape, _INTEGERS)

    def _long(self, shape: Shape) -> int:
        if shape.name == "ExpirationTimestampType":
            # An instant all the same, in milliseconds (IAM Identity Center).
            return self._chance.randint(980_000_000_000, 2_140_000_000_000)
        return self._whole(shape, _LONGS)

    def _whole(self, shape: Shape, choices: tuple[int, ...]) -> int:
        """One of those that the model's range allows; where it allows none of them, any that it does."""
        allowed = [n for n in choices if shape.metadata.get("min", n) <= n <= shape.metadata.get("max", n)]
        # Only a range with both ends is so narrow.
        return (
            self._chance.choice(allowed)
            if allowed
            else self._chance.randint(shape.metadata["min"], shape.metadata["max"])
        )

    def _double(self, shape: Shape) -> float:
        return self._chance.choice(_DOUBLES)

    _float = _double

    def _timestamp(self, shape: Shape) -> float:
        # 2001 to 2038, in milliseconds, as AWS's services have them; every fourth is whole.
        seconds = self._chance.randint(980_000_000, 2_140_000_000)
        return seconds if self._chance.random() < 0.25 else seconds + self._chance.randint(1, 999) / 1000

    def _blob(self, shape: Shape) -> str:
        if shape.serialization.get("streaming"):
            return self._chance.choice(_TEXTS)
        return base64.b64encode(self._chance.randbytes(self._chance.randint(0, 40))).decode()
