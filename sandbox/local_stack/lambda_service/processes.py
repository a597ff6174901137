"""Child processes that cannot outlive this one, however it ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import signal
import subprocess
import threading
from concurrent.futures import Future
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_prctl = _libc.prctl


def _die_with_parent() -> None:
    # Runs between fork and exec: one system call and nothing else.
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Spawner:
    """Starts every child from one thread that lives as long as the process.

    The kernel sends the parent-death signal when the *thread* that forked ends (prctl(2)), so a child
    started by a request's thread would be killed with that request.
    """

    def __init__(self) -> None:
        self._wanted: queue.SimpleQueue[tuple[Future[subprocess.Popen[bytes]], list[str], Path, dict[str, str], int]]
        self._wanted = queue.SimpleQueue()
        threading.Thread(target=self._run, name="spawner", daemon=True).start()

    def start(
        self, command: list[str], directory: Path, environment: dict[str, str], output: int
    ) -> subprocess.Popen[bytes]:
        """``output`` receives both standard output and standard error."""
        future: Future[subprocess.Popen[bytes]] = Future()
        self._wanted.put((future, command, directory, environment, output))
        return future.result()

    def _run(self) -> None:
        while True:
            future, command, directory, environment, output = self._wanted.get()
            try:
                future.set_result(
                    subprocess.Popen(
                        command,
                        cwd=directory,
                        env=environment,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                        start_new_session=True,
                        preexec_fn=_die_with_parent,
                        close_fds=True,
                    )
                )
            except BaseException as problem:
                future.set_exception(problem)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def stop_group(process: subprocess.Popen[bytes]) -> None:
    """It runs no further until it is killed."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGSTOP)


def peak_memory_mb(pid: int) -> int:
    """The most memory the process had, in whole megabytes; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status", "rb") as status:
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return max(1, round(int(line.split()[1]) / 1024))
    except (OSError, ValueError):
        pass
    return 0
