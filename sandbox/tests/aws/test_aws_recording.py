"""Recordings of calls, switched on at the control address: all there is to know of a call, and no secret."""

import base64
import contextlib
import json
import os
import stat
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from aws_support import ACCOUNT, EAST, WEST, until
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.exceptions import ConnectionError as BrokenConnection


@pytest.fixture
def recording(stack):
    status, answer = stack.control("PUT", "/recording", {"name": "test"})
    assert status == 200, answer
    yield Path(answer["file"])
    stack.control("DELETE", "/recording")


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_call_is_recorded_as_it_came_and_as_it_was_answered(stack, recording):
    stack.client("events", WEST).list_rules(NamePrefix="wanted-ü")
    (line,) = lines(recording)
    assert (line["service"], line["operation"], line["region"]) == ("events", "ListRules", WEST)
    assert line["caller"].endswith(":user/operator")
    assert [(need["action"], need["context"]["aws:RequestedRegion"]) for need in line["needs"]] == [
        ("events:ListRules", WEST)
    ]
    request, response = line["request"], line["response"]
    assert (request["method"], request["target"]) == ("POST", "/")
    assert request["headers"]["x-amz-target"] == "AWSEvents.ListRules"
    assert json.loads(base64.b64decode(request["body"])) == {"NamePrefix": "wanted-ü"}
    assert response["status"] == 200
    assert json.loads(base64.b64decode(response["body"]))["Rules"] == []
    assert any(name.lower() == "x-amzn-requestid" for name in response["headers"])


def test_needs_name_the_resource_and_a_call_that_needs_nothing_has_none(stack, recording):
    stack.client("dsql").list_clusters()
    with pytest.raises(ClientError):
        stack.client("lambda").get_function(FunctionName="missing")
    stack.client("sts").get_caller_identity()
    needs = [line["needs"] for line in lines(recording)]
    assert needs[0][0]["resource"] == "*"
    assert needs[1][0]["action"] == "lambda:GetFunction"
    assert needs[1][0]["resource"] == "arn:aws:lambda:us-east-1:123456789012:function:missing"
    assert needs[2] == []


def test_path_and_query_are_kept_as_sent(stack, recording):
    stack.client("dsql").list_clusters(maxResults=7)
    assert lines(recording)[0]["request"]["target"] == "/cluster?max-results=7"


def test_errors_faults_and_cut_connections_are_recorded_too(stack, recording):
    with pytest.raises(ClientError):
        stack.client("events").describe_rule(Name="missing")
    with stack.fault(kind="throttle", service="lambda"), pytest.raises(ClientError):
        stack.client("lambda").list_functions()
    with stack.fault(kind="cut", service="sqs"), pytest.raises((ConnectionClosedError, BrokenConnection)):
        stack.client("sqs").list_queues()
    failed, throttled, cut = lines(recording)
    assert failed["response"]["status"] == 400
    # Nobody had looked at the signature yet, and still it is known whose call it was.
    assert throttled["response"]["status"] == 429 and throttled["caller"].endswith(":user/operator")
    assert cut["service"] == "sqs" and cut["response"] is None


@pytest.mark.parametrize("ends", ["the stream", "the recording"])
def test_a_stream_is_recorded_with_all_it_said(stack, recording, ends):
    logs = stack.client("logs", config=Config(inject_host_prefix=False))
    logs.create_log_group(logGroupName="/recorded")
    try:
        group = f"arn:aws:logs:{EAST}:{ACCOUNT}:log-group:/recorded"
        tail = logs.start_live_tail(logGroupIdentifiers=[group])["responseStream"]
        events = iter(tail)
        assert "sessionStart" in next(events) and "sessionUpdate" in next(events)
        assert [line["operation"] for line in lines(recording)] == ["CreateLogGroup"]
        if ends == "the stream":
            tail.close()
            assert until(lambda: len(lines(recording)) == 2)
        stack.control("DELETE", "/recording")
        (line,) = lines(recording)[1:]
        body = base64.b64decode(line["response"]["body"])
        assert line["operation"] == "StartLiveTail" and b"sessionStart" in body and b"sessionUpdate" in body
    finally:
        tail.close()
        logs.delete_log_group(logGroupName="/recorded")


def test_no_secret_is_in_the_file(stack, make_role, recording):
    role, secrets = make_role(), [stack.secret]
    stack.control("PUT", "/recording", {"name": "test"})
    # STS wants a token of at least four characters; moto looks no further.
    token = "web-identity-token-of-the-test"
    unsigned = stack.client("sts", config=Config(signature_version=UNSIGNED))
    answers = [
        stack.client("sts").assume_role(RoleArn=role, RoleSessionName="test"),
        unsigned.assume_role_with_web_identity(RoleArn=role, RoleSessionName="test", WebIdentityToken=token),
    ]
    for answer in answers:
        given = answer["Credentials"]
        secrets += [given["SecretAccessKey"], given["SessionToken"]]
    session = answers[0]["Credentials"]
    stack.client(
        "sts",
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    ).get_caller_identity()
    stack.client("iam").create_user(UserName="recorded")
    secrets.append(stack.client("iam").create_access_key(UserName="recorded")["AccessKey"]["SecretAccessKey"])
    recorded = lines(recording)
    assert len(recorded) == 5
    everything = recording.read_text()
    for line in recorded:
        for part in (line["request"], line["response"]):
            everything += base64.b64decode(part["body"]).decode()
    for secret in [*secrets, token]:
        assert secret not in everything
    headers = recorded[2]["request"]["headers"]
    assert (headers["authorization"], headers["x-amz-security-token"]) == ("****", "****")
    assert "Signature=" not in everything


def test_presigned_urls_lose_their_signature(stack, recording):
    address = stack.client("sts").generate_presigned_url("get_caller_identity")
    # Let in or refused: what counts here is what of it is kept.
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(address).close()
    target = lines(recording)[0]["request"]["target"]
    assert "X-Amz-Signature=****" in target and "X-Amz-Date=2" in target


def test_a_recording_begins_empty_ends_and_is_private(stack, recording):
    client = stack.client("events", EAST)
    client.list_rules()
    assert stack.control("GET", "/recording")[1] == {"file": str(recording), "calls": 1}
    assert stack.control("PUT", "/recording", {"name": "test"})[1]["calls"] == 0
    assert lines(recording) == []
    client.list_rules()
    assert stack.control("DELETE", "/recording")[1] == {"file": str(recording), "calls": 1}
    client.list_rules()
    assert len(lines(recording)) == 1
    assert stat.S_IMODE(os.stat(recording).st_mode) == 0o600
    assert recording.is_relative_to(stack.home)


@pytest.mark.parametrize(
    "wrong", [{}, {"name": "../x"}, {"name": "/elsewhere"}, {"name": ""}, {"name": "A"}, {"name": 1}, []]
)
def test_names_that_lead_elsewhere_are_refused(stack, wrong):
    status, answer = stack.control("PUT", "/recording", wrong)
    assert status == 400 and answer["error"]
    assert stack.control("GET", "/recording")[1]["file"] is None
