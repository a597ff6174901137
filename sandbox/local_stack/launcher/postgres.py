"""The PostgreSQL server of the stack: found on the machine, set up, started and stopped.

It is tuned to start fast and to forget: fsync is off, because a sandbox's data is not worth waiting for.
It listens on a Unix socket only, in a directory that its own user alone can enter; the gates are the way in.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .problem import Problem
from .processes import ProcessId

OWNER = "sandbox"
MINIMUM_VERSION = 15
BOOTSTRAP = Path(__file__).parent.parent / "gate" / "bootstrap.sql"
#: A Unix socket's path has at most 107 bytes; its name is ".s.PGSQL.5432".
MAX_SOCKET_DIRECTORY = 107 - len("/.s.PGSQL.5432")
START_SECONDS = 30.0
CREATED = "created"
_IPC_RMID = 0
_PR_SET_PDEATHSIG = 1

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    # A commit still reaches the kernel, so it outlives a server that is killed.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "shared_buffers": "32MB",
    # A statement that runs ends soon after its client has gone.
    "client_connection_check_interval": "500ms",
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
        home = _private_directory(directory, "data", user)
    else:
        home.mkdir(mode=0o700, exist_ok=True)
        _give(home, user)
    sockets = home
    if len(os.fsencode(home)) > MAX_SOCKET_DIRECTORY:
        sockets = _private_directory(directory, "socket", user)
    return Place(home, sockets, user)


def create(binaries: Binaries, place: Place) -> None:
    """initdb, and the roles, views and procedures every database is to have."""
    _run([binaries["initdb"], "-D", place.data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-locale",
          "--no-sync", "--no-instructions"], place, "initdb failed")
    _run([binaries["postgres"], "--single", "-j", "-D", place.data, "-c", "fsync=off", "template1"],
         place, "preparing the database failed", BOOTSTRAP.read_bytes())
    (place.home / CREATED).touch()


def is_created(place: Place) -> bool:
    """Whether ``create`` came to its end here; what it left when it did not is deleted."""
    if (place.home / CREATED).exists():
        return True
    shutil.rmtree(place.data, ignore_errors=True)
    return False


def start(binaries: Binaries, place: Place, log: Path, spawned: Callable[[ProcessId], None] = lambda _: None
          ) -> ProcessId:
    """Starts the server in a session of its own and waits until it takes connections.

    ``spawned`` hears of the process at once, before it is of any use.
    """
    release_memory(place)
    # Left by a server that was killed. PostgreSQL would take the process of that number for a server, also
    # when it is a zombie.
    for stale in (place.data / "postmaster.pid", *place.socket_directory.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)
    arguments = [binaries["postgres"], "-D", str(place.data), "-k", str(place.socket_directory)]
    for name, value in SETTINGS.items():
        arguments += ["-c", f"{name}={value}"]
    with log.open("ab") as output:
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   cwd=place.home, start_new_session=True, **_as(place.user))
    identity = ProcessId.of(process.pid)
    if identity:
        spawned(identity)
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(place):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Problem(f"PostgreSQL did not start: {_last_line(log)}", f"See {log}")
        time.sleep(0.01)
    if identity is None:
        raise Problem("PostgreSQL ended right after it had started.", f"See {log}")
    return identity


def stop(identity: ProcessId, place: Place) -> None:
    identity.stop(signal.SIGINT)
    release_memory(place)


def release_memory(place: Place) -> None:
    """Removes the System V segment of a server that was killed; one that ended by itself has done so.

    Its other processes notice a moment later that it is gone. Until then the segment is attached, and the
    data must not be touched.
    """
    deadline = time.monotonic() + START_SECONDS
    while attached := _segment(place):
        segment, users = attached
        if not users:
            ctypes.CDLL(None).shmctl(segment, _IPC_RMID, None)
            return
        if time.monotonic() > deadline:
            raise Problem("Processes of a PostgreSQL that was killed do not end.",
                          f"End what uses {place.data}, then: taskops sandbox up")
        time.sleep(0.02)


def _segment(place: Place) -> tuple[int, int] | None:
    """The id and the number of users of the segment that the last server here made, while there is one."""
    try:
        note = (place.data / "postmaster.pid").read_text().splitlines()
        server, segment = note[0].strip(), note[6].split()[1]
        segments = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    except (OSError, IndexError):
        return None
    # Columns: key, id, permissions, size, creator's pid, last pid, users. After a reboot the id may be another's.
    return next(((int(one[1]), int(one[6])) for one in segments if one[1] == segment and one[4] == server), None)


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
                          preexec_fn=_end_with_parent, **_as(place.user))  # noqa: PLW1509
    # Single-user mode reports errors but ends well.
    complaint = re.search(rb"(?:ERROR|FATAL|PANIC|error): .*", done.stdout)
    if done.returncode or complaint:
        last = complaint.group().decode() if complaint else done.stdout.decode().strip().rsplit("\n", 1)[-1]
        raise Problem(f"PostgreSQL: {what}: {last}", "See that the disk is not full, then: taskops sandbox up")


def _end_with_parent() -> None:
    """A set-up that was killed must not go on writing while its files are being deleted."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _as(user: str | None) -> dict[str, Any]:
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


def _private_directory(directory: Path, what: str, user: str | None) -> Path:
    """One under the system's temporary directory, whose name says whose it is: nothing else has to remember it."""
    path = Path(tempfile.gettempdir()) / f"taskops-{what}-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]}"
    if path.is_symlink() or path.exists():
        if path.is_symlink() or path.stat().st_uid not in {os.geteuid(), _user_id(user)}:
            raise Problem(f"{path} is in the way, and belongs to somebody else.", f"Delete {path}")
        shutil.rmtree(path)
    path.mkdir(mode=0o700)
    _give(path, user)
    return path


def _user_id(user: str | None) -> int:
    return pwd.getpwnam(user).pw_uid if user else os.geteuid()


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
