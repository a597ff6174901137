"""Operations nobody has: answered as AWS would, never with a page; and the connection stays open."""

import http.client
import json

import pytest
from aws_support import EAST
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError


def signed(stack, method, path, service, body=b"", **headers):
    request = AWSRequest(method, stack.endpoint + path, data=body, headers=headers)
    SigV4Auth(Credentials(stack.key, stack.secret), service, EAST).add_auth(request)
    return request.prepare()


def send(stack, connection, prepared):
    path = prepared.url.removeprefix(stack.endpoint)
    connection.request(prepared.method, path, prepared.body, dict(prepared.headers.items()))
    answer = connection.getresponse()
    return answer, answer.read()


@pytest.fixture
def connection(stack):
    connection = http.client.HTTPConnection(stack.endpoint.removeprefix("http://"))
    yield connection
    connection.close()


def test_json_services(stack, connection):
    headers = {"X-Amz-Target": "AWSEvents.Nonsense", "Content-Type": "application/x-amz-json-1.1"}
    answer, body = send(stack, connection, signed(stack, "POST", "/", "events", b"{}", **headers))
    assert (answer.status, json.loads(body)["__type"]) == (400, "UnknownOperationException")


def test_query_services(stack, connection):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer, body = send(stack, connection, signed(stack, "POST", "/", "sts", b"Action=Nonsense&Version=1", **headers))
    assert answer.status == 400 and b"<Code>InvalidAction</Code>" in body


def test_rest_services(stack, connection):
    answer, body = send(stack, connection, signed(stack, "GET", "/2015-03-31/nonsense", "lambda"))
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (404, "UnknownOperationException")
    assert json.loads(body)["message"]


def test_operations_the_stack_does_not_have_are_not_retried(stack):
    for service, operation, arguments in (
        ("events", "update_event_bus", {"Name": "default"}),
        ("logs", "list_log_groups", {}),
        ("dsql", "list_streams", {"clusterIdentifier": "a" * 26}),
        ("chime-sdk-voice", "list_voice_connectors", {}),
    ):
        with pytest.raises(ClientError) as caught:
            getattr(stack.client(service), operation)(**arguments)
        assert caught.value.response["Error"]["Code"] == "UnknownOperationException", service
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500
        assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_one_connection_serves_many_requests(stack, connection):
    headers = {"X-Amz-Target": "AWSEvents.ListEventBuses", "Content-Type": "application/x-amz-json-1.1"}
    for _ in range(3):
        answer, body = send(stack, connection, signed(stack, "POST", "/", "events", b"{}", **headers))
        assert answer.status == 200 and json.loads(body)["EventBuses"]
        assert answer.headers["Connection"] == "keep-alive" and connection.sock is not None


def test_chunked_bodies_are_read(stack, connection):
    headers = {"X-Amz-Target": "AWSEvents.ListEventBuses", "Content-Type": "application/x-amz-json-1.1"}
    prepared = signed(stack, "POST", "/", "events", b"{}", **headers)
    sent = {k: v for k, v in prepared.headers.items() if k.lower() != "content-length"}
    connection.request("POST", "/", iter([b"{", b"}"]), sent, encode_chunked=True)
    answer = connection.getresponse()
    assert answer.status == 200 and json.load(answer)["EventBuses"]


def test_moto_s_own_back_door_is_shut(stack, connection):
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status >= 400
    assert stack.client("sts").get_caller_identity()["Arn"].endswith("user/operator")
