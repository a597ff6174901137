"""States set at the control address: every reader sees them, and what AWS would obey is obeyed."""

import json

import pytest
from aws_support import ACCOUNT, EAST, WEST, answer, code, messages, packed, until
from botocore.exceptions import ClientError
from cloudwatch_support import unique

from local_stack import states

KMS = f"arn:aws:kms:{EAST}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def put(stack):
    def put(kind, region=EAST, **given):
        status, told = stack.control("PUT", "/states", {"kind": kind, "region": region, **given})
        assert status == 200, told

    yield put
    stack.control("DELETE", "/states")


@pytest.fixture
def cluster(stack):
    dsql = stack.client("dsql")
    identifier = dsql.create_cluster(deletionProtectionEnabled=False)["identifier"]
    dsql.get_waiter("cluster_active").wait(identifier=identifier, WaiterConfig={"Delay": 0.05})
    yield identifier
    stack.control("DELETE", "/states")
    dsql.delete_cluster(identifier=identifier)


# Clusters


@pytest.mark.parametrize("status", states.CLUSTER)
def test_each_status_of_a_cluster(stack, put, cluster, status):
    put("cluster", name=cluster, status=status)
    assert stack.client("dsql").get_cluster(identifier=cluster)["status"] == status
    shown = stack.control("GET", "/status")[1]["clusters"]
    assert [one["status"] for one in shown if one["identifier"] == cluster] == [status]
    stack.control("DELETE", f"/states?kind=cluster&name={cluster}")
    assert stack.client("dsql").get_cluster(identifier=cluster)["status"] == "ACTIVE"


@pytest.mark.parametrize("status", states.ENCRYPTION)
def test_each_status_of_encryption(stack, put, cluster, status):
    put("cluster", name=cluster, encryptionStatus=status, encryptionType="CUSTOMER_MANAGED_KMS_KEY", kmsKeyArn=KMS)
    assert stack.client("dsql").get_cluster(identifier=cluster)["encryptionDetails"] == {
        "encryptionType": "CUSTOMER_MANAGED_KMS_KEY",
        "kmsKeyArn": KMS,
        "encryptionStatus": status,
    }


def test_peers_that_do_not_agree(stack, put, cluster):
    other = f"arn:aws:dsql:{WEST}:{ACCOUNT}:cluster/{'x' * 26}"
    properties = {"witnessRegion": "us-east-2", "clusters": [other]}
    dsql = stack.client("dsql")
    assert "multiRegionProperties" not in dsql.get_cluster(identifier=cluster)
    put("cluster", name=cluster, multiRegionProperties=properties, deletionProtectionEnabled=True)
    found = dsql.get_cluster(identifier=cluster)
    assert (found["multiRegionProperties"], found["deletionProtectionEnabled"]) == (properties, True)
    put("cluster", name=cluster, multiRegionProperties=None)
    assert "multiRegionProperties" not in dsql.get_cluster(identifier=cluster)


# Functions


@pytest.mark.parametrize("state", states.FUNCTION)
def test_each_state_of_a_function(put, make_function, state):
    function = make_function()
    put("function", name=function.name, State=state, StateReason="because", StateReasonCode="InternalError")
    config = function.lambda_.get_function(FunctionName=function.name)["Configuration"]
    direct = function.lambda_.get_function_configuration(FunctionName=function.name)
    assert {key: direct[key] for key in config} == config
    assert (config["State"], config["StateReason"], config["StateReasonCode"]) == (state, "because", "InternalError")
    if state == "Active":
        assert answer(function.invoke({})) == "done"
        return
    with pytest.raises(ClientError, match=f"in the following state: {state}") as caught:
        function.invoke({})
    assert caught.value.response["Error"]["Code"] == "ResourceConflictException"
    assert function.received() == []


@pytest.mark.parametrize("status", states.UPDATE)
def test_each_status_of_a_function_s_last_update(put, make_function, status):
    function = make_function()
    given = {
        "LastUpdateStatus": status,
        "LastUpdateStatusReason": "because",
        "LastUpdateStatusReasonCode": "EniLimitExceeded",
    }
    put("function", name=function.name, **given)
    config = function.lambda_.get_function_configuration(FunctionName=function.name)
    assert {key: config[key] for key in given} == given
    assert config["State"] == "Active" and answer(function.invoke({})) == "done"


@pytest.mark.parametrize("given", [{"LastUpdateStatus": "InProgress"}, {"State": "Pending"}])
def test_an_update_under_way_keeps_others_out(stack, put, make_function, given):
    function = make_function()
    put("function", name=function.name, **given)
    configuration = {"FunctionName": function.name, "Timeout": 7}
    code_of = {"FunctionName": function.name, "ZipFile": packed("#!/bin/sh\n")}
    assert code(function.lambda_.update_function_configuration, **configuration) == "ResourceConflictException"
    assert code(function.lambda_.update_function_code, **code_of) == "ResourceConflictException"
    stack.control("DELETE", "/states")
    assert function.lambda_.update_function_configuration(**configuration)["Timeout"] == 7
    function.lambda_.update_function_code(**code_of)


def test_an_inactive_function_fails_once_and_comes_back(put, make_function):
    function = make_function()
    put("function", name=function.name, State="Inactive", LastUpdateStatus="Failed")
    config = function.lambda_.get_function_configuration(FunctionName=function.name)
    assert (config["State"], config["StateReasonCode"]) == ("Inactive", "Idle")
    assert code(function.invoke, event={}) == "ResourceConflictException"
    assert until(lambda: function.lambda_.get_function_configuration(FunctionName=function.name)["State"] == "Active")
    assert answer(function.invoke({})) == "done"
    # What is no part of waking up stays as it was set.
    config = function.lambda_.get_function_configuration(FunctionName=function.name)
    assert config["LastUpdateStatus"] == "Failed"


