"""What went wrong, for a person: one line on what and where, one on what to type next."""

from __future__ import annotations


class Problem(Exception):
    def __init__(self, summary: str, hint: str) -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint
