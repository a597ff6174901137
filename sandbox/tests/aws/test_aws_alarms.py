"""Alarms as boto3 makes and reads them, evaluated on the stack's own metrics.

Longer than its neighbours: the user guide's tables of missing data stand in it whole.
"""

import json
import time
from datetime import UTC, datetime

import pytest
from aws_support import EAST, WEST, code, messages, until
from botocore.exceptions import ClientError
from cloudwatch_support import PROTOCOLS, math, minute, named, speaking, stat, unique

FAST = {"alarmEvaluationSeconds": 0.05}
BOTH = ["MetricAlarm", "CompositeAlarm"]


@pytest.fixture
def cloudwatch(stack):
    return stack.client("cloudwatch")


@pytest.fixture(autouse=True)
def fast(stack):
    with stack.settings(**FAST):
        yield


def config(name, namespace="Space", metric="M", **more):
    """An alarm on one metric; None takes a member away."""
    given = {
        "AlarmName": name,
        "Namespace": namespace,
        "MetricName": metric,
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return {key: value for key, value in {**given, **more}.items() if value is not None}


def state(client, name):
    found = client.describe_alarms(AlarmNames=[name], AlarmTypes=BOTH)
    return (found["MetricAlarms"] + found["CompositeAlarms"])[0]["StateValue"]


def becomes(client, name, wanted):
    assert until(lambda: state(client, name) == wanted), f"{name} is {state(client, name)}, not {wanted}"


def put(client, namespace, metric, value, ago=0, **more):
    client.put_metric_data(
        Namespace=namespace, MetricData=[{"MetricName": metric, "Value": value, "Timestamp": minute(ago), **more}]
    )


def items(client, name, kind="StateUpdate"):
    answer = client.describe_alarm_history(AlarmName=name, HistoryItemType=kind, AlarmTypes=BOTH)
    return [(item["HistorySummary"], json.loads(item["HistoryData"])) for item in answer["AlarmHistoryItems"]]


# Round trips

FULL = {
    "AlarmDescription": "everything",
    "ActionsEnabled": False,
    "OKActions": [f"arn:aws:sns:{EAST}:123456789012:ok"],
    "AlarmActions": [f"arn:aws:sns:{EAST}:123456789012:alarm"],
    "InsufficientDataActions": [f"arn:aws:sns:{EAST}:123456789012:insufficient"],
    "Statistic": None,
    "ExtendedStatistic": "p99.9",
    "Dimensions": named(A="1", B="2"),
    "Period": 300,
    "Unit": "Milliseconds",
    "EvaluationPeriods": 5,
    "DatapointsToAlarm": 3,
    "Threshold": 12.5,
    "ComparisonOperator": "LessThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
    "EvaluateLowSampleCountPercentile": "ignore",
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_field_comes_back_in_each_protocol(stack, protocol):
    client, name = speaking(stack, protocol), unique("alarm")
    wanted = config(name, **FULL)
    client.put_metric_alarm(**wanted, Tags=[{"Key": "k", "Value": "v"}])
    (alarm,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert {key: alarm[key] for key in wanted} == wanted
    assert alarm["AlarmArn"] == f"arn:aws:cloudwatch:{EAST}:123456789012:alarm:{name}"
    assert (alarm["StateValue"], alarm["StateReason"]) == ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")
    assert alarm["AlarmConfigurationUpdatedTimestamp"].timestamp() == pytest.approx(time.time(), abs=60)
    assert client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "k", "Value": "v"}]
    assert "Statistic" not in alarm and "Tags" not in alarm
    (made,) = items(client, name, "ConfigurationUpdate")
    assert made[0] == f'Alarm "{name}" created'
    client.delete_alarms(AlarmNames=[name])
    assert client.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []
    # The history outlives the alarm.
    assert [item[0] for item in items(client, name, "ConfigurationUpdate")] == [
        f'Alarm "{name}" deleted',
        f'Alarm "{name}" created',
    ]


def test_what_is_not_given_comes_back_as_aws_fills_it_in(cloudwatch):
    name = unique("alarm")
    cloudwatch.put_metric_alarm(**config(name))
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["ActionsEnabled"] is True
    assert [alarm[key] for key in ("OKActions", "AlarmActions", "InsufficientDataActions", "Dimensions")] == [[]] * 4
    assert not {"TreatMissingData", "DatapointsToAlarm", "AlarmDescription", "Unit", "Metrics"} & set(alarm)


def test_an_update_keeps_state_and_tags_and_overwrites_all_else(cloudwatch):
    name = unique("alarm")
    cloudwatch.put_metric_alarm(
        **config(name, TreatMissingData="ignore", AlarmDescription="old"), Tags=[{"Key": "k", "Value": "v"}]
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
    cloudwatch.put_metric_alarm(**config(name, TreatMissingData="ignore"), Tags=[{"Key": "k", "Value": "other"}])
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["StateReason"]) == ("ALARM", "by hand")
    assert "AlarmDescription" not in alarm
    assert cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "k", "Value": "v"}]


