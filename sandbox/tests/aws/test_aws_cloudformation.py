"""Stacks: made whole, changed, rolled back with a reason, deleted; the project's own template among them.

Longer than its neighbours: the templates that are tried stand in it whole.
"""

import json
import uuid
from pathlib import Path

import pytest
from aws_support import ACCOUNT, EAST, HERE, WEST, packed, until
from botocore.exceptions import ClientError, ParamValidationError

TEMPLATE = (Path(__file__).resolve().parents[3] / "infrastructure" / "stack.yaml").read_text()
WITNESS = "us-east-2"


class Stacks:
    def __init__(self, stack, region=EAST):
        self.stack, self.region, self.client = stack, region, stack.client("cloudformation", region)
        self.name = f"stack-{uuid.uuid4().hex[:8]}"

    def create(self, template, parameters=None, **more):
        body = template if isinstance(template, str) else json.dumps(template)
        self.client.create_stack(StackName=self.name, TemplateBody=body, Parameters=_list(parameters), **more)
        return self.settled()

    def update(self, template, parameters=None):
        body = template if isinstance(template, str) else json.dumps(template)
        self.client.update_stack(
            StackName=self.name,
            TemplateBody=body,
            Parameters=_list(parameters),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        return self.settled()

    def describe(self):
        return self.client.describe_stacks(StackName=self.name)["Stacks"][0]

    def settled(self):
        assert until(lambda: not self.describe()["StackStatus"].endswith("_IN_PROGRESS"), 20)
        return self.describe()["StackStatus"]

    def outputs(self):
        return {one["OutputKey"]: one["OutputValue"] for one in self.describe().get("Outputs", [])}

    def events(self):
        found = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        return [(e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason")) for e in reversed(found)]

    def delete(self):
        self.client.delete_stack(StackName=self.name)

        def gone():
            try:
                self.describe()
            except ClientError:
                return True
            return False

        return until(gone, 20)


def _list(parameters):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()]


def refusal(call, *arguments, **named):
    with pytest.raises(ClientError) as caught:
        call(*arguments, **named)
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    return caught.value.response["Error"]["Message"]


@pytest.fixture
def stacks(stack):
    made = Stacks(stack)
    yield made
    made.delete()


def queue_template(**properties):
    return {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": properties}},
        "Outputs": {"Url": {"Value": {"Ref": "Queue"}}, "Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}}},
    }


# The project's own template


@pytest.fixture
def code_buckets(stack):
    names = {}
    for region in (EAST, WEST):
        s3, names[region] = stack.client("s3", region), f"code-{uuid.uuid4().hex[:8]}"
        where = {} if region == EAST else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=names[region], **where)
        s3.put_object(Bucket=names[region], Key="function.zip", Body=packed((HERE / "bootstrap.py").read_text()))
    return names


def test_the_task_system_s_stack_in_two_regions(stack, code_buckets):
    environment = f"t{uuid.uuid4().hex[:6]}"
    both = {region: Stacks(stack, region) for region in (EAST, WEST)}

    def parameters(region, **more):
        return {
            "Environment": environment,
            "FunctionCodeBucket": code_buckets[region],
            "FunctionCodeKey": "function.zip",
            "ClusterDeletionProtection": "false",
            **more,
        }

    for region, stacks in both.items():
        assert stacks.create(TEMPLATE, parameters(region), Capabilities=["CAPABILITY_NAMED_IAM"]) == "CREATE_COMPLETE"
    arns = {region: stacks.outputs()["ClusterArn"] for region, stacks in both.items()}
    clusters = {region: stack.client("dsql", region) for region in both}

    def statuses():
        return {clusters[r].get_cluster(identifier=arns[r].split("/")[-1])["status"] for r in both}

    assert statuses() == {"PENDING_SETUP"}
    for region, other in ((EAST, WEST), (WEST, EAST)):
        wanted = parameters(
            region, PeerClusterArn=arns[other], ClusterDeletionProtection="true", LambdaMemorySize="256"
        )
        assert both[region].update(TEMPLATE, wanted) == "UPDATE_COMPLETE"
    assert until(lambda: statuses() == {"ACTIVE"})

    # Everything the template names is there, as it says.
    name, bus = f"task-processor-{environment}", f"task-events-{environment}"
    function = stack.client("lambda").get_function(FunctionName=name)
    config = function["Configuration"]
    assert (config["MemorySize"], config["Timeout"], config["Runtime"]) == (256, 60, "provided.al2023")
    assert config["LoggingConfig"]["LogGroup"] == f"/aws/lambda/{name}" and function["Tags"] == {
        "taskops:stack": "tasks"
    }
    variables = config["Environment"]["Variables"]
    assert variables["CLUSTER_ENDPOINT"] == arns[EAST].split("/")[-1] + f".dsql.{EAST}.on.aws"
    events = stack.client("events")
    rule = events.describe_rule(Name="task-processing-rule", EventBusName=bus)
    assert rule["State"] == "ENABLED" and json.loads(rule["EventPattern"])["source"] == ["task.management"]
    target = events.list_targets_by_rule(Rule="task-processing-rule", EventBusName=bus)["Targets"][0]
    assert target["Arn"] == config["FunctionArn"] and target["RetryPolicy"]["MaximumRetryAttempts"] == 185
    assert target["DeadLetterConfig"]["Arn"].endswith(f":{bus}-undelivered")
    statement = json.loads(stack.client("lambda").get_policy(FunctionName=name)["Policy"])["Statement"][0]
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": rule["Arn"]}}
    asynchronous = stack.client("lambda").get_function_event_invoke_config(FunctionName=name)
    assert asynchronous["DestinationConfig"]["OnFailure"]["Destination"].endswith(f":{name}-failed")
    group = stack.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"][0]
    assert group["retentionInDays"] == 7
    cluster = clusters[EAST].get_cluster(identifier=arns[EAST].split("/")[-1])
    assert cluster["deletionProtectionEnabled"] and cluster["tags"]["Name"] == f"task-mgmt-{environment}"

    # The same again changes nothing; a stack whose cluster is protected is not deleted.
    assert "No updates" in refusal(both[EAST].update, TEMPLATE, wanted_again(both[EAST]))
    both[EAST].client.delete_stack(StackName=both[EAST].name)
    assert both[EAST].settled() == "DELETE_FAILED"
    for region in both:
        clusters[region].update_cluster(identifier=arns[region].split("/")[-1], deletionProtectionEnabled=False)
        assert both[region].delete()
    assert until(lambda: not any(c["arn"] in arns.values() for c in clusters[EAST].list_clusters()["clusters"]))
    assert bus not in [one["Name"] for one in events.list_event_buses()["EventBuses"]]
    with pytest.raises(ClientError):
        stack.client("iam").get_role(RoleName=f"{name}-{EAST}")


def wanted_again(stacks):
    return {one["ParameterKey"]: one["ParameterValue"] for one in stacks.describe()["Parameters"]}


def test_roles_are_made_only_for_who_says_so(stacks):
    parameters = {"FunctionCodeBucket": "bucket", "FunctionCodeKey": "key"}
    with pytest.raises(ClientError) as caught:
        stacks.create(TEMPLATE, parameters)
    assert caught.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"
    assert "CAPABILITY_NAMED_IAM" in caught.value.response["Error"]["Message"]


# Making and changing


def test_events_tell_the_story(stacks):
    assert stacks.create(queue_template()) == "CREATE_COMPLETE"
    assert [(name, status) for name, status, _ in stacks.events()] == [
        (stacks.name, "CREATE_IN_PROGRESS"),
        ("Queue", "CREATE_IN_PROGRESS"),
        ("Queue", "CREATE_COMPLETE"),
        (stacks.name, "CREATE_COMPLETE"),
    ]
    resource = stacks.client.describe_stack_resources(StackName=stacks.name)["StackResources"][0]
    assert resource["ResourceStatus"] == "CREATE_COMPLETE" and resource["PhysicalResourceId"] == stacks.outputs()["Url"]


def test_creation_waits_for_what_is_being_made(stack, stacks):
    cluster = {"Type": "AWS::DSQL::Cluster", "Properties": {"DeletionProtectionEnabled": False}}
    template = {"Resources": {"Cluster": cluster}, "Outputs": {"Id": {"Value": {"Ref": "Cluster"}}}}
    with stack.settings(clusterCreationSeconds=1.0):
        stacks.client.create_stack(StackName=stacks.name, TemplateBody=json.dumps(template))
        assert stacks.describe()["StackStatus"] == "CREATE_IN_PROGRESS" and not stacks.outputs()
        assert stacks.settled() == "CREATE_COMPLETE"
    status = stack.client("dsql").get_cluster(identifier=stacks.outputs()["Id"])["status"]
    assert status == "ACTIVE"


def test_updates_change_add_and_remove(stack, stacks):
    template = queue_template(VisibilityTimeout=30)
    template["Resources"]["Group"] = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"LogGroupName": f"/g/{stacks.name}"},
    }
    assert stacks.create(template) == "CREATE_COMPLETE"
    url = stacks.outputs()["Url"]
    changed = queue_template(VisibilityTimeout=99)
    changed["Resources"]["Bus"] = {"Type": "AWS::Events::EventBus", "Properties": {"Name": stacks.name}}
    assert stacks.update(changed) == "UPDATE_COMPLETE"
    assert stacks.outputs()["Url"] == url
    attributes = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])[
        "Attributes"
    ]
    assert attributes == {"VisibilityTimeout": "99"}
    assert stack.client("events").describe_event_bus(Name=stacks.name)["Name"] == stacks.name
    assert stack.client("logs").describe_log_groups(logGroupNamePrefix=f"/g/{stacks.name}")["logGroups"] == []


