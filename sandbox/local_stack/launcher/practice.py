"""``break``, ``mend`` and ``faults``: what people practise on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ..breakages import BREAKAGES, Book
from .problem import Problem
from .progress import emit
from .state import Directory


class Misspelt(Problem):
    """What was typed names nothing there is."""


def list_() -> None:
    for breakage in BREAKAGES.values():
        emit(breakage.name, "listed", breakage.what)


def break_(directory: Directory, names: Iterable[str], regions: Iterable[str]) -> None:
    """Breaks each in each Region; what is broken already stays as it is."""
    with directory.locked(create=False) as exists:
        book = _book(directory, exists)
        wanted = _regions(book, regions)
        for name in _known(names):
            for region in wanted[:1] if BREAKAGES[name].is_global else wanted:
                done = book.break_(name, region)
                where = "all Regions" if BREAKAGES[name].is_global else region
                what = f"{where}: {BREAKAGES[name].what}"
                emit(name, "broken", what if done else f"{where}: broken already")


def mend(directory: Directory, names: Iterable[str], regions: Iterable[str]) -> None:
    with directory.locked(create=False) as exists:
        book = _book(directory, exists)
        mended = book.mend(_known(names), _regions(book, regions) if regions else ())
        for entry in mended:
            where = "all Regions" if BREAKAGES[entry["name"]].is_global else entry["region"]
            emit(entry["name"], "mended", where)
        if not mended:
            emit("stack", "mended", "nothing was broken")
        if not book.entries():
            for region, queue, count, runbook in book.left():
                emit(queue, "holds", f"{region}: {count} of what met the faults; taskops runbook {runbook}")


def _book(directory: Directory, exists: bool) -> Book:
    if not exists:
        raise Problem("no local stack is up", "taskops sandbox up")
    return Book(directory)


def _known(names: Iterable[str]) -> list[str]:
    names = list(names)
    for name in names:
        if name not in BREAKAGES:
            near = difflib.get_close_matches(name, BREAKAGES, 1)
            raise Misspelt(f"there is no fault {name}",
                          f"did you mean {near[0]}?" if near else "taskops sandbox break --list")
    return names


def _regions(book: Book, given: Iterable[str]) -> list[str]:
    given = list(given)
    for region in given:
        if region not in book.regions:
            raise Misspelt(f"{region} is not a Region of the stack", f"its Regions: {', '.join(book.regions)}")
    return given or list(book.regions)
