"""Regular expressions between percent signs: a small part of what others know, and nothing else."""

from __future__ import annotations

import re

from .problem import PatternError

#: Letters, digits and these; the guide's own example has a blank as well.
_PLAIN = re.compile(r"[A-Za-z0-9 :_#=@/;,\-]")
_OPERATORS = "^$?[]{}|\\*+."
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|[dDsSwW]|[\^$?\[\]{}|\\*+.:_#=@/;,\-])")
_REPETITION = re.compile(r"\{(?:\d+(?:, ?\d*)?|, ?\d+)\}")


class Regex:
    """Matches anywhere in the text, unless ``^`` or ``$`` says otherwise."""

    #: How many regular expressions a pattern has; every kind of pattern says so.
    regexes = 1

    def __init__(self, text: str) -> None:
        if not text:
            raise PatternError("Invalid filter pattern")
        try:
            self._search = re.compile(_translated(text), re.ASCII | re.DOTALL).search
        except (re.error, OverflowError):
            raise PatternError("Invalid filter pattern") from None

    def finds(self, text: str) -> bool:
        return self._search(text) is not None

    def match(self, message: str) -> dict[str, str] | None:
        return {} if self.finds(message) else None


def _translated(text: str) -> str:
    """Python's spelling of the same; refused where Python would see more than AWS does (``a*?``, ``a*+``)."""
    out: list[str] = []
    at = 0
    in_class = False
    repeated = False
    while at < len(text):
        character = text[at]
        piece = taken = character
        repeats = False
        if character == "\\":
            found = _ESCAPE.match(text, at)
            if not found:
                raise PatternError("Invalid filter pattern")
            piece = taken = found[0]
        elif in_class:
            in_class = character != "]"
            # In a class these are themselves; Python keeps doubled ones for later meanings.
            if character in "[|":
                piece = "\\" + character
        elif character == "[":
            in_class = True
        elif character == "{":
            found = _REPETITION.match(text, at)
            if not found:
                raise PatternError("Invalid filter pattern")
            taken = found[0]
            piece, repeats = taken.replace(" ", ""), True
        elif character in "*+?":
            repeats = True
        elif character in "}]":
            raise PatternError("Invalid filter pattern")
        if repeats and repeated:
            raise PatternError("Invalid filter pattern")
        if len(piece) == 1 and piece not in _OPERATORS and not _PLAIN.match(piece):
            raise PatternError("Invalid filter pattern")
        out.append(piece)
        repeated = repeats
        at += len(taken)
    if in_class:
        raise PatternError("Invalid filter pattern")
    return "".join(out)