def test_a_parameter_inside_a_sub_is_noticed(stack, stacks):
    template = {"Parameters": {"Suffix": {"Type": "String"}}, **queue_template(QueueName={"Fn::Sub": "q-${Suffix}"})}
    first, second = uuid.uuid4().hex[:8], uuid.uuid4().hex[:8]
    assert stacks.create(template, {"Suffix": first}) == "CREATE_COMPLETE"
    assert stacks.update(template, {"Suffix": second}) == "UPDATE_COMPLETE"
    assert stacks.outputs()["Arn"].endswith(f":q-{second}")
    assert stack.client("sqs").list_queues(QueueNamePrefix=f"q-{first}").get("QueueUrls", []) == []


def test_an_update_never_takes_the_rule_away(stack, stacks):
    def template(description):
        rule = {
            "Name": "kept",
            "Description": description,
            "EventPattern": {"source": ["s"]},
            "EventBusName": {"Ref": "Bus"},
        }
        return {
            "Resources": {
                "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": stacks.name}},
                "Rule": {"Type": "AWS::Events::Rule", "Properties": rule},
            },
            "Outputs": {"Rule": {"Value": {"Ref": "Rule"}}},
        }

    assert stacks.create(template("one")) == "CREATE_COMPLETE"
    assert stacks.outputs()["Rule"] == f"{stacks.name}|kept"
    assert stacks.update(template("two")) == "UPDATE_COMPLETE"
    rule = stack.client("events").describe_rule(Name="kept", EventBusName=stacks.name)
    assert rule["Description"] == "two" and rule["Arn"] == f"arn:aws:events:{EAST}:{ACCOUNT}:rule/{stacks.name}/kept"


