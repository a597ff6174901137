"""Waiting without hurry and without delay: short pauses first, for what is quick; longer ones later."""

from __future__ import annotations

import time
from collections.abc import Iterator

from .problem import Problem

SHORTEST = 0.2
LONGEST = 5.0


def attempts(timeout: float, what: str, hint: str, step: str, region: str | None = None) -> Iterator[None]:
    """Yields before each look; raises a Problem when the time is up."""
    deadline = time.monotonic() + timeout
    pause = SHORTEST
    while True:
        yield
        left = deadline - time.monotonic()
        if left <= 0:
            raise Problem(f"{what} took longer than {timeout:.0f} s", hint, step, region)
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST)
