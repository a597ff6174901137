"""Functions: what they are given, what is said of them, what becomes of their failures."""

import base64
import json
import os
import re
import signal
import time

import pytest
from aws_support import ACCOUNT, EAST, messages, packed, until
from botocore.exceptions import ClientError


def answer(response):
    return json.loads(response["Payload"].read())


def code(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


# Being invoked


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


def test_a_runtime_that_asks_again_still_gets_its_event(make_function):
    """A question is left standing on one connection and asked anew on another: the event goes there."""
    twice = """#!/usr/bin/env python3
import http.client, os, time
address, path = os.environ["AWS_LAMBDA_RUNTIME_API"], "/2018-06-01/runtime/invocation/"
given_up, api = http.client.HTTPConnection(address), http.client.HTTPConnection(address)
while True:
    api.request("GET", path + "next")
    answer = api.getresponse()
    answer.read()
    api.request("POST", path + answer.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", b"1")
    api.getresponse().read()
    given_up.close()
    given_up.request("GET", path + "next")
    time.sleep(0.2)
"""
    function = make_function(bootstrap=twice)
    assert answer(function.invoke({})) == 1
    time.sleep(0.5)
    assert answer(function.invoke({})) == 1


# What is written down


def test_lambda_s_lines_in_the_text_format(make_function):
    function = make_function()
    function.invoke({"print": "one\ntwo"})
    function.invoke({})
    lines = function.lines()
    request = re.search(r"START RequestId: (\S+) ", lines[1])[1]
    assert lines[0] == (
        "INIT_START Runtime Version: provided.al2023\tRuntime Version ARN: "
        f"arn:aws:lambda:{EAST}::runtime:provided.al2023\n"
    )
    assert lines[1:5] == [
        f"START RequestId: {request} Version: $LATEST\n",
        "one\n",
        "two\n",
        f"END RequestId: {request}\n",
    ]
    report = (
        rf"REPORT RequestId: {request}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
        r"Max Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t\n"
    )
    assert re.fullmatch(report, lines[5])
    assert "Init Duration" not in lines[-1] and lines[-1].startswith("REPORT")


def test_lambda_s_lines_in_the_json_format_and_in_another_group(stack, make_function):
    group = f"/shared/{time.time_ns()}"
    stack.client("logs").create_log_group(logGroupName=group)
    function = make_function(LoggingConfig={"LogFormat": "JSON", "LogGroup": group})
    config = function.lambda_.get_function_configuration(FunctionName=function.name)["LoggingConfig"]
    assert config == {"LogFormat": "JSON", "LogGroup": group, "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    function.invoke({})
    events = stack.client("logs").filter_log_events(logGroupName=group)["events"]
    records = [json.loads(event["message"]) for event in events]
    assert [record["type"] for record in records] == ["platform.initStart", "platform.start", "platform.report"]
    assert records[2]["record"]["status"] == "success" and records[2]["record"]["metrics"]["memorySizeMB"] == 128
    assert re.fullmatch(rf"\d{{4}}/\d\d/\d\d/{function.name}\[\$LATEST][0-9a-f]{{32}}", events[0]["logStreamName"])


def test_a_role_that_may_not_log_leaves_no_log(stack, make_function):
    function = make_function(logs=False)
    assert answer(function.invoke({"print": "x"})) == "done"
    assert (
        code(stack.client("logs").filter_log_events, logGroupName=f"/aws/lambda/{function.name}")
        == "ResourceNotFoundException"
    )
    assert stack.counter("lambda-logs-denied") > 0


# Asynchronously


def destination(function, queue, **more):
    return function.lambda_.put_function_event_invoke_config(
        FunctionName=function.name, DestinationConfig={"OnFailure": {"Destination": queue}}, **more
    )


SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}


def test_a_failing_event_is_retried_twice_and_recorded(stack, make_function, make_queue):
    function = make_function(SEND)
    url, queue = make_queue()
    destination(function, queue)
    response = function.invoke({"fail": 9, "n": 1}, "Event")
    assert response["StatusCode"] == 202
    message = messages(stack, url)[0]
    attempts = function.received()
    assert [one["attempt"] for one in attempts] == [1, 2, 3]
    # One minute and two minutes, scaled.
    gaps = [b["at"] - a["at"] for a, b in zip(attempts, attempts[1:], strict=False)]
    assert 0.1 < gaps[0] < 0.24 <= gaps[1] < 0.5
    record = json.loads(message["Body"])
    assert record.pop("timestamp").endswith("Z")
    request_id = record["requestContext"].pop("requestId")
    assert request_id == attempts[0]["headers"]["Lambda-Runtime-Aws-Request-Id"]
    assert record == {
        "version": "1.0",
        "requestContext": {
            "functionArn": f"{function.arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"fail": 9, "n": 1},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "Test.Failure", "errorMessage": "as wished"},
    }


def test_an_event_that_succeeds_in_the_end_is_recorded_nowhere(stack, make_function, make_queue):
    function = make_function(SEND)
    url, queue = make_queue()
    destination(function, queue)
    function.invoke({"fail": 1}, "Event")
    assert until(lambda: len(function.received()) == 2)
    assert messages(stack, url, seconds=0.8) == [] and len(function.received()) == 2


def test_the_number_of_retries_is_the_function_s(stack, make_function, make_queue):
    function = make_function(SEND)
    url, queue = make_queue()
    destination(function, queue, MaximumRetryAttempts=0)
    function.invoke({"fail": 9}, "Event")
    assert json.loads(messages(stack, url)[0]["Body"])["requestContext"]["approximateInvokeCount"] == 1
    assert len(function.received()) == 1


def test_success_can_be_recorded_too(stack, make_function, make_queue):
    function = make_function(SEND)
    url, queue = make_queue()
    function.lambda_.put_function_event_invoke_config(
        FunctionName=function.name, DestinationConfig={"OnSuccess": {"Destination": queue}}
    )
    function.invoke({"answer": 5}, "Event")
    record = json.loads(messages(stack, url)[0]["Body"])
    assert record["requestContext"]["condition"] == "Success" and record["responsePayload"] == 5


def test_a_role_that_may_not_send_loses_the_record_and_is_counted(stack, make_function, make_queue):
    function = make_function()
    url, queue = make_queue()
    destination(function, queue, MaximumRetryAttempts=0)
    before = stack.counter("lambda-destination-delivery-failures")
    function.invoke({"fail": 9}, "Event")
    assert until(lambda: stack.counter("lambda-destination-delivery-failures") == before + 1)
    assert messages(stack, url, seconds=0.2) == []


def test_the_dead_letter_queue_gets_the_event_itself(stack, make_function, make_queue):
    url, queue = make_queue()
    function = make_function(SEND, DeadLetterConfig={"TargetArn": queue})
    config = function.lambda_.get_function_configuration(FunctionName=function.name)
    assert config["DeadLetterConfig"] == {"TargetArn": queue}
    function.lambda_.put_function_event_invoke_config(FunctionName=function.name, MaximumRetryAttempts=0)
    function.invoke({"fail": 9}, "Event")
    message = messages(stack, url)[0]
    assert json.loads(message["Body"]) == {"fail": 9}
    found = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert found["ErrorCode"] == "200" and found["ErrorMessage"] == "as wished" and found["RequestID"]


def test_a_function_killed_in_mid_flight_is_given_the_event_again(stack, make_function):
    function = make_function()
    function.invoke({"sleep": 1.0}, "Event")
    pid = until(function.received)[0]["pid"]
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: len(function.received()) == 2)
    assert len({one["headers"]["Lambda-Runtime-Aws-Request-Id"] for one in function.received()}) == 1


def test_no_concurrency_sends_events_straight_to_the_failure_queue(stack, make_function, make_queue):
    function = make_function(SEND)
    url, queue = make_queue()
    destination(function, queue)
    function.lambda_.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    assert function.lambda_.get_function_concurrency(FunctionName=function.name)["ReservedConcurrentExecutions"] == 0
    assert code(function.invoke, event={}) == "TooManyRequestsException"
    function.invoke({"n": 1}, "Event")
    record = json.loads(messages(stack, url)[0]["Body"])
    assert record["requestContext"]["condition"] == "ZeroReservedConcurrency"
    assert record["requestContext"]["approximateInvokeCount"] == 0 and "responsePayload" not in record
    assert function.received() == []
    function.lambda_.delete_function_concurrency(FunctionName=function.name)
    assert "ReservedConcurrentExecutions" not in function.lambda_.get_function_concurrency(FunctionName=function.name)


def test_throttled_events_wait_until_there_is_room(stack, make_function):
    function = make_function()
    function.lambda_.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=1)
    for n in range(4):
        function.invoke({"sleep": 0.15, "n": n}, "Event")
    assert until(lambda: len(function.received()) == 4)
    assert sorted(one["event"]["n"] for one in function.received()) == [0, 1, 2, 3]
    starts = [one["at"] for one in function.received()]
    assert all(b - a >= 0.14 for a, b in zip(starts, starts[1:], strict=False))


