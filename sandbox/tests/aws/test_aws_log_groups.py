"""Log groups as boto3 makes, changes and deletes them, with their keys, filters and tags."""

import base64
import gzip
import json

import pytest
from aws_support import ACCOUNT, EAST, WEST, code, until
from botocore.exceptions import ClientError
from cloudwatch_support import minute, unique


@pytest.fixture
def logs(stack):
    return stack.client("logs")


@pytest.fixture
def group(logs):
    name = unique("/test/group")
    logs.create_log_group(logGroupName=name)
    yield name
    if described(logs, name):
        logs.put_log_group_deletion_protection(logGroupIdentifier=name, deletionProtectionEnabled=False)
        logs.delete_log_group(logGroupName=name)


def described(logs, name):
    return next(
        (g for g in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"] if g["logGroupName"] == name), None
    )


def arn(name, region=EAST):
    return f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{name}"


def said(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def key(stack, *services):
    """A key that lets these services use it."""
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"},
        *(
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                "Resource": "*",
            }
            for service in services
        ),
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return stack.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]


# Making, changing, deleting


def test_a_group_has_what_it_was_made_with(stack, logs):
    name, kms = unique("/test/whole"), key(stack, f"logs.{EAST}.amazonaws.com")
    logs.create_log_group(
        logGroupName=name,
        kmsKeyId=kms,
        tags={"team": "tasks", "Übung": "ja"},
        logGroupClass="INFREQUENT_ACCESS",
        deletionProtectionEnabled=True,
    )
    found = described(logs, name)
    assert (found["kmsKeyId"], found["logGroupClass"], found["deletionProtectionEnabled"]) == (
        kms,
        "INFREQUENT_ACCESS",
        True,
    )
    assert (found["metricFilterCount"], found["storedBytes"]) == (0, 0) and "retentionInDays" not in found
    assert (found["arn"], found["logGroupArn"]) == (arn(name) + ":*", arn(name))
    assert logs.list_tags_for_resource(resourceArn=arn(name))["tags"] == {"team": "tasks", "Übung": "ja"}
    assert code(logs.create_log_group, logGroupName=name) == "ResourceAlreadyExistsException"
    assert said(logs.delete_log_group, logGroupName=name)[0] == "ValidationException"
    logs.put_log_group_deletion_protection(logGroupIdentifier=arn(name), deletionProtectionEnabled=False)
    assert described(logs, name)["deletionProtectionEnabled"] is False
    logs.delete_log_group(logGroupName=name)
    assert code(logs.list_tags_for_resource, resourceArn=arn(name)) == "ResourceNotFoundException"
    # A new one of the same name has nothing of the old one's.
    logs.create_log_group(logGroupName=name)
    assert logs.list_tags_for_resource(resourceArn=arn(name))["tags"] == {}
    assert described(logs, name)["logGroupClass"] == "STANDARD"
    logs.delete_log_group(logGroupName=name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"logGroupName": "aws/mine"},
        {"logGroupName": "a b"},
        {"logGroupName": "x" * 513},
        {"logGroupClass": "GOLD"},
        {"tags": {"aws:mine": "x"}},
        {"tags": {"a": "x" * 257}},
        {"tags": {"a*": "x"}},
        {"tags": {f"k{number}": "x" for number in range(51)}},
        {"kmsKeyId": "alias/mine"},
    ],
    ids=str,
)
def test_groups_that_cannot_be_right_are_refused(logs, wrong):
    name = wrong.get("logGroupName", unique("/test/wrong"))
    assert code(logs.create_log_group, **{"logGroupName": name, **wrong}) == "InvalidParameterException"
    assert code(logs.delete_log_group, logGroupName=unique("/test/nobody")) == "ResourceNotFoundException"


def test_retention_has_the_values_that_aws_has(logs, group):
    for days in (1, 545, 3653):
        logs.put_retention_policy(logGroupName=group, retentionInDays=days)
        assert described(logs, group)["retentionInDays"] == days
    refused = said(logs.put_retention_policy, logGroupName=group, retentionInDays=15)
    assert refused[0] == "InvalidParameterException"
    assert refused[1].startswith("Invalid retention value. Valid values are: [1, 3, 5, 7, 14, ")
    assert described(logs, group)["retentionInDays"] == 3653
    logs.delete_retention_policy(logGroupName=group)
    assert "retentionInDays" not in described(logs, group)


