"""Dashboards, and alarms and dashboards as CloudFormation and IAM see them."""

import json

import pytest
from aws_support import EAST, WEST, code, until
from botocore.exceptions import ClientError
from cloudwatch_support import PROTOCOLS, speaking, unique

WIDGET = {
    "type": "metric",
    "x": 0,
    "y": 0,
    "width": 12,
    "height": 6,
    "properties": {
        "region": EAST,
        "metrics": [
            ["AWS/Lambda", "Errors", "FunctionName", "f", {"stat": "Sum"}],
            ["...", "g"],
            [{"expression": "m1"}],
        ],
        "view": "timeSeries",
        "period": 300,
    },
}


def body(*widgets, **more):
    return json.dumps({"widgets": list(widgets), **more})


@pytest.fixture
def cloudwatch(stack):
    return stack.client("cloudwatch")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_dashboards_are_the_account_s_and_not_a_region_s(stack, protocol):
    client, west, name = speaking(stack, protocol), speaking(stack, protocol, WEST), unique("board")
    text = body(WIDGET)
    answer = client.put_dashboard(DashboardName=name, DashboardBody=text, Tags=[{"Key": "k", "Value": "v"}])
    assert answer["DashboardValidationMessages"] == []
    found = west.get_dashboard(DashboardName=name)
    assert found["DashboardBody"] == text
    assert found["DashboardArn"] == f"arn:aws:cloudwatch::123456789012:dashboard/{name}"
    (entry,) = west.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
    assert (entry["DashboardArn"], entry["Size"]) == (found["DashboardArn"], len(text))
    client.tag_resource(ResourceARN=found["DashboardArn"], Tags=[{"Key": "l", "Value": "w"}])
    tags = west.list_tags_for_resource(ResourceARN=found["DashboardArn"])["Tags"]
    assert tags == [{"Key": "k", "Value": "v"}, {"Key": "l", "Value": "w"}]
    west.delete_dashboards(DashboardNames=[name])
    assert code(client.get_dashboard, DashboardName=name) == "ResourceNotFound"
    assert code(client.delete_dashboards, DashboardNames=[name]) == "ResourceNotFound"
    assert code(client.list_tags_for_resource, ResourceARN=found["DashboardArn"]) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "text, path",
    [
        ("{", ""),
        ("[]", ""),
        ("{}", ""),
        (body({**WIDGET, "type": "cake"}), "/widgets/0/type"),
        (body({"properties": {}}), "/widgets/0"),
        (body({**WIDGET, "width": 25}), "/widgets/0/width"),
        (body({**WIDGET, "x": -1}), "/widgets/0/x"),
        (body(WIDGET, {**WIDGET, "properties": {"metrics": [["N", "M"]]}}), "/widgets/1/properties"),
        (body({**WIDGET, "properties": {"region": EAST}}), "/widgets/0/properties"),
        (body({**WIDGET, "properties": {"region": EAST, "metrics": [["N"]]}}), "/widgets/0/properties/metrics/0"),
        (
            body({**WIDGET, "properties": {"region": EAST, "metrics": [["N", "M", "D"]]}}),
            "/widgets/0/properties/metrics/0",
        ),
        (body({**WIDGET, "properties": {**WIDGET["properties"], "view": "cake"}}), "/widgets/0/properties/view"),
        (body({**WIDGET, "properties": {**WIDGET["properties"], "period": 90}}), "/widgets/0/properties/period"),
        (body({"type": "text", "properties": {}}), "/widgets/0/properties"),
        (body({"type": "log", "properties": {"query": "fields @message"}}), "/widgets/0/properties"),
        (body({"type": "alarm", "properties": {}}), "/widgets/0/properties"),
        (body({"type": "alarm", "properties": {"alarms": []}}), "/widgets/0/properties/alarms"),
        (body(WIDGET, end="2026-01-01T00:00:00Z"), ""),
        (body(*[{**WIDGET, "properties": {"region": EAST, "metrics": [["N", "M"]] * 500}}] * 6), "/widgets"),
        (body(*[WIDGET] * 501), "/widgets"),
        (body(WIDGET, periodOverride="never"), "/periodOverride"),
    ],
    ids=lambda value: value if value.startswith("/") else "",
)
def test_bodies_that_cannot_be_saved(cloudwatch, text, path):
    name = unique("board")
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_dashboard(DashboardName=name, DashboardBody=text)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterInput"
    assert caught.value.response["dashboardValidationMessages"][0]["DataPath"] == path
    assert code(cloudwatch.get_dashboard, DashboardName=name) == "ResourceNotFound"


def test_refusals_are_worded_as_people_know_them(cloudwatch):
    broken = body(WIDGET, {**WIDGET, "properties": {"region": EAST}}, {**WIDGET, "properties": {"metrics": ["N", "M"]}})
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_dashboard(DashboardName=unique("board"), DashboardBody=broken)
    told = caught.value.response["Error"]["Message"]
    assert told.startswith("The dashboard body is invalid, there are 8 validation errors:\n[\n  {\n    \"dataPath\": ")
    assert [error["message"] for error in json.loads(told.partition("\n")[2])][:3] == [
        "Should have required property 'metrics'",
        "The metric widget should have specified a region and a data source or an alarm annotation",
        "Should have required property 'annotations'",
    ]
    charts = body({"type": "chart", "properties": {"data": {"queries": []}}})
    name = unique("board")
    assert cloudwatch.put_dashboard(DashboardName=name, DashboardBody=charts)["DashboardValidationMessages"] == []


