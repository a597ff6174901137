"""Brings the stack up: what already runs is kept, what has died is made anew."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import deployment, files, postgres
from .down import place_of, remove, server_process
from .problem import Problem
from .processes import ProcessId
from .progress import Step, emit, fail
from .serve import GO_ON
from .state import Directory, Names, State

SERVER_SECONDS = 60.0
_state_lock = threading.Lock()


class Failed(Exception):
    """A step failed and has said so."""


def up(directory: Directory, function_zip: Path, names: Names) -> None:
    started = time.monotonic()
    if not function_zip.is_file():
        raise Problem(f"There is no function's zip at {function_zip}.", "Build it with: make function")
    with directory.locked(create=True):
        directory.check_is_ours()
        state = _standing(directory, names)
        fresh = state is None
        if state is None:
            state = _begin(directory, names)
        try:
            _together(lambda: _postgres(directory, state), lambda: _server(directory, state))
            _deploy(directory, state, names, function_zip)
        except BaseException:
            if fresh:
                # Nothing half-done stays behind; only what may tell why.
                remove(directory, keep_logs=True)
            raise
        emit("stack", "ready", f"{names.stack}-{names.environment} in {' and '.join(names.regions)}",
             seconds=round(time.monotonic() - started, 3), configuration=str(directory / "taskops.yaml"))


def _standing(directory: Directory, names: Names) -> State | None:
    """The state of a stack that can be gone on with; what cannot is removed."""
    state = directory.read()
    server = server_process(directory, state) if state else None
    if state is None or server is None or not server.is_running:
        # The account lives in the server's memory: without the server nothing of the stack is left.
        if state:
            emit("server", "stopping", "it has died; everything is made anew")
        if any(directory.path.iterdir()):
            remove(directory, keep_logs=True)
        return None
    if state.names != names.as_json():
        raise Problem(
            f"A stack {state.names['stack']}-{state.names['environment']} in {', '.join(state.names['regions'])} "
            "is up in this directory.", "Take it down first: taskops sandbox down")
    return state


def _begin(directory: Directory, names: Names) -> State:
    (directory / "logs").mkdir(exist_ok=True)
    place = postgres.choose_place(directory.path)
    state = State(names=names.as_json(), postgres={
        "home": str(place.home), "sockets": str(place.socket_directory), "user": place.user})
    directory.write(state)
    return state


def _together(*tasks: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(tasks)) as pool:
        futures = [pool.submit(task) for task in tasks]
        wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            if future.done() and (problem := future.exception()):
                raise problem
        for future in futures:
            future.result()


def _postgres(directory: Directory, state: State) -> None:
    place = place_of(directory, state)
    running = postgres.running_in(place.data)
    if running and running.is_running:
        emit("postgres", "ready", f"runs already, on the socket in {place.socket_directory}", seconds=0)
        _note(directory, state, "postgres", running)
        return
    step = Step("postgres")
    with _reported(step):
        binaries = postgres.find()
        if not postgres.is_created(place):
            postgres.create(binaries, place)
        log = directory / "logs" / "postgres.log"
        identity = postgres.start(binaries, place, log, lambda process: _note(directory, state, "postgres", process))
        _note(directory, state, "postgres", identity)
    step.ready(f"PostgreSQL {binaries.version} listens on a socket in {place.socket_directory}")


def _server(directory: Directory, state: State) -> None:
    known = server_process(directory, state)
    if known and known.is_running and directory.server().get("endpoint"):
        emit("server", "ready", f"runs already, on {directory.server()['endpoint']}", seconds=0)
        _note_addresses(directory, state)
        return
    step = Step("server")
    log = directory / "logs" / "server.log"
    with _reported(step):
        identity = known if known and known.is_running else _spawn_server(directory, state, log)
        deadline = time.monotonic() + SERVER_SECONDS
        while not directory.server().get("endpoint"):
            if identity == known and not identity.is_running:
                # Its `up` was killed before it told it to go on: it ended by itself, and touched nothing.
                identity = _spawn_server(directory, state, log)
            if not identity.is_running or time.monotonic() > deadline:
                raise Problem(f"The server did not start: {_last_line(log)}", f"See {log}")
            time.sleep(0.02)
        _note_addresses(directory, state)
    address = directory.server()
    gates = ", ".join(f"{region} on port {port}" for region, port in address["gates"].items())
    step.ready(f"AWS on {address['endpoint']}, control on {address['control']}, databases of {gates}")


def _spawn_server(directory: Directory, state: State, log: Path) -> ProcessId:
    package = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(package), "PYTHONUNBUFFERED": "1"}
    with log.open("ab") as output:
        # A session of its own: it stays when the terminal, or whoever called us, goes.
        process = subprocess.Popen(
            [sys.executable, "-m", "local_stack", "serve", "--directory", str(directory.path)],
            stdin=subprocess.PIPE, stdout=output, stderr=output, cwd="/", env=environment, start_new_session=True)
    identity = ProcessId.of(process.pid)
    if identity is None:
        raise Problem(f"The server did not start: {_last_line(log)}", f"See {log}")
    _note(directory, state, "server", identity)
    assert process.stdin
    # It has waited for this. One that has died already is noticed by whoever waits for its addresses.
    with suppress(BrokenPipeError), process.stdin as waiting:
        waiting.write(GO_ON)
    return identity


def _deploy(directory: Directory, state: State, names: Names, function_zip: Path) -> None:
    digest = deployment.digest(function_zip)
    if state.deployed == digest and (directory / "taskops.yaml").exists():
        emit("deploy", "ready", "nothing has changed", seconds=0)
        return
    step = Step("deploy", "both Regions' stacks, from infrastructure/stack.yaml")
    with _reported(step):
        server = directory.server()
        variables = files.environment(directory, names, server)
        outputs = deployment.run(names, function_zip, variables, directory / "logs" / "deploy.log")
        files.write_configuration(directory, names, outputs, server["gates"])
        files.write_environment(directory, variables)
        state.deployed = digest
        directory.write(state)
    step.ready(", ".join(f"{region}: cluster {outputs[region]['ClusterIdentifier']}" for region in names.regions))


class _reported:
    """Says which step failed, once."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, problem: BaseException | None, trace: Any) -> None:
        if isinstance(problem, Problem):
            fail(self._step.name, problem)
            raise Failed from problem


def _note(directory: Directory, state: State, name: str, identity: ProcessId) -> None:
    with _state_lock:
        state.processes[name] = identity.as_json()
        directory.write(state)


def _note_addresses(directory: Directory, state: State) -> None:
    with _state_lock:
        server = directory.server()
        state.addresses = {name: server[name] for name in ("endpoint", "control", "gates")}
        directory.write(state)


def _last_line(log: Path) -> str:
    try:
        return log.read_text(errors="replace").strip().rsplit("\n", 1)[-1] or "no reason given"
    except OSError:
        return "no reason given"
