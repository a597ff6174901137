"""An execution environment: one process of a function's ``bootstrap``, one invocation at a time."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ..world import PARTITION, World
from . import code
from .functions import FunctionView
from .log_lines import LogStream, Report, iso
from .metrics import FunctionMetrics
from .processes import Spawner, kill_group, peak_memory_mb, stop_group
from .runtime_api import Invocation, RuntimeApi

#: A role's session lasts longer than an environment may be reused, so that no process outlives its key.
SESSION_SECONDS = 12 * 3600
MAX_AGE_SECONDS = 2 * 3600


@dataclass(frozen=True)
class Outcome:
    """What came of an invocation."""

    payload: bytes
    #: None, or the X-Amz-Function-Error header's value.
    function_error: str | None
    status: str
    tail: bytes
    duration_ms: float = 0.0


class Environment:
    def __init__(self, world: World, spawner: Spawner, function: FunctionView, metrics: FunctionMetrics) -> None:
        self._world = world
        self._metrics = metrics
        self._spawner = spawner
        self.function = function
        self._log = LogStream(world, function)
        self._api = RuntimeApi()
        self._process: subprocess.Popen[bytes] | None = None
        self._exit: int | None = None
        self._killed_for: str | None = None
        self._pump_lock = threading.Lock()
        self._partial = b""
        self._pipe = -1
        self.started_at = time.monotonic()
        self.idle_since = time.monotonic()
        self._init_ms: float | None = None
        self._init_reported = False

    @property
    def usable(self) -> bool:
        return self._process is not None and self._exit is None and self._killed_for is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    # Start and end

    def start(self) -> str | None:
        """Starts the process; answers Lambda's error type when that cannot be done."""
        self._log.init_start()
        try:
            root = code.unpacked(self._world.directory / "functions", self.function.digest, self.function.package)
        except code.CodeError:
            return "Runtime.InvalidEntrypoint"
        bootstrap = root / "bootstrap"
        if not bootstrap.is_file() or not os.access(bootstrap, os.X_OK):
            return "Runtime.InvalidEntrypoint"
        reader, writer = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(reader, False)
        try:
            self._process = self._spawner.start([str(bootstrap)], root, self._variables(root), writer)
        except OSError:
            os.close(reader)
            return "Runtime.InvalidEntrypoint"
        finally:
            os.close(writer)
        self._pipe = reader
        threading.Thread(target=self._watch, name="environment", daemon=True).start()
        return None

    def end(self) -> None:
        """Ends the process, if it still runs, and frees the port."""
        if self._process is not None and self._exit is None:
            self._killed_for = self._killed_for or "shutdown"
            kill_group(self._process)
        self._api.close()

    def _variables(self, root: Path) -> dict[str, str]:
        from moto.sts.models import sts_backends

        function, world = self.function, self._world
        session = sts_backends[world.account_id][PARTITION].assume_role(
            region_name=function.region,
            role_session_name=function.name[:64],
            role_arn=function.role,
            policy="",
            duration=SESSION_SECONDS,
            external_id="",
        )
        world.function_keys.add(session.access_key_id)
        variables = {
            **function.environment,
            # What Lambda sets wins over what the function's configuration says (developer guide,
            # "Defined runtime environment variables": these are reserved).
            "_HANDLER": function.handler,
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self._log.name,
            "AWS_LAMBDA_LOG_FORMAT": function.log_format,
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_ACCESS_KEY_ID": session.access_key_id,
            "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
            "AWS_SESSION_TOKEN": session.session_token,
            "LAMBDA_TASK_ROOT": str(root),
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "LD_LIBRARY_PATH": f"/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:{root}:{root}/lib:/opt/lib",
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
            "TZ": ":UTC",
            "AWS_ENDPOINT_URL": world.endpoint_url,
        }
        if function.application_log_level:
            variables["AWS_LAMBDA_LOG_LEVEL"] = function.application_log_level
        if function.region in world.gate_ports:
            variables |= {"PGHOSTADDR": "127.0.0.1", "PGPORT": str(world.gate_ports[function.region])}
        if world.ca_file is not None:
            variables["PGSSLROOTCERT"] = str(world.ca_file)
        return variables

    # One invocation

    def invoke(self, invocation: Invocation) -> Outcome:
        place = (self.function.region, self.function.name)
        started, milliseconds, failed = time.time(), 0.0, True
        self._metrics.begun(*place)
        try:
            outcome = self._invoke(invocation)
            milliseconds, failed = outcome.duration_ms, outcome.function_error is not None
            return outcome
        finally:
            self._metrics.ended(*place, invocation.function_arn, started, milliseconds, failed)

    def _invoke(self, invocation: Invocation) -> Outcome:
        self._log.begin_tail()
        problem: str | None = None
        if self._process is None:
            problem = self.start()
        init_ms = self._await_init(problem)
        if problem is None and self._api.ready_at is None:
            problem = self._init_problem()
        if problem is not None:
            return self._failed_init(invocation, problem, init_ms)
        self._log.start(invocation.request_id)
        struck = self._world.faults.take(("function-error",), region=self.function.region, function=self.function.name)
        if struck:
            fault = struck[0]
            invocation.handed_at = invocation.replied_at = time.monotonic()
            invocation.failed, invocation.error_type = True, fault.code or "Sandbox.InjectedError"
            invocation.reply = _error(invocation.error_type, fault.message or "A fault was switched on.")
        else:
            self._run(invocation)
        return self._concluded(invocation, init_ms)

    def _await_init(self, problem: str | None) -> float | None:
        """Waits for the runtime's first question; answers how long Init took, once per environment."""
        if problem is None and not self._init_reported:
            with self._api.changed:
                self._api.changed.wait_for(
                    lambda: (
                        self._api.ready_at is not None or self._exit is not None or self._api.init_error is not None
                    ),
                    self._world.settings.initTimeoutSeconds,
                )
        if self._init_reported:
            return None
        self._init_reported = True
        ended = self._api.ready_at or time.monotonic()
        return (ended - self.started_at) * 1000

    def _init_problem(self) -> str:
        if self._api.init_error is not None:
            return self._api.init_error[0]
        if self._exit is not None:
            return "Runtime.ExitError"
        return "Sandbox.Timedout"

    def _failed_init(self, invocation: Invocation, problem: str, init_ms: float | None) -> Outcome:
        self._drain()
        status = "timeout" if problem == "Sandbox.Timedout" else "error"
        self._log.init_failed(init_ms or 0.0, status, problem)
        self._log.start(invocation.request_id)
        payload = self._api.init_error[1] if self._api.init_error is not None else b""
        if not payload:
            text = {
                "Runtime.InvalidEntrypoint": "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
                "Sandbox.Timedout": f"Init timed out after {self._world.settings.initTimeoutSeconds:.2f} seconds",
            }.get(problem, f"Runtime exited with error: {self._exit_text()}")
            payload = _error(problem, f"RequestId: {invocation.request_id} Error: {text}")
            self._log.write(f"RequestId: {invocation.request_id} Error: {text}\n{problem}\n")
        self._log.finish(Report(invocation.request_id, 0.0, self._memory(), init_ms, "failure", problem))
        self.end()
        return Outcome(payload, "Unhandled", "failure", self._log.tail())

    def _run(self, invocation: Invocation) -> None:
        invocation.deadline = time.time() + self.function.timeout
        give_up = time.monotonic() + self.function.timeout
        crashes = self._world.faults.take(("function-crash",), region=self.function.region, function=self.function.name)
        if crashes and not crashes[0].delayMs:
            invocation.when_handed = self._hold
        self._api.offer(invocation)
        timer = None
        if crashes:
            timer = threading.Timer(crashes[0].delayMs / 1000, self._crash, (invocation,))
            timer.daemon = True
            timer.start()
        with self._api.changed:
            self._api.changed.wait_for(
                lambda: invocation.reply is not None or self._exit is not None, max(0.0, give_up - time.monotonic())
            )
            timed_out = invocation.reply is None and self._exit is None
            if timed_out:
                self._killed_for = "timeout"
        if timer is not None:
            timer.cancel()

    def _hold(self) -> None:
        """A fast function would be done before it is killed: it gets the event, and no time for it."""
        if self._process is not None:
            stop_group(self._process)

    def _crash(self, invocation: Invocation) -> None:
        """The fault "function-crash": the process is killed once it holds the event."""
        with self._api.changed:
            self._api.changed.wait_for(lambda: invocation.handed_at > 0 or self._exit is not None, 5)
        if self._process is not None and invocation.reply is None:
            kill_group(self._process)

    def _concluded(self, invocation: Invocation, init_ms: float | None) -> Outcome:
        ended = invocation.replied_at or time.monotonic()
        duration_ms = (ended - (invocation.handed_at or ended)) * 1000
        memory = self._memory()
        self._drain()
        if invocation.reply is not None:
            status = "error" if invocation.failed else "success"
            self._log.finish(Report(invocation.request_id, duration_ms, memory, init_ms, status, invocation.error_type))
            self.idle_since = time.monotonic()
            error = "Unhandled" if invocation.failed else None
            return Outcome(invocation.reply, error, status, self._log.tail(), duration_ms)
        if self._killed_for == "timeout":
            status, kind = "timeout", "Sandbox.Timedout"
            text = f"Task timed out after {self.function.timeout:.2f} seconds"
            self._log.write(f"{iso()} {invocation.request_id} {text}\n\n")
            duration_ms = self.function.timeout * 1000
        else:
            status, kind = "failure", "Runtime.ExitError"
            text = f"Runtime exited with error: {self._exit_text()}"
            if self._exit == 0:
                text = "Runtime exited without providing a reason"
            self._log.write(f"RequestId: {invocation.request_id} Error: {text}\n{kind}\n")
        self._log.finish(Report(invocation.request_id, duration_ms, memory, init_ms, status, kind))
        self.end()
        message = f"RequestId: {invocation.request_id} Error: {text}"
        return Outcome(_error(kind, message), "Unhandled", status, self._log.tail(), duration_ms)

    def _memory(self) -> int:
        measured = peak_memory_mb(self._process.pid) if self._process is not None else 0
        return measured or 1

    def _exit_text(self) -> str:
        if self._exit is None:
            return "exit status unknown"
        if self._exit < 0:
            with contextlib.suppress(ValueError):
                return f"signal: {_signal_word(-self._exit)}"
        return f"exit status {self._exit}"

    # The process's output and end

    def _watch(self) -> None:
        """Carries what the process prints into its log stream, until it ends."""
        assert self._process is not None
        watched = os.pidfd_open(self._process.pid)
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        poll.register(watched, select.POLLIN)
        try:
            while True:
                ready = {descriptor for descriptor, _ in poll.poll()}
                if watched in ready:
                    break
                if not self._pump():
                    poll.unregister(self._pipe)
        finally:
            os.close(watched)
        exit_code = self._process.wait()
        # Whatever it started must not live on with its ports and files.
        kill_group(self._process)
        self._drain()
        with self._pump_lock:
            os.close(self._pipe)
            self._pipe = -1
        with self._api.changed:
            self._exit = exit_code
            self._api.changed.notify_all()

    def _pump(self) -> bool:
        """Moves what is in the pipe into the log; False at its end."""
        with self._pump_lock:
            if self._pipe < 0:
                return False
            alive, chunks = True, []
            while True:
                try:
                    chunk = os.read(self._pipe, 65_536)
                except BlockingIOError:
                    break
                except OSError:
                    alive = False
                    break
                if not chunk:
                    alive = False
                    break
                chunks.append(chunk)
            *lines, self._partial = (self._partial + b"".join(chunks)).split(b"\n")
            self._log.write(*(line.decode("utf-8", "replace") + "\n" for line in lines if line))
            return alive

    def _drain(self) -> None:
        self._pump()
        with self._pump_lock:
            rest, self._partial = self._partial, b""
            if rest:
                self._log.write(rest.decode("utf-8", "replace") + "\n")


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


def _signal_word(number: int) -> str:
    return {
        signal.SIGKILL: "killed",
        signal.SIGTERM: "terminated",
        signal.SIGSEGV: "segmentation fault",
        signal.SIGABRT: "aborted",
    }.get(signal.Signals(number), signal.Signals(number).name.lower())
