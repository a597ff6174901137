"""members.toml: what is left unread of answers, and what no answer may lack."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("members.toml")


@dataclass(frozen=True)
class Members:
    needed: dict[str, tuple[str, ...]]
    unread: dict[str, list[str]]

    @classmethod
    def from_text(cls, text: str) -> Members:
        record = tomllib.loads(text)
        return cls({call: tuple(names) for call, names in record["needed"].items()}, record["unread"])