def test_a_key_must_be_there_and_let_logs_use_it(stack, logs, group):
    own, other = key(stack, f"logs.{EAST}.amazonaws.com"), key(stack, f"logs.{WEST}.amazonaws.com")
    logs.associate_kms_key(logGroupName=group, kmsKeyId=own)
    assert described(logs, group)["kmsKeyId"] == own
    for wrong in (other, own[:-1] + "z"):
        refused = said(logs.associate_kms_key, logGroupName=group, kmsKeyId=wrong)
        assert refused == (
            "AccessDeniedException",
            f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn(group)}'",
        )
    assert said(logs.associate_kms_key, logGroupName=group, kmsKeyId=own.rpartition("/")[2]) == (
        "InvalidParameterException",
        f"The specified KMS Key Id could not be found. '{group}'",
    )
    both = {"logGroupName": group, "resourceIdentifier": arn(group)}
    assert code(logs.disassociate_kms_key, **both) == "InvalidParameterException"
    logs.disassociate_kms_key(resourceIdentifier=arn(group))
    assert "kmsKeyId" not in described(logs, group)
    logs.associate_kms_key(resourceIdentifier=arn(group), kmsKeyId=own)
    stack.client("kms").disable_key(KeyId=own.rpartition("/")[2])
    assert code(logs.associate_kms_key, logGroupName=group, kmsKeyId=own) == "AccessDeniedException"


# Tags


def test_tags_come_change_and_go(stack, logs, group):
    logs.tag_resource(resourceArn=arn(group), tags={"a": "1", "b": "2"})
    logs.tag_resource(resourceArn=arn(group), tags={"a": "3"})
    logs.untag_resource(resourceArn=arn(group), tagKeys=["b", "never"])
    assert logs.list_tags_for_resource(resourceArn=arn(group))["tags"] == {"a": "3"}
    many = {f"k{number}": "" for number in range(50)}
    assert code(logs.tag_resource, resourceArn=arn(group), tags=many) == "TooManyTagsException"
    assert code(logs.tag_resource, resourceArn=arn(group) + "x", tags={"a": "1"}) == "ResourceNotFoundException"
    assert code(logs.tag_resource, resourceArn=arn(group), tags={"aws:a": "1"}) == "InvalidParameterException"
    elsewhere = stack.client("logs", WEST)
    assert code(elsewhere.list_tags_for_resource, resourceArn=arn(group)) == "ResourceNotFoundException"


# Metric filters


def transformation(**more):
    given = {"metricName": "Failures", "metricNamespace": "Test", "metricValue": "1"}
    return [{key: value for key, value in {**given, **more}.items() if value is not None}]


def put_filter(logs, group, name="f", pattern="ERROR", **more):
    logs.put_metric_filter(
        logGroupName=group, filterName=name, filterPattern=pattern, metricTransformations=transformation(**more)
    )


