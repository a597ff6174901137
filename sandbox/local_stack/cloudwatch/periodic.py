"""Work done again and again on a thread of its own, as often as a setting says."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

#: A setting of 0 means as often as is sensible.
SHORTEST_SECONDS = 0.05
#: A new setting is noticed so soon, however long the old one would have waited.
LOOK_SECONDS = 0.25


class Periodic:
    def __init__(self, name: str, seconds: Callable[[], float], work: Callable[[], None]) -> None:
        self._name = name
        self._seconds = seconds
        self._work = work
        self._closed = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def close(self) -> None:
        self._closed.set()

    def _run(self) -> None:
        waited = 0.0
        while True:
            wanted = max(SHORTEST_SECONDS, self._seconds())
            step = min(LOOK_SECONDS, max(SHORTEST_SECONDS, wanted - waited))
            if self._closed.wait(step):
                return
            waited += step
            if waited < wanted - 1e-9:
                continue
            waited = 0.0
            try:
                self._work()
            except Exception:
                log.exception("%s failed; it is tried again", self._name)
