"""The comparison of two readings: silent where they agree, loud at every kind of disagreement."""

import copy
import json

import pytest

from conformance import answers, models, parity
from conformance.answers import Answer
from conformance.exchange import Received

ALARMS = Received(
    200,
    {"x-amzn-RequestId": "id"},
    json.dumps(
        {
            "MetricAlarms": [
                {
                    "AlarmName": "a",
                    "ActionsEnabled": True,
                    "Threshold": 0.1,
                    "EvaluationPeriods": 3,
                    "StateUpdatedTimestamp": 1767323045.678,
                    "Dimensions": [{"Name": "n", "Value": "v"}],
                }
            ],
            "NextToken": "t",
        }
    ).encode(),
)
CALL = "cloudwatch DescribeAlarms"
READ = {
    "MetricAlarms": [
        {
            "AlarmName": "a",
            "ActionsEnabled": True,
            "Threshold": 0.1,
            "EvaluationPeriods": 3,
            "StateUpdatedTimestamp": 1767323045.678,
            "Dimensions": [{"Name": "n", "Value": "v"}],
        }
    ],
    "NextToken": "t",
}


def compared(ours, unread=(), received=ALARMS, call=CALL):
    return list(parity.Parity({call: list(unread)}).compare(Answer(call, "test", received), ours))


def changed(*path, to):
    value = copy.deepcopy(READ)
    place = value
    for step in path[:-1]:
        place = place[step]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return value


def test_equal_readings_have_no_difference():
    assert compared({"value": READ}) == []


@pytest.mark.parametrize(
    ("path", "to", "member"),
    [
        (("NextToken",), "T", "NextToken"),
        (("NextToken",), None, "NextToken"),
        (("NextToken",), ..., "NextToken"),
        (("Other",), "x", "Other"),
        (("MetricAlarms",), [], "MetricAlarms"),
        (("MetricAlarms", 0, "ActionsEnabled"), 1, "MetricAlarms[0].ActionsEnabled"),
        (("MetricAlarms", 0, "Threshold"), 0.1000001, "MetricAlarms[0].Threshold"),
        (("MetricAlarms", 0, "EvaluationPeriods"), "3", "MetricAlarms[0].EvaluationPeriods"),
        (("MetricAlarms", 0, "EvaluationPeriods"), True, "MetricAlarms[0].EvaluationPeriods"),
        (("MetricAlarms", 0, "StateUpdatedTimestamp"), 1767323045.679, "MetricAlarms[0].StateUpdatedTimestamp"),
        (("MetricAlarms", 0, "Dimensions", 0, "Value"), "w", "MetricAlarms[0].Dimensions[0].Value"),
        (("MetricAlarms", 0), "x", "MetricAlarms[0]"),
    ],
)
def test_a_value_that_differs_is_said_with_its_path(path, to, member):
    assert [one.member for one in compared({"value": changed(*path, to=to)})] == [member]


@pytest.mark.parametrize("ours", [{"unreadable": "x"}, {"failed": "x"}, {"error": {"code": "x"}}])
def test_no_value_at_all_is_a_difference(ours):
    assert [one.member for one in compared(ours)] == ["answer"]


def test_members_that_are_left_unread_are_listed_and_the_list_is_true():
    unread = ["MetricAlarms[].Dimensions", "NextToken", "MetricAlarms[].Gone"]
    compare = parity.Parity({CALL: unread})
    ours = changed("MetricAlarms", 0, "Dimensions", to=...)
    assert list(compare.compare(Answer(CALL, "test", ALARMS), {"value": ours})) == []
    said = {one.member: one.expected for one in compare.unread_differences([CALL])}
    assert set(said) == {"NextToken", "MetricAlarms[].Gone"}
    assert all("taken off" in expected for expected in said.values())
    # A member that is new in the model, or whose name we misspell.
    compare = parity.Parity({})
    list(compare.compare(Answer(CALL, "test", ALARMS), {"value": ours}))
    assert [one.member for one in compare.unread_differences([CALL])] == ["MetricAlarms[].Dimensions"]


