"""Says what is happening: aligned lines for people, JSON Lines for programs."""

from __future__ import annotations

import json
import sys
import time
from typing import Any, TextIO

from .problem import Problem


class Progress:
    def __init__(self, output: str, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._json = output == "json"
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._began: dict[tuple[str, str | None], float] = {}

    def say(self, step: str, state: str, detail: str, region: str | None = None, **more: Any) -> None:
        """One step's state. Seconds are counted from the step's `starting`."""
        key = (step, region)
        now = time.monotonic()
        if state == "starting":
            self._began[key] = now
        line: dict[str, Any] = {"step": step, "state": state, "detail": detail, **more}
        if region:
            line["region"] = region
        if state in ("ready", "failed") and key in self._began:
            line["seconds"] = round(now - self._began.pop(key), 3)
        if self._json:
            self._write(json.dumps(line, sort_keys=True))
            return
        seconds = f"  ({line['seconds']:.1f} s)" if "seconds" in line else ""
        self._write(f"{region or '':<15} {step:<10} {state:<9} {detail}{seconds}")

    def warn(self, detail: str) -> None:
        if self._json:
            self._write(json.dumps({"step": "deploy", "state": "warning", "detail": detail}, sort_keys=True))
        else:
            print(f"warning: {detail}", file=self._err, flush=True)

    def fail(self, problem: Problem) -> None:
        if self._json:
            line = {"step": problem.step, "state": "failed", "summary": problem.summary, "hint": problem.hint}
            if problem.region:
                line["region"] = problem.region
            self._write(json.dumps(line, sort_keys=True))
        else:
            print(f"deploy.py: {problem.summary}\n  next: {problem.hint}", file=self._err, flush=True)

    def result(self, summary: dict[str, Any]) -> None:
        """The answer: the outputs of each Region's stack."""
        if self._json:
            self._write(json.dumps(summary, sort_keys=True))
            return
        for region, outputs in summary.get("regions", {}).items():
            self._write(f"\n{region}")
            width = max((len(name) for name in outputs), default=0)
            for name, value in sorted(outputs.items()):
                self._write(f"  {name:<{width}}  {value}")

    def _write(self, line: str) -> None:
        print(line, file=self._out, flush=True)
