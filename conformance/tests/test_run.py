"""The run, with a stack and a reader that do as they are told."""

import base64
import json
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from requests_support import honest

from conformance.members import Members
from conformance.run import FUNCTION, Run
from conformance.scenarios import Plan, Scenario

ROOT = Path(__file__).resolve().parents[2]
HELP = json.dumps({"command": {"subcommands": [{"commandName": "canary"}]}})
POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Action": ["events:PutEvents"], "Resource": ["*"]}]})
ENTRY = {"Source": "a", "DetailType": "b", "Detail": "{}"}
PUT = honest("events", "PutEvents", Entries=[ENTRY])
ANSWER = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
FUNCTION_ARN = "arn:aws:sts::123456789012:assumed-role/the-role/the-function"


def line(exchange, caller="arn:aws:iam::123456789012:user/operator", agent="taskops/0.1.0"):
    sent = exchange.request
    return {
        "service": exchange.service,
        "operation": exchange.operation,
        "region": "us-east-1",
        "caller": caller,
        "needs": [{"action": f"{exchange.service}:{exchange.operation}", "resource": "*", "context": {}}],
        "request": {
            "method": sent.method,
            "target": sent.target,
            "headers": {**sent.headers, "user-agent": agent},
            "body": base64.b64encode(sent.body).decode(),
        },
        "response": {"status": 200, "headers": {}, "body": base64.b64encode(json.dumps(ANSWER).encode()).decode()},
    }


class FakeStack:
    """``lines`` are what every scenario records."""

    root, endpoint = ROOT, "https://aws.example.test:8443"

    def __init__(self, folder, lines, exit_code=0):
        self.configuration = folder / "taskops.yaml"
        self.configuration.write_text("regions:\n  us-east-1:\n")
        self.variables = {}
        self._file, self._exit = folder / "recording", exit_code
        self._file.write_text("".join(f"{json.dumps(one)}\n" for one in lines))

    @contextmanager
    def running(self):
        yield

    @contextmanager
    def faults(self, _):
        yield

    def control(self, *_):
        return {"file": str(self._file)}

    def client(self, *_):
        return self

    def list_functions(self):
        return {"Functions": [{"Role": "arn:aws:iam::123456789012:role/path/the-role"}]}

    def run(self, words, *_):
        said = HELP if words[0].startswith("--") else POLICY if words[0] == "permissions" else ""
        code = self._exit if words[0] == "canary" else 0
        return subprocess.CompletedProcess(words, code, said, "the first line\nthe second")


class FakeReader:
    """Knows one operation, and reads every answer of it as this."""

    def __init__(self, reading=None):
        self._reading = reading or {"value": ANSWER}

    def calls(self):
        return ["events PutEvents"]

    def read(self, answers):
        return [{"unreadable": "x"} if one.origin.startswith("without") else self._reading for one in answers]


def ran(folder, lines, exit_code=0, reader=None):
    run = Run(
        FakeStack(folder, lines, exit_code),
        reader or FakeReader(),
        Plan([Scenario("canary", 0)]),
        Members({"events PutEvents": ("Entries",)}, {}),
        lambda _: None,
    )
    result = run.all()
    # Made answers are for the real reader; of the fake one the recorded answer alone is looked at.
    found = [one for one in result.differences if not one.command.startswith(("seed", "error form", "members.toml"))]
    return result, [one for one in found if one.command != "conformance-reader"]


def test_what_is_as_it_should_be_has_no_difference(tmp_path):
    result, differences = ran(tmp_path, [line(PUT)])
    assert differences == []
    assert [(one.command, one.call) for one in result.exchanges] == [("canary", "events PutEvents")]


def test_an_exit_code_that_was_not_expected_comes_with_what_was_said(tmp_path):
    _, (difference,) = ran(tmp_path, [line(PUT)], exit_code=3)
    assert (difference.member, difference.expected) == ("exit", "0, not 3: the first line")


def test_a_scenario_without_a_call_is_a_difference(tmp_path):
    _, differences = ran(tmp_path, [])
    assert {one.member for one in differences} == {"calls", "events:PutEvents"}


def test_a_request_that_differs_is_said_with_its_command(tmp_path):
    spoilt = line(PUT)
    spoilt["request"]["method"] = "PUT"
    _, (difference,) = ran(tmp_path, [spoilt])
    assert (difference.command, difference.member) == ("canary", "method")


def test_a_call_outside_the_policy_and_unknown_to_the_reader_is_two_differences(tmp_path):
    result, differences = ran(tmp_path, [line(PUT), line(honest("sqs", "GetQueueUrl", QueueName="q"))])
    assert [one.member for one in differences] == ["sqs:GetQueueUrl"]
    assert ("sqs GetQueueUrl", "typed call") in {(one.call, one.member) for one in result.differences}


@pytest.mark.parametrize(
    ("caller", "agent", "command"),
    [(FUNCTION_ARN, "taskops/0.1.0", FUNCTION), (FUNCTION_ARN.replace("the-role", "ops"), "taskops/0.1.0", "canary")],
)
def test_calls_of_the_function_are_its_own_and_not_the_command_s(tmp_path, caller, agent, command):
    result, _ = ran(tmp_path, [line(PUT), line(PUT, caller, agent)])
    assert [one.command for one in result.exchanges] == ["canary", command]


def test_calls_of_boto3_are_the_deployment_s_and_not_judged(tmp_path):
    foreign = line(honest("sqs", "GetQueueUrl", QueueName="q"), agent="Boto3/1.44 md/Botocore#1.44")
    result, differences = ran(tmp_path, [line(PUT), foreign])
    assert len(result.exchanges) == 1 and differences == []


def test_a_recorded_answer_that_is_read_otherwise_is_a_difference(tmp_path):
    wrong = {"value": {**ANSWER, "FailedEntryCount": 1}}
    _, (difference,) = ran(tmp_path, [line(PUT)], reader=FakeReader(wrong))
    assert (difference.command, difference.member) == ("recorded of canary", "FailedEntryCount")
