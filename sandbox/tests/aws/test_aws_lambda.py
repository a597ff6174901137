"""Functions that are invoked: what they are given, and what becomes of their failures."""

import base64
import json
import os
import re
import time

import pytest
from aws_support import ACCOUNT, EAST, answer, code, packed, until


def test_a_synchronous_invocation(make_function):
    function = make_function()
    response = function.invoke({"answer": {"x": 1}, "print": "said"}, LogType="Tail")
    assert response["StatusCode"] == 200 and answer(response) == {"x": 1} and "FunctionError" not in response
    assert response["ExecutedVersion"] == "$LATEST"
    tail = base64.b64decode(response["LogResult"]).decode()
    assert re.search(r"START RequestId: \S+ Version: \$LATEST\n(.*\n)*said\n(.*\n)*END RequestId: \S+\nREPORT ", tail)
    assert "LogResult" not in function.invoke({})


def test_the_environment_is_lambda_s(stack, make_function):
    function = make_function(MemorySize=256, variables={"MINE": "yes", "AWS_X": "1"})
    function.invoke({})
    held = function.received()[0]
    environment, headers = held["environment"], held["headers"]
    expected = {
        "_HANDLER": "bootstrap",
        "AWS_REGION": EAST,
        "AWS_DEFAULT_REGION": EAST,
        "MINE": "yes",
        "TZ": ":UTC",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_ENDPOINT_URL": stack.endpoint,
    }
    assert {name: environment.get(name) for name in expected} == expected
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST][0-9a-f]{32}", environment["AWS_LAMBDA_LOG_STREAM_NAME"])
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA") and environment["AWS_SESSION_TOKEN"]
    assert environment["LAMBDA_TASK_ROOT"] in environment["LD_LIBRARY_PATH"].split(":")
    # Nothing of this process, or of the person who started it, leaks in.
    assert not {"HOME", "USER", "PYTHONPATH"} & set(environment)
    assert headers["Lambda-Runtime-Invoked-Function-Arn"] == function.arn
    assert headers["Lambda-Runtime-Trace-Id"].startswith("Root=1-")
    remaining = int(headers["Lambda-Runtime-Deadline-Ms"]) / 1000 - held["at"]
    assert 8 < remaining <= 10


def test_the_key_it_gets_is_its_role_s(stack, make_function):
    function = make_function({"Effect": "Allow", "Action": "events:ListRules", "Resource": "*"})
    function.invoke({})
    environment = function.received()[0]["environment"]
    assert environment["AWS_SESSION_TOKEN"]
    status = stack.control("GET", "/status")[1]
    running = next(one for one in status["functions"] if one["function"] == function.name)
    with open(f"/proc/{running['pids'][0]}/environ", "rb") as source:
        secret = dict(pair.split(b"=", 1) for pair in source.read().split(b"\0") if pair)[
            b"AWS_SECRET_ACCESS_KEY"
        ].decode()
    keys = {
        "aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": secret,
        "aws_session_token": environment["AWS_SESSION_TOKEN"],
    }
    arn = stack.client("sts", **keys).get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/{function.role.split('/')[-1]}/{function.name}"
    stack.client("events", **keys).list_rules()
    assert code(stack.client("events", **keys).list_event_buses) == "AccessDeniedException"


def test_environments_are_reused_and_renewed_with_the_configuration(make_function):
    function = make_function()
    for _ in range(3):
        function.invoke({})
    assert len({one["pid"] for one in function.received()}) == 1
    old = function.received()[0]["pid"]
    variables = {"Variables": {"NOTES": function.received()[0]["environment"]["NOTES"], "NEW": "1"}}
    function.lambda_.update_function_configuration(FunctionName=function.name, Environment=variables)
    function.invoke({})
    last = function.received()[-1]
    assert last["pid"] != old and last["environment"]["NEW"] == "1"
    assert until(lambda: not os.path.exists(f"/proc/{old}"))