# Failing


BROKEN = {
    "Type": "AWS::SQS::QueuePolicy",
    "Properties": {"Queues": ["https://x/1/no-such-queue"], "PolicyDocument": {}},
}


def failing(**properties):
    template = queue_template(**properties)
    template["Resources"]["Broken"] = {**BROKEN, "DependsOn": "Queue"}
    return template


def test_a_creation_that_fails_is_rolled_back_and_says_why(stack, stacks):
    name = f"q-{uuid.uuid4().hex[:8]}"
    assert stacks.create(failing(QueueName=name)) == "ROLLBACK_COMPLETE"
    reasons = {(n, s): why for n, s, why in stacks.events()}
    assert "no-such-queue does not exist" in reasons["Broken", "CREATE_FAILED"]
    assert ("Queue", "DELETE_COMPLETE") in reasons and "Broken" in stacks.describe()["StackStatusReason"]
    assert stack.client("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls", []) == []
    assert "can not be updated" in refusal(stacks.update, queue_template())


def test_without_roll_back_what_was_made_stays(stack, stacks):
    name = f"q-{uuid.uuid4().hex[:8]}"
    assert stacks.create(failing(QueueName=name), OnFailure="DO_NOTHING") == "CREATE_FAILED"
    assert len(stack.client("sqs").list_queues(QueueNamePrefix=name)["QueueUrls"]) == 1