ERROR = Received(400, {"x-amzn-RequestId": "id"}, b'{"__type":"a#Throttling","message":"slow"}')
OURS = {"status": 400, "code": "Throttling", "message": "slow", "requestId": "id"}


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({}, None),
        ({"code": "a#Throttling"}, "error code"),
        ({"message": ""}, "error message"),
        ({"requestId": None}, "error requestId"),
        ({"status": 500}, "error status"),
    ],
)
def test_errors_are_compared_by_code_message_status_and_request_id(change, member):
    found = [one.member for one in compared({"error": {**OURS, **change}}, received=ERROR)]
    assert found == ([member] if member else [])


def test_an_error_that_is_read_as_a_value_is_a_difference():
    assert [one.member for one in compared({"value": {}}, received=ERROR)] == ["error"]


def test_without_a_code_ours_is_made_of_the_status_like_botocore_s():
    page = Received(503, {}, b"<html>no</html>")
    assert compared({"error": {"status": 503, "code": "HTTP 503", "message": ""}}, received=page) == []
    assert compared({"error": {"status": 503, "code": "503", "message": ""}}, received=page) != []


def test_the_credential_chain_s_sentence_has_to_hold_the_same():
    sentence = "role could not be assumed: Throttling (status 400): slow, next: try"
    assert compared({"failed": sentence}, received=ERROR) == []
    assert compared({"failed": sentence.replace("slow", "fast")}, received=ERROR) != []


CALLS = ["cloudwatch DescribeAlarms", "dsql GetCluster", "lambda Invoke", "sts AssumeRole", "sqs GetQueueUrl"]


@pytest.mark.parametrize("call", CALLS)
def test_made_answers_are_the_same_every_time_and_botocore_reads_them_all(call):
    made = answers.made(call)
    assert made == answers.made(call)
    values = [parity.by_botocore(answer) for answer in made]
    assert sum("value" in one for one in values) >= 20
    assert all(one["error"]["code"] for one in values if "error" in one)


def test_event_streams_are_made_and_read_event_by_event():
    read = [parity.by_botocore(answer) for answer in answers.made("logs StartLiveTail")]
    ended = {"status": 200, "code": "SessionTimeoutException", "message": "It is over.", "requestId": None}
    assert {"error": ended} in read
    values = [one.get("value") for one in read]
    streams = [value["responseStream"] for value in values if value is not None]
    assert len(streams) >= 20
    assert all({"sessionStart", "sessionUpdate"} <= {name for event in stream for name in event} for stream in streams)
    assert any(
        event["sessionUpdate"].get("sessionResults")
        for stream in streams
        for event in stream
        if "sessionUpdate" in event
    )


@pytest.mark.parametrize("call", CALLS)
def test_made_answers_hold_every_topmost_member(call):
    shape = models.operation(*call.split()).output_shape
    values = [parity.by_botocore(answer).get("value", {}) for answer in answers.made(call)]
    assert set(shape.members) == {name for value in values for name, member in value.items() if member is not None}


def test_a_needed_member_is_in_every_answer_and_can_be_left_out():
    call = "events PutEvents"
    values = [parity.by_botocore(one).get("value") for one in answers.made(call, ("FailedEntryCount", "Entries"))]
    assert all({"FailedEntryCount", "Entries"} <= set(value) for value in values if value is not None)
    assert set(parity.by_botocore(answers.without(call, "Entries"))["value"]) == {"FailedEntryCount"}


def test_a_needed_member_may_lie_deeper():
    call, path = "sso GetRoleCredentials", "roleCredentials.accessKeyId"
    values = [parity.by_botocore(one).get("value") for one in answers.made(call, (path,))]
    assert all("accessKeyId" in value["roleCredentials"] for value in values if value is not None)
    left = parity.by_botocore(answers.without(call, path))["value"]["roleCredentials"]
    assert "accessKeyId" not in left and "secretAccessKey" in left
