"""Things that go wrong in the task system, made on purpose and mended again: ``taskops sandbox break`` and ``mend``.

Each is made by AWS's own calls with the operator's key, at the control address, in the database through its gate, or
in the client's own files; nothing is pretended to a client.
"""

# Each registers what it holds, in the order in which an event takes the path.
from . import identity, events, function, queues, data  # noqa: F401, I001
from .book import Book
from .breakage import BREAKAGES, Breakage, CannotBreak

__all__ = ["BREAKAGES", "Book", "Breakage", "CannotBreak"]
