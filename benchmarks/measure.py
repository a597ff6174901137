"""Runs two commands in turn and compares what they cost: wall time, CPU time, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """One run: seconds of wall and CPU time (children included), peak resident memory in MiB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Comparison:
    """Medians of both sides over the same number of runs, taken in turn."""

    ours: Cost
    peer: Cost
    pairs: int

    def ratio(self, what: str) -> float:
        return getattr(self.ours, what) / getattr(self.peer, what)


def run(command: list[str]) -> Cost:
    """Runs a command to its end; one that fails ends the benchmark, for its cost means nothing."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    stderr = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {stderr.decode(errors='replace').strip()}")
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / 1024)


def compare(ours: list[str], peer: list[str], pairs: int) -> Comparison:
    """One pair to warm up, then `pairs` of them; who goes first alternates, so that neither profits from the other."""
    run(ours), run(peer)
    costs: dict[str, list[Cost]] = {"ours": [], "peer": []}
    for number in range(pairs):
        order = [("ours", ours), ("peer", peer)]
        for side, command in order if number % 2 == 0 else reversed(order):
            costs[side].append(run(command))
    return Comparison(ours=_median(costs["ours"]), peer=_median(costs["peer"]), pairs=pairs)


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        wall=statistics.median(cost.wall for cost in costs),
        cpu=statistics.median(cost.cpu for cost in costs),
        memory=statistics.median(cost.memory for cost in costs),
    )
