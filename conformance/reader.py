"""Starts the program that reads answers with the console's own client."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .answers import Answer


class ReaderError(Exception):
    """The program could not be run to its end."""


class Reader:
    def __init__(self, program: Path) -> None:
        self._program = program

    def calls(self) -> list[str]:
        """The operations it knows."""
        return self._run(["--list"], "").split("\n")[:-1]

    def read(self, answers: Iterable[Answer]) -> list[dict[str, Any]]:
        """What it makes of each answer: ``value``, ``error``, ``unreadable`` or ``failed``."""
        lines = [json.dumps(_line(answer)) for answer in answers]
        found = [json.loads(line) for line in self._run([], "".join(f"{line}\n" for line in lines)).split("\n")[:-1]]
        if len(found) != len(lines):
            raise ReaderError(f"{self._program.name} read {len(found)} of {len(lines)} answers")
        return found

    def _run(self, arguments: list[str], text: str) -> str:
        done = subprocess.run(
            [self._program, *arguments], input=text.encode(), capture_output=True, timeout=120, check=False
        )
        if done.returncode != 0:
            raise ReaderError(f"{self._program.name} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
        return done.stdout.decode()


def _line(answer: Answer) -> dict[str, Any]:
    given = answer.received
    return {
        "call": answer.call,
        "status": given.status,
        "headers": given.headers,
        "body": base64.b64encode(given.body).decode(),
    }
