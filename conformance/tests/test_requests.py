"""The check of requests: silent where botocore wrote them, and loud at every kind of mistake."""

from datetime import UTC, datetime

import pytest
from requests_support import ENDPOINT, body, header, honest, member, method, spoilt, target, text

from conformance import models, requests
from conformance.constraints import compiled

ARN = "arn:aws:dsql:us-east-1:123456789012:cluster/abc0def1baz2quux3quuux4abc"
ROLE = "arn:aws:iam::123456789012:role/ops"
HONEST = {
    "put": honest(
        "events",
        "PutEvents",
        Entries=[
            {
                "Source": "a.b",
                "DetailType": "Task Created",
                "Detail": "{}",
                "EventBusName": "bus",
                "Resources": ["arn:aws:x"],
                "Time": datetime(2026, 1, 2, 3, 4, 5, 678000, UTC),
            }
        ],
    ),
    "rule": honest("events", "PutRule", Name="r", State="ENABLED", Tags=[{"Key": "k", "Value": "v"}]),
    "targets": honest(
        "events",
        "PutTargets",
        Rule="r",
        Targets=[{"Id": "1", "Arn": "arn:aws:lambda:x", "RetryPolicy": {"MaximumRetryAttempts": 3}}],
    ),
    "logs": honest("logs", "FilterLogEvents", logGroupName="/aws/lambda/x", startTime=1767323045000, limit=10),
    "tail": honest("logs", "StartLiveTail", logGroupIdentifiers=["arn:aws:logs:us-east-1:123456789012:log-group:x"]),
    "queue": honest("sqs", "GetQueueUrl", QueueName="q"),
    "blob": honest(
        "sqs",
        "SendMessage",
        QueueUrl="u",
        MessageBody="b",
        MessageAttributes={"a": {"DataType": "Binary", "BinaryValue": b"x"}},
    ),
    "alarms": honest("cloudwatch", "DescribeAlarms", AlarmTypes=["MetricAlarm"], MaxRecords=100),
    "metric": honest(
        "cloudwatch",
        "GetMetricData",
        StartTime=datetime(2026, 1, 2, tzinfo=UTC),
        EndTime=datetime(2026, 1, 3, tzinfo=UTC),
        MetricDataQueries=[{"Id": "m1", "Expression": "1", "ReturnData": True}],
    ),
    "cluster": honest("dsql", "GetCluster", identifier="abc0def1baz2quux3quuux4abc"),
    "clusters": honest("dsql", "ListClusters", maxResults=10, nextToken="a b"),
    "tags": honest("dsql", "ListTagsForResource", resourceArn=ARN),
    "create": honest(
        "dsql",
        "CreateCluster",
        deletionProtectionEnabled=True,
        tags={"Name": "x"},
        clientToken="0d5a4b8e-58ea-4b3c-8bf4-8c5a3e0f5c6d",
        multiRegionProperties={"witnessRegion": "us-east-2", "clusters": [ARN]},
    ),
    "untag": honest("dsql", "UntagResource", resourceArn=ARN, tagKeys=["a", "b c"]),
    "function": honest("lambda", "GetFunction", FunctionName="f", Qualifier="1"),
    "invoke": honest("lambda", "Invoke", FunctionName="f", InvocationType="Event", Payload=b"{}"),
    "assume": honest(
        "sts",
        "AssumeRole",
        RoleArn=ROLE,
        RoleSessionName="me",
        DurationSeconds=900,
        Tags=[{"Key": "k", "Value": "v w"}],
    ),
    "web": honest("sts", "AssumeRoleWithWebIdentity", RoleArn=ROLE, RoleSessionName="me", WebIdentityToken="****"),
    "caller": honest("sts", "GetCallerIdentity"),
}


@pytest.mark.parametrize("name", HONEST)
def test_what_botocore_writes_is_right(name):
    assert requests.check(HONEST[name], ENDPOINT) == []