def test_idle_environments_end(stack, make_function):
    function = make_function()
    function.invoke({})
    pid = function.received()[0]["pid"]
    with stack.settings(environmentIdleSeconds=0.1):
        assert until(lambda: not os.path.exists(f"/proc/{pid}"))


def test_dry_run_and_bad_payloads(make_function):
    function = make_function()
    assert function.invoke({}, "DryRun")["StatusCode"] == 204
    call = function.lambda_.invoke
    assert code(call, FunctionName=function.name, Payload=b"{no json") == "InvalidRequestContentException"
    large = json.dumps("x" * 1_100_000)
    assert code(call, FunctionName=function.name, Payload=large, InvocationType="Event") == "RequestTooLargeException"
    assert code(call, FunctionName="no-such-function") == "ResourceNotFoundException"
    assert function.received() == []


def test_a_function_error_is_a_200_with_a_header(make_function):
    function = make_function()
    response = function.invoke({"fail": 1})
    assert (response["StatusCode"], response["FunctionError"]) == (200, "Unhandled")
    assert answer(response) == {"errorType": "Test.Failure", "errorMessage": "as wished"}


def test_a_timeout_kills_the_environment_and_says_so(make_function):
    function = make_function()
    function.lambda_.update_function_configuration(FunctionName=function.name, Timeout=1)
    begun = time.monotonic()
    response = function.invoke({"sleep": 30})
    assert time.monotonic() - begun < 3
    assert response["FunctionError"] == "Unhandled" and answer(response)["errorType"] == "Sandbox.Timedout"
    assert until(lambda: not os.path.exists(f"/proc/{function.received()[0]['pid']}"))
    text = "".join(function.lines())
    assert re.search(r"\d\dZ \S+ Task timed out after 1\.00 seconds", text)
    assert re.search(r"REPORT .*\tDuration: 1000\.00 ms\t.*Status: timeout\t", text)
    assert answer(function.invoke({})) == "done"


def test_a_crash_in_mid_invocation(make_function):
    function = make_function()
    response = function.invoke({"exit": 7})
    problem = answer(response)
    assert problem["errorType"] == "Runtime.ExitError" and "exit status 7" in problem["errorMessage"]
    text = "".join(function.lines())
    assert "Runtime exited with error: exit status 7" in text and "Error Type: Runtime.ExitError" in text
    assert answer(function.invoke({})) == "done"


@pytest.mark.parametrize("how, kind", [("error", "Config.Missing"), ("exit", "Runtime.ExitError")])
def test_a_runtime_that_does_not_come_up(make_function, how, kind):
    function = make_function(variables={"FAIL_INIT": how})
    response = function.invoke({})
    assert response["FunctionError"] == "Unhandled" and answer(response)["errorType"] == kind
    assert re.search(
        rf"INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: {kind}",
        "".join(function.lines()),
    )


def test_a_package_without_a_bootstrap(make_function):
    assert answer(make_function(bootstrap=None).invoke({}))["errorType"] == "Runtime.InvalidEntrypoint"
    assert (
        answer(make_function(bootstrap="#!/bin/sh\n", mode=0o644).invoke({}))["errorType"]
        == "Runtime.InvalidEntrypoint"
    )


def test_what_is_no_zip_is_refused(make_function, make_role, stack):
    function = make_function()
    update = function.lambda_.update_function_code
    assert code(update, FunctionName=function.name, ZipFile=b"no zip") == "InvalidParameterValueException"
    function.lambda_.update_function_code(FunctionName=function.name, ZipFile=packed("#!/bin/sh\nexit 5\n"))
    assert "exit status 5" in answer(function.invoke({}))["errorMessage"]


def test_a_role_lambda_may_not_assume(stack, make_function):
    function = make_function()
    document = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [document]})
    name = f"other-{time.time_ns()}"
    role = stack.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    wanted = {"FunctionName": name, "Runtime": "provided.al2023", "Handler": "x", "Role": role}
    refused = code(function.lambda_.create_function, **wanted, Code={"ZipFile": packed("#!/bin/sh\n")})
    assert refused == "InvalidParameterValueException"
