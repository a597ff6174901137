"""The life of a stack: up, again, broken, mended, down; with what runs and lies around looked at from outside."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest

from local_stack.launcher import deployment, postgres
from local_stack.launcher.processes import ProcessId

SANDBOX = Path(__file__).resolve().parents[1]
#: Answers every event with itself.
BOOTSTRAP = """#!/usr/bin/env python3
import os, urllib.request
api = "http://%s/2018-06-01/runtime/invocation/" % os.environ["AWS_LAMBDA_RUNTIME_API"]
while True:
    with urllib.request.urlopen(api + "next") as answer:
        request, body = answer.headers["Lambda-Runtime-Aws-Request-Id"], answer.read()
    urllib.request.urlopen(urllib.request.Request(api + request + "/response", data=body, method="POST")).read()
"""


class Stack:
    def __init__(self, directory: Path, function_zip: Path) -> None:
        self.directory = directory
        self.function_zip = function_zip

    def command(self, word: str, *more: str) -> list[str]:
        command = [sys.executable, "-m", "local_stack", word, "--directory", str(self.directory), *more]
        if word == "up" and "--function-zip" not in more:
            command += ["--function-zip", str(self.function_zip)]
        return command

    def run(self, word: str, *more: str, ends: int = 0) -> list[dict[str, Any]]:
        done = subprocess.run(self.command(word, *more), capture_output=True, text=True, env=self.environment,
                              timeout=120)
        assert done.returncode == ends, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()] if word != "env" else []

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(SANDBOX)}

    def state(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads((self.directory / "state.json").read_text())
        return record

    def process(self, name: str) -> ProcessId:
        found = ProcessId.from_json(self.state()["processes"][name])
        assert found is not None
        return found

    def variables(self) -> dict[str, str]:
        lines = subprocess.run(self.command("env"), capture_output=True, text=True, env=self.environment, check=True)
        return dict(line.split("=", 1) for line in lines.stdout.splitlines())

    def client(self, service: str, region: str) -> Any:
        variables = self.variables()
        return boto3.client(service, region_name=region, endpoint_url=variables["AWS_ENDPOINT_URL"],
                            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
                            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"])

    def connect(self, region: str = "us-east-1") -> psycopg.Connection[Any]:
        dsql = self.client("dsql", region)
        cluster = dsql.list_clusters()["clusters"][0]["identifier"]
        host = dsql.get_cluster(identifier=cluster)["endpoint"]
        return psycopg.connect(
            host=host, hostaddr="127.0.0.1", port=self.state()["addresses"]["gates"][region], user="admin",
            dbname="postgres", password=dsql.generate_db_connect_admin_auth_token(host, region), autocommit=True,
            sslmode="verify-full", sslrootcert=self.variables()["PGSSLROOTCERT"])

    def leftovers(self) -> list[str]:
        """Processes whose command line or working directory names this stack, and files beside it."""
        mark = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:16]
        found = [str(path) for path in (self.directory, *Path(tempfile.gettempdir()).glob(f"taskops-*-{mark}"))
                 if path.exists()]
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                running = (process / "stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
            except OSError:
                continue
            if running and os.fsencode(self.directory) in command:
                found.append(command.replace(b"\0", b" ").decode())
        return found


def _await_step(lines: Iterable[str], step: str, state: str) -> None:
    for line in lines:
        said = json.loads(line)
        if (said["step"], said["state"]) == (step, state):
            return
    raise AssertionError(f"{step} was never {state}")


def shared_memory(maker: int) -> list[str]:
    return [line for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:] if line.split()[4] == str(maker)]


@pytest.fixture(scope="module")
def function_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("function") / "function.zip"
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, BOOTSTRAP)
    return path


@pytest.fixture
def stack(function_zip: Path) -> Iterator[Stack]:
    """A stack in a directory of its own, which is gone in every respect when the test is over."""
    with tempfile.TemporaryDirectory(prefix="taskops-stack-") as parent:
        os.chmod(parent, 0o755)
        stack = Stack(Path(parent) / "sandbox", function_zip)
        yield stack
        server = stack.state()["processes"].get("postgres") if (stack.directory / "state.json").exists() else None
        stack.run("down")
        assert stack.leftovers() == []
        assert os.listdir(parent) == []
    assert server is None or shared_memory(server["pid"]) == []


def test_up_twice_use_and_down(stack: Stack) -> None:
    said = stack.run("up")
    assert said[-1]["step"] == "stack" and said[-1]["state"] == "ready"
    assert all(line["state"] in ("starting", "ready") for line in said)
    processes = stack.state()["processes"]

    again = stack.run("up")
    assert {line["state"] for line in again} == {"ready"}
    assert stack.state()["processes"] == processes
    assert [line["state"] for line in stack.run("status")] == ["ready"] * 6

    for name in ("env", "state.json", "server.json"):
        assert stat.S_IMODE((stack.directory / name).stat().st_mode) == 0o600
    names = {bus["Name"] for bus in stack.client("events", "us-west-2").list_event_buses()["EventBuses"]}
    assert "task-events-dev" in names
    with stack.connect() as east, stack.connect("us-west-2") as west:
        east.execute("CREATE TABLE t (id int PRIMARY KEY)")
        east.execute("INSERT INTO t VALUES (1)")
        assert west.execute("SELECT id FROM t").fetchall() == [(1,)]

    assert stack.run("down")[-1]["state"] == "stopped"
    assert stack.run("status", ends=1) == [
        {"step": "stack", "state": "stopped", "detail": "no local stack is up", "hint": "taskops sandbox up"}]
    stack.run("env", ends=1)


def test_a_proxy_is_passed_by(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing answers there: a call that took this way would fail.
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert stack.run("up")[-1]["state"] == "ready"
    asks = "import boto3; print(boto3.client('events').describe_rule(Name='task-processing-rule', " \
           "EventBusName='task-events-dev')['State'])"
    answer = subprocess.run([sys.executable, "-c", asks], env={**stack.environment, **stack.variables()},
                            capture_output=True, text=True, timeout=60)
    assert answer.stdout == "ENABLED\n", answer.stderr


def test_what_decides_whether_to_deploy_again(function_zip: Path, tmp_path: Path,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "infrastructure"
    shutil.copytree(deployment.SCRIPT.parent, home, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    monkeypatch.setattr(deployment, "SCRIPT", home / "deploy.py")
    own_zip = tmp_path / "function.zip"
    shutil.copy(function_zip, own_zip)
    seen = [deployment.digest(own_zip)]
    assert deployment.digest(own_zip) == seen[0]
    for edited in (own_zip, home / "stack.yaml", home / "deploy.py", home / "deployment" / "rollout.py"):
        with edited.open("ab") as file:
            file.write(b"\n")
        seen.append(deployment.digest(own_zip))
    (home / "README.md").write_text("says nothing that is deployed")
    assert deployment.digest(own_zip) == seen[-1]
    assert len(set(seen)) == 5


def test_the_stack_outlives_who_started_it(stack: Stack) -> None:
    caller = subprocess.Popen(["/bin/sh", "-c", '"$@"; sleep 60', "sh", *stack.command("up")],
                              env=stack.environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert caller.stdout
    for line in caller.stdout:
        if json.loads(line)["step"] == "stack":
            break
    os.killpg(caller.pid, signal.SIGKILL)
    caller.wait()
    assert {line["state"] for line in stack.run("status")} == {"ready"}


def test_a_killed_database_comes_back_with_its_rows(stack: Stack) -> None:
    stack.run("up")
    with stack.connect() as connection:
        connection.execute("CREATE TABLE kept (id int PRIMARY KEY)")
        connection.execute("INSERT INTO kept VALUES (1)")
    server = stack.process("server")
    stack.process("postgres").stop(signal.SIGKILL)
    said = stack.run("status", ends=1)
    assert [line["step"] for line in said if line["state"] == "failed"] == ["postgres"]
    stack.run("up")
    assert stack.process("server") == server
    with stack.connect() as connection:
        assert connection.execute("SELECT id FROM kept").fetchall() == [(1,)]


def test_a_killed_server_is_noticed_and_made_anew(stack: Stack) -> None:
    stack.run("up")
    before = stack.process("postgres")
    stack.process("server").stop(signal.SIGKILL)
    assert stack.run("status", ends=1)[-1]["hint"]
    stack.run("up")
    assert not before.is_running
    assert stack.run("status")[-1]["state"] == "ready"


@pytest.mark.parametrize(("at", "then"), [
    (("postgres", "starting"), "down"), (("server", "starting"), "down"), (("server", "starting"), "up"),
    (("deploy", "starting"), "down"), (("deploy", "starting"), "up"),
])
def test_an_up_that_was_killed(stack: Stack, at: tuple[str, str], then: str) -> None:
    with subprocess.Popen(stack.command("up"), env=stack.environment, stdout=subprocess.PIPE, text=True) as starting:
        assert starting.stdout
        _await_step(starting.stdout, *at)
        starting.kill()
    stack.run(then)
    if then == "up":
        assert stack.run("status")[-1]["state"] == "ready"


def test_a_server_whose_up_was_killed_before_it_noted_it(stack: Stack) -> None:
    stack.run("up")
    record = (stack.directory / "server.json").read_bytes()
    # Its standard input ends without a word, as it does when the process at the other end was killed.
    late = subprocess.run(stack.command("serve"), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env=stack.environment, timeout=60)
    assert late.returncode == 1 and "nobody has noted this server" in late.stderr
    assert (stack.directory / "server.json").read_bytes() == record
    assert stack.run("status")[-1]["state"] == "ready"


def test_a_server_that_was_noted_and_never_told_to_go_on(stack: Stack) -> None:
    with subprocess.Popen(stack.command("up"), env=stack.environment, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout
        _await_step(killed.stdout, "server", "starting")
        killed.kill()
    if "server" in stack.state()["processes"]:
        stack.process("server").stop()
    (stack.directory / "server.json").unlink(missing_ok=True)
    with subprocess.Popen(stack.command("serve"), env=stack.environment, stdin=subprocess.PIPE) as waiting:
        noted, state = ProcessId.of(waiting.pid), stack.state()
        assert noted and waiting.stdin
        state["processes"]["server"] = noted.as_json()
        (stack.directory / "state.json").write_text(json.dumps(state))
        with subprocess.Popen(stack.command("up"), env=stack.environment, stdout=subprocess.PIPE, text=True) as mending:
            assert mending.stdout
            _await_step(mending.stdout, "server", "starting")
            waiting.stdin.close()
            said = [json.loads(line) for line in mending.stdout]
        assert mending.returncode == 0, said
    assert stack.process("server") != noted
    assert stack.run("status")[-1]["state"] == "ready"


def test_two_at_once(stack: Stack) -> None:
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _: stack.run("up"), range(2))
    assert one[-1]["state"] == other[-1]["state"] == "ready"
    states = sorted({line["state"] for line in said} for said in (one, other))
    assert {"ready"} in states


def test_another_name_is_refused(stack: Stack) -> None:
    stack.run("up")
    said = stack.run("up", "--stack", "others", ends=1)
    assert "A stack tasks-dev" in said[-1]["summary"] and "sandbox down" in said[-1]["hint"]
    assert stack.run("status")[-1]["state"] == "ready"


def test_an_unusable_zip_leaves_nothing_running(stack: Stack) -> None:
    broken = stack.directory.parent / "broken.zip"
    broken.write_text("not a zip")
    said = stack.run("up", "--function-zip", str(broken), ends=1)
    broken.unlink()
    failed = [line for line in said if line["state"] == "failed"]
    assert len(failed) == 1 and "zip" in failed[0]["summary"] and failed[0]["hint"]
    assert not (stack.directory / "state.json").exists()
    assert "No such" not in stack.run("up", "--function-zip", "/nonexistent.zip", ends=1)[-1]["summary"]


def test_foreign_files_are_left_alone(stack: Stack) -> None:
    stack.directory.mkdir()
    precious = stack.directory / "thesis.txt"
    precious.write_text("years of work")
    for word in ("up", "down"):
        assert "not the local stack's" in stack.run(word, ends=1)[-1]["summary"]
    assert precious.read_text() == "years of work"
    precious.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL runs as somebody else")
def test_a_directory_others_cannot_reach(stack: Stack) -> None:
    stack.directory.parent.chmod(0o700)
    stack.run("up")
    home = Path(stack.state()["postgres"]["home"])
    assert home.parent == Path(tempfile.gettempdir()) and stat.S_IMODE(home.stat().st_mode) == 0o700
    with stack.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_long_path_does_not_matter() -> None:
    with tempfile.TemporaryDirectory(prefix="taskops-stack-") as parent:
        os.chmod(parent, 0o755)
        directory = Path(parent) / ("d" * 90)
        directory.mkdir()
        place = postgres.choose_place(directory)
        binaries = postgres.find()
        postgres.create(binaries, place)
        server = postgres.start(binaries, place, directory / "log")
        try:
            assert (place.socket_directory / ".s.PGSQL.5432").is_socket()
        finally:
            postgres.stop(server, place)
        assert place.outside == [place.socket_directory]
        shutil.rmtree(place.socket_directory)


def test_a_server_whose_directory_was_taken_away_ends(stack: Stack) -> None:
    stack.run("up")
    server = stack.process("server")
    (stack.directory / "server.json").rename(stack.directory / "server.json.old")
    deadline = time.monotonic() + 10
    while server.is_running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not server.is_running


def test_a_reused_process_id_is_not_signalled() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        identity = ProcessId.of(process.pid)
        assert identity and identity.is_running
        impostor = ProcessId(identity.pid, identity.started - 1)
        assert not impostor.is_running and not impostor.send(signal.SIGKILL)
        assert process.poll() is None
        identity.stop()
        assert process.wait(5) == -signal.SIGTERM


def test_wrong_usage_ends_64(stack: Stack) -> None:
    stack.run("sideways", ends=64)
    stack.run("up", "--regions", "us-east-1", ends=64)
    stack.run("up", "--stack", "No Name", ends=64)