#: A request, what is spoilt in it, the member that must be named, and words of what was expected.
MISTAKES = [
    ("put", method("PUT"), "method", "POST"),
    ("put", target("/", "/events"), "path", "/"),
    ("put", target("/", "/?x=1"), "query x", "nothing"),
    ("put", header("x-amz-target", "AWSEvents.PutEvent"), "header x-amz-target", "AWSEvents.PutEvents"),
    ("put", header("x-amz-target", "Events.PutEvents"), "header x-amz-target", "AWSEvents.PutEvents"),
    ("put", header("content-type", "application/x-amz-json-1.0"), "header content-type", "json-1.1"),
    ("put", header("content-type", None), "header content-type", "json-1.1"),
    ("put", header("x-amz-target", None), "protocol", "json"),
    ("put", header("smithy-protocol", "rpc-v2-cbor"), "protocol", "json"),
    ("put", header("authorization", None), "header authorization", "a signature"),
    ("put", header("host", "elsewhere.test"), "header host", "aws.example.test:8443"),
    ("put", header("x-amz-bus", "x"), "header x-amz-bus", "nothing"),
    ("put", header("x-amzn-query-mode", "true"), "header x-amzn-query-mode", "none"),
    ("put", body(b"{"), "body", "JSON"),
    ("put", body(b"[]"), "body", "a JSON object"),
    ("put", text('"Source"', '"Detail": "{}", "Source"'), "Detail", "once"),
    ("put", member("entries", value=[]), "entries", "no such member"),
    ("put", member("Entries", value=...), "Entries", "requires it"),
    ("put", member("Entries", value=None), "Entries", "not null"),
    ("put", member("Entries", value={}), "Entries", "a list, not an object"),
    ("put", member("Entries", value=[]), "Entries", "at least 1 items"),
    ("put", member("Entries", value=[{}] * 11), "Entries", "at most 10 items"),
    ("put", member("Entries", 0, "Bus", value="x"), "Entries[0].Bus", "no such member"),
    ("put", member("Entries", 0, "Detail", value={}), "Entries[0].Detail", "text, not an object"),
    ("put", member("Entries", 0, "EventBusName", value=""), "Entries[0].EventBusName", "at least 1"),
    ("put", member("Entries", 0, "EventBusName", value="a b"), "Entries[0].EventBusName", "pattern"),
    ("put", member("Entries", 0, "Time", value="2026-01-02T03:04:05Z"), "Entries[0].Time", "a number, not text"),
    ("put", member("Entries", 0, "Time", value=1767323045678), "Entries[0].Time", "seconds since 1970"),
    ("put", member("Entries", 0, "Resources", value=[1]), "Entries[0].Resources[0]", "text, not a whole number"),
    ("rule", member("State", value="ON"), "State", "one of ENABLED"),
    ("rule", member("Tags", 0, "Value", value=...), "Tags[0].Value", "requires it"),
    ("targets", member("Targets", 0, "Arn", value=...), "Targets[0].Arn", "requires it"),
    (
        "targets",
        member("Targets", 0, "RetryPolicy", "MaximumRetryAttempts", value=186),
        "RetryPolicy.Max",
        "at most 185",
    ),
    (
        "targets",
        member("Targets", 0, "RetryPolicy", "MaximumRetryAttempts", value="3"),
        "RetryPolicy.Max",
        "a whole number, not text",
    ),
    (
        "targets",
        member("Targets", 0, "RetryPolicy", "MaximumRetryAttempts", value=True),
        "RetryPolicy.Max",
        "not true or false",
    ),
    ("logs", member("startTime", value=1767323045.5), "startTime", "a whole number, not a number"),
    ("logs", member("startTime", value=2**63), "startTime", "64 bits"),
    ("logs", member("limit", value=2**31), "limit", "32 bits"),
    ("tail", header("host", ENDPOINT.removeprefix("https://")), "header host", "stream"),
    ("queue", header("x-amzn-query-mode", None), "header x-amzn-query-mode", "true"),
    (
        "blob",
        member("MessageAttributes", "a", "BinaryValue", value="no base64!"),
        "MessageAttributes.a.BinaryValue",
        "base64",
    ),
    ("blob", member("MessageAttributes", value=[]), "MessageAttributes", "an object, not a list"),
    ("alarms", member("AlarmTypes", value=["metric"]), "AlarmTypes[0]", "one of"),
    ("metric", member("MetricDataQueries", 0, "ReturnData", value="true"), "ReturnData", "true or false, not text"),
    ("cluster", method("POST"), "method", "GET"),
    ("cluster", target("/cluster/", "/clusters/"), "path", "/cluster/{identifier}"),
    ("cluster", target("abc0def1baz2quux3quuux4abc", "ABC"), "label identifier", "pattern"),
    ("cluster", target("4abc", "4abc?x=1"), "query x", "no such member"),
    ("cluster", body(b"{}"), "body", "nothing"),
    ("clusters", target("max-results", "maxResults"), "query maxResults", "no such member"),
    ("clusters", target("max-results=10", "max-results=ten"), "query max-results", "a whole number"),
    ("clusters", target("max-results=10", "max-results=101"), "query max-results", "at most 100"),
    ("clusters", target("max-results=10", "max-results=10&max-results=11"), "query max-results", "once"),
    ("tags", target("%2F", "/"), "path", "/tags/{resourceArn}"),
    ("tags", target("%3A", ":"), "path", "as botocore writes it"),
    ("create", member("clientToken", value=...), "clientToken", "a token of its own"),
    ("create", member("deletionProtectionEnabled", value=1), "deletionProtectionEnabled", "true or false"),
    ("create", member("tags", "a" * 129, value="x"), "tags key", "at most 128"),
    ("create", header("content-type", "text/json"), "header content-type", "application/json"),
    ("untag", target("&tagKeys=", "&tag="), "query tag", "no such member"),
    ("untag", target("?tagKeys=a&tagKeys=b+c", ""), "tagKeys", "requires it"),
    ("function", target("Qualifier", "qualifier"), "query qualifier", "no such member"),
    ("invoke", header("x-amz-invocation-type", "Later"), "header x-amz-invocation-type", "one of"),
    ("assume", text("RoleArn=", "Role="), "RoleArn", "requires it"),
    ("assume", text("RoleArn=", "Role="), "Role", "no member"),
    ("assume", text("Version=2011-06-15", "Version=2011-06-16"), "Version", "2011-06-15"),
    ("assume", text("DurationSeconds=900", "DurationSeconds=60"), "DurationSeconds", "at least 900"),
    ("assume", text("RoleSessionName=me", "RoleSessionName=m%20e"), "RoleSessionName", "pattern"),
    ("assume", text("Tags.member.1.", "Tags.member.2."), "Tags.member.2.Key", "no member"),
    ("assume", text("Tags.member.", "Tags.Tag."), "Tags.Tag.1.Key", "no member"),
    ("assume", body(b"RoleArn"), "body", "a form"),
    (
        "assume",
        header("content-type", "application/x-www-form-urlencoded; charset=latin-1"),
        "header content-type",
        "utf-8",
    ),
    ("web", header("authorization", "****"), "header authorization", "unsigned"),
    ("caller", text("GetCallerIdentity", "GetCallerIdentit"), "Action", "GetCallerIdentity"),
]


