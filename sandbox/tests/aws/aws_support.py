"""One AWS half for all tests here, in a process of its own; boto3 is the client, as for any user."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

HERE = Path(__file__).parent
SANDBOX = HERE.parents[1]
ACCOUNT = "123456789012"
EAST, WEST = "us-east-1", "us-west-2"
_NO_RETRIES = Config(retries={"total_max_attempts": 1, "mode": "standard"})

#: Retries of minutes become tenths of seconds.
SETTINGS = {
    "lambdaRetryScale": 0.002,
    "deliveryRetryScale": 0.02,
    "functionCreationSeconds": 0.1,
    "clusterCreationSeconds": 0.3,
    "functionConcurrency": 8,
    "environmentIdleSeconds": 300.0,
    "initTimeoutSeconds": 5.0,
}


class Stack:
    def __init__(self, address: dict[str, str], home: Path, pid: int) -> None:
        self.endpoint, self.control_url = address["endpoint"], address["control"]
        self.key, self.secret = address["key"], address["secret"]
        self.home, self.pid = home, pid

    def client(self, service: str, region: str = EAST, **keys: Any) -> Any:
        own = {"aws_access_key_id": self.key, "aws_secret_access_key": self.secret, "config": _NO_RETRIES}
        return boto3.client(service, region_name=region, endpoint_url=self.endpoint, **{**own, **keys})

    def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control_url + path, data, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as problem:
            return problem.code, json.load(problem)

    @contextlib.contextmanager
    def fault(self, **record: Any) -> Iterator[None]:
        status, answer = self.control("POST", "/faults", record)
        assert status == 201, answer
        try:
            yield
        finally:
            self.control("DELETE", "/faults/" + answer["id"])

    @contextlib.contextmanager
    def settings(self, **changes: Any) -> Iterator[None]:
        before = self.control("GET", "/settings")[1]
        assert self.control("PUT", "/settings", changes)[0] == 200
        try:
            yield
        finally:
            self.control("PUT", "/settings", {name: before[name] for name in changes})

    def counter(self, name: str) -> int:
        return self.control("GET", "/status")[1]["counters"].get(name, 0)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("stack")
    log = (home / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, str(HERE / "stack_process.py"), str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env={**os.environ, "PYTHONPATH": str(SANDBOX)},
    )
    assert process.stdout is not None and process.stdin is not None
    line = process.stdout.readline()
    assert line, (home / "log").read_text()
    running = Stack(json.loads(line), home, process.pid)
    assert running.control("PUT", "/settings", SETTINGS)[0] == 200
    yield running
    process.stdin.close()
    process.wait(10)


@pytest.fixture(autouse=True)
def _no_faults_left(stack: Stack) -> Iterator[None]:
    yield
    stack.control("DELETE", "/faults")


def until(found: Callable[[], Any], seconds: float = 8.0) -> Any:
    """The first true answer, or the last one when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        answer = found()
        if answer or time.monotonic() > deadline:
            return answer
        time.sleep(0.03)


def stays(holds: Callable[[], Any], seconds: float = 0.5) -> bool:
    """Whether it holds all the time: for what must not happen, of which nothing tells that it never will."""
    deadline = time.monotonic() + seconds
    while holds():
        if time.monotonic() > deadline:
            return True
        time.sleep(0.03)
    return False


def packed(bootstrap: str | None, mode: int = 0o755) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap" if bootstrap is not None else "something-else")
        entry.external_attr = mode << 16
        archive.writestr(entry, bootstrap or "nothing")
    return sink.getvalue()


class Function:
    """A function whose events say what it shall do (see bootstrap.py)."""

    def __init__(self, stack: Stack, name: str, region: str, arn: str, role: str, notes: Path) -> None:
        self.stack, self.name, self.region, self.arn, self.role = stack, name, region, arn, role
        self._notes = notes
        self.lambda_ = stack.client("lambda", region)

    def invoke(self, event: Any, kind: str = "RequestResponse", **more: Any) -> Any:
        return self.lambda_.invoke(FunctionName=self.name, InvocationType=kind, Payload=json.dumps(event), **more)

    def received(self) -> list[dict[str, Any]]:
        """What the function was given, in order of the attempts."""
        records = [json.loads(path.read_text()) for path in self._notes.glob("*.json")]
        return sorted(records, key=lambda record: record["at"])

    def lines(self) -> list[str]:
        logs = self.stack.client("logs", self.region)
        group = f"/aws/lambda/{self.name}"
        return [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]


@pytest.fixture
def make_role(stack: Stack) -> Callable[..., str]:
    def make(*statements: dict[str, Any], logs: bool = True) -> str:
        iam = stack.client("iam")
        name = f"role-{uuid.uuid4().hex[:10]}"
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
            ],
        }
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        allowed = list(statements)
        if logs:
            allowed.append({"Effect": "Allow", "Action": "logs:*", "Resource": "*"})
        if allowed:
            document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
        return arn

    return make


@pytest.fixture
def make_function(stack: Stack, make_role: Callable[..., str], tmp_path: Path) -> Iterator[Callable[..., Function]]:
    made: list[Function] = []

    def make(
        *statements: dict[str, Any],
        region: str = EAST,
        logs: bool = True,
        bootstrap: str | None = "",
        mode: int = 0o755,
        **config: Any,
    ) -> Function:
        name = f"function-{uuid.uuid4().hex[:10]}"
        notes = tmp_path / name
        notes.mkdir()
        code = (HERE / "bootstrap.py").read_text() if bootstrap == "" else bootstrap
        variables = {"NOTES": str(notes), **config.pop("variables", {})}
        role = make_role(*statements, logs=logs)
        client = stack.client("lambda", region)
        arn = client.create_function(
            FunctionName=name,
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=role,
            Code={"ZipFile": packed(code, mode)},
            Environment={"Variables": variables},
            Timeout=10,
            **config,
        )["FunctionArn"]
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        made.append(Function(stack, name, region, arn, role, notes))
        return made[-1]

    yield make
    for function in made:
        with contextlib.suppress(Exception):
            function.lambda_.delete_function(FunctionName=function.name)


@pytest.fixture
def make_queue(stack: Stack) -> Callable[..., tuple[str, str]]:
    """Answers the queue's URL and ARN. ``takes_from`` is the rule whose dead letters it takes."""

    def make(takes_from: str | None = None, region: str = EAST, **attributes: str) -> tuple[str, str]:
        name = f"queue-{uuid.uuid4().hex[:10]}"
        arn = f"arn:aws:sqs:{region}:{ACCOUNT}:{name}"
        if takes_from:
            attributes["Policy"] = json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": arn,
                            "Condition": {"ArnEquals": {"aws:SourceArn": takes_from}},
                        }
                    ],
                }
            )
        return stack.client("sqs", region).create_queue(QueueName=name, Attributes=attributes)["QueueUrl"], arn

    return make


def messages(stack: Stack, url: str, region: str = EAST, seconds: float = 8.0) -> list[dict[str, Any]]:
    """The messages that arrive within the time; at least one ends the waiting."""
    sqs = stack.client("sqs", region)

    def receive() -> Any:
        return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages")

    return until(receive, seconds) or []


def answer(response: dict[str, Any]) -> Any:
    """What the function answered."""
    return json.loads(response["Payload"].read())


def code(call: Callable[..., Any], **arguments: Any) -> str:
    """The code with which the call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def on_failure(function: Function, queue: str, **more: Any) -> None:
    """Gives the function a queue for what it fails at."""
    function.lambda_.put_function_event_invoke_config(
        FunctionName=function.name, DestinationConfig={"OnFailure": {"Destination": queue}}, **more
    )
