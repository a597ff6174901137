"""`make bench`: the canary beside the same work in Python, and `--help` beside the aws CLI's `--version`.

Usage: canary.py TASKOPS SANDBOX_DIRECTORY DOCUMENT, with the local stack up and its `env` in the environment.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from measure import Comparison, compare

PAIRS = 15
GOALS = {"canary": {"cpu": 1 / 10, "memory": 1 / 3}, "start": {"wall": 1 / 20}}
BEGIN, END = "<!-- canary: begin -->", "<!-- canary: end -->"


def table(title: str, command: str, result: Comparison, goals: dict[str, float]) -> list[str]:
    lines = [f"### {title}", "", f"`{command}`, {result.pairs} pairs in turn, medians.", ""]
    lines += ["| | taskops | peer | ratio | goal |", "| --- | ---: | ---: | ---: | ---: |"]
    for what, unit, scale in (("wall", "ms", 1000), ("cpu", "ms", 1000), ("memory", "MiB", 1)):
        ours, peer = getattr(result.ours, what) * scale, getattr(result.peer, what) * scale
        goal = f"≤ {goals[what]:.2f}" if what in goals else ""
        lines.append(f"| {what} | {ours:.1f} {unit} | {peer:.1f} {unit} | {result.ratio(what):.3f} | {goal} |")
    return [*lines, ""]


def main() -> int:
    taskops, sandbox, document = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    configuration = str(sandbox / "taskops.yaml")
    peer = str(Path(__file__).with_name("canary_peer.py"))
    canary = compare(
        [taskops, "canary", "--config", configuration], [sys.executable, peer, configuration], PAIRS
    )
    lines = [BEGIN, f"Measured with `make bench` on {os.cpu_count()} cores ({platform.machine()}).", ""]
    lines += table("taskops canary beside boto3 and psycopg", "benchmarks/canary_peer.py", canary, GOALS["canary"])
    aws = shutil.which("aws")
    if aws is None:
        print("skipped: the aws CLI is not installed, so `taskops --help` was not compared with it")
    else:
        start = compare([taskops, "--help"], [aws, "--version"], PAIRS)
        lines += table("taskops --help beside aws --version", "aws --version", start, GOALS["start"])
    lines.append(END)
    before, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    document.write_text(before + "\n".join(lines) + after, encoding="utf-8")
    print("\n".join(lines[1:-1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
