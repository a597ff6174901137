"""``python -m conformance``: the run that ``make conformance`` starts. Ends 0 without a difference, 1 with any, 2 if broken."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import members, report, scenarios
from .reader import Reader, ReaderError
from .run import Run
from .stack import Stack, StackError


def main() -> int:
    root = Path(__file__).resolve().parents[1]
    options = argparse.ArgumentParser(prog="conformance", description=__doc__)
    options.add_argument("--taskops", type=Path, default=root / ".build/debug/taskops", help="the built console")
    options.add_argument(
        "--reader", type=Path, default=root / ".build/debug/conformance-reader", help="the built reader"
    )
    chosen = options.parse_args()
    try:
        plan = scenarios.Plan.from_text(scenarios.FILE.read_text(encoding="utf-8"))
        listed = members.Members.from_text(members.FILE.read_text(encoding="utf-8"))
        stack = Stack(root, chosen.taskops.absolute())
        result = Run(stack, Reader(chosen.reader.absolute()), plan, listed, _say).all()
    except (scenarios.ScenarioError, StackError, ReaderError) as problem:
        print(f"conformance: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    for line in report.lines(result):
        print(line)
    if result.differences:
        return 1
    (root / "docs/conformance.md").write_text(report.document(result, listed), encoding="utf-8")
    return 0


def _say(line: str) -> None:
    print(f"conformance: {line}", flush=True)


sys.exit(main())
