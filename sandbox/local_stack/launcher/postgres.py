"""The PostgreSQL server of the stack: found on the machine, set up, started and stopped.

It is tuned to start fast and to forget: fsync is off, because a sandbox's data is not worth waiting for.
It listens on a Unix socket only, in a directory that its own user alone can enter; the gates are the way in.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .processes import ProcessId
from .problem import Problem

OWNER = "sandbox"
MINIMUM_VERSION = 15
BOOTSTRAP = Path(__file__).parent.parent / "gate" / "bootstrap.sql"
#: A Unix socket's path has at most 107 bytes; its name is ".s.PGSQL.5432".
MAX_SOCKET_DIRECTORY = 107 - len("/.s.PGSQL.5432")
START_SECONDS = 30.0

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "shared_buffers": "32MB",
    "jit": "off",
    "max_parallel_workers": "0",
    # Kept in the data directory, so that removing it removes them too.
    "dynamic_shared_memory_type": "mmap",
    "default_transaction_isolation": "repeatable read",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The gates make PostgreSQL refuse what DSQL refuses; those errors are no news.
    "log_min_error_statement": "panic",
    "log_min_messages": "fatal",
}


@dataclass(frozen=True)
class Binaries:
    directory: Path
    version: int

    def __getitem__(self, name: str) -> str:
        return str(self.directory / name)


def find() -> Binaries:
    """The newest PostgreSQL on the machine that is new enough."""
    candidates = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if found := shutil.which("initdb"):
        candidates.append(Path(found).resolve().parent)
    usable = []
    for directory in candidates:
        if not all((directory / name).exists() for name in ("initdb", "postgres")):
            continue
        if digits := re.search(r"(\d+)", directory.parent.name):
            version = int(digits.group(1))
        else:
            printed = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True)
            digits = re.search(r"(\d+)", printed.stdout)
            version = int(digits.group(1)) if digits else 0
        if version >= MINIMUM_VERSION:
            usable.append(Binaries(directory, version))
    if not usable:
        raise Problem(f"No PostgreSQL {MINIMUM_VERSION} or newer was found on this machine.",
                      "Install it, on Debian with: apt-get install postgresql")
    return max(usable, key=lambda binaries: binaries.version)


@dataclass(frozen=True)
class Place:
    """Where a server keeps its files, and who it runs as."""

    #: Holds ``data`` and, where the path is short enough, the socket.
    home: Path
    socket_directory: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def outside(self) -> list[Path]:
        """What does not go away with the stack's own directory."""
        return [path for path in {self.home, self.socket_directory} if path.parent == Path(tempfile.gettempdir())]


def choose_place(directory: Path) -> Place:
    """PostgreSQL will not run as root, and whom it runs as must be able to reach its files."""
    user = None
    if os.geteuid() == 0:
        user = next((name for name in ("postgres", "nobody") if _exists(name)), None)
        if user is None:
            raise Problem("PostgreSQL does not run as root, and there is no user postgres to run it as.",
                          "Run this as another user, or: useradd --system postgres")
    home = directory / "postgres"
    if user and not _reachable(directory, user):
        home = _private_directory(user)
    else:
        home.mkdir(mode=0o700, exist_ok=True)
        _give(home, user)
    sockets = home
    if len(os.fsencode(home)) > MAX_SOCKET_DIRECTORY:
        sockets = _private_directory(user)
    return Place(home, sockets, user)


def create(binaries: Binaries, place: Place) -> None:
    """initdb, and the roles, views and procedures every database is to have."""
    _run([binaries["initdb"], "-D", place.data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-locale",
          "--no-sync", "--no-instructions"], place, "initdb failed")
    _run([binaries["postgres"], "--single", "-j", "-D", place.data, "-c", "fsync=off", "template1"],
         place, "preparing the database failed", BOOTSTRAP.read_bytes())


def start(binaries: Binaries, place: Place, log: Path) -> ProcessId:
    """Starts the server in a session of its own and waits until it takes connections."""
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    arguments = [binaries["postgres"], "-D", place.data, "-k", place.socket_directory]
    for name, value in SETTINGS.items():
        arguments += ["-c", f"{name}={value}"]
    with log.open("ab") as output:
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   cwd=place.home, start_new_session=True, **_as(place.user))
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(place):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Problem(f"PostgreSQL did not start: {_last_line(log)}", f"See {log}")
        time.sleep(0.01)
    identity = ProcessId.of(process.pid)
    if identity is None:
        raise Problem("PostgreSQL ended right after it had started.", f"See {log}")
    return identity


def stop(identity: ProcessId, place: Place | None) -> None:
    segment = shared_memory(place.data) if place else None
    identity.stop(signal.SIGINT)
    # A server that was killed leaves its System V segment behind.
    if segment is not None:
        ctypes.CDLL(None, use_errno=True).shmctl(segment, 0, None)  # 0 is IPC_RMID


def shared_memory(data: Path) -> int | None:
    """The id of the server's System V segment, from line 7 of postmaster.pid."""
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[6].split()[1])
    except (OSError, IndexError, ValueError):
        return None


def running_in(data: Path) -> ProcessId | None:
    """The server that holds a data directory, whoever started it."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, IndexError, ValueError):
        return None
    return ProcessId.of(pid) if os.fsencode(data) in command.split(b"\0") else None


def _is_ready(place: Place) -> bool:
    try:
        return (place.data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def _run(arguments: list[str | Path], place: Place, what: str, text: bytes | None = None) -> None:
    done = subprocess.run(arguments, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=place.home,
                          **_as(place.user))
    # Single-user mode reports errors but ends well.
    complaint = re.search(rb"(?:ERROR|FATAL|PANIC|error): .*", done.stdout)
    if done.returncode or complaint:
        last = complaint.group().decode() if complaint else done.stdout.decode().strip().rsplit("\n", 1)[-1]
        raise Problem(f"PostgreSQL: {what}: {last}", "See that the disk is not full, then: taskops sandbox up")


def _as(user: str | None) -> dict[str, object]:
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _reachable(directory: Path, user: str) -> bool:
    entry = pwd.getpwnam(user)
    for path in (directory, *directory.parents):
        found = path.stat()
        bit = (stat.S_IXUSR if found.st_uid == entry.pw_uid
               else stat.S_IXGRP if found.st_gid == entry.pw_gid else stat.S_IXOTH)
        if not found.st_mode & bit:
            return False
    return True


def _private_directory(user: str | None) -> Path:
    path = Path(tempfile.mkdtemp(prefix="taskops-postgres-"))
    _give(path, user)
    return path


def _give(path: Path, user: str | None) -> None:
    path.chmod(0o700)
    if user:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _last_line(log: Path) -> str:
    try:
        return log.read_text(errors="replace").strip().rsplit("\n", 1)[-1]
    except OSError:
        return "no reason given"
