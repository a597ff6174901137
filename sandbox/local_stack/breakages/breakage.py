"""One breakage: its name, what it does, and the three steps it consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bench import Bench

#: What mending needs to know; it is written to a file before anything is broken.
Record = dict[str, Any]


class CannotBreak(Exception):
    """It cannot be broken now, in a sentence: what it would break is not there, for one."""


@dataclass(frozen=True)
class Breakage:
    name: str
    what: str
    #: Reads what mending will need, and changes nothing.
    look: Callable[[Bench], Record]
    break_: Callable[[Bench, Record], None]
    #: Harmless when there is nothing to mend, or when it was half broken only.
    mend: Callable[[Bench, Record], None]
    #: For all Regions at once: this machine's credentials, AWS's clock, a database that peers share.
    is_global: bool = False


#: Name → breakage, in the order in which an event takes the path.
BREAKAGES: dict[str, Breakage] = {}


def breakage(what: str, name: str, *, is_global: bool = False) -> Callable[[type], type]:
    """Registers a class with ``break_`` and ``mend``, and with ``look`` where there is something to note."""

    def register(made: type) -> type:
        look = getattr(made, "look", lambda bench: {})
        BREAKAGES[name] = Breakage(name, what, look, made.break_, made.mend, is_global)  # type: ignore[attr-defined]
        return made

    return register