@pytest.mark.parametrize(("name", "spoil", "where", "expected"), MISTAKES)
def test_a_mistake_is_said_with_its_member_and_what_was_expected(name, spoil, where, expected):
    found = requests.check(spoilt(HONEST[name], spoil), ENDPOINT)
    assert [one for one in found if where in one.member and expected in one.expected], [str(one) for one in found]
    assert all(one.call == HONEST[name].call and one.command == "test" for one in found)


@pytest.mark.parametrize(("service", "operation"), [("events", "PutEvent"), ("nonsense", "PutEvents"), ("unknown", "")])
def test_what_no_model_has_is_said(service, operation):
    exchange = HONEST["put"].__class__("test", service, operation, "us-east-1", HONEST["put"].request)
    (found,) = requests.check(exchange, ENDPOINT)
    assert found.member == "operation"


def test_a_secret_that_was_starred_is_not_judged_by_its_length():
    mfa = honest("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="me", SerialNumber="a" * 9, TokenCode="123456")
    assert requests.check(spoilt(mfa, text("123456", "****")), ENDPOINT) == []


def test_no_prefix_goes_before_an_address():
    tail = spoilt(HONEST["tail"], header("host", "127.0.0.1:4566"))
    assert requests.check(tail, "http://127.0.0.1:4566") == []


@pytest.mark.parametrize("service", ["events", "dsql", "lambda", "sqs", "logs", "cloudwatch", "sts", "sso", "sso-oidc"])
def test_every_pattern_of_the_models_can_be_read(service):
    model = models.service(service)
    for name in model.shape_names:
        pattern = model.shape_for(name).metadata.get("pattern")
        if pattern:
            compiled(pattern)


def test_unicode_classes_are_those_of_unicode():
    pattern = compiled(r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")
    assert pattern.fullmatch("Größe 3") and not pattern.fullmatch("a*b")
