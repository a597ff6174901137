"""Processes by their true identity: a process id together with the time it started."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ProcessId:
    pid: int
    #: Field 22 of /proc/PID/stat: start time in clock ticks since boot. A reused pid has another.
    started: int

    @classmethod
    def of(cls, pid: int) -> ProcessId | None:
        started = _start_time(pid)
        return None if started is None else cls(pid, started)

    @classmethod
    def from_json(cls, record: Any) -> ProcessId | None:
        try:
            return cls(int(record["pid"]), int(record["started"]))
        except (TypeError, KeyError, ValueError):
            return None

    def as_json(self) -> dict[str, int]:
        return {"pid": self.pid, "started": self.started}

    @property
    def is_running(self) -> bool:
        return _start_time(self.pid) == self.started

    def send(self, signal_number: int) -> bool:
        """Signals this very process; False when it is gone, whoever may have its number now."""
        if not self.is_running:
            return False
        try:
            os.kill(self.pid, signal_number)
        except ProcessLookupError:
            return False
        return True

    def stop(self, first: int = signal.SIGTERM, patience: float = 5.0) -> None:
        """Asks the process to end, and ends it when it has not after ``patience`` seconds."""
        if self.send(first) and not self._gone_within(patience):
            self.send(signal.SIGKILL)
            self._gone_within(5.0)

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_running:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True


def _start_time(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    fields = stat.rsplit(")", 1)[1].split()
    # A zombie has ended; only its parent has not looked yet.
    return None if fields[0] in "ZX" else int(fields[19])