def test_an_update_that_fails_is_rolled_back(stack, stacks):
    assert stacks.create(queue_template(VisibilityTimeout=30)) == "CREATE_COMPLETE"
    assert stacks.update(failing(VisibilityTimeout=99)) == "UPDATE_ROLLBACK_COMPLETE"
    url = stacks.outputs()["Url"]
    attributes = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])[
        "Attributes"
    ]
    assert attributes == {"VisibilityTimeout": "30"}
    assert stacks.update(queue_template(VisibilityTimeout=40)) == "UPDATE_COMPLETE"


@pytest.mark.parametrize(
    "template, word",
    [
        ({"Resources": {}}, "At least one Resources"),
        ({"Resources": {"X": {"Type": "AWS::Nonsense::Thing"}}}, "AWS::Nonsense::Thing"),
        ({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Nobody"}}}}}, "Nobody"),
        (
            {
                "Resources": {
                    "A": {"Type": "AWS::SQS::Queue", "DependsOn": "B"},
                    "B": {"Type": "AWS::SQS::Queue", "DependsOn": "A"},
                }
            },
            "Circular",
        ),
        ({"Parameters": {"P": {"Type": "String"}}, **queue_template()}, "must have values"),
    ],
)
def test_templates_that_are_refused_at_once_leave_no_stack(stacks, template, word):
    assert word in refusal(stacks.create, template)
    with pytest.raises(ClientError):
        stacks.describe()


@pytest.mark.parametrize("text", ["", "just words", "Resources: [", '{"Resources": {', "- a\n- b"])
def test_texts_that_are_no_template(stacks, text):
    with pytest.raises((ClientError, ParamValidationError)) as caught:
        stacks.create(text)
    if isinstance(caught.value, ClientError):
        assert "Template format error" in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "change, word",
    [
        ({"LambdaMemorySize": "64"}, "LambdaMemorySize"),
        ({"WitnessRegion": EAST}, "witness Region"),
        ({"WitnessRegion": "us-west-1"}, "AllowedValues"),
        ({"WitnessRegion": "eu-west-3"}, "others"),
        ({"SecondRegion": EAST}, "second Region cannot be the Region of the cluster"),
        ({"SecondRegion": WITNESS}, "second Region cannot be the witness"),
        ({"SecondRegion": "eu-west-1"}, "second Region is not in the Region set"),
        ({"SecondRegion": "eu-west-1", "WitnessRegion": "eu-west-3"}, "Region set of the others"),
        ({"PeerClusterArn": "nonsense"}, "PeerClusterArn"),
        ({"Nonsense": "1"}, "Nonsense"),
        ({"FunctionArchitecture": "mips"}, "AllowedValues"),
    ],
)
def test_parameters_that_are_refused(stacks, change, word):
    parameters = {"FunctionCodeBucket": "bucket", "FunctionCodeKey": "key", **change}
    assert word in refusal(stacks.create, TEMPLATE, parameters, Capabilities=["CAPABILITY_NAMED_IAM"])


@pytest.mark.parametrize(
    "condition, holds",
    [
        ({"Fn::Contains": [["a", "b"], {"Ref": "One"}]}, True),
        ({"Fn::Contains": [["b", "c"], {"Ref": "One"}]}, False),
        ({"Fn::EachMemberIn": [{"Ref": "List"}, ["a", "b", "c"]]}, True),
        ({"Fn::EachMemberIn": [{"Ref": "List"}, ["a", "c"]]}, False),
        ({"Fn::EachMemberEquals": [["a", "a"], {"Ref": "One"}]}, True),
        ({"Fn::EachMemberEquals": [{"Ref": "List"}, "a"]}, False),
        ({"Fn::Not": [{"Fn::Equals": [{"Ref": "One"}, "b"]}]}, True),
        ({"Fn::And": [{"Fn::Equals": ["a", "a"]}, {"Fn::Equals": ["a", "b"]}]}, False),
        ({"Fn::Or": [{"Fn::Equals": ["a", "a"]}, {"Fn::Equals": ["a", "b"]}]}, True),
    ],
)
def test_rules_are_asserted_when_their_condition_holds(stacks, condition, holds):
    template = queue_template(VisibilityTimeout=31) | {
        "Parameters": {
            "One": {"Type": "String", "Default": "a"},
            "List": {"Type": "CommaDelimitedList", "Default": "a,b"},
        },
        "Rules": {"Own": {"Assertions": [{"Assert": condition, "AssertDescription": "as wished"}]}},
    }
    if holds:
        assert stacks.create(template) == "CREATE_COMPLETE"
    else:
        assert "as wished" in refusal(stacks.create, template)
    never = {"RuleCondition": {"Fn::Not": [condition]}, "Assertions": [{"Assert": {"Fn::Equals": ["a", "b"]}}]}
    if holds:
        assert stacks.delete()
        assert stacks.create({**template, "Rules": {"Never": never}}) == "CREATE_COMPLETE"


def test_change_sets_do_the_same_work(stack, stacks):
    body = json.dumps(queue_template(VisibilityTimeout=31))
    stacks.client.create_change_set(
        StackName=stacks.name, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=body
    )
    stacks.client.execute_change_set(StackName=stacks.name, ChangeSetName="first")
    assert stacks.settled() == "CREATE_COMPLETE" and stacks.outputs()["Url"]
    body = json.dumps(queue_template(VisibilityTimeout=32))
    stacks.client.create_change_set(
        StackName=stacks.name, ChangeSetName="second", ChangeSetType="UPDATE", TemplateBody=body
    )
    stacks.client.execute_change_set(StackName=stacks.name, ChangeSetName="second")
    assert stacks.settled() == "UPDATE_COMPLETE"


def test_a_log_group_says_which_stack_made_it(stacks, stack):
    logs = stack.client("logs", stacks.region)
    group = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"LogGroupName": f"/g/{stacks.name}", "Tags": [{"Key": "a", "Value": "b"}]},
    }
    template = {"Resources": {"Group": group}}
    assert stacks.create(template) == "CREATE_COMPLETE"
    arn = f"arn:aws:logs:{stacks.region}:{ACCOUNT}:log-group:/g/{stacks.name}"
    tags = logs.list_tags_for_resource(resourceArn=arn)["tags"]
    assert tags == {
        "a": "b",
        "aws:cloudformation:logical-id": "Group",
        "aws:cloudformation:stack-id": stacks.describe()["StackId"],
        "aws:cloudformation:stack-name": stacks.name,
    }
    group["Properties"]["Tags"] = [{"Key": "c", "Value": "d"}]
    group["Properties"]["RetentionInDays"] = 7
    assert stacks.update(template) == "UPDATE_COMPLETE"
    del tags["a"]
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == tags | {"c": "d"}
