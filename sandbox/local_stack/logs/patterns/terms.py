"""Unstructured patterns: terms that must all occur, ``-`` terms that must not, ``?`` terms of which one must."""

from __future__ import annotations

import re

from .problem import PatternError, invalid_term

_TERM = re.compile(r'([?-]?)("(?:\\.|[^"\\])*"|[^\s"]+)(?=\s|$)')
_WORD = re.compile(r"[A-Za-z0-9_]+")


def unquoted(text: str) -> str:
    """What stands between the quotation marks, with ``\\"`` and ``\\\\`` meaning the character itself."""
    return re.sub(r"\\(.)", r"\1", text[1:-1])


class Terms:
    """Case counts, and a term may be part of a word: ``ERROR`` is in ``ERRORCODE``."""

    regexes = 0

    def __init__(self, text: str) -> None:
        terms: dict[str, list[str]] = {"": [], "-": [], "?": []}
        at = 0
        while at < len(text):
            if text[at].isspace():
                at += 1
                continue
            found = _TERM.match(text, at)
            if not found:
                raise PatternError("Invalid filter pattern")
            sign, term = found[1], found[2]
            if term.startswith('"'):
                terms[sign].append(unquoted(term))
            elif _WORD.fullmatch(term):
                terms[sign].append(term)
            else:
                raise invalid_term(term)
            at = found.end()
        # A blank in quotation marks is the guide's way to write "everything".
        self._wanted = [term for term in terms[""] if term.strip()]
        self._unwanted = terms["-"]
        # "If you combine '?' with other filter patterns, all question mark terms will be ignored."
        self._optional = [] if terms[""] or terms["-"] else terms["?"]

    def match(self, message: str) -> dict[str, str] | None:
        if not all(term in message for term in self._wanted) or any(term in message for term in self._unwanted):
            return None
        if self._optional and not any(term in message for term in self._optional):
            return None
        return {}