def test_metric_filters_come_back_in_pages(logs, group):
    for number in range(3):
        put_filter(logs, group, f"filter-{number}", defaultValue=0.0, unit="Count")
    first = logs.describe_metric_filters(logGroupName=group, limit=2)
    second = logs.describe_metric_filters(logGroupName=group, limit=2, nextToken=first["nextToken"])
    found = first["metricFilters"] + second["metricFilters"]
    assert [one["filterName"] for one in found] == ["filter-0", "filter-1", "filter-2"] and "nextToken" not in second
    created = found[1].pop("creationTime")
    assert found[1] == {
        "filterName": "filter-1",
        "filterPattern": "ERROR",
        "logGroupName": group,
        "metricTransformations": transformation(defaultValue=0.0, unit="Count"),
    }
    put_filter(logs, group, "filter-1", "WARN")
    (changed,) = logs.describe_metric_filters(logGroupName=group, filterNamePrefix="filter-1")["metricFilters"]
    assert (changed["filterPattern"], changed["creationTime"]) == ("WARN", created)
    assert changed["metricTransformations"] == transformation()
    assert described(logs, group)["metricFilterCount"] == 3
    everywhere = logs.describe_metric_filters(metricName="Failures", metricNamespace="Test")["metricFilters"]
    assert {one["logGroupName"] for one in everywhere} == {group}
    assert group in [one["logGroupName"] for one in logs.describe_metric_filters()["metricFilters"]]
    assert code(logs.describe_metric_filters, metricName="Failures") == "InvalidParameterException"
    logs.delete_metric_filter(logGroupName=group, filterName="filter-0")
    assert code(logs.delete_metric_filter, logGroupName=group, filterName="filter-0") == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "pattern, more, text",
    [
        ("{ $.a = 1", {}, "must end with"),
        ("{ $.a = 1 }", {"dimensions": {"A": "$.a"}, "defaultValue": 0.0}, "mutually exclusive"),
        ("ERROR", {"dimensions": {"A": "$.a"}}, "does not support dimensions"),
        ("{ $.a = 1 }", {"dimensions": {f"D{n}": "$.a" for n in range(4)}}, "at most 3 dimensions"),
        ("ERROR", {"metricValue": "$.a"}, "neither a number nor a field"),
        ("{ $.a = 1 }", {"metricValue": "a lot"}, "neither a number nor a field"),
        ("ERROR", {"metricNamespace": "AWS/Mine"}, "AWS's own"),
        ("ERROR", {"unit": "Parsecs"}, "enum value set"),
        ("ERROR", {"metricName": "a*b"}, "regular expression"),
    ],
)
def test_metric_filters_that_cannot_be_right_are_refused(logs, group, pattern, more, text):
    wanted = {"logGroupName": group, "filterName": "f", "filterPattern": pattern}
    told = said(logs.put_metric_filter, **wanted, metricTransformations=transformation(**more))
    assert told[0] == "InvalidParameterException" and text in told[1]
    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []


def test_a_group_has_a_hundred_metric_filters_at_most(logs, group):
    for number in range(100):
        put_filter(logs, group, f"f{number}")
    put_filter(logs, group, "f0", "WARN")
    wanted = {"logGroupName": group, "filterName": "one-more", "filterPattern": ""}
    told = said(logs.put_metric_filter, **wanted, metricTransformations=transformation())
    assert told == ("LimitExceededException", "Resource limit exceeded.")


def test_metric_filters_make_metrics_and_alarms_ring(stack, logs, group):
    space = unique("Space")
    put_filter(logs, group, "count", "?ERROR ?FATAL", metricNamespace=space, metricName="Errors", defaultValue=0.0)
    put_filter(
        logs,
        group,
        "time",
        '{ $.event = "done" }',
        metricNamespace=space,
        metricName="Time",
        metricValue="$.ms",
        unit="Milliseconds",
        dimensions={"Kind": "$.kind"},
    )
    put_filter(logs, group, "bytes", "[ip, bytes]", metricNamespace=space, metricName="Bytes", metricValue="$bytes")
    cloudwatch = stack.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=space,
        Namespace=space,
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    moment = int(minute().timestamp() * 1000)
    lines = [
        "an ERROR",
        "quiet enough",
        "FATAL, really",
        '{"event": "done", "ms": 12.5, "kind": "create"}',
        '{"event": "done", "ms": "7", "kind": "create"}',
        '{"event": "done", "ms": "soon", "kind": "create"}',
        "127.0.0.1 512",
    ]
    events = [{"timestamp": moment, "message": line} for line in lines]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)

    def read(metric, statistic, *dimensions):
        answer = cloudwatch.get_metric_statistics(
            Namespace=space,
            MetricName=metric,
            Dimensions=list(dimensions),
            StartTime=minute(5),
            EndTime=minute(-2),
            Period=60,
            Statistics=[statistic],
        )
        return [(point[statistic], point["Unit"]) for point in answer["Datapoints"]]

    assert read("Errors", "Sum") == [(2.0, "None")]
    assert read("Time", "Sum", {"Name": "Kind", "Value": "create"}) == [(19.5, "Milliseconds")]
    assert read("Bytes", "Sum") == [(512.0, "None")]

    def ringing():
        return cloudwatch.describe_alarms(AlarmNames=[space])["MetricAlarms"][0]["StateValue"] == "ALARM"

    with stack.settings(alarmEvaluationSeconds=0.05):
        assert until(ringing)


