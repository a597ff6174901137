"""What a program sees that looks through an account for a stack it does not know yet."""

import json
import uuid

import pytest
from aws_support import EAST, WEST, code, until


def test_buses_come_in_pages(stack):
    events = stack.client("events")
    prefix = f"paged-{uuid.uuid4().hex[:6]}"
    names = [f"{prefix}-{number}" for number in range(5)]
    for name in reversed(names):
        events.create_event_bus(Name=name, Description="d")
    seen, token = [], {}
    while True:
        page = events.list_event_buses(NamePrefix=prefix, Limit=2, **token)
        assert len(page["EventBuses"]) <= 2
        seen += page["EventBuses"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert [bus["Name"] for bus in seen] == names
    assert all(bus["Description"] == "d" and bus["Arn"].endswith("/" + bus["Name"]) for bus in seen)
    assert all(bus["CreationTime"] <= bus["LastModifiedTime"] for bus in seen)
    assert "default" in [bus["Name"] for bus in events.list_event_buses()["EventBuses"]]
    assert code(events.list_event_buses, NextToken="!") == "ValidationException"


def test_each_region_has_buses_of_its_own(stack):
    name = f"own-{uuid.uuid4().hex[:6]}"
    stack.client("events", WEST).create_event_bus(Name=name)
    assert name not in [bus["Name"] for bus in stack.client("events", EAST).list_event_buses()["EventBuses"]]


def test_rules_of_a_bus_that_is_not_there_are_refused(stack):
    assert code(stack.client("events").list_rules, EventBusName="nowhere") == "ResourceNotFoundException"


def test_rules_come_in_pages(stack):
    events = stack.client("events")
    bus = f"rules-{uuid.uuid4().hex[:6]}"
    events.create_event_bus(Name=bus)
    for number in range(5):
        events.put_rule(Name=f"r{number}", EventBusName=bus, EventPattern=json.dumps({"source": ["task.management"]}))
    first = events.list_rules(EventBusName=bus, Limit=3)
    second = events.list_rules(EventBusName=bus, Limit=3, NextToken=first["NextToken"])
    assert "NextToken" not in second
    rules = first["Rules"] + second["Rules"]
    assert [rule["Name"] for rule in rules] == [f"r{number}" for number in range(5)]
    assert all(json.loads(rule["EventPattern"]) == {"source": ["task.management"]} for rule in rules)


TEMPLATE = {
    "Parameters": {"Text": {"Type": "String"}},
    "Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}}},
    "Outputs": {"Text": {"Value": {"Ref": "Text"}}, "Name": {"Value": {"Ref": "Group"}}},
}


@pytest.fixture
def described(stack):
    client = stack.client("cloudformation")
    name = f"seen-{uuid.uuid4().hex[:6]}"

    def settled(status):
        return until(lambda: client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == status, 20)

    def listed():
        pages = client.get_paginator("describe_stacks").paginate()
        return next(one for page in pages for one in page["Stacks"] if one["StackName"] == name)

    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps(TEMPLATE),
        Parameters=[{"ParameterKey": "Text", "ParameterValue": "a <&> b"}],
        Tags=[{"Key": "taskops:stack", "Value": "tasks"}],
    )
    assert settled("CREATE_COMPLETE")
    yield client, name, settled, listed
    client.delete_stack(StackName=name)


def test_all_stacks_are_described_with_outputs_parameters_and_tags(described):
    _, _, _, listed = described
    one = listed()
    assert one["Tags"] == [{"Key": "taskops:stack", "Value": "tasks"}]
    assert {o["OutputKey"]: o["OutputValue"] for o in one["Outputs"]}["Text"] == "a <&> b"
    assert {p["ParameterKey"]: p["ParameterValue"] for p in one["Parameters"]} == {"Text": "a <&> b"}


def test_an_update_without_tags_leaves_the_tags(described):
    client, name, settled, listed = described
    changed = json.loads(json.dumps(TEMPLATE))
    changed["Resources"]["Group"]["Properties"]["RetentionInDays"] = 14
    client.update_stack(
        StackName=name,
        TemplateBody=json.dumps(changed),
        Parameters=[{"ParameterKey": "Text", "ParameterValue": "c"}],
    )
    assert settled("UPDATE_COMPLETE")
    assert listed()["Tags"] == [{"Key": "taskops:stack", "Value": "tasks"}]
    assert {o["OutputKey"]: o["OutputValue"] for o in listed()["Outputs"]}["Text"] == "c"


def test_a_function_without_asynchronous_settings_says_so(stack, make_function):
    function = make_function()
    refused = code(function.lambda_.get_function_event_invoke_config, FunctionName=function.name)
    assert refused == "ResourceNotFoundException"