def test_what_is_only_odd_is_saved_with_a_warning(cloudwatch):
    name = unique("board")
    told = cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body({**WIDGET, "colour": "red"}, theme="dark"))
    assert [message["DataPath"] for message in told["DashboardValidationMessages"]] == ["/theme", "/widgets/0/colour"]
    cloudwatch.get_dashboard(DashboardName=name)
    assert code(cloudwatch.put_dashboard, DashboardName="a b", DashboardBody=body()) == "InvalidParameterValue"


def test_cloudformation_makes_updates_and_deletes_them(stack, cloudwatch):
    cloudformation, word = stack.client("cloudformation"), unique("stack")
    alarm = {
        "AlarmName": f"{word}-errors",
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
        "Statistic": "Sum",
        "Period": "60",
        "EvaluationPeriods": "1",
        "Threshold": "5",
        "ComparisonOperator": "GreaterThanThreshold",
        "Tags": [{"Key": "k", "Value": "v"}],
    }
    resources = {
        "Errors": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
        "All": {
            "Type": "AWS::CloudWatch::CompositeAlarm",
            "Properties": {"AlarmName": f"{word}-all", "AlarmRule": {"Fn::Sub": 'ALARM("${Errors}")'}},
        },
        "Board": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {"DashboardName": word, "DashboardBody": body(WIDGET)},
        },
    }
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Errors", "Arn"]}}}

    def settled(wanted):
        status = lambda: cloudformation.describe_stacks(StackName=word)["Stacks"][0]["StackStatus"]
        assert until(lambda: not status().endswith("_IN_PROGRESS"), 20)
        assert status() == wanted

    template = json.dumps({"Resources": resources, "Outputs": outputs})
    cloudformation.create_stack(StackName=word, TemplateBody=template)
    settled("CREATE_COMPLETE")
    both = {"AlarmNamePrefix": word, "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    found = cloudwatch.describe_alarms(**both)
    (made,) = found["MetricAlarms"]
    assert (made["Period"], made["Threshold"], made["Dimensions"]) == (60, 5.0, alarm["Dimensions"])
    assert found["CompositeAlarms"][0]["AlarmRule"] == f'ALARM("{word}-errors")'
    assert cloudwatch.get_dashboard(DashboardName=word)["DashboardBody"] == body(WIDGET)
    told = cloudformation.describe_stacks(StackName=word)["Stacks"][0]["Outputs"]
    assert told[0]["OutputValue"] == made["AlarmArn"]
    alarm["Threshold"] = 7
    cloudformation.update_stack(StackName=word, TemplateBody=json.dumps({"Resources": resources, "Outputs": outputs}))
    settled("UPDATE_COMPLETE")
    assert cloudwatch.describe_alarms(**both)["MetricAlarms"][0]["Threshold"] == 7
    alarm["Period"] = 45
    cloudformation.update_stack(StackName=word, TemplateBody=json.dumps({"Resources": resources, "Outputs": outputs}))
    settled("UPDATE_ROLLBACK_COMPLETE")
    assert cloudwatch.describe_alarms(**both)["MetricAlarms"][0]["Period"] == 60
    cloudformation.delete_stack(StackName=word)
    assert until(
        lambda: not any(cloudwatch.describe_alarms(**both)[kind] for kind in ("MetricAlarms", "CompositeAlarms"))
    )
    assert until(lambda: not cloudwatch.list_dashboards(DashboardNamePrefix=word)["DashboardEntries"])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_iam_judges_alarms_and_dashboards_by_name(stack, protocol):
    iam, user, own = stack.client("iam"), unique("user"), unique("own")
    iam.create_user(UserName=user)
    statements = [
        {
            "Effect": "Allow",
            "Action": ["cloudwatch:SetAlarmState", "cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"],
            "Resource": f"arn:aws:cloudwatch:{EAST}:123456789012:alarm:{own}*",
        },
        {
            "Effect": "Allow",
            "Action": "cloudwatch:PutDashboard",
            "Resource": f"arn:aws:cloudwatch::123456789012:dashboard/{own}",
        },
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    client = speaking(stack, protocol, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    alarm = {
        "Namespace": "S",
        "MetricName": "M",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    client.put_metric_alarm(AlarmName=f"{own}-1", **alarm)
    client.put_dashboard(DashboardName=own, DashboardBody=body())
    denied = ("AccessDenied", "AccessDeniedException")
    assert code(client.put_metric_alarm, AlarmName="other", **alarm) in denied
    assert code(client.put_dashboard, DashboardName="other", DashboardBody=body()) in denied
    assert code(client.set_alarm_state, AlarmName="other", StateValue="OK", StateReason="") in denied
    assert code(client.delete_alarms, AlarmNames=[f"{own}-1", "other"]) in denied
    assert code(client.list_dashboards) in denied
    client.delete_alarms(AlarmNames=[f"{own}-1"])
