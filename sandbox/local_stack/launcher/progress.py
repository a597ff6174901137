"""What the launcher says: JSON Lines on standard output, one per step and state."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

from .problem import Problem

_lock = threading.Lock()


def emit(step: str, state: str, detail: str | None = None, **more: Any) -> None:
    line = {"step": step, "state": state, "detail": detail, **more}
    with _lock:
        try:
            print(json.dumps({k: v for k, v in line.items() if v is not None}), flush=True)
        except BrokenPipeError:
            # Nobody listens any more; the work is done all the same.
            sys.stdout = open("/dev/null", "w")  # noqa: SIM115


def fail(step: str, problem: Problem) -> None:
    emit(step, "failed", summary=problem.summary, hint=problem.hint)


class Step:
    """``with Step("postgres"):`` says when something starts; ``ready`` says how long it took."""

    def __init__(self, name: str, detail: str | None = None) -> None:
        self.name = name
        self._started = time.monotonic()
        emit(name, "starting", detail)

    def ready(self, detail: str, **more: Any) -> None:
        emit(self.name, "ready", detail, seconds=round(time.monotonic() - self._started, 3), **more)
