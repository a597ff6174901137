"""Comparisons of one value, as JSON and space-delimited patterns share them, and the reading of their words."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from .problem import PatternError, invalid_term
from .regex import Regex
from .terms import unquoted

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:\\.|[^"\\])*")|(?P<regex>%[^%]*%)|(?P<sign>&&|\|\||<=|>=|!=|=|<|>|\(|\))'
    r"|(?P<word>[^\s\"%&|<>=!()]+))"
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
#: What may stand without quotation marks: the guide's 123.123.*, 4*, *.html*, 1e-3.
_BARE = re.compile(r"[A-Za-z0-9_.*+-]+")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
MOST_REGEXES = 2


class Tokens:
    """The words of a pattern, one after the other."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found:
                raise PatternError("Invalid filter pattern")
            self._tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
            at = found.end()
        self._at = 0

    @property
    def next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def take(self, *wanted: str) -> str | None:
        """The next sign or word when it is one of these."""
        kind, text = self.next
        if kind in ("sign", "word") and text in wanted:
            self._at += 1
            return text
        return None

    def pull(self, kind: str) -> str:
        if self.next[0] != kind:
            raise PatternError("Invalid filter pattern")
        self._at += 1
        return self._tokens[self._at - 1][1]

    def expression(self, primary: Callable[[], Callable[[Any], bool]]) -> Callable[[Any], bool]:
        """``&&`` binds closer than ``||``; parentheses go before both."""
        parts = [self._conjunction(primary)]
        while self.take("||"):
            parts.append(self._conjunction(primary))
        return parts[0] if len(parts) == 1 else lambda subject: any(part(subject) for part in parts)

    def _conjunction(self, primary: Callable[[], Callable[[Any], bool]]) -> Callable[[Any], bool]:
        parts = [self._operand(primary)]
        while self.take("&&"):
            parts.append(self._operand(primary))
        return parts[0] if len(parts) == 1 else lambda subject: all(part(subject) for part in parts)

    def _operand(self, primary: Callable[[], Callable[[Any], bool]]) -> Callable[[Any], bool]:
        if not self.take("("):
            return primary()
        inner = self.expression(primary)
        if not self.take(")"):
            raise PatternError("Invalid filter pattern")
        return inner

    def condition(self) -> Condition:
        sign = self.take(*_ORDER)
        kind, text = self.next
        if sign is None or kind not in ("text", "regex", "word"):
            raise PatternError("Invalid filter pattern")
        self.pull(kind)
        return Condition(sign, kind, text)


class Condition:
    """An operator and what to compare with: a number, text with ``*`` at its ends, or a regular expression."""

    def __init__(self, sign: str, kind: str, text: str) -> None:
        self.is_regex = kind == "regex"
        self._number = float(text) if kind == "word" and _NUMBER.fullmatch(text) else None
        if sign not in ("=", "!=") and self._number is None:
            raise PatternError("Invalid filter pattern")
        self.compares_numbers = self._number is not None
        self._order = _ORDER[sign]
        self._equal = sign == "="
        self._is_equality = sign in ("=", "!=")
        if kind == "regex":
            self._text_test: Callable[[str], bool] = Regex(text[1:-1]).finds
        elif kind == "text":
            self._text_test = _wildcard(unquoted(text))
        elif _BARE.fullmatch(text):
            self._text_test = _wildcard(text)
        else:
            raise invalid_term(text)

    def holds(self, value: str | float) -> bool:
        """Whether a text or number fulfils it. Text that is a number in a log line is the caller's to convert."""
        if self._number is not None and not isinstance(value, str):
            return self._order(value, self._number)
        if not self._is_equality:
            return False
        return self._text_test(value if isinstance(value, str) else _written(value)) == self._equal


def _written(number: float) -> str:
    return str(int(number)) if isinstance(number, float) and number.is_integer() else str(number)


def number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _wildcard(text: str) -> Callable[[str], bool]:
    """``*`` stands for anything at the beginning or the end; in the middle it is an asterisk (archived guide)."""
    begins, ends = text.startswith("*"), text.endswith("*")
    core = text.strip("*")
    if text and not core:
        return lambda _: True
    if begins and ends:
        return lambda value: core in value
    if begins:
        return lambda value: value.endswith(core)
    if ends:
        return lambda value: value.startswith(core)
    return lambda value: value == text