def test_the_default_value_says_that_nothing_was_found(stack, logs, group):
    space = unique("Space")
    put_filter(logs, group, "count", metricNamespace=space, metricName="Errors", defaultValue=0.0)
    put_filter(logs, group, "silent", metricNamespace=space, metricName="Silent")
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    event = {"timestamp": int(minute().timestamp() * 1000), "message": "all is well"}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    names = [one["MetricName"] for one in stack.client("cloudwatch").list_metrics(Namespace=space)["Metrics"]]
    assert names == ["Errors"]


# Subscription filters


def test_subscriptions_reach_a_function_that_lets_logs_call_it(stack, logs, group, make_function):
    function = make_function()
    wanted = {"logGroupName": group, "filterName": "to-function", "filterPattern": "ERROR"}
    refused = said(logs.put_subscription_filter, **wanted, destinationArn=function.arn)
    assert refused[0] == "InvalidParameterException" and "Could not execute the lambda function" in refused[1]
    function.lambda_.add_permission(
        FunctionName=function.name,
        StatementId="logs",
        Action="lambda:InvokeFunction",
        Principal="logs.amazonaws.com",
        SourceArn=arn(group) + ":*",
    )
    logs.put_subscription_filter(**wanted, destinationArn=function.arn)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    moment = int(minute().timestamp() * 1000)
    events = [{"timestamp": moment, "message": line} for line in ("an ERROR", "nothing")]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    data = until(function.received)[0]["event"]["awslogs"]["data"]
    told = json.loads(gzip.decompress(base64.b64decode(data)))
    assert [event["message"] for event in told["logEvents"]] == ["an ERROR"]
    (found,) = logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    assert (found["destinationArn"], found["distribution"]) == (function.arn, "ByLogStream")
    assert not {"roleArn"} & set(found)


def test_a_group_has_five_subscriptions_at_most(stack, logs, group):
    target = unique("/test/target")
    logs.create_log_group(logGroupName=target)
    wanted = {"logGroupName": group, "filterPattern": "", "destinationArn": arn(target)}
    for number in range(5):
        logs.put_subscription_filter(**wanted, filterName=f"s{number}")
    logs.put_subscription_filter(**{**wanted, "filterPattern": "ERROR"}, filterName="s0")
    assert said(logs.put_subscription_filter, **wanted, filterName="s5")[0] == "LimitExceededException"
    first = logs.describe_subscription_filters(logGroupName=group, limit=3)
    rest = logs.describe_subscription_filters(logGroupName=group, limit=3, nextToken=first["nextToken"])
    found = first["subscriptionFilters"] + rest["subscriptionFilters"]
    assert [one["filterName"] for one in found] == [f"s{number}" for number in range(5)]
    assert found[0]["filterPattern"] == "ERROR" and "nextToken" not in rest
    logs.delete_subscription_filter(logGroupName=group, filterName="s0")
    gone = {"logGroupName": group, "filterName": "s0"}
    assert code(logs.delete_subscription_filter, **gone) == "ResourceNotFoundException"
    kinesis = {**wanted, "destinationArn": f"arn:aws:kinesis:{EAST}:{ACCOUNT}:stream/none"}
    assert code(logs.put_subscription_filter, **kinesis, filterName="k") == "InvalidParameterException"
    assert code(logs.put_subscription_filter, **{**wanted, "destinationArn": "x"}, filterName="k") == (
        "InvalidParameterException"
    )
    logs.delete_log_group(logGroupName=target)


def test_rare_classes_have_no_filters(logs):
    name = unique("/test/rare")
    logs.create_log_group(logGroupName=name, logGroupClass="INFREQUENT_ACCESS")
    wanted = {"logGroupName": name, "filterName": "f", "filterPattern": ""}
    told = code(logs.put_metric_filter, **wanted, metricTransformations=transformation())
    assert told == "InvalidOperationException"
    assert code(logs.put_subscription_filter, **wanted, destinationArn=arn(name)) == "InvalidOperationException"
    logs.delete_log_group(logGroupName=name)
