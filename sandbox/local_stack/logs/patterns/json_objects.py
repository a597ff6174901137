"""Patterns for messages that are JSON objects: ``{ $.a.b = "x" && ($.n > 3 || $.s NOT EXISTS) }``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from .conditions import MOST_REGEXES, Condition, Tokens
from .problem import PatternError

_STEP = re.compile(r"\.(?P<name>[A-Za-z0-9_-]+)|\.(?P<any>\*)|\.?\['(?P<key>[^']+)'\]|\[(?P<index>\d+|\*)\]")
_MOST_WILDCARDS = 3
_ANY = object()
Test = Callable[[Any], bool]


class JsonObject:
    def __init__(self, text: str) -> None:
        self._selectors: list[tuple[str, list[Any]]] = []
        self._regexes = 0
        # Keys in brackets may hold anything, so they are put aside before the words are told apart.
        self._keys: list[str] = []
        self._tokens = Tokens(re.sub(r"\['([^']+)'\]", self._put_aside, text))
        self._test = self._tokens.expression(self._comparison)
        if self._tokens.next[0] != "end" or self._regexes > MOST_REGEXES:
            raise PatternError("Invalid filter pattern")
        if sum(_ANY in steps for _, steps in self._selectors) > _MOST_WILDCARDS:
            raise PatternError("Invalid filter pattern")

    @property
    def regexes(self) -> int:
        return self._regexes

    def match(self, message: str) -> dict[str, str] | None:
        if not message.lstrip().startswith("{"):
            return None
        try:
            value = json.loads(message)
        except (ValueError, RecursionError):
            return None
        if not self._test(value):
            return None
        # The archived guide has extracted values for space-delimited patterns alone.
        return {}

    def _put_aside(self, found: re.Match[str]) -> str:
        self._keys.append(found[1])
        return f"[#{len(self._keys) - 1}]"

    def _comparison(self) -> Test:
        written = self._tokens.pull("word")
        steps = self._steps(written)
        self._selectors.append((written, steps))
        if self._tokens.take("IS"):
            wanted = self._tokens.take("NULL", "TRUE", "FALSE")
            if wanted is None:
                raise PatternError("Invalid filter pattern")
            meant = {"NULL": None, "TRUE": True, "FALSE": False}[wanted]
            return lambda value: any(found is meant for found in _values(value, steps))
        if self._tokens.take("NOT"):
            if not self._tokens.take("EXISTS"):
                raise PatternError("Invalid filter pattern")
            return lambda value: not _values(value, steps)
        condition = self._tokens.condition()
        self._regexes += condition.is_regex
        return lambda value: any(_holds(condition, found) for found in _values(value, steps))

    def _steps(self, written: str) -> list[Any]:
        return _steps(re.sub(r"\[#(\d+)\]", lambda found: f"['{self._keys[int(found[1])]}']", written))


def selected(value: Any, selector: str) -> list[Any]:
    """What ``$.a.b`` points to in a parsed message; raises PatternError where it is no selector."""
    return _values(value, _steps(selector))


def _steps(text: str) -> list[Any]:
    # A property comes first: an array needs one before it.
    if not re.match(r"\$(?:\.|\[')", text):
        raise PatternError("Invalid filter pattern")
    steps: list[Any] = []
    at = 1
    while at < len(text):
        found = _STEP.match(text, at)
        if not found:
            raise PatternError("Invalid filter pattern")
        if found["any"] or found["index"] == "*":
            steps.append(_ANY)
        elif found["index"]:
            steps.append(int(found["index"]))
        else:
            steps.append(found["name"] or found["key"])
        at = found.end()
    if steps.count(_ANY) > 1:
        raise PatternError("Invalid filter pattern")
    return steps


def _holds(condition: Condition, value: Any) -> bool:
    """A selector points to text or a number; of anything else neither ``=`` nor ``!=`` holds."""
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and condition.holds(value)


def _values(value: Any, steps: list[Any]) -> list[Any]:
    """What a selector points to: nothing, one value, or with a wildcard several."""
    found = [value]
    for step in steps:
        following: list[Any] = []
        for one in found:
            if step is _ANY:
                following += one.values() if isinstance(one, dict) else one if isinstance(one, list) else []
            elif isinstance(step, int):
                following += one[step : step + 1] if isinstance(one, list) else []
            elif isinstance(one, dict) and step in one:
                following.append(one[step])
        found = following
    return found
