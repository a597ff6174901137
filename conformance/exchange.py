"""One recorded call: what was sent, and what came back."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Sent:
    method: str
    #: Path and query as they were sent.
    target: str
    #: Names in small letters.
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)


@dataclass(frozen=True)
class Received:
    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Need:
    """What a policy has to allow for a call."""

    action: str
    resource: str
    #: Condition keys and their values.
    context: dict[str, str]


@dataclass(frozen=True)
class Exchange:
    #: Who called: the words typed after ``taskops``, or ``task-processor``.
    command: str
    service: str
    operation: str
    region: str
    request: Sent
    #: None where the connection was cut.
    response: Received | None = None
    caller: str | None = None
    needs: tuple[Need, ...] = ()
    #: The URL that the client was told to call, where it was not the local stack's.
    endpoint: str | None = None

    @property
    def call(self) -> str:
        return f"{self.service} {self.operation}"

    def called_by(self, command: str) -> Exchange:
        return dataclasses.replace(self, command=command)

    @classmethod
    def from_json(cls, record: dict[str, Any], command: str) -> Exchange:
        asked, answered = record["request"], record["response"]
        return cls(
            command,
            record["service"],
            record["operation"],
            record["region"],
            Sent(
                asked["method"],
                asked["target"],
                {name.lower(): value for name, value in asked["headers"].items()},
                base64.b64decode(asked["body"]),
            ),
            Received(answered["status"], answered["headers"], base64.b64decode(answered["body"])) if answered else None,
            record["caller"],
            tuple(Need(need["action"], need["resource"], need["context"]) for need in record["needs"]),
        )


def read(path: Path, command: str) -> Iterator[Exchange]:
    """The calls of a recording, oldest first."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Exchange.from_json(json.loads(line), command)
