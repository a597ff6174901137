"""Who may do what: signatures, dates, keys and policies are really looked at."""

import datetime
import json
import urllib.request
from unittest import mock

import pytest
from aws_support import ACCOUNT, EAST
from botocore.config import Config
from botocore.exceptions import ClientError


def code(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_rightly_signed_requests_pass_with_and_without_a_body(stack):
    assert stack.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/operator"
    stack.client("lambda").list_functions()
    stack.client("dsql").list_clusters(maxResults=1)
    stack.client("events").list_event_buses()


def test_wrong_secret_and_unknown_key_are_refused(stack):
    wrong = {"aws_secret_access_key": "w" * 40}
    assert code(stack.client("events", **wrong).list_event_buses) == ("InvalidSignatureException", 400)
    assert code(stack.client("lambda", **wrong).list_functions) == ("InvalidSignatureException", 403)
    assert code(stack.client("sts", **wrong).get_caller_identity) == ("SignatureDoesNotMatch", 403)
    assert code(stack.client("s3", **wrong).list_buckets) == ("SignatureDoesNotMatch", 403)
    unknown = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"}
    assert code(stack.client("events", **unknown).list_event_buses) == ("UnrecognizedClientException", 400)
    assert code(stack.client("sts", **unknown).get_caller_identity) == ("InvalidClientTokenId", 403)


def test_a_wrong_signature_is_answered_with_what_should_have_been_signed(stack, make_role):
    role = make_role()
    held = stack.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    keys = {"aws_access_key_id": held["AccessKeyId"], "aws_session_token": held["SessionToken"]}
    with pytest.raises(ClientError) as caught:
        stack.client("events", **keys, aws_secret_access_key="w" * 40).list_event_buses()
    message = caught.value.response["Error"]["Message"]
    assert "The Canonical String for this request should have been" in message
    # AWS repeats it, and clients have to keep it to themselves.
    assert f"x-amz-security-token:{held['SessionToken']}" in message


def test_a_body_that_was_changed_after_signing_is_refused(stack):
    client = stack.client("events")

    def tamper(request, **_):
        request.body = request.body.replace(b"mine", b"your")

    client.meta.events.register("before-send.events.PutEvents", tamper)
    entry = {"Source": "mine", "DetailType": "d", "Detail": "{}"}
    assert code(client.put_events, Entries=[entry]) == ("InvalidSignatureException", 400)


@pytest.mark.parametrize("minutes, word", [(-6, "Signature expired"), (6, "Signature not yet current")])
def test_dates_more_than_five_minutes_off_are_refused(stack, minutes, word):
    moment = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(minutes=minutes)
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment), pytest.raises(ClientError) as caught:
        stack.client("events").list_event_buses()
    assert caught.value.response["Error"]["Code"] == "InvalidSignatureException"
    assert word in caught.value.response["Error"]["Message"]


def test_dates_within_five_minutes_pass(stack):
    moment = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - datetime.timedelta(minutes=4)
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        stack.client("events").list_event_buses()


def test_unsigned_requests_are_refused(stack):
    headers = {"X-Amz-Target": "AWSEvents.ListEventBuses", "Content-Type": "application/x-amz-json-1.1"}
    request = urllib.request.Request(stack.endpoint, b"{}", headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert json.load(caught.value)["__type"] == "MissingAuthenticationTokenException"


def test_a_session_needs_its_token_and_has_only_its_roles_rights(stack, make_role):
    bus = f"arn:aws:events:{EAST}:{ACCOUNT}:event-bus/default"
    condition = {"StringEquals": {"events:source": "allowed.source"}}
    role = make_role({"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus, "Condition": condition})
    held = stack.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    keys = {"aws_access_key_id": held["AccessKeyId"], "aws_secret_access_key": held["SecretAccessKey"]}
    assert code(stack.client("events", **keys).list_event_buses)[0] == "UnrecognizedClientException"
    client = stack.client("events", **keys, aws_session_token=held["SessionToken"])
    entry = {"DetailType": "d", "Detail": "{}"}
    assert client.put_events(Entries=[entry | {"Source": "allowed.source"}])["FailedEntryCount"] == 0
    assert code(client.put_events, Entries=[entry | {"Source": "other.source"}]) == ("AccessDeniedException", 400)
    elsewhere = entry | {"Source": "allowed.source", "EventBusName": "another"}
    assert code(client.put_events, Entries=[elsewhere]) == ("AccessDeniedException", 400)
    lambda_ = stack.client("lambda", **keys, aws_session_token=held["SessionToken"])
    assert code(lambda_.list_functions) == ("AccessDeniedException", 403)


def test_metrics_are_bound_by_the_namespace_they_go_to(stack, make_role):
    condition = {"StringEquals": {"cloudwatch:namespace": "TaskOps/Canary"}}
    role = make_role(
        {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": condition}
    )
    held = stack.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    client = stack.client(
        "cloudwatch",
        aws_access_key_id=held["AccessKeyId"],
        aws_secret_access_key=held["SecretAccessKey"],
        aws_session_token=held["SessionToken"],
    )
    data = [{"MetricName": "Success", "Value": 1.0}]
    client.put_metric_data(Namespace="TaskOps/Canary", MetricData=data)
    assert code(client.put_metric_data, Namespace="Other", MetricData=data)[0].startswith("AccessDenied")
    assert code(client.list_metrics)[0].startswith("AccessDenied")


def test_an_explicit_denial_wins(stack):
    iam = stack.client("iam")
    iam.create_user(UserName="limited")
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "events:List*", "Resource": "*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="limited", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="limited")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    assert code(stack.client("events", **keys).list_event_buses)[0] == "AccessDeniedException"
    stack.client("events", **keys).describe_event_bus()
    iam.update_access_key(UserName="limited", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert code(stack.client("events", **keys).describe_event_bus)[0] == "UnrecognizedClientException"


def test_presigned_urls_are_checked_too(stack):
    # Without this, boto3 presigns for S3 with the old signature version 2.
    s3 = stack.client("s3", config=Config(signature_version="s3v4"))
    s3.create_bucket(Bucket="presigned")
    s3.put_object(Bucket="presigned", Key="a b/c+d", Body=b"content")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "presigned", "Key": "a b/c+d"})
    assert urllib.request.urlopen(url).read() == b"content"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url[:-1] + ("0" if url[-1] != "0" else "1"))
    assert caught.value.code == 403


def test_a_region_that_does_not_exist_is_refused(stack):
    assert code(stack.client("events", "mars-north-1").list_event_buses)[0] == "InvalidSignatureException"
