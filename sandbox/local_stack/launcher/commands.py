"""The words of ``python -m local_stack``."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import NoReturn

from .problem import Problem
from .progress import fail
from .state import ENVIRONMENT, Directory, Names

USAGE_ERROR = 64


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def main(given: list[str] | None = None) -> int:
    options = _parser().parse_args(given)
    directory = Directory(options.directory)
    try:
        return _run(options, directory)
    except Problem as problem:
        if options.word == "env":
            print(f"{problem.summary}\n  next: {problem.hint}", file=sys.stderr)
        else:
            fail("stack", problem)
        return 1
    except KeyboardInterrupt:
        fail("stack", Problem("interrupted", "Go on with: taskops sandbox up; or end it with: taskops sandbox down"))
        return 130


def _run(options: argparse.Namespace, directory: Directory) -> int:
    # Imported where they are needed: `env` and `status` are to answer at once.
    match options.word:
        case "up":
            from .up import Failed, up

            names = Names(options.stack, options.environment, options.regions, options.witness)
            try:
                up(directory, options.function_zip.absolute(), names)
            except Failed:
                return 1
        case "down":
            from .down import down

            down(directory)
        case "status":
            from .status import status

            return 0 if status(directory) else 1
        case "env":
            try:
                sys.stdout.write((directory / ENVIRONMENT).read_text())
            except FileNotFoundError:
                raise Problem("No local stack is up.", "taskops sandbox up") from None
        case "break" | "mend":
            from ..breakages import CannotBreak
            from . import practice

            try:
                if options.word == "break":
                    practice.break_(directory, options.fault, options.region)
                else:
                    practice.mend(directory, options.fault, options.region)
            except practice.Misspelt as problem:
                fail("usage", problem)
                return USAGE_ERROR
            except CannotBreak as problem:
                fail("stack", Problem(str(problem), "taskops sandbox mend"))
                return 1
        case "faults":
            from . import practice

            practice.list_()
        case "serve":
            from .serve import serve

            return serve(directory)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m local_stack", description="The local two-Region stack of taskops.")
    words = parser.add_subparsers(dest="word", required=True, metavar="WORD", parser_class=_Parser)
    for word, what in (
        ("up", "start everything and deploy the stack; what runs already is kept"),
        ("down", "end everything and leave nothing behind"),
        ("status", "say how each part is"),
        ("env", "print the variables that point programs here, as KEY=VALUE"),
        ("break", "break something as it breaks in real life"),
        ("mend", "mend what was broken: this, or everything"),
        ("faults", "list what can be broken"),
        ("serve", "be the server; up starts this"),
    ):
        one = words.add_parser(word, help=what, description=what)
        one.add_argument("--directory", type=Path, required=True, help="where the stack keeps everything")
        if word in ("break", "mend"):
            one.add_argument("fault", nargs="+" if word == "break" else "*", metavar="FAULT")
            one.add_argument("--region", action="append", default=[], help="of the stack; default: all of them")
        if word == "up":
            one.add_argument("--function-zip", type=Path, required=True, help="what `make function` built")
            one.add_argument("--stack", type=_name, default="tasks", help="default: tasks")
            one.add_argument("--environment", type=_name, default="dev", help="default: dev")
            one.add_argument("--regions", type=_regions, default=("us-east-1", "us-west-2"), metavar="A,B",
                             help="default: us-east-1,us-west-2")
            one.add_argument("--witness", type=_region, default="us-east-2", help="default: us-east-2")
    return parser


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name: a small letter, then at most 19 of a-z, 0-9 and -")
    return text


def _region(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-[0-9]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a Region")
    return text


def _regions(text: str) -> tuple[str, ...]:
    regions = tuple(_region(part.strip()) for part in text.split(","))
    if len(regions) != 2 or len(set(regions)) != 2:
        raise argparse.ArgumentTypeError("two different Regions, as in us-east-1,us-west-2")
    return regions
