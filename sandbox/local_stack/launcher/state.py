"""The stack's own directory: who may work on it, and what is known of what runs.

``state.json`` is written by the launcher alone, ``server.json`` by the server alone; each replaces its file
in one step, so a reader never sees half of one.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .problem import Problem
from .processes import ProcessId

STATE, SERVER, ENVIRONMENT, CONFIGURATION, CA = "state.json", "server.json", "env", "taskops.yaml", "ca.pem"


@dataclass(frozen=True)
class Names:
    """What the stack is called and where it stands; another ``up`` with others is refused."""

    stack: str
    environment: str
    regions: tuple[str, ...]
    witness: str

    def as_json(self) -> dict[str, Any]:
        return {"stack": self.stack, "environment": self.environment, "regions": list(self.regions),
                "witness": self.witness}


@dataclass
class State:
    names: dict[str, Any] = field(default_factory=dict)
    #: PostgreSQL's home, socket directory and user.
    postgres: dict[str, Any] = field(default_factory=dict)
    processes: dict[str, dict[str, int]] = field(default_factory=dict)
    #: Where things listen, once they do.
    addresses: dict[str, Any] = field(default_factory=dict)
    #: What is deployed: the digest of zip, template and deploy code. Absent until the stack was ready once.
    deployed: str | None = None

    def process(self, name: str) -> ProcessId | None:
        return ProcessId.from_json(self.processes.get(name))


class Directory:
    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def read(self) -> State | None:
        """None when no ``up`` ever got as far as writing it."""
        record = read_json(self / STATE)
        if not isinstance(record, dict):
            return None
        known = {name: record[name] for name in State.__dataclass_fields__ if name in record}
        return State(**known)

    def write(self, state: State) -> None:
        write_json(self / STATE, vars(state))

    def server(self) -> dict[str, Any]:
        record = read_json(self / SERVER)
        return record if isinstance(record, dict) else {}

    @contextmanager
    def locked(self, *, create: bool) -> Iterator[bool]:
        """Holds the directory for this process alone; yields False when there is none and none is to be made.

        The lock is on the directory itself, so that removing the directory leaves no lock file. Whoever
        waited for a directory that was then removed has locked a thing without a name, and tries again.
        """
        while True:
            if create:
                self._make()
            try:
                descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            except FileNotFoundError:
                yield False
                return
            except NotADirectoryError:
                raise Problem(f"{self.path} is not a directory.", "Give another one with --directory.") from None
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if self._is(descriptor):
                    yield True
                    return
            finally:
                os.close(descriptor)

    def check_is_ours(self) -> None:
        """Never take over, or delete, a directory that holds anything else."""
        if not (self / STATE).exists() and any(self.path.iterdir()):
            if set(os.listdir(self.path)) <= {"logs", STATE + ".new"}:
                return
            raise Problem(f"{self.path} holds files that are not the local stack's.",
                          "Give an empty directory with --directory.")

    def _make(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise Problem(f"{self.path} cannot be made: {problem.strerror}.",
                          "Give another directory with --directory.") from None

    def _is(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self.path))
        except FileNotFoundError:
            return False


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def write_json(path: Path, record: Any) -> None:
    write_private(path, json.dumps(record, indent=1) + "\n")


def write_private(path: Path, text: str) -> None:
    """In one step, and readable by its owner alone: these files may hold an access key."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