def test_events_wait_for_a_function_that_cannot_take_them(stack, put, make_function):
    function = make_function()
    put("function", name=function.name, State="Deactivated")
    function.invoke({"answer": 1}, "Event")

    def queued():
        functions = stack.control("GET", "/status")[1]["functions"]
        return [one["queued"] for one in functions if one["function"] == function.name]

    assert until(lambda: queued() == [1])
    assert function.received() == []
    stack.control("DELETE", "/states?kind=function")
    assert until(function.received)


# Rules


@pytest.mark.parametrize("state, delivers", [("DISABLED", False), (states.RULE[2], True), ("ENABLED", True)])
def test_each_state_of_a_rule(stack, put, make_queue, state, delivers):
    events, bus, rule = stack.client("events"), unique("bus"), unique("rule")
    queue, arn = make_queue(takes_from="*")
    events.create_event_bus(Name=bus)
    events.put_rule(Name=rule, EventBusName=bus, EventPattern=json.dumps({"source": [rule]}), State="DISABLED")
    events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "t", "Arn": arn}])
    put("rule", name=f"{bus}/{rule}", State=state)
    assert events.describe_rule(Name=rule, EventBusName=bus)["State"] == state
    assert [one["State"] for one in events.list_rules(EventBusName=bus)["Rules"]] == [state]
    entry = {"Source": rule, "DetailType": "t", "Detail": "{}", "EventBusName": bus}
    events.put_events(Entries=[entry])
    assert bool(messages(stack, queue, seconds=8 if delivers else 0.4)) is delivers
    stack.control("DELETE", "/states")
    assert events.describe_rule(Name=rule, EventBusName=bus)["State"] == "DISABLED"


# Alarms


@pytest.mark.parametrize("state", states.ALARM)
def test_each_state_of_an_alarm_stays_whatever_the_metric_says(stack, put, state):
    cloudwatch, name, marker = stack.client("cloudwatch"), unique("alarm"), unique("marker")
    wanted = {
        "Namespace": unique("Space"),
        "MetricName": "M",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "LessThanThreshold",
    }
    cloudwatch.put_metric_alarm(AlarmName=name, TreatMissingData="notBreaching", **wanted)
    put("alarm", name=name, StateValue=state, StateReason="because")

    def seen(one):
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=[one])["MetricAlarms"]
        return alarm["StateValue"], alarm["StateReason"]

    def moves():
        history = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate")
        return [item["HistorySummary"] for item in history["AlarmHistoryItems"]]

    assert seen(name) == (state, "because")
    before = moves()
    # Data that would say something else makes evaluation look at the alarm again.
    data = [{"MetricName": "M", "Value": 0 if state == "OK" else 9}]
    cloudwatch.put_metric_data(Namespace=wanted["Namespace"], MetricData=data)
    with stack.settings(alarmEvaluationSeconds=0.05):
        quiet = {**wanted, "Namespace": unique("Space")}
        cloudwatch.put_metric_alarm(AlarmName=marker, TreatMissingData="breaching", **quiet)
        assert until(lambda: seen(marker)[0] == "ALARM")
        assert seen(name) == (state, "because")
        assert moves() == before
        filtered = cloudwatch.describe_alarms(AlarmNamePrefix=name, StateValue=state)["MetricAlarms"]
        assert [alarm["AlarmName"] for alarm in filtered] == [name]
        stack.control("DELETE", "/states")
        assert until(lambda: seen(name)[0] == ("ALARM" if state == "OK" else "OK"))


# The control address


def test_states_are_listed_and_so_is_what_can_be_set(stack, put):
    put("rule", name="bus/rule", State="DISABLED")
    put("database", readDelayMs=250)
    told = stack.control("GET", "/states")[1]
    assert told["states"] == [
        {"kind": "rule", "region": EAST, "name": "bus/rule", "State": "DISABLED"},
        {"kind": "database", "region": EAST, "readDelayMs": 250},
    ]
    assert told["kinds"]["cluster"]["status"] == list(states.CLUSTER)
    assert stack.control("DELETE", "/states?kind=rule") == (200, {"removed": 1})
    assert [state["kind"] for state in stack.control("GET", "/states")[1]["states"]] == ["database"]


@pytest.mark.parametrize(
    "record, text",
    [
        ([], "JSON object"),
        ({"kind": "planet", "region": EAST}, "kind is one of"),
        ({"kind": "rule", "region": EAST, "State": "ENABLED"}, "has a name"),
        ({"kind": "database", "region": EAST, "name": "x", "readDelayMs": 1}, "has no name"),
        ({"kind": "rule", "name": "r", "State": "ENABLED"}, "region"),
        ({"kind": "rule", "region": EAST, "name": "r"}, "nothing to set"),
        ({"kind": "rule", "region": EAST, "name": "r", "State": "ON"}, "State is one of ENABLED"),
        ({"kind": "rule", "region": EAST, "name": "r", "Status": "ENABLED"}, "a rule has no Status"),
        ({"kind": "database", "region": EAST, "readDelayMs": -1}, "readDelayMs is a number"),
        ({"kind": "cluster", "region": EAST, "name": "c", "deletionProtectionEnabled": "no"}, "is a bool"),
    ],
)
def test_states_that_cannot_be_set(stack, record, text):
    status, told = stack.control("PUT", "/states", record)
    assert status == 400 and text in told["error"]
    assert stack.control("GET", "/states")[1]["states"] == []
