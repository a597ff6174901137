"""Patterns for lines of words: ``[ip, user, ..., status_code = 4* && status_code != 403, bytes]``."""

from __future__ import annotations

import re
from collections.abc import Callable

from .conditions import MOST_REGEXES, Condition, Tokens, number
from .problem import PatternError, invalid_term

#: What is in brackets or quotation marks is one word, without them. Tabs divide as blanks do (awslogs issue 176).
_WORD = re.compile(r'\[([^\]]*)\]|"((?:\\.|[^"\\])*)"|(\S+)')
_PIECE = re.compile(r'"(?:\\.|[^"\\])*"|%[^%]*%|,|[^",%]+|.', re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_-]+")
Test = Callable[[str], bool]


class Fields:
    def __init__(self, text: str) -> None:
        self._regexes = 0
        fields = [self._field(piece) for piece in _divided(text)]
        dots = [at for at, (name, _) in enumerate(fields) if name == "..."]
        if len(dots) > 1 or self._regexes > MOST_REGEXES:
            raise PatternError("Invalid filter pattern")
        self._before = fields[: dots[0]] if dots else fields
        self._after = fields[dots[0] + 1 :] if dots else None

    @property
    def regexes(self) -> int:
        return self._regexes

    def match(self, message: str) -> dict[str, str] | None:
        words = [a or b or c for a, b, c in _WORD.findall(message)]
        fields = self._aligned(words)
        if fields is None:
            return None
        values: dict[str, str] = {}
        for at, ((name, test), word) in enumerate(zip(fields, words, strict=True), 1):
            if test is not None and not test(word):
                return None
            values[f"${name or at}"] = word
        return values

    def _aligned(self, words: list[str]) -> list[tuple[str, Test | None]] | None:
        """A field for each word, or None when there are too few or too many; may join words.

        Without dots the last field, if it has no condition, stands for the rest of the line: the guide's
        ``[w1=ERROR, w2]`` means lines of any length.
        """
        if self._after is None:
            fields = self._before
            if len(words) > len(fields) and fields[-1][1] is None:
                words[len(fields) - 1 :] = [" ".join(words[len(fields) - 1 :])]
            return fields if len(words) == len(fields) else None
        unnamed = len(words) - len(self._before) - len(self._after)
        return [*self._before, *[("", None)] * unnamed, *self._after] if unnamed >= 0 else None

    def _field(self, text: str) -> tuple[str, Test | None]:
        if text in ("", "..."):
            return text, None
        if _NAME.fullmatch(text):
            return text, None
        tokens = Tokens(text)
        names: list[str] = []

        def comparison() -> Test:
            name = tokens.pull("word")
            if not _NAME.fullmatch(name):
                raise invalid_term(name)
            names.append(name)
            condition = tokens.condition()
            self._regexes += condition.is_regex
            return lambda word: _holds(condition, word)

        test = tokens.expression(comparison)
        if tokens.next[0] != "end":
            raise PatternError("Invalid filter pattern")
        # Another name in the same field still means this word: the archived guide's [w1=ERROR || W1=WARNING, w2].
        return names[0], test


def _holds(condition: Condition, word: str) -> bool:
    as_number = number(word)
    return condition.holds(word if as_number is None or not condition.compares_numbers else as_number)


def _divided(text: str) -> list[str]:
    """The fields between commas that are not inside quotation marks or percent signs."""
    fields = [""]
    for piece in _PIECE.findall(text):
        if piece == ",":
            fields.append("")
        else:
            fields[-1] += piece
    return [field.strip() for field in fields]
