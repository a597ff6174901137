"""Which commands there are, and what is run of each."""

from __future__ import annotations

import json
import shlex
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .difference import Difference

FILE = Path(__file__).with_name("scenarios.toml")


class ScenarioError(ValueError):
    """A line that cannot be run, in a sentence."""


@dataclass(frozen=True)
class Scenario:
    run: str
    #: One code, or those that are all right.
    exit: int | tuple[int, ...]
    after: tuple[str, ...] = ()
    faults: tuple[dict[str, Any], ...] = ()
    #: A command without an end is interrupted once it has called this, such as ``logs StartLiveTail``.
    until: str | None = None
    #: Its words name something that is not the stack's, which the stack's policy cannot know.
    foreign: bool = False

    @property
    def exits(self) -> tuple[int, ...]:
        return self.exit if isinstance(self.exit, tuple) else (self.exit,)

    @property
    def words(self) -> list[str]:
        return shlex.split(self.run)

    def command(self, leaves: list[str]) -> str:
        """The command that is run, without its flags: the longest that the words begin with."""
        fitting = [leaf for leaf in leaves if self.words[: len(leaf.split())] == leaf.split()]
        if not fitting:
            raise ScenarioError(f"scenarios.toml runs `{self.run}`, and taskops has no such command")
        return max(fitting, key=len)

    def __str__(self) -> str:
        extras = [*self.after, *(" ".join(str(value) for value in fault.values()) for fault in self.faults)]
        extras += [f"until {self.until}"] if self.until else []
        return self.run + (f"  ({', '.join(extras)})" if extras else "")


@dataclass(frozen=True)
class Plan:
    """scenarios.toml."""

    scenarios: list[Scenario]
    quiet: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    never: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> Plan:
        try:
            record = tomllib.loads(text)
            lines = [
                Scenario(**{k: tuple(v) if isinstance(v, list) else v for k, v in line.items()})
                for line in record.pop("scenarios")
            ]
            return cls(lines, **record)
        except (KeyError, TypeError, tomllib.TOMLDecodeError) as problem:
            raise ScenarioError(f"scenarios.toml cannot be read: {problem}") from None

    def gaps(self, leaves: list[str]) -> list[Difference]:
        """Commands that nothing is run of, and words that are no command any more."""
        run = {scenario.command(leaves) for scenario in self.scenarios}
        found = [
            Difference(leaf, "scenarios.toml", "scenario", "a line of its own, or a reason under [quiet]")
            for leaf in leaves
            if leaf not in run and leaf not in self.quiet
        ]
        for leaf in self.quiet:
            if leaf in run or leaf not in leaves:
                found.append(Difference(leaf, "scenarios.toml", "[quiet]", "only commands that nothing is run of"))
        return found


def leaves(dump: str) -> list[str]:
    """All commands from what ``taskops --experimental-dump-help`` prints, such as ``schema plan``."""

    def below(command: dict[str, Any], words: list[str]) -> list[str]:
        subcommands = [one for one in command.get("subcommands", []) if one["commandName"] != "help"]
        if not subcommands:
            return [" ".join(words)]
        return [leaf for one in subcommands for leaf in below(one, [*words, one["commandName"]])]

    return below(json.loads(dump)["command"], [])
