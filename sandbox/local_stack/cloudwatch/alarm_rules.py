"""The rule of a composite alarm: ``ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA("c"))``.

API reference, PutCompositeAlarm, ``AlarmRule``. An alarm is named by its name or its ARN, in double quotes or
without; NOT binds strongest, then AND, then OR.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
MOST_CHILDREN, MOST_ELEMENTS = 100, 500
MAX_DEPTH = 200
_TOKEN = re.compile(r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<word>[A-Za-z_]+))")
_QUOTED = re.compile(r"\s*\"((?:[^\"\\]|\\.)*)\"\s*\)")
_BARE = re.compile(r"\s*([^\"()\s][^()\"]*?)\s*\)")


class RuleError(ValueError):
    """What is wrong with a rule."""


@dataclass(frozen=True)
class Rule:
    """``holds`` is asked with the state of an alarm by its name; None for one that does not exist."""

    holds: Callable[[Callable[[str], str | None]], bool]
    children: frozenset[str]


def name_of(reference: str) -> str:
    """The alarm's name, of a name or of an ARN."""
    return reference.split(":alarm:", 1)[1] if reference.startswith("arn:") and ":alarm:" in reference else reference


def parse(text: str) -> Rule:
    parser = _Parser(text)
    holds = parser.either()
    parser.end()
    if len(parser.children) > MOST_CHILDREN:
        raise RuleError(f"the rule refers to {len(parser.children)} alarms; {MOST_CHILDREN} are allowed")
    if parser.elements > MOST_ELEMENTS:
        raise RuleError(f"the rule has {parser.elements} elements; {MOST_ELEMENTS} are allowed")
    return Rule(holds, frozenset(parser.children))


State = Callable[[str], str | None]
Holds = Callable[[State], bool]


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._depth = 0
        self.children: set[str] = set()
        #: Alarms, TRUE, FALSE and parentheses.
        self.elements = 0

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._position)

    def _word(self, *words: str) -> bool:
        token = self._peek()
        if token is None or (token["word"] or "").upper() not in words:
            return False
        self._position = token.end()
        return True

    def end(self) -> None:
        rest = self._text[self._position :].strip()
        if rest:
            raise RuleError(f"'{rest[:20]}' was not expected")

    def either(self) -> Holds:
        parts = [self._both()]
        while self._word("OR"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda state: any(part(state) for part in parts)

    def _both(self) -> Holds:
        parts = [self._one()]
        while self._word("AND"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda state: all(part(state) for part in parts)

    def _one(self) -> Holds:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RuleError("the rule is nested too deeply")
        holds = self._inner()
        self._depth -= 1
        return holds

    def _inner(self) -> Holds:
        if self._word("NOT"):
            negated = self._one()
            return lambda state: not negated(state)
        token = self._peek()
        if token is None or token["close"]:
            rest = self._text[self._position :].strip()
            raise RuleError(f"'{rest[:20]}' was not expected" if rest else "the rule ends too early")
        self._position = token.end()
        if token["open"]:
            self.elements += 2
            inside = self.either()
            closing = self._peek()
            if closing is None or not closing["close"]:
                raise RuleError("a parenthesis is not closed")
            self._position = closing.end()
            return inside
        word = token["word"].upper()
        self.elements += 1
        if word in ("TRUE", "FALSE"):
            return lambda state: word == "TRUE"
        if word not in STATES:
            raise RuleError(f"'{token['word']}' is none of ALARM, OK, INSUFFICIENT_DATA, TRUE, FALSE and NOT")
        return self._alarm(word)

    def _alarm(self, wanted: str) -> Holds:
        opening = self._peek()
        if opening is None or not opening["open"]:
            raise RuleError(f"{wanted} must be followed by an alarm's name in parentheses")
        self._position = opening.end()
        found = _QUOTED.match(self._text, self._position) or _BARE.match(self._text, self._position)
        if found is None or not found[1].strip():
            raise RuleError(f"{wanted}( must be followed by an alarm's name and a closing parenthesis")
        self._position = found.end()
        name = name_of(re.sub(r"\\(.)", r"\1", found[1]))
        self.children.add(name)
        return lambda state: state(name) == wanted
