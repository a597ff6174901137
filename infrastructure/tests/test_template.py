"""What must hold of stack.yaml, whoever edits it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from deployment.regions import REGION_SETS, UNCONFIRMED


class _Loader(yaml.SafeLoader):
    pass


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    """`!GetAtt A.B` as {"GetAtt": "A.B"}: enough to ask who refers to whom."""
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    return {suffix: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _function)


@pytest.fixture(scope="module")
def template(root: Path) -> dict[str, Any]:
    return yaml.load((root / "infrastructure/stack.yaml").read_text(), _Loader)


@pytest.fixture(scope="module")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    return {name: {**r, **r.get("Properties", {})} for name, r in template["Resources"].items()}


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: r for name, r in resources.items() if r["Type"] == kind}


def test_cfn_lint_finds_nothing_in_any_region_of_dsql(run: Any) -> None:
    regions = [*(r for members in REGION_SETS.values() for r in members), *UNCONFIRMED]
    found = run("cfn-lint", "--regions", *regions, "--", "infrastructure/stack.yaml")
    assert (found.returncode, found.stdout) == (0, ""), found.stdout


def test_no_lint_rule_is_switched_off(root: Path) -> None:
    assert "cfn-lint:" not in (root / "infrastructure/stack.yaml").read_text()


def test_parameters_have_the_recipes_defaults(template: dict[str, Any]) -> None:
    defaults = {name: p["Default"] for name, p in template["Parameters"].items() if "Default" in p}
    assert defaults == {
        "StackTag": "tasks", "Environment": "dev", "FunctionArchitecture": "x86_64", "LambdaMemorySize": 512,
        "LambdaTimeout": 60, "LogRetentionDays": 7, "ClusterNamePrefix": "task-mgmt", "WitnessRegion": "us-east-2",
        "SecondRegion": "", "PeerClusterArn": "", "ClusterDeletionProtection": "true",
    }


def test_the_template_and_deploy_py_know_the_same_region_sets(template: dict[str, Any]) -> None:
    every = [region for members in REGION_SETS.values() for region in members] + list(UNCONFIRMED)
    assert template["Parameters"]["WitnessRegion"]["AllowedValues"] == every
    assert template["Parameters"]["SecondRegion"]["AllowedValues"] == ["", *every]
    rules = [rule for name, rule in template["Rules"].items() if name != "ThreeDifferentRegions"]
    where = [{"Ref": "AWS::Region"}, {"Ref": "SecondRegion"}, {"Ref": "WitnessRegion"}]
    for members, rule in zip(REGION_SETS.values(), rules, strict=True):
        # Whichever of the three lies in the set draws the other two into it.
        draws = [one["Fn::Contains"] for one in rule["RuleCondition"]["Fn::Or"]]
        assert draws == [[list(members), one] for one in where]
        own, second, witness = (one["Assert"] for one in rule["Assertions"])
        allowed = [*members, *UNCONFIRMED]
        assert [own["Fn::Contains"], witness["Fn::Contains"]] == [[allowed, where[0]], [allowed, where[2]]]
        absent, held = second["Fn::Or"]
        assert absent == {"Equals": [{"Ref": "SecondRegion"}, ""]} and held["Fn::Contains"] == [allowed, where[1]]


def test_the_rule_has_the_recipes_pattern(resources: dict[str, Any]) -> None:
    rule = resources["ProcessingRule"]
    assert rule["EventPattern"] == {
        "source": ["task.management"],
        "detail-type": ["Task Created", "Task Updated", "Task Completed"],
    }
    assert rule["State"] == "ENABLED"
    assert rule["EventBusName"] == {"GetAtt": "EventBus.Name"}


def test_what_cannot_be_delivered_is_kept(resources: dict[str, Any]) -> None:
    (target,) = resources["ProcessingRule"]["Targets"]
    assert target["DeadLetterConfig"]["Arn"] == {"GetAtt": "UndeliveredQueue.Arn"}
    assert 0 <= target["RetryPolicy"]["MaximumRetryAttempts"] <= 185
    assert 60 <= target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 86400
    allow = statement(resources["UndeliveredQueuePolicy"], "Allow")
    assert allow["Principal"] == {"Service": "events.amazonaws.com"}
    source = allow["Condition"]["ArnEquals"]["aws:SourceArn"]["Sub"]
    assert source.endswith(":rule/task-events-${Environment}/task-processing-rule")
    # EventBridge does not check the queue when the target is put, so the policy has to stand before the rule.
    assert resources["ProcessingRule"]["DependsOn"] == "UndeliveredQueuePolicy"


def test_what_the_function_fails_at_is_kept(resources: dict[str, Any]) -> None:
    (config,) = of_type(resources, "AWS::Lambda::EventInvokeConfig").values()
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == {"GetAtt": "FailedQueue.Arn"}
    assert config["MaximumRetryAttempts"] == 2
    assert "sqs:SendMessage" in {s["Action"] for s in role(resources) if isinstance(s["Action"], str)}


def test_both_queues_take_what_eventbridge_and_lambda_send(resources: dict[str, Any]) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    assert len(queues) == 2
    for queue in queues.values():
        assert queue["SqsManagedSseEnabled"] is True
        assert "KmsMasterKeyId" not in queue
        assert queue["MessageRetentionPeriod"] == 14 * 86400


def test_only_this_rule_may_invoke(resources: dict[str, Any]) -> None:
    (permission,) = of_type(resources, "AWS::Lambda::Permission").values()
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"GetAtt": "ProcessingRule.Arn"}


def role(resources: dict[str, Any]) -> list[dict[str, Any]]:
    (found,) = of_type(resources, "AWS::IAM::Role").values()
    assert "ManagedPolicyArns" not in found
    (policy,) = found["Policies"]
    return policy["PolicyDocument"]["Statement"]


def statement(policy: dict[str, Any], effect: str) -> dict[str, Any]:
    (found,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == effect]
    return found


def test_the_role_may_do_these_things_and_no_other(resources: dict[str, Any]) -> None:
    rights = {str(s["Action"]): s["Resource"] for s in role(resources)}
    assert rights == {
        "dsql:DbConnect": {"GetAtt": "Cluster.ResourceArn"},
        "events:PutEvents": {"GetAtt": "EventBus.Arn"},
        "['logs:CreateLogStream', 'logs:PutLogEvents']": {
            "Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${LogGroup}:*"
        },
        "sqs:SendMessage": {"GetAtt": "FailedQueue.Arn"},
    }
    (put,) = [s for s in role(resources) if s["Action"] == "events:PutEvents"]
    assert put["Condition"] == {"StringEquals": {"events:source": "task.management.notifications"}}


def test_the_role_is_told_apart_between_regions(resources: dict[str, Any]) -> None:
    (found,) = of_type(resources, "AWS::IAM::Role").values()
    name = found["RoleName"]["Sub"]
    assert "${AWS::Region}" in name
    # IAM allows 64 characters; the longest environment is 20, the longest Region of DSQL's sets 14.
    assert len(name.replace("${Environment}", "e" * 20).replace("${AWS::Region}", "ap-northeast-1")) <= 64


def test_the_function_is_what_make_function_builds(resources: dict[str, Any]) -> None:
    function = resources["TaskProcessor"]
    assert (function["Runtime"], function["Handler"]) == ("provided.al2023", "bootstrap")
    assert set(function["Environment"]["Variables"]) == {
        "STACK_NAME", "ENVIRONMENT", "EVENT_BUS_NAME", "CLUSTER_ENDPOINT", "DATABASE_ROLE",
    }
    assert function["LoggingConfig"]["LogGroup"] == {"Ref": "LogGroup"}
    assert resources["LogGroup"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_everything_that_can_be_tagged_is(resources: dict[str, Any]) -> None:
    untaggable = {"AWS::SQS::QueuePolicy", "AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig"}
    for name, resource in resources.items():
        if resource["Type"] in untaggable or resource["Type"] == "AWS::Events::Rule":
            continue
        assert {"Key": "taskops:stack", "Value": {"Ref": "StackTag"}} in resource["Tags"], name


def test_outputs_are_what_the_others_read(template: dict[str, Any]) -> None:
    assert set(template["Outputs"]) == {
        "ClusterIdentifier", "ClusterArn", "ClusterEndpoint", "EventBusName", "RuleName", "FunctionName",
        "FunctionRoleArn", "DeadLetterQueueUrl", "FailureQueueUrl", "LogGroupName",
        "OnCallTopicArn",
    }


def test_each_region_has_a_topic_for_the_people_on_call(resources: dict[str, Any]) -> None:
    """Not under the AWS-managed key, which CloudWatch cannot use; and nobody's address is in the template."""
    (topic,) = of_type(resources, "AWS::SNS::Topic").values()
    assert topic["TopicName"] == {"Sub": "task-on-call-${Environment}"}
    assert "KmsMasterKeyId" not in topic and "Subscription" not in topic
    assert not of_type(resources, "AWS::SNS::Subscription")
