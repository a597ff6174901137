"""The Resource Groups Tagging API, and the right to give tags."""

import json

import pytest
from aws_support import ACCOUNT, EAST, WEST, code
from cloudwatch_support import unique

ALARM = {
    "Namespace": "S",
    "MetricName": "M",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}


@pytest.fixture
def tagging(stack):
    return stack.client("resourcegroupstaggingapi")


def tags(**named):
    return [{"Key": key, "Value": value} for key, value in named.items()]


def found(tagging, **wanted):
    pages = tagging.get_paginator("get_resources").paginate(**wanted)
    return {row["ResourceARN"]: row["Tags"] for page in pages for row in page["ResourceTagMappingList"]}


def test_alarms_and_groups_are_found_by_their_tags(stack, tagging):
    word = unique("tagged")
    cloudwatch, logs = stack.client("cloudwatch"), stack.client("logs")
    cloudwatch.put_metric_alarm(AlarmName=f"{word}-a", **ALARM, Tags=tags(stack=word, kind="x"))
    cloudwatch.put_composite_alarm(AlarmName=f"{word}-c", AlarmRule="FALSE", Tags=tags(stack=word, kind="y"))
    stack.client("cloudwatch", WEST).put_metric_alarm(AlarmName=f"{word}-w", **ALARM, Tags=tags(stack=word))
    logs.create_log_group(logGroupName=f"/{word}/g", tags={"stack": word, "kind": "z"})
    logs.create_log_group(logGroupName=f"/{word}/other", tags={"stack": "another"})
    cloudwatch.put_dashboard(DashboardName=word, DashboardBody='{"widgets": []}', Tags=tags(stack=word))
    a, c = (f"arn:aws:cloudwatch:{EAST}:{ACCOUNT}:alarm:{word}-{end}" for end in "ac")
    group = f"arn:aws:logs:{EAST}:{ACCOUNT}:log-group:/{word}/g"
    mine = [{"Key": "stack", "Values": [word]}]
    # No dashboard: this API does not know them.
    assert set(found(tagging, TagFilters=mine)) == {a, c, group}
    assert sorted(found(tagging, TagFilters=mine)[group], key=str) == sorted(tags(stack=word, kind="z"), key=str)
    assert set(found(tagging, TagFilters=mine, ResourceTypeFilters=["cloudwatch:alarm"])) == {a, c}
    assert set(found(tagging, TagFilters=mine, ResourceTypeFilters=["logs"])) == {group}
    assert set(found(tagging, TagFilters=mine, ResourceTypeFilters=["sqs", "logs:log-group"])) == {group}
    assert found(tagging, TagFilters=mine, ResourceTypeFilters=["logs:destination"]) == {}
    both = [*mine, {"Key": "kind", "Values": ["x", "z"]}]
    assert set(found(tagging, TagFilters=both)) == {a, group}
    assert set(found(tagging, TagFilters=[*mine, {"Key": "kind"}])) == {a, c, group}
    west = stack.client("resourcegroupstaggingapi", WEST)
    assert set(found(west, TagFilters=mine)) == {a.replace(EAST, WEST)[:-1] + "w"}
    assert set(tagging.get_resources(ResourceARNList=[a, a + "none"])["ResourceTagMappingList"][0]) == {
        "ResourceARN",
        "Tags",
    }
    # What had tags and has none any more is still told, without them.
    cloudwatch.untag_resource(ResourceARN=a, TagKeys=["stack", "kind"])
    assert found(tagging, ResourceTypeFilters=["cloudwatch:alarm"])[a] == []
    assert a not in found(tagging, TagFilters=mine)
    cloudwatch.delete_alarms(AlarmNames=[f"{word}-c"])
    logs.delete_log_group(logGroupName=f"/{word}/g")
    assert found(tagging, TagFilters=mine) == {}
    logs.delete_log_group(logGroupName=f"/{word}/other")


