"""The control address, and the faults it switches on."""

import time

import pytest
from aws_support import EAST, WEST
from botocore.exceptions import ClientError, ConnectionClosedError
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


def test_a_crash_and_an_error_of_the_function(make_function, stack):
    function = make_function()
    with stack.fault(kind="function-crash", function=function.name, delayMs=100):
        answer = function.invoke({"sleep": 1})
        assert b"signal: killed" in answer["Payload"].read() and answer["FunctionError"] == "Unhandled"
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
    for wrong in ({"nonsense": 1}, {"lambdaRetryScale": "x"}, {"lambdaRetryScale": -1}, {"functionConcurrency": 0}, []):
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
