"""What was called against what the printed policy allows."""

import json

import pytest

from conformance.exchange import Exchange, Need, Sent
from conformance.policies import Policies
from conformance.scenarios import Plan

BUS = "arn:aws:events:us-east-1:123456789012:event-bus/tasks"
POLICY = json.dumps(
    {"Statement": [{"Effect": "Allow", "Action": ["events:PutEvents", "events:DescribeEventBus"], "Resource": [BUS]}]}
)
PUT = Need("events:PutEvents", BUS, {})
DESCRIBE = Need("events:DescribeEventBus", BUS, {})


def called(*needs):
    return [Exchange("canary", "events", "X", "us-east-1", Sent("POST", "/", {}), needs=(need,)) for need in needs]


def found(policies, document, *needs, command="canary"):
    return [one.member for one in policies.check(command, document, called(*needs))]


@pytest.mark.parametrize(
    ("need", "differs"),
    [
        (PUT, False),
        (Need("events:PutEvents", BUS + "2", {}), True),
        (Need("events:DescribeRule", BUS, {}), True),
        (Need("sts:AssumeRole", "*", {}), False),
    ],
)
def test_a_call_that_the_policy_does_not_allow_is_a_difference(need, differs):
    policies = Policies(Plan([], beside={"sts:AssumeRole": "why"}))
    assert found(policies, POLICY, need) == ([need.action] if differs else [])


def test_of_what_is_not_the_stack_s_actions_are_compared_alone():
    elsewhere, other = Need("events:PutEvents", BUS + "2", {}), Need("events:PutRule", BUS + "2", {})
    found = Policies(Plan([])).check("canary", POLICY, called(elsewhere, other), foreign=True)
    assert [one.member for one in found] == ["events:PutRule"]


def test_a_command_without_a_policy_may_call_only_what_needs_none():
    assert found(Policies(Plan([])), None, PUT) == ["events:PutEvents"]
    assert list(Policies(Plan([])).check("whoami", None, called())) == []


def test_an_action_that_nothing_calls_is_a_difference_unless_it_says_why():
    policies = Policies(Plan([]))
    found(policies, POLICY, PUT)
    assert [one.member for one in policies.superfluous()] == ["events:DescribeEventBus"]
    excused = Policies(Plan([], never={"events:DescribeEventBus": "why"}))
    found(excused, POLICY, PUT)
    assert list(excused.superfluous()) == []


def test_scenarios_of_a_command_count_together_and_another_word_can_stand_for_one():
    policies = Policies(Plan([], policies={"sandbox up": "canary"}))
    found(policies, POLICY, PUT)
    found(policies, POLICY, DESCRIBE, command="sandbox up")
    assert list(policies.superfluous()) == []


def test_exceptions_that_are_none_any_more_are_said():
    policies = Policies(Plan([], never={"events:PutEvents": "why"}, beside={"sts:AssumeRole": "why"}))
    found(policies, POLICY, PUT, DESCRIBE)
    assert {(one.call, one.member) for one in policies.superfluous()} == {
        ("[never]", "events:PutEvents"),
        ("[beside]", "sts:AssumeRole"),
    }
