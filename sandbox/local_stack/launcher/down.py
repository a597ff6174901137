"""Takes the stack away: processes first, then every file."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

from . import postgres
from .problem import Problem
from .processes import ProcessId
from .progress import emit
from .state import Directory, State


def down(directory: Directory) -> None:
    with directory.locked(create=False) as exists:
        if not exists:
            emit("stack", "stopped", "no local stack is up")
            return
        directory.check_is_ours()
        remove(directory)
        emit("stack", "stopped", f"{directory.path} is gone")


def remove(directory: Directory, *, keep_logs: bool = False) -> None:
    """Ends what runs and deletes what there is, also after an ``up`` that was killed half-way."""
    state = directory.read() or State()
    server = server_process(directory, state)
    if server and server.is_running:
        emit("server", "stopping")
        server.stop(signal.SIGTERM)
        emit("server", "stopped")
    place = place_of(directory, state)
    running = postgres.running_in(place.data) or state.process("postgres")
    if running and running.is_running:
        emit("postgres", "stopping")
        postgres.stop(running, place)
        emit("postgres", "stopped")
    else:
        postgres.release_memory(place)
    for path in place.outside:
        _delete(path)
    if keep_logs:
        for entry in directory.path.iterdir():
            if entry.name != "logs":
                _delete(entry)
    else:
        _delete(directory.path)


def server_process(directory: Directory, state: State) -> ProcessId | None:
    """The server as it names itself, or, before it could, as the launcher noted it."""
    return ProcessId.from_json(directory.server().get("process")) or state.process("server")


def place_of(directory: Directory, state: State) -> postgres.Place:
    if state.postgres:
        return postgres.Place(Path(state.postgres["home"]), Path(state.postgres["sockets"]), state.postgres["user"])
    return postgres.Place(directory / "postgres", directory / "postgres", None)


def _delete(path: Path) -> None:
    """A process that has just ended may still have left something while we looked."""
    for attempt in range(20):
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            return
        except FileNotFoundError:
            if not os.path.lexists(path):
                return
        except OSError as problem:
            if attempt == 19:
                raise Problem(f"{problem.filename or path} cannot be deleted: {problem.strerror}.",
                              "Delete it as the user it belongs to.") from None
        time.sleep(0.05)