def test_pages(stack, tagging):
    word = unique("paged")
    cloudwatch = stack.client("cloudwatch")
    for number in range(7):
        cloudwatch.put_metric_alarm(AlarmName=f"{word}-{number}", **ALARM, Tags=tags(stack=word))
    mine = {"TagFilters": [{"Key": "stack", "Values": [word]}]}
    seen, token, sizes = [], "", []
    while True:
        page = tagging.get_resources(**mine, ResourcesPerPage=3, PaginationToken=token)
        sizes.append(len(page["ResourceTagMappingList"]))
        seen += [row["ResourceARN"].rpartition("-")[2] for row in page["ResourceTagMappingList"]]
        token = page["PaginationToken"]
        if not token:
            break
    assert (sizes, seen) == ([3, 3, 1], [str(number) for number in range(7)])
    assert code(tagging.get_resources, PaginationToken="?") == "PaginationTokenExpiredException"
    for wrong in (
        {"ResourcesPerPage": 101},
        {"TagsPerPage": 99},
        {"ResourceARNList": ["arn:aws:sqs:::x"], "ResourceTypeFilters": ["sqs"]},
        {"TagFilters": [{"Values": ["x"]}]},
        {"TagFilters": [{"Key": "k", "Values": [str(number) for number in range(21)]}]},
    ):
        assert code(tagging.get_resources, **wrong) == "InvalidParameterException"


def test_other_resources_of_the_stack_are_found_too(stack, tagging, make_queue, make_function):
    word = unique("others")
    url, queue = make_queue()
    stack.client("sqs").tag_queue(QueueUrl=url, Tags={"stack": word})
    function = make_function()
    function.lambda_.tag_resource(Resource=function.arn, Tags={"stack": word})
    topic = stack.client("sns").create_topic(Name=word, Tags=tags(stack=word))["TopicArn"]
    bus = stack.client("events").create_event_bus(Name=word, Tags=tags(stack=word))["EventBusArn"]
    cluster = stack.client("dsql").create_cluster(deletionProtectionEnabled=False, tags={"stack": word})["arn"]
    mine = [{"Key": "stack", "Values": [word]}]
    assert set(found(tagging, TagFilters=mine)) == {queue, function.arn, topic, bus, cluster}
    assert set(found(tagging, TagFilters=mine, ResourceTypeFilters=["dsql:cluster", "events"])) == {bus, cluster}


def test_tags_at_creation_need_the_right_to_tag(stack):
    iam, user = stack.client("iam"), unique("user")
    iam.create_user(UserName=user)
    actions = ["cloudwatch:PutMetricAlarm", "cloudwatch:PutCompositeAlarm", "logs:CreateLogGroup"]
    statements = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]

    def allow():
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=document)

    allow()
    keys = iam.create_access_key(UserName=user)["AccessKey"]
    own = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]}
    cloudwatch, logs = stack.client("cloudwatch", **own), stack.client("logs", **own)
    denied = ("AccessDenied", "AccessDeniedException")
    name = unique("alarm")
    cloudwatch.put_metric_alarm(AlarmName=name, **ALARM)
    assert code(cloudwatch.put_metric_alarm, AlarmName=name, **ALARM, Tags=tags(a="b")) in denied
    composite = {"AlarmName": name + "c", "AlarmRule": "TRUE", "Tags": tags(a="b")}
    assert code(cloudwatch.put_composite_alarm, **composite) in denied
    assert code(logs.create_log_group, logGroupName=f"/{name}", tags={"a": "b"}) in denied
    assert code(stack.client("resourcegroupstaggingapi", **own).get_resources) in denied
    statements += [
        {
            "Effect": "Allow",
            "Action": ["cloudwatch:TagResource", "cloudwatch:ListTagsForResource"],
            "Resource": f"arn:aws:cloudwatch:{EAST}:{ACCOUNT}:alarm:*",
        },
        {"Effect": "Allow", "Action": "logs:TagResource", "Resource": f"arn:aws:logs:{EAST}:{ACCOUNT}:log-group:*"},
        {"Effect": "Allow", "Action": "tag:GetResources", "Resource": "*"},
    ]
    allow()
    cloudwatch.put_composite_alarm(**composite)
    logs.create_log_group(logGroupName=f"/{name}", tags={"a": "b"})
    stack.client("resourcegroupstaggingapi", **own).get_resources()
