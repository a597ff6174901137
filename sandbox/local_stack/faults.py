"""Faults a person or a test switches on through the control address.

A fault is a small record: what it does (``kind``), where (Region, service, operation, function),
and for how long (``times`` uses, ``probability`` per use, until it is deleted when neither is given).
"""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

AWS_KINDS = ("throttle", "error", "delay", "cut", "cut-body", "hang")
DATABASE_KINDS = (
    "database-down", "database-delay", "database-conflict", "database-cut-commit", "database-certificate",
)
FUNCTION_KINDS = ("function-crash", "function-error", "function-throttle")
#: The attempt to hand an event to a target fails in a way EventBridge retries.
DELIVERY_KINDS = ("delivery-error",)
#: Log events are seen only after a while; a page of FilterLogEvents is empty although more follow.
LOG_KINDS = ("ingestion-lag", "empty-page")
#: A frame of an event stream is cut short, damaged, cut off with its connection, or followed by nothing.
STREAM_KINDS = ("stream-truncate", "stream-corrupt", "stream-cut", "stream-hang")
KINDS = AWS_KINDS + DATABASE_KINDS + FUNCTION_KINDS + DELIVERY_KINDS + LOG_KINDS + STREAM_KINDS


#: How long a hanging request is held when the fault does not say.
HANG_MS = 30_000.0


class FaultError(ValueError):
    """A fault that was not described rightly; the text says what is wrong."""


@dataclass
class Fault:
    kind: str
    region: str | None = None
    service: str | None = None
    operation: str | None = None
    function: str | None = None
    times: int | None = None
    probability: float = 1.0
    delayMs: float = 0.0
    code: str | None = None
    message: str | None = None
    status: int | None = None
    #: For database-cut-commit: whether the database has done the commit whose answer is lost (it has, if not said).
    committed: bool | None = None
    #: For ingestion-lag: which log groups (with * and ?), which of Lambda's lines, and the longest lag, if not constant.
    group: str | None = None
    lines: str | None = None
    maxMs: float | None = None
    #: For event streams: how many frames pass before it strikes (none, if not said).
    afterFrames: int | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    used: int = 0

    @classmethod
    def from_json(cls, record: Any) -> Fault:
        if not isinstance(record, dict):
            raise FaultError("a fault is a JSON object with at least a kind")
        unknown = set(record) - _FIELDS
        if unknown:
            raise FaultError(f"unknown key {sorted(unknown)[0]}; the keys are {', '.join(sorted(_FIELDS))}")
        if record.get("kind") not in KINDS:
            raise FaultError(f"kind is one of {', '.join(KINDS)}, not {record.get('kind')!r}")
        for name in ("region", "service", "operation", "function", "code", "message", "group", "lines"):
            if record.get(name) is not None and not isinstance(record[name], str):
                raise FaultError(f"{name} is a string")
        fault = cls(**{name: value for name, value in record.items() if value is not None})
        _check_number("probability", fault.probability, 0, 1)
        _check_number("delayMs", fault.delayMs, 0, 600_000)
        if fault.times is not None:
            _check_number("times", fault.times, 1, 1_000_000)
        if fault.status is not None:
            _check_number("status", fault.status, 400, 599)
        if fault.maxMs is not None:
            _check_number("maxMs", fault.maxMs, fault.delayMs, 600_000)
        if fault.kind == "ingestion-lag" and not fault.delayMs and not fault.maxMs:
            raise FaultError("ingestion-lag needs delayMs, or delayMs and maxMs for anything between them")
        if fault.afterFrames is not None:
            _check_number("afterFrames", fault.afterFrames, 0, 1_000_000)
        if fault.kind in ("delay", "database-delay") and not fault.delayMs:
            raise FaultError(f"{fault.kind} needs delayMs")
        if fault.kind == "hang" and not fault.delayMs:
            fault.delayMs = HANG_MS
        if fault.committed is not None and not isinstance(fault.committed, bool):
            raise FaultError("committed is true or false")
        if fault.kind in ("database-conflict", "database-cut-commit") and fault.times is None:
            fault.times = 1
        if fault.kind == "function-crash" and fault.times is None:
            fault.times = 1
        return fault

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}

    def matches(self, **place: str | None) -> bool:
        return all(
            getattr(self, name) is None or getattr(self, name).lower() == (value or "").lower()
            for name, value in place.items()
        )


_FIELDS = {
    "kind",
    "region",
    "service",
    "operation",
    "function",
    "times",
    "probability",
    "delayMs",
    "code",
    "message",
    "status",
    "committed",
    "group",
    "lines",
    "maxMs",
    "afterFrames",
}


def _check_number(name: str, value: Any, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise FaultError(f"{name} is a number from {low} to {high}, not {value!r}")


class Faults:
    """All faults that are switched on. Safe from any thread; costs nothing while there are none."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._random = random.Random()

    def add(self, record: Any) -> Fault:
        fault = Fault.from_json(record)
        with self._lock:
            self._faults[fault.id] = fault
        return fault

    def remove(self, fault_id: str) -> bool:
        with self._lock:
            return self._faults.pop(fault_id, None) is not None

    def clear(self) -> int:
        with self._lock:
            count = len(self._faults)
            self._faults.clear()
            return count

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_json() for fault in self._faults.values()]

    def take(
        self, kinds: tuple[str, ...], is_due: Callable[[Fault], bool] | None = None, **place: str | None
    ) -> list[Fault]:
        """The faults that strike here now; each counts as one use."""
        if not self._faults:
            return []
        struck = []
        with self._lock:
            for fault in list(self._faults.values()):
                if fault.kind not in kinds or not fault.matches(**place) or (is_due and not is_due(fault)):
                    continue
                if fault.probability < 1 and self._random.random() >= fault.probability:
                    continue
                fault.used += 1
                struck.append(fault)
                if fault.times is not None and fault.used >= fault.times:
                    del self._faults[fault.id]
        return struck

    def standing(self, kind: str, region: str) -> list[Fault]:
        """The faults of a lasting kind in a Region; looking does not use them up."""
        if not self._faults:
            return []
        with self._lock:
            return [f for f in self._faults.values() if f.kind == kind and f.matches(region=region)]

    def for_database(self, region: str) -> DatabaseFaults:
        return DatabaseFaults(self, region)


class DatabaseFaults:
    """What a Region's database gate asks; every answer is of this moment."""

    def __init__(self, faults: Faults, region: str) -> None:
        self._faults = faults
        self._region = region

    @property
    def down(self) -> bool:
        return bool(self._faults.standing("database-down", self._region))

    @property
    def delay_ms(self) -> float:
        return sum(fault.delayMs for fault in self._faults.standing("database-delay", self._region))

    @property
    def distrusted(self) -> bool:
        """Whether the certificate shown is one of an authority that nobody trusts."""
        return bool(self._faults.standing("database-certificate", self._region))

    def take_conflict(self) -> bool:
        """True when this commit must fail with SQLSTATE 40001 (OC000)."""
        return bool(self._faults.take(("database-conflict",), region=self._region))

    def take_cut_commit(self) -> str | None:
        """``before`` or ``after`` the database has done it, when this commit's connection must be cut; else None."""
        struck = self._faults.take(("database-cut-commit",), region=self._region)
        if not struck:
            return None
        return "before" if struck[0].committed is False else "after"