def test_events_too_old_are_given_up(stack, make_function, make_queue):
    function = make_function(SEND)
    url, queue = make_queue()
    destination(function, queue, MaximumEventAgeInSeconds=60)
    # A throttle that would be tried again only after more than the event's life.
    with stack.settings(lambdaRetryScale=100.0), stack.fault(kind="function-throttle", function=function.name):
        function.invoke({}, "Event")
        record = json.loads(messages(stack, url)[0]["Body"])
    assert record["requestContext"]["condition"] == "EventAgeExceeded"


def test_events_run_side_by_side(make_function):
    function = make_function()
    for n in range(4):
        function.invoke({"sleep": 0.5, "n": n}, "Event")
    assert until(lambda: len(function.received()) == 4, 3)
    starts = [one["at"] for one in function.received()]
    assert max(starts) - min(starts) < 0.5 and len({one["pid"] for one in function.received()}) == 4


# What is said of functions


def test_a_new_function_is_pending_and_then_active(stack, make_role):
    client = stack.client("lambda")
    with stack.settings(functionCreationSeconds=0.6):
        made = client.create_function(
            FunctionName="pending",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=make_role(),
            Code={"ZipFile": packed("#!/bin/sh\n")},
        )
        assert made["State"] == "Pending" and made["StateReasonCode"] == "Creating"
        assert code(client.invoke, FunctionName="pending") == "ResourceConflictException"
        client.get_waiter("function_active_v2").wait(FunctionName="pending", WaiterConfig={"Delay": 0.1})
    found = client.get_function(FunctionName="pending")["Configuration"]
    assert found["State"] == "Active" and found["LastUpdateStatus"] == "Successful"
    assert found["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/aws/lambda/pending"}
    assert "DeadLetterConfig" not in found and "VpcConfig" not in found
    client.delete_function(FunctionName="pending")


