"""The control address, and the faults it switches on."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from unittest import mock

import pytest
from aws_support import EAST, WEST
from aws_support import answer as answered
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.exceptions import ConnectionError as BrokenConnection


def code(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    "service, operation, expected",
    [
        ("events", "list_event_buses", "ThrottlingException"),
        ("lambda", "list_functions", "TooManyRequestsException"),
        ("dsql", "list_clusters", "ThrottlingException"),
        ("sts", "get_caller_identity", "Throttling"),
        ("s3", "list_buckets", "SlowDown"),
    ],
)
def test_throttling_in_each_service_s_own_words(stack, service, operation, expected):
    with stack.fault(kind="throttle", service=service):
        assert code(getattr(stack.client(service), operation)) == expected
    getattr(stack.client(service), operation)()


def test_faults_strike_only_where_they_are_meant_to(stack):
    with stack.fault(kind="error", service="events", operation="ListEventBuses", region=EAST, code="Oops", status=503):
        assert code(stack.client("events").list_event_buses) == "Oops"
        stack.client("events", WEST).list_event_buses()
        stack.client("events").list_rules()


def test_a_fault_wears_off(stack):
    with stack.fault(kind="error", service="events", times=2):
        client = stack.client("events")
        assert [code(client.list_event_buses), code(client.list_event_buses)] == ["InternalFailure"] * 2
        client.list_event_buses()
    assert stack.control("GET", "/faults")[1] == {"faults": []}


def test_delay_and_cut(stack):
    with stack.fault(kind="delay", service="events", delayMs=300):
        begun = time.monotonic()
        stack.client("events").list_event_buses()
        assert 0.3 <= time.monotonic() - begun < 1
    with stack.fault(kind="cut", service="events"), pytest.raises((ConnectionClosedError, BrokenConnection)):
        stack.client("events").list_event_buses()
    stack.client("events").list_event_buses()


def test_a_hanging_request_is_not_answered(stack):
    with stack.fault(kind="hang", service="events"), pytest.raises(ReadTimeoutError):
        config = Config(read_timeout=0.3, retries={"total_max_attempts": 1})
        stack.client("events", config=config).list_event_buses()
    with stack.fault(kind="hang", service="events", delayMs=200):
        begun = time.monotonic()
        with pytest.raises((ConnectionClosedError, BrokenConnection)):
            stack.client("events").list_event_buses()
        assert time.monotonic() - begun >= 0.2
    stack.client("events").list_event_buses()


def test_an_answer_cut_in_its_body_was_work_done(stack):
    broken = pytest.raises((ConnectionClosedError, BrokenConnection, ResponseStreamingError))
    with stack.fault(kind="cut-body", service="events", operation="CreateEventBus"), broken:
        stack.client("events").create_event_bus(Name="cut-in-two")
    names = [bus["Name"] for bus in stack.client("events").list_event_buses()["EventBuses"]]
    assert "cut-in-two" in names
    # An answer without a body has no half: nothing of it comes.
    queue = stack.client("sqs").create_queue(QueueName="cut")["QueueUrl"]
    broken = pytest.raises((ConnectionClosedError, BrokenConnection))
    with stack.fault(kind="cut-body", service="sqs", operation="DeleteQueue"), broken:
        stack.client("sqs").delete_queue(QueueUrl=queue)


@pytest.mark.parametrize("offset, word", [(3600, "Signature expired"), (-3600, "Signature not yet current")])
def test_the_clock_of_aws_may_be_another(stack, offset, word):
    def dated():
        answer = stack.client("events").list_event_buses()["ResponseMetadata"]["HTTPHeaders"]["date"]
        return parsedate_to_datetime(answer)

    with stack.settings(clockOffsetSeconds=offset):
        with pytest.raises(ClientError) as caught:
            stack.client("events").list_event_buses()
        assert caught.value.response["Error"]["Code"] == "InvalidSignatureException"
        assert word in caught.value.response["Error"]["Message"]
        theirs = datetime.now(UTC) + timedelta(seconds=offset)
        with mock.patch("botocore.auth.get_current_datetime", return_value=theirs.replace(tzinfo=None)):
            assert abs(dated() - theirs) < timedelta(minutes=1)
    assert abs(dated() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_function_s_clock_is_aws_s_own(make_function, stack):
    function = make_function({"Effect": "Allow", "Action": "events:ListRules", "Resource": "*"})
    names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
    keys = answered(function.invoke({"keys": names}))
    with stack.settings(clockOffsetSeconds=3600):
        stack.client("events", **{name.lower(): key for name, key in keys.items()}).list_rules()
    calls = stack.control("GET", "/calls")[1]["calls"]
    assert "ListRules" in [call["operation"] for call in calls if call["byFunction"]]


def test_a_crash_and_an_error_of_the_function(make_function, stack):
    function = make_function()
    with stack.fault(kind="function-crash", function=function.name, delayMs=100):
        answer = function.invoke({"sleep": 1})
        assert b"signal: killed" in answer["Payload"].read() and answer["FunctionError"] == "Unhandled"
        assert "FunctionError" not in function.invoke({})
    # However fast it is, it is killed before it has done anything.
    with stack.fault(kind="function-crash", function=function.name, times=10):
        answers = [function.invoke({}) for _ in range(10)]
        assert all(b"signal: killed" in answer["Payload"].read() for answer in answers)
    assert "FunctionError" not in function.invoke({})
    with stack.fault(kind="function-error", function=function.name, message="for the test"):
        assert b"for the test" in function.invoke({})["Payload"].read()
    with stack.fault(kind="function-throttle", function=function.name):
        assert code(function.invoke, event={}) == "TooManyRequestsException"


@pytest.mark.parametrize(
    "record, word",
    [
        ({}, "kind"),
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "throttle", "regoin": "x"}, "regoin"),
        ({"kind": "delay"}, "delayMs"),
        ({"kind": "throttle", "times": 0}, "times"),
        ([], "object"),
        ({"kind": "throttle", "probability": 2}, "probability"),
        ({"kind": "throttle", "region": 1}, "region"),
    ],
)
def test_faults_that_are_none_are_refused_with_a_sentence(stack, record, word):
    status, answer = stack.control("POST", "/faults", record)
    assert status == 400 and word in answer["error"]
    assert stack.control("GET", "/faults")[1] == {"faults": []}


def test_settings(stack):
    before = stack.control("GET", "/settings")[1]
    assert stack.control("PUT", "/settings", {"lambdaRetryScale": 0.5})[1]["lambdaRetryScale"] == 0.5
    for wrong in ({"nonsense": 1}, {"lambdaRetryScale": "x"}, {"lambdaRetryScale": -1}, {"functionConcurrency": 0}, [],
                  {"clockOffsetSeconds": 86_401}, {"clockOffsetSeconds": "x"}):
        assert stack.control("PUT", "/settings", wrong)[0] == 400
    assert stack.control("PUT", "/settings", before)[1] == before


def test_calls_and_status(stack):
    def counted():
        calls = stack.control("GET", "/calls")[1]["calls"]
        return sum(
            c["count"] for c in calls if (c["service"], c["operation"], c["region"]) == ("events", "ListRules", WEST)
        )

    before = counted()
    stack.client("events", WEST).list_rules()
    assert counted() == before + 1
    status = stack.control("GET", "/status")[1]
    assert status["endpointUrl"] == stack.endpoint and {"functions", "clusters", "counters", "faults"} <= set(status)
    assert stack.secret not in str(status)
    assert stack.control("GET", "/nonsense")[0] == 404
    assert stack.control("DELETE", "/faults/nonsense")[0] == 404
