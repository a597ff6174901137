"""What Lambda itself writes into a function's log group, in the text and the JSON format.

The text lines' shape is that of the Lambda developer guide (and of lines seen in real log groups); the
JSON records are the guide's "platform" events as far as they go to CloudWatch Logs.
"""

from __future__ import annotations

import json
import math
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..world import World
from .functions import FunctionView

#: Two environments that log for the first time at once must not make the group or a stream twice.
_making = threading.Lock()
_LEVELS = {"DEBUG": 0, "INFO": 1, "WARN": 2}


def iso(moment: float | None = None) -> str:
    now = datetime.fromtimestamp(time.time() if moment is None else moment, UTC)
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"


@dataclass
class Report:
    request_id: str
    duration_ms: float
    memory_mb: int
    init_ms: float | None
    status: str
    error_type: str | None


class LogStream:
    """The stream of one execution environment. Nothing is written when the role may not."""

    def __init__(self, world: World, function: FunctionView) -> None:
        self._world = world
        self._function = function
        day = datetime.now(UTC).strftime("%Y/%m/%d")
        version, unique = function.version, secrets.token_hex(16)
        owner = f"{function.name}[{version}]" if function.shared_log_group else f"[{version}]"
        self.name = f"{day}/{owner}{unique}"
        self._lock = threading.Lock()
        self._ready: bool | None = None
        self._json = function.log_format == "JSON"
        self._level = _LEVELS.get(function.system_log_level, 1)
        #: The invocation's own lines, of which LogType=Tail answers the last four kilobytes.
        self._tail: list[str] = []

    def write(self, *messages: str) -> None:
        if not messages:
            return
        now = int(time.time() * 1000)
        with self._lock:
            self._tail.extend(messages)
            self._put([{"timestamp": now, "message": message} for message in messages])

    def begin_tail(self) -> None:
        with self._lock:
            self._tail = []

    def tail(self) -> bytes:
        with self._lock:
            return "".join(m if m.endswith("\n") else m + "\n" for m in self._tail).encode()[-4096:]

    # Lambda's own lines

    def init_start(self) -> None:
        if self._json:
            self._platform(
                "initStart",
                1,
                {
                    "initializationType": "on-demand",
                    "phase": "init",
                    "functionName": self._function.name,
                    "functionVersion": self._function.version,
                    "runtimeVersion": self._function.runtime,
                },
            )
        else:
            self.write(
                f"INIT_START Runtime Version: {self._function.runtime}\tRuntime Version ARN: "
                f"arn:aws:lambda:{self._function.region}::runtime:{self._function.runtime}\n"
            )

    def init_failed(self, init_ms: float, status: str, error_type: str | None) -> None:
        if self._json:
            record = {
                "initializationType": "on-demand",
                "phase": "init",
                "status": status,
                "metrics": {"durationMs": round(init_ms, 3)},
            }
            if error_type:
                record["errorType"] = error_type
            self._platform("initReport", 2, record)
        else:
            suffix = f"\tError Type: {error_type}" if error_type else ""
            self.write(f"INIT_REPORT Init Duration: {init_ms:.2f} ms\tPhase: init\tStatus: {status}{suffix}\n")

    def start(self, request_id: str) -> None:
        if self._json:
            self._platform("start", 1, {"requestId": request_id, "version": self._function.version})
        else:
            self.write(f"START RequestId: {request_id} Version: {self._function.version}\n")

    def finish(self, report: Report) -> None:
        # Since August 2025 the time spent in Init is billed as well.
        billed = math.ceil(report.duration_ms + (report.init_ms or 0))
        if self._json:
            metrics: dict[str, Any] = {
                "durationMs": round(report.duration_ms, 3),
                "billedDurationMs": billed,
                "memorySizeMB": self._function.memory_mb,
                "maxMemoryUsedMB": report.memory_mb,
            }
            if report.init_ms is not None:
                metrics["initDurationMs"] = round(report.init_ms, 3)
            record: dict[str, Any] = {"requestId": report.request_id, "status": report.status, "metrics": metrics}
            if report.error_type:
                record["errorType"] = report.error_type
            importance = 1 if report.status == "success" else 2
            self._platform(
                "runtimeDone",
                0 if report.status == "success" else 2,
                {"requestId": report.request_id, "status": report.status},
            )
            self._platform("report", importance, record)
            return
        line = (
            f"REPORT RequestId: {report.request_id}\tDuration: {report.duration_ms:.2f} ms\t"
            f"Billed Duration: {billed} ms\tMemory Size: {self._function.memory_mb} MB\t"
            f"Max Memory Used: {report.memory_mb} MB\t"
        )
        if report.init_ms is not None:
            line += f"Init Duration: {report.init_ms:.2f} ms\t"
        if report.status in ("timeout", "failure"):
            line += f"Status: {'timeout' if report.status == 'timeout' else 'error'}\t"
        if report.error_type and report.status == "failure":
            line += f"Error Type: {report.error_type}\t"
        self.write(f"END RequestId: {report.request_id}\n", line + "\n")

    def _platform(self, kind: str, importance: int, record: dict[str, Any]) -> None:
        if importance >= self._level:
            self.write(json.dumps({"time": iso(), "type": f"platform.{kind}", "record": record}))

    # Delivery into moto's log groups

    def _put(self, events: list[dict[str, Any]]) -> None:
        from moto.logs.models import logs_backends

        backend = logs_backends[self._world.account_id][self._function.region]
        group = backend.groups.get(self._function.log_group)
        if self._ready is None or group is None or self.name not in group.streams:
            self._ready = self._prepare(backend)
        if not self._ready:
            self._world.count("lambda-logs-denied", len(events))
            return
        group = backend.groups.get(self._function.log_group)
        if group is not None:
            group.put_log_events(self.name, events)

    def _prepare(self, backend: Any) -> bool:
        """The group is made when it is missing, but only with the rights the function's role has."""
        prefix = f"arn:aws:logs:{self._function.region}:{self._world.account_id}:log-group:{self._function.log_group}"
        allowed = self._world.is_allowed
        if not allowed(self._function.role, "logs:PutLogEvents", f"{prefix}:log-stream:{self.name}"):
            return False
        if not allowed(self._function.role, "logs:CreateLogStream", f"{prefix}:log-stream:{self.name}"):
            return False
        with _making:
            if self._function.log_group not in backend.groups:
                if not allowed(self._function.role, "logs:CreateLogGroup", f"{prefix}:log-stream:"):
                    return False
                backend.create_log_group(self._function.log_group, {})
            if self.name not in backend.groups[self._function.log_group].streams:
                backend.create_log_stream(self._function.log_group, self.name)
        return True