def test_event_invoke_config(make_function, make_queue):
    function = make_function()
    client, name = function.lambda_, function.name
    assert code(client.get_function_event_invoke_config, FunctionName=name) == "ResourceNotFoundException"
    _, queue = make_queue()
    destination(function, queue, MaximumRetryAttempts=1)
    client.update_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=120)
    found = client.get_function_event_invoke_config(FunctionName=name)
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 120)
    assert found["DestinationConfig"]["OnFailure"]["Destination"] == queue
    assert found["FunctionArn"] == f"{function.arn}:$LATEST"
    # Put replaces, update adds.
    client.put_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=60)
    assert "MaximumRetryAttempts" not in client.get_function_event_invoke_config(FunctionName=name)
    assert len(client.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]) == 1
    put = client.put_function_event_invoke_config
    assert (
        code(put, FunctionName=name, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=21_601)
        == "InvalidParameterValueException"
    )
    assert (
        code(put, FunctionName=name, DestinationConfig={"OnFailure": {"Destination": queue + ".fifo"}})
        == "InvalidParameterValueException"
    )
    client.delete_function_event_invoke_config(FunctionName=name)
    assert code(client.get_function_event_invoke_config, FunctionName=name) == "ResourceNotFoundException"


def test_functions_are_listed_by_pages_and_without_their_state(make_function):
    made = {make_function().name for _ in range(3)}
    client = make_function().lambda_
    pages = list(client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2}))
    listed = [function for page in pages for function in page["Functions"]]
    assert len(pages) > 1 and made <= {function["FunctionName"] for function in listed}
    assert all("State" not in function for function in listed)


def test_a_statement_id_is_given_once(make_function):
    function = make_function()
    wanted = {
        "FunctionName": function.name,
        "StatementId": "one",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
    }
    function.lambda_.add_permission(**wanted)
    assert code(function.lambda_.add_permission, **wanted) == "ResourceConflictException"
    policy = json.loads(function.lambda_.get_policy(FunctionName=function.name)["Policy"])
    assert policy["Statement"][0] == {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": function.arn,
    }
