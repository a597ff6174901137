"""Events that functions are given: retries, destinations, concurrency."""

import json
import os
import signal

from aws_support import code, messages, on_failure, until

SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}


def test_a_failing_event_is_retried_twice_and_recorded(stack, make_function, make_queue):
    function = make_function(SEND)
    url, queue = make_queue()
    on_failure(function, queue)
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
    on_failure(function, queue)
    function.invoke({"fail": 1}, "Event")
    assert until(lambda: len(function.received()) == 2)
    assert messages(stack, url, seconds=0.8) == [] and len(function.received()) == 2


def test_the_number_of_retries_is_the_function_s(stack, make_function, make_queue):
    function = make_function(SEND)
    url, queue = make_queue()
    on_failure(function, queue, MaximumRetryAttempts=0)
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
    on_failure(function, queue, MaximumRetryAttempts=0)
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
    on_failure(function, queue)
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
    on_failure(function, queue, MaximumEventAgeInSeconds=60)
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
