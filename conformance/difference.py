"""What was found to differ from the models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: Takes the member that differs and what the model expects of it.
Say = Callable[[str, str], None]


@dataclass(frozen=True, order=True)
class Difference:
    command: str
    #: Service and operation, such as ``events PutEvents``.
    call: str
    member: str
    expected: str

    def __str__(self) -> str:
        return f"{self.command}: {self.call}: {self.member}: {self.expected}"