# What is refused

BOTH_KEYS = {"IncludedTagKeys": ["a"], "ExcludedTagKeys": ["b"]}
MATH = [stat("m1", "Space", "M", "Sum", ReturnData=False), math("e1", "m1 * 2", ReturnData=True)]


@pytest.mark.parametrize(
    "changes, text",
    [
        ({"Period": 45}, "Period must be 10, 20, 30 or a multiple of 60"),
        ({"Period": 300, "EvaluationPeriods": 289}, "EvaluationPeriods * Period must be <= 86400"),
        ({"Period": 3600, "EvaluationPeriods": 169}, "EvaluationPeriods * Period must be <= 604800"),
        ({"ExtendedStatistic": "p99"}, "Statistic or ExtendedStatistic"),
        ({"Statistic": None}, "Statistic or ExtendedStatistic"),
        ({"Statistic": None, "ExtendedStatistic": "p101"}, "p101"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm"),
        ({"TreatMissingData": "never"}, "treatMissingData"),
        ({"AlarmActions": [f"arn:aws:sns:{EAST}:123456789012:t{n}" for n in range(6)]}, "less than or equal to 5"),
        ({"AlarmActions": ["nowhere"]}, "Invalid arn syntax: nowhere"),
        ({"AlarmActions": [f"arn:aws:sns:{WEST}:123456789012:t"]}, f"Invalid region {WEST} specified"),
        ({"ComparisonOperator": "Equals"}, "enum value set"),
        ({"ComparisonOperator": "LessThanLowerThreshold"}, "ThresholdMetricId"),
        ({"Threshold": None}, "Threshold"),
        ({"Metrics": MATH}, "MetricName should not be set if list of Metrics is set."),
        ({"EvaluationInterval": 60}, "EvaluationInterval"),
        ({"EvaluationWindow": {"WallClockWindow": {}}, "Period": 120}, "wall clock window"),
        ({"EvaluationWindow": {"WallClockWindow": {"Timezone": "Mars/Olympus"}}}, "Mars/Olympus"),
        ({"EvaluationWindow": {"WallClockWindow": {"Timezone": "+05:33"}}}, "+05:33"),
        ({"WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 2881}}, "less than or equal to 2880"),
        ({"Dimensions": named(**{":a": "b"})}, "begins with a colon"),
        ({"Dimensions": named(a=" ")}, "is not ASCII text"),
        ({"AlarmName": "a\tb"}, "control characters"),
        (
            {"ActionConfiguration": {"AlarmTagsPropagation": {"Enabled": True, **BOTH_KEYS}}},
            "IncludedTagKeys and ExcludedTagKeys",
        ),
        ({"Namespace": None}, "Namespace"),
        ({"Dimensions": named(**{f"D{n}": "v" for n in range(31)})}, "less than or equal to 30"),
        ({"AlarmDescription": "x" * 1025}, "less than or equal to 1024"),
        ({"Unit": "Parsecs"}, "enum value set"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_alarms_that_cannot_be_right_are_refused(cloudwatch, changes, text):
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_metric_alarm(**config(**{"name": unique("alarm"), **changes}))
    assert text in caught.value.response["Error"]["Message"]
    assert caught.value.response["Error"]["Code"] in ("ValidationError", "InvalidParameterCombination")


@pytest.mark.parametrize(
    "metrics, text",
    [
        (
            [stat("m1", "S", "M", "Sum"), math("e1", "m1")],
            "Exactly one element of the metrics list should return data.",
        ),
        ([stat("m1", "S", "M", "Sum", ReturnData=False)], "Exactly one element"),
        ([math("e1", "SEARCH('{S} M', 'Sum', 60)")], "SEARCH is not supported on Metric Alarms."),
        ([math("e1", "ANOMALY_DETECTOR(m1)")], "Error in expression 'e1': Function 'ANOMALY_DETECTOR' not found"),
        ([*(stat(f"m{n}", "S", "M", "Sum", ReturnData=False) for n in range(11)), math("e1", "m1")], "10 metrics"),
    ],
)
def test_math_alarms_that_cannot_be_right_are_refused(cloudwatch, metrics, text):
    with pytest.raises(ClientError, match="ValidationError") as caught:
        cloudwatch.put_metric_alarm(
            AlarmName=unique("alarm"),
            Metrics=metrics,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
    assert text in caught.value.response["Error"]["Message"]


def test_a_band_needs_its_metric(cloudwatch):
    band = math("band", "ANOMALY_DETECTION_BAND(m1, 2)", ReturnData=True)
    wanted = {
        "AlarmName": unique("alarm"),
        "Metrics": [stat("m1", "S", "M", "Sum", ReturnData=True), band],
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanUpperThreshold",
    }
    with pytest.raises(ClientError, match="matching the ThresholdMetricId parameter"):
        cloudwatch.put_metric_alarm(**wanted, ThresholdMetricId="nothing")
    cloudwatch.put_metric_alarm(**wanted, ThresholdMetricId="band")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[wanted["AlarmName"]])["MetricAlarms"]
    assert (alarm["ThresholdMetricId"], alarm["Metrics"]) == ("band", wanted["Metrics"])


# Newer members


NEWER = {
    "EvaluationWindow": {"WallClockWindow": {"Timezone": "America/New_York"}},
    "WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 30, "OnlyStartEvaluatingAfterWarmUpPeriodEnds": True},
    "ActionConfiguration": {"AlarmTagsPropagation": {"Enabled": True, "IncludedTagKeys": ["team"]}},
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_newer_members_come_back(stack, protocol):
    client, name = speaking(stack, protocol), unique("alarm")
    client.put_metric_alarm(**config(name, **NEWER))
    (alarm,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert {key: alarm[key] for key in NEWER} == NEWER
    if protocol != "query":
        client.put_metric_alarm(**config(name, EvaluationWindow={"SlidingWindow": {}}))
        (alarm,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        assert alarm["EvaluationWindow"] == {"SlidingWindow": {}}


def test_an_alarm_on_a_promql_query_is_kept_and_begins_as_ok(cloudwatch):
    name = unique("alarm")
    wanted = {
        "AlarmName": name,
        "EvaluationCriteria": {"PromQLCriteria": {"Query": "up == 0", "PendingPeriod": 60, "RecoveryPeriod": 120}},
        "EvaluationInterval": 60,
    }
    cloudwatch.put_metric_alarm(**wanted)
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert ({key: alarm[key] for key in wanted}, alarm["StateValue"]) == (wanted, "OK")
    assert "Dimensions" not in alarm
    for wrong in ({"Threshold": 1}, {"EvaluationInterval": 45}, {"EvaluationWindow": {"SlidingWindow": {}}}):
        assert code(cloudwatch.put_metric_alarm, **{**wanted, **wrong}) == "ValidationError"


def test_a_warm_up_holds_an_alarm_back(cloudwatch):
    waits, ends, space = unique("waits"), unique("ends"), unique("Space")
    warm = {"WarmUpPeriodDurationInMinutes": 5}
    whole = {**warm, "OnlyStartEvaluatingAfterWarmUpPeriodEnds": True}
    cloudwatch.put_metric_alarm(**config(waits, space, WarmUpConfiguration=whole))
    cloudwatch.put_metric_alarm(**config(ends, space, WarmUpConfiguration=warm))
    put(cloudwatch, space, "M", 9)
    becomes(cloudwatch, ends, "ALARM")
    assert state(cloudwatch, waits) == "INSUFFICIENT_DATA"


def test_a_wall_clock_s_day_begins_where_its_zone_says(cloudwatch):
    """Two alarms on the sum of a day, whose days have begun at different times: one has seen the value, one not yet."""
    # A zone where midnight was less than an hour ago, and one where it was twelve hours before.
    hour = datetime.now(UTC).hour
    young = -60 * hour if hour <= 12 else 60 * (24 - hour)
    offsets = [young, young - 12 * 60 if young > 0 else young + 12 * 60]
    zones = [f"{'-' if o < 0 else '+'}{abs(o) // 60:02}:00" for o in offsets]
    space, names = unique("Space"), [unique("young"), unique("old")]
    for name, zone in zip(names, zones, strict=True):
        window = {"WallClockWindow": {"Timezone": zone}}
        cloudwatch.put_metric_alarm(**config(name, space, Period=86_400, EvaluationWindow=window))
    put(cloudwatch, space, "M", 9, ago=180)
    put(cloudwatch, space, "M", 1)
    becomes(cloudwatch, names[1], "ALARM")
    becomes(cloudwatch, names[0], "OK")


# Describing


def test_both_types_have_pages_and_only_metric_alarms_come_unasked(stack, cloudwatch):
    prefix = unique("page")
    for number in range(7):
        cloudwatch.put_metric_alarm(**config(f"{prefix}-{number}"))
    for number in range(3):
        cloudwatch.put_composite_alarm(AlarmName=f"{prefix}-c{number}", AlarmRule=f'ALARM("{prefix}-{number}")')
    pages = list(
        cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=prefix, AlarmTypes=BOTH, PaginationConfig={"PageSize": 4}
        )
    )
    assert [len(p["MetricAlarms"]) + len(p["CompositeAlarms"]) for p in pages] == [4, 4, 2]
    names = [a["AlarmName"] for p in pages for a in p["CompositeAlarms"] + p["MetricAlarms"]]
    assert len(set(names)) == 10
    alone = cloudwatch.describe_alarms(AlarmNamePrefix=prefix)
    assert (len(alone["MetricAlarms"]), alone["CompositeAlarms"]) == (7, [])
    only = cloudwatch.describe_alarms(AlarmNamePrefix=prefix, AlarmTypes=["CompositeAlarm"])
    assert (len(only["CompositeAlarms"]), only["MetricAlarms"]) == (3, [])
    assert stack.client("cloudwatch", WEST).describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"] == []


def test_without_a_number_a_page_has_fifty(cloudwatch):
    prefix = unique("fifty")
    for number in range(51):
        cloudwatch.put_metric_alarm(**config(f"{prefix}-{number:02}"))
    first = cloudwatch.describe_alarms(AlarmNamePrefix=prefix)
    assert len(first["MetricAlarms"]) == 50
    second = cloudwatch.describe_alarms(AlarmNamePrefix=prefix, NextToken=first["NextToken"])
    assert [alarm["AlarmName"] for alarm in second["MetricAlarms"]] == [f"{prefix}-50"]
    assert "NextToken" not in second


def test_pages_stay_where_they_are_when_alarms_come_and_go(cloudwatch):
    prefix = unique("steady")
    for number in range(6):
        cloudwatch.put_metric_alarm(**config(f"{prefix}-{number}"))
    first = cloudwatch.describe_alarms(AlarmNamePrefix=prefix, MaxRecords=3)
    cloudwatch.delete_alarms(AlarmNames=[f"{prefix}-0", f"{prefix}-4"])
    cloudwatch.put_metric_alarm(**config(f"{prefix}-1a"))
    second = cloudwatch.describe_alarms(AlarmNamePrefix=prefix, MaxRecords=3, NextToken=first["NextToken"])
    assert [alarm["AlarmName"] for alarm in second["MetricAlarms"]] == [f"{prefix}-3", f"{prefix}-5"]


def test_filters(cloudwatch):
    prefix = unique("filter")
    topic = f"arn:aws:sns:{EAST}:123456789012:{prefix}"
    cloudwatch.put_metric_alarm(**config(f"{prefix}-a", AlarmActions=[topic], TreatMissingData="ignore"))
    cloudwatch.put_metric_alarm(**config(f"{prefix}-b", metric=prefix, Dimensions=named(A="1")))
    cloudwatch.set_alarm_state(AlarmName=f"{prefix}-a", StateValue="ALARM", StateReason="test")

    def found(**filters):
        return [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms(**filters)["MetricAlarms"]]

    assert found(AlarmNamePrefix=prefix, StateValue="ALARM") == [f"{prefix}-a"]
    assert found(ActionPrefix=topic) == [f"{prefix}-a"]
    assert found(AlarmNames=[f"{prefix}-b", "nobody"]) == [f"{prefix}-b"]
    both = {"AlarmNames": ["a"], "AlarmNamePrefix": "a"}
    assert code(cloudwatch.describe_alarms, **both) == "ValidationError"
    assert code(cloudwatch.describe_alarms, AlarmNames=["a"] * 101) == "ValidationError"
    assert code(cloudwatch.describe_alarms, MaxRecords=101) == "ValidationError"
    assert code(cloudwatch.describe_alarms, NextToken="?") == "InvalidNextToken"
    metric = {"Namespace": "Space", "MetricName": prefix}
    alike = cloudwatch.describe_alarms_for_metric(**metric, Dimensions=named(A="1"))["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in alike] == [f"{prefix}-b"]
    assert cloudwatch.describe_alarms_for_metric(**metric, Dimensions=named(A="2"))["MetricAlarms"] == []


# Evaluation


def test_an_alarm_follows_its_metric_and_tells_why(cloudwatch):
    name, space = unique("alarm"), unique("Space")
    cloudwatch.put_metric_alarm(**config(name, space))
    put(cloudwatch, space, "M", 3, ago=3)
    becomes(cloudwatch, name, "INSUFFICIENT_DATA")
    put(cloudwatch, space, "M", 3)
    becomes(cloudwatch, name, "OK")
    put(cloudwatch, space, "M", 4)
    becomes(cloudwatch, name, "ALARM")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["StateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoints [7.0 (")
    data = json.loads(alarm["StateReasonData"])
    assert (data["threshold"], data["recentDatapoints"], data["period"]) == (5.0, [7.0], 60)
    assert alarm["StateTransitionedTimestamp"] == alarm["StateUpdatedTimestamp"]
    latest, first = items(cloudwatch, name)
    assert [latest[0], first[0]] == ["Alarm updated from OK to ALARM", "Alarm updated from INSUFFICIENT_DATA to OK"]
    assert latest[1]["newState"]["stateReason"] == alarm["StateReason"]
    assert latest[1]["oldState"]["stateValue"] == "OK"


@pytest.mark.parametrize(
    "treatment, expected",
    [("missing", "INSUFFICIENT_DATA"), ("breaching", "ALARM"), ("notBreaching", "OK"), ("ignore", "INSUFFICIENT_DATA")],
)
def test_no_data_at_all(cloudwatch, treatment, expected):
    name, marker = unique("alarm"), unique("marker")
    cloudwatch.put_metric_alarm(**config(name, unique("Space"), TreatMissingData=treatment))
    # A second alarm that must change shows that evaluation came by.
    cloudwatch.put_metric_alarm(**config(marker, unique("Space"), TreatMissingData="breaching"))
    becomes(cloudwatch, marker, "ALARM")
    assert state(cloudwatch, name) == expected


def test_two_out_of_three(cloudwatch):
    name, space = unique("alarm"), unique("Space")
    cloudwatch.put_metric_alarm(**config(name, space, EvaluationPeriods=3, DatapointsToAlarm=2))
    for ago, value in ((2, 9), (1, 1), (0, 1)):
        put(cloudwatch, space, "M", value, ago)
    becomes(cloudwatch, name, "OK")
    put(cloudwatch, space, "M", 8)
    becomes(cloudwatch, name, "ALARM")


def test_an_alarm_on_an_expression(cloudwatch):
    name, space = unique("alarm"), unique("Space")
    metrics = [
        stat("errors", space, "Errors", "Sum", ReturnData=False),
        stat("calls", space, "Calls", "Sum", ReturnData=False),
        math("rate", "100 * errors / calls", Label="Error rate", ReturnData=True),
    ]
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Metrics=metrics,
        EvaluationPeriods=1,
        Threshold=10,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    put(cloudwatch, space, "Calls", 100)
    put(cloudwatch, space, "Errors", 9)
    becomes(cloudwatch, name, "OK")
    put(cloudwatch, space, "Errors", 1)
    becomes(cloudwatch, name, "ALARM")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["Metrics"] == metrics


def test_an_alarm_on_a_band(cloudwatch):
    name, space = unique("alarm"), unique("Space")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Metrics=[
            stat("m1", space, "M", "Average", ReturnData=True),
            math("band", "ANOMALY_DETECTION_BAND(m1, 1)", ReturnData=True),
        ],
        ThresholdMetricId="band",
        EvaluationPeriods=3,
        DatapointsToAlarm=1,
        ComparisonOperator="GreaterThanUpperThreshold",
    )
    for ago in range(5):
        put(cloudwatch, space, "M", 10, ago)
    becomes(cloudwatch, name, "OK")
    put(cloudwatch, space, "M", 1000)
    becomes(cloudwatch, name, "ALARM")


def test_few_samples_do_not_move_a_percentile_that_ignores_them(cloudwatch):
    space, names = unique("Space"), [unique("alarm"), unique("alarm")]
    for name, treatment in zip(names, ("ignore", "evaluate"), strict=True):
        more = {"Statistic": None, "ExtendedStatistic": "p90", "EvaluateLowSampleCountPercentile": treatment}
        cloudwatch.put_metric_alarm(**config(name, space, **more))
    put(cloudwatch, space, "M", 9)
    becomes(cloudwatch, names[1], "ALARM")
    assert state(cloudwatch, names[0]) == "INSUFFICIENT_DATA"
    cloudwatch.put_metric_data(Namespace=space, MetricData=[{"MetricName": "M", "Values": [9], "Counts": [99]}])
    becomes(cloudwatch, names[0], "ALARM")


def test_an_alarm_on_what_really_happens(cloudwatch, make_function):
    function, name = make_function(), unique("alarm")
    cloudwatch.put_metric_alarm(
        **config(name, "AWS/Lambda", "Errors", Dimensions=named(FunctionName=function.name), Threshold=1)
    )
    function.invoke({"fail": 9})
    becomes(cloudwatch, name, "OK")
    function.invoke({"fail": 9})
    becomes(cloudwatch, name, "ALARM")


# Actions


def test_actions_go_to_a_topic_and_to_a_function(stack, cloudwatch, make_function, make_queue):
    sns, name = stack.client("sns"), unique("alarm")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    queue, queue_arn = make_queue()
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    function, forbidden = make_function(), make_function()
    function.lambda_.add_permission(
        FunctionName=function.name,
        StatementId="alarms",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
    )
    nowhere = f"arn:aws:sns:{EAST}:123456789012:nowhere"
    actions = [topic, function.arn, forbidden.arn, nowhere]
    cloudwatch.put_metric_alarm(**config(name, AlarmActions=actions, TreatMissingData="ignore"))
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    (received,) = messages(stack, queue)
    envelope = json.loads(received["Body"])
    told = json.loads(envelope["Message"])
    assert envelope["Subject"] == f'ALARM: "{name}" in {EAST}'
    assert (told["NewStateValue"], told["OldStateValue"]) == ("ALARM", "INSUFFICIENT_DATA")
    assert (told["NewStateReason"], told["Trigger"]["MetricName"]) == ("a drill", "M")
    assert until(function.received)[0]["event"]["alarmData"]["state"]["value"] == "ALARM"
    assert sorted(item[0] for item in items(cloudwatch, name, "Action")) == sorted(
        [
            f"Successfully executed action {topic}",
            f"Successfully executed action {function.arn}",
            f"Failed to execute action {forbidden.arn}",
            f"Failed to execute action {nowhere}",
        ]
    )


def test_disabled_actions_are_not_taken(stack, cloudwatch):
    name, topic = unique("alarm"), stack.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    cloudwatch.put_metric_alarm(**config(name, AlarmActions=[topic], OKActions=[topic], TreatMissingData="ignore"))
    cloudwatch.disable_alarm_actions(AlarmNames=[name])
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["ActionsEnabled"] is False
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="quiet")
    assert items(cloudwatch, name, "Action") == []
    cloudwatch.enable_alarm_actions(AlarmNames=[name])
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["ActionsEnabled"] is True
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="loud")
    assert [item[0] for item in items(cloudwatch, name, "Action")] == [f"Successfully executed action {topic}"]


def test_a_state_that_is_set_lasts_until_the_next_evaluation(stack, cloudwatch):
    name, space = unique("alarm"), unique("Space")
    cloudwatch.put_metric_alarm(**config(name, space))
    put(cloudwatch, space, "M", 1)
    becomes(cloudwatch, name, "OK")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="drill", StateReasonData='{"a": 1}')
    becomes(cloudwatch, name, "OK")
    assert [item[0] for item in items(cloudwatch, name)][:2] == [
        "Alarm updated from ALARM to OK",
        "Alarm updated from OK to ALARM",
    ]
    assert code(cloudwatch.set_alarm_state, AlarmName="nobody", StateValue="OK", StateReason="") == "ResourceNotFound"
    bad = {"AlarmName": name, "StateValue": "OK", "StateReason": "", "StateReasonData": "{"}
    assert code(cloudwatch.set_alarm_state, **bad) == "InvalidFormat"


# Composite alarms


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_composite_alarms_follow_their_rule(stack, protocol):
    client, a, b, both = speaking(stack, protocol), unique("a"), unique("b"), unique("both")
    for name in (a, b):
        client.put_metric_alarm(**config(name, unique("Space"), TreatMissingData="ignore"))
    rule = f'ALARM("{a}") AND NOT OK({b})'
    client.put_composite_alarm(AlarmName=both, AlarmRule=rule, AlarmDescription="both", ActionsEnabled=False)
    becomes(client, both, "OK")
    client.set_alarm_state(AlarmName=a, StateValue="ALARM", StateReason="test")
    becomes(client, both, "ALARM")
    client.set_alarm_state(AlarmName=b, StateValue="OK", StateReason="test")
    becomes(client, both, "OK")
    (found,) = client.describe_alarms(AlarmNames=[both], AlarmTypes=BOTH)["CompositeAlarms"]
    assert (found["AlarmRule"], found["AlarmDescription"], found["ActionsEnabled"]) == (rule, "both", False)
    children = client.describe_alarms(ChildrenOfAlarmName=both)["MetricAlarms"]
    assert {child["AlarmName"]: child["StateValue"] for child in children} == {a: "ALARM", b: "OK"}
    assert "MetricName" not in children[0]
    (parent,) = client.describe_alarms(ParentsOfAlarmName=a)["CompositeAlarms"]
    assert parent == {"AlarmName": both, "AlarmArn": found["AlarmArn"]}
    refused = {"ChildrenOfAlarmName": both, "AlarmTypes": BOTH}
    assert code(client.describe_alarms, **refused) == "ValidationError"


def test_a_composite_alarm_set_by_hand_stays_until_a_child_changes(cloudwatch):
    child, composite = unique("child"), unique("composite")
    cloudwatch.put_metric_alarm(**config(child, unique("Space"), TreatMissingData="ignore"))
    cloudwatch.put_composite_alarm(AlarmName=composite, AlarmRule=f"ALARM({child})")
    becomes(cloudwatch, composite, "OK")
    cloudwatch.set_alarm_state(AlarmName=composite, StateValue="ALARM", StateReason="drill")
    # Evaluation has come by when this alarm, made later, has settled.
    marker = unique("marker")
    cloudwatch.put_composite_alarm(AlarmName=marker, AlarmRule="TRUE")
    becomes(cloudwatch, marker, "ALARM")
    assert state(cloudwatch, composite) == "ALARM"
    cloudwatch.set_alarm_state(AlarmName=child, StateValue="OK", StateReason="test")
    becomes(cloudwatch, composite, "OK")


def test_composites_of_composites_and_circles(cloudwatch):
    a, b, c = unique("a"), unique("b"), unique("c")
    cloudwatch.put_composite_alarm(AlarmName=a, AlarmRule="TRUE")
    cloudwatch.put_composite_alarm(AlarmName=b, AlarmRule=f"ALARM({a})")
    cloudwatch.put_composite_alarm(AlarmName=c, AlarmRule=f"NOT OK({b})")
    becomes(cloudwatch, c, "ALARM")
    # A circle is taken, and then nothing of it can be deleted until it is broken.
    cloudwatch.put_composite_alarm(AlarmName=a, AlarmRule=f"ALARM({c})")
    for name in (a, b, c):
        assert code(cloudwatch.delete_alarms, AlarmNames=[name]) == "ValidationError"
    # Nothing of the circle is evaluated, nor what lies above it: here a rule that would turn over without end.
    above = unique("above")
    cloudwatch.put_composite_alarm(AlarmName=a, AlarmRule=f"NOT ALARM({c})")
    cloudwatch.put_composite_alarm(AlarmName=above, AlarmRule=f"ALARM({c}) OR TRUE")
    marker = unique("marker")
    cloudwatch.put_composite_alarm(AlarmName=marker, AlarmRule="TRUE")
    becomes(cloudwatch, marker, "ALARM")
    assert (state(cloudwatch, above), len(items(cloudwatch, a))) == ("INSUFFICIENT_DATA", 1)
    cloudwatch.put_composite_alarm(AlarmName=a, AlarmRule="FALSE")
    becomes(cloudwatch, c, "OK")
    becomes(cloudwatch, above, "ALARM")
    cloudwatch.delete_alarms(AlarmNames=[above])
    for name in (c, b, a):
        cloudwatch.delete_alarms(AlarmNames=[name])


def test_a_child_is_not_deleted_before_its_parent(cloudwatch):
    child, other, parent = unique("child"), unique("other"), unique("parent")
    for name in (child, other):
        cloudwatch.put_metric_alarm(**config(name))
    cloudwatch.put_composite_alarm(AlarmName=parent, AlarmRule=f"ALARM({child})")
    with pytest.raises(ClientError, match=f"Cannot delete {child} as there are composite alarm") as caught:
        cloudwatch.delete_alarms(AlarmNames=[child])
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    cloudwatch.put_composite_alarm(AlarmName=parent + "2", AlarmRule="TRUE")
    assert code(cloudwatch.delete_alarms, AlarmNames=[parent, parent + "2"]) == "ValidationError"
    # Not even with its parent in the same call. Names that do not exist are passed over.
    with pytest.raises(ClientError, match=f"Cannot delete {child} as there are composite"):
        cloudwatch.delete_alarms(AlarmNames=[child, other, parent])
    cloudwatch.delete_alarms(AlarmNames=[parent, other, "nobody"])
    cloudwatch.delete_alarms(AlarmNames=[child])
    left = cloudwatch.describe_alarms(AlarmNames=[child, other, parent], AlarmTypes=BOTH)
    assert left["MetricAlarms"] == left["CompositeAlarms"] == []


@pytest.mark.parametrize("rule", ["ALARM(nobody-at-all)", "ALARM(", "MAYBE(a)", "TRUE AND"])
def test_rules_that_cannot_be_right_are_refused(cloudwatch, rule):
    assert code(cloudwatch.put_composite_alarm, AlarmName=unique("c"), AlarmRule=rule) == "ValidationError"


def test_a_suppressor_keeps_the_actions_quiet(stack, cloudwatch):
    topic = stack.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    child, window, composite = unique("child"), unique("window"), unique("composite")
    for name in (child, window):
        cloudwatch.put_metric_alarm(**config(name, unique("Space"), TreatMissingData="ignore"))
    cloudwatch.set_alarm_state(AlarmName=window, StateValue="ALARM", StateReason="maintenance")
    suppression = {
        "ActionsSuppressor": window,
        "ActionsSuppressorWaitPeriod": 1,
        "ActionsSuppressorExtensionPeriod": 1,
    }
    half = {"ActionsSuppressor": window}
    wanted = {"AlarmName": composite, "AlarmRule": f"ALARM({child})", "AlarmActions": [topic]}
    assert code(cloudwatch.put_composite_alarm, **wanted, **half) == "ValidationError"
    missing = {**suppression, "ActionsSuppressor": "nobody-at-all"}
    assert code(cloudwatch.put_composite_alarm, **wanted, **missing) == "ValidationError"
    cloudwatch.put_composite_alarm(**wanted, **suppression)
    cloudwatch.set_alarm_state(AlarmName=child, StateValue="ALARM", StateReason="test")
    becomes(cloudwatch, composite, "ALARM")
    (found,) = cloudwatch.describe_alarms(AlarmNames=[composite], AlarmTypes=BOTH)["CompositeAlarms"]
    assert (found["ActionsSuppressedBy"], found["ActionsSuppressor"]) == ("Alarm", window)
    assert items(cloudwatch, composite, "Action") == []


# History and tags


def test_history_has_pages_orders_and_windows(cloudwatch):
    name = unique("alarm")
    cloudwatch.put_metric_alarm(**config(name, unique("Space"), TreatMissingData="ignore"))
    for value in ("ALARM", "OK", "ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=value, StateReason="test")
    asked = {"AlarmName": name, "ScanBy": "TimestampAscending"}
    pages = list(cloudwatch.get_paginator("describe_alarm_history").paginate(**asked, PaginationConfig={"PageSize": 2}))
    kinds = [item["HistoryItemType"] for page in pages for item in page["AlarmHistoryItems"]]
    assert kinds == ["ConfigurationUpdate", *["StateUpdate"] * 4]
    assert [len(page["AlarmHistoryItems"]) for page in pages] == [2, 2, 1]
    latest = cloudwatch.describe_alarm_history(AlarmName=name, MaxRecords=1)["AlarmHistoryItems"][0]
    assert latest["HistorySummary"] == "Alarm updated from ALARM to OK"
    old = cloudwatch.describe_alarm_history(AlarmName=name, EndDate=minute(60))
    assert old["AlarmHistoryItems"] == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_tags_of_alarms(stack, protocol):
    client, name = speaking(stack, protocol), unique("alarm")
    client.put_metric_alarm(**config(name))
    arn = client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"]
    client.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    client.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "3"}])
    client.untag_resource(ResourceARN=arn, TagKeys=["b", "c"])
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "3"}]
    assert code(client.list_tags_for_resource, ResourceARN=arn + "x") == "ResourceNotFoundException"
    # An alarm is its Region's own.
    elsewhere = speaking(stack, protocol, WEST)
    assert code(elsewhere.list_tags_for_resource, ResourceARN=arn) == "ResourceNotFoundException"
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    assert code(client.tag_resource, ResourceARN=arn, Tags=many) == "InvalidParameterValue"
    assert code(client.tag_resource, ResourceARN=arn, Tags=[{"Key": "aws:x", "Value": ""}]) == "InvalidParameterValue"
    client.delete_alarms(AlarmNames=[name])
    assert code(client.list_tags_for_resource, ResourceARN=arn) == "ResourceNotFoundException"
