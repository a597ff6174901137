"""The local stack that the commands run against: one of its own, brought up for the run and taken down after it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import termios
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3

#: A command that takes longer hangs.
_LONGEST = 90


class StackError(Exception):
    """The local stack could not be used, in a sentence."""


class Stack:
    def __init__(self, root: Path, taskops: Path) -> None:
        self.root = root
        self.directory = root / ".taskops" / "conformance"
        self.taskops = taskops
        self.variables: dict[str, str] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        try:
            # What a run that was killed left behind goes first.
            self._sandbox("down")
            self._sandbox("up")
            self.variables = dict(
                line.split("=", 1) for line in (self.directory / "env").read_text().splitlines() if "=" in line
            )
            # Lambda waits a minute and then two before it tries again; here nobody does.
            self.control("PUT", "/settings", {"lambdaRetryScale": 0.001, "deliveryRetryScale": 0.001})
            yield
        finally:
            self._sandbox("down")

    @property
    def endpoint(self) -> str:
        return self.variables["AWS_ENDPOINT_URL"]

    @property
    def configuration(self) -> Path:
        return self.directory / "taskops.yaml"

    def run(
        self,
        words: list[str],
        variables: dict[str, str] | None = None,
        typed: str | None = None,
        ends: Callable[[], bool] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """A command as a person types it whose shell means this stack, and knows nothing else.

        ``typed`` is what they type when asked: then the command has a terminal, and what it says there is its stderr.
        ``ends`` is asked again and again, and once it is true they press Ctrl-C.
        """
        environment = {
            "PATH": f"{self.root}/.taskops/venv/bin:/usr/local/bin:/usr/bin:/bin",
            "HOME": "/nonexistent",
            "LANG": "C.UTF-8",
            "TASKOPS_SANDBOX": str(self.directory),
            "AWS_EC2_METADATA_DISABLED": "true",
            **(self.variables if variables is None else variables),
        }
        deadline = time.monotonic() + _LONGEST
        try:
            with (
                _terminal(typed) as terminal,
                subprocess.Popen(
                    [self.taskops, *words],
                    env=environment,
                    cwd=self.root,
                    stdin=subprocess.DEVNULL if terminal is None else terminal,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE if terminal is None else terminal,
                    text=True,
                ) as process,
            ):
                try:
                    while ends is not None and process.poll() is None and time.monotonic() < deadline:
                        if ends():
                            process.send_signal(signal.SIGINT)
                            break
                        time.sleep(0.1)
                    said, complained = process.communicate(timeout=max(1, deadline - time.monotonic()))
                except BaseException:
                    process.kill()
                    raise
                return subprocess.CompletedProcess(words, process.returncode, said, complained)
        except subprocess.TimeoutExpired:
            raise StackError(f"taskops {' '.join(words)} took longer than {_LONGEST} seconds") from None
        except OSError as problem:
            raise StackError(f"{self.taskops} cannot be run: {problem.strerror}; make build builds it") from None

    def client(self, service: str, region: str = "us-east-1") -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"],
        )

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The control address's answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.variables["TASKOPS_SANDBOX_CONTROL"] + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise StackError(f"{method} {path}: {json.load(refused).get('error')}") from None

    def calls(self, call: str) -> int:
        """How often an operation was called, such as ``logs StartLiveTail``."""
        service, operation = call.split()
        counts = self.control("GET", "/calls")["calls"]
        return sum(one["count"] for one in counts if (one["service"], one["operation"]) == (service, operation))

    @contextmanager
    def faults(self, faults: tuple[dict[str, Any], ...]) -> Iterator[None]:
        try:
            for fault in faults:
                self.control("POST", "/faults", fault)
            yield
        finally:
            with suppress(OSError):
                self.control("DELETE", "/faults")

    def _sandbox(self, word: str) -> None:
        done = self.run(["sandbox", word], {})
        if done.returncode != 0:
            raise StackError(f"taskops sandbox {word} ended with {done.returncode}: {done.stderr}{done.stdout}")


@contextmanager
def _terminal(typed: str | None) -> Iterator[int | None]:
    """A terminal on which somebody types once they are asked; None where nobody does."""
    if typed is None:
        yield None
        return
    ours, theirs = pty.openpty()
    ended = threading.Event()
    hand = threading.Thread(target=_type, args=(typed, ours, theirs, ended))
    hand.start()
    try:
        yield theirs
    finally:
        ended.set()
        hand.join()
        os.close(theirs)
        os.close(ours)


def _type(typed: str, ours: int, theirs: int, ended: threading.Event) -> None:
    """Waits until the terminal hides what is typed: what came before is thrown away by whoever asks for a code."""
    while not ended.wait(0.02):
        if not termios.tcgetattr(theirs)[3] & termios.ECHO:
            os.write(ours, f"{typed}\n".encode())
            return
