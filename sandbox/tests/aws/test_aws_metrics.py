"""What happens in the stack is in CloudWatch: under AWS's names, dimensions and units, and as often as it happened."""

import json
import time
from types import SimpleNamespace

import pytest
from aws_support import EAST, WEST, Function, messages, on_failure, until
from cloudwatch_support import named, stat, unique, values

from local_stack.sqs.metrics import levels


@pytest.fixture
def cloudwatch(stack):
    return stack.client("cloudwatch")


def sums(client, namespace, dimensions, *metrics, statistic="Sum"):
    """Metric → the statistic over the last minutes; what has no data is left out."""
    queries = [stat(f"m{n}", namespace, name, statistic, 3600, *dimensions) for n, name in enumerate(metrics)]
    found = values(client, *queries, minutes=50)
    return {metrics[int(key[1:])]: sum(points.values()) for key, points in found.items() if points}


def of_function(client, function: Function, *metrics, **more):
    return sums(client, "AWS/Lambda", named(FunctionName=function.name), *metrics, **more)


LAMBDA = (
    "Invocations",
    "Errors",
    "Throttles",
    "AsyncEventsReceived",
    "AsyncEventsDropped",
    "DestinationDeliveryFailures",
    "DeadLetterErrors",
)


def test_invocations_errors_and_durations(cloudwatch, make_function):
    function = make_function()
    for seconds in (0.0, 0.0, 0.0, 1.5):
        function.invoke({"sleep": seconds})
    function.invoke({"fail": 9})
    assert of_function(cloudwatch, function, *LAMBDA) == {"Invocations": 5, "Errors": 1, "Throttles": 0}
    p50 = of_function(cloudwatch, function, "Duration", statistic="p50")["Duration"]
    p99 = of_function(cloudwatch, function, "Duration", statistic="p99")["Duration"]
    # One of five slept: the middle one did not, the slowest one did.
    assert p50 < 1500 <= p99
    # The average of Errors is their rate, which is why successes are told as 0.
    assert of_function(cloudwatch, function, "Errors", statistic="Average") == {"Errors": 0.2}
    assert of_function(cloudwatch, function, "Duration", statistic="SampleCount") == {"Duration": 5}
    units = cloudwatch.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Duration",
        Dimensions=named(FunctionName=function.name),
        StartTime=0,
        EndTime=2**31,
        Period=86400 * 365,
        Statistics=["Sum"],
    )["Datapoints"]
    assert [point["Unit"] for point in units] == ["Milliseconds"]


def test_throttles_are_neither_invocations_nor_errors(stack, cloudwatch, make_function):
    function = make_function()
    refused = pytest.raises(function.lambda_.exceptions.TooManyRequestsException)
    with stack.fault(kind="function-throttle", function=function.name), refused:
        function.invoke({})
    assert of_function(cloudwatch, function, *LAMBDA) == {"Throttles": 1}


def test_concurrency_is_the_most_at_once(cloudwatch, make_function):
    function = make_function()
    for _ in range(3):
        function.invoke({"sleep": 1.0}, "Event")
    concurrent = ("ConcurrentExecutions",)
    assert until(lambda: of_function(cloudwatch, function, *concurrent, statistic="Maximum").get(*concurrent) == 3)


def test_an_alias_has_metrics_of_its_own(cloudwatch, make_function):
    function = make_function()
    function.lambda_.publish_version(FunctionName=function.name)
    function.invoke({}, Qualifier="1")
    function.invoke({})
    assert of_function(cloudwatch, function, "Invocations") == {"Invocations": 2}
    dimensions = named(FunctionName=function.name, Resource=f"{function.name}:1")
    assert sums(cloudwatch, "AWS/Lambda", dimensions, "Invocations") == {"Invocations": 1}


def test_an_asynchronous_event_that_fails_for_good(stack, cloudwatch, make_function, make_queue):
    queue, arn = make_queue()
    function = make_function({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn})
    on_failure(function, arn)
    function.invoke({"fail": 9}, "Event")
    assert messages(stack, queue)
    expected = {"Invocations": 3, "Errors": 3, "Throttles": 0, "AsyncEventsReceived": 1, "AsyncEventsDropped": 1}
    assert of_function(cloudwatch, function, *LAMBDA) == expected
    ages = of_function(cloudwatch, function, "AsyncEventAge", statistic="SampleCount")
    assert ages == {"AsyncEventAge": 3}
    assert of_function(cloudwatch, function, "AsyncEventAge", statistic="Maximum")["AsyncEventAge"] > 300


def test_a_destination_that_cannot_be_reached(cloudwatch, make_function, make_queue):
    _, arn = make_queue()
    function = make_function()
    on_failure(function, arn, MaximumRetryAttempts=0)
    function.invoke({"fail": 9}, "Event")
    found = until(lambda: of_function(cloudwatch, function, "DestinationDeliveryFailures"))
    assert found == {"DestinationDeliveryFailures": 1}


# EventBridge

EVENTS = (
    "MatchedEvents",
    "TriggeredRules",
    "Invocations",
    "InvocationAttempts",
    "SuccessfulInvocationAttempts",
    "RetryInvocationAttempts",
    "FailedInvocations",
    "InvocationsSentToDlq",
    "InvocationsFailedToBeSentToDlq",
)


@pytest.fixture
def make_rule(stack):
    def make(target, region=EAST, bus=None, **more):
        events, name = stack.client("events", region), unique("rule")
        bus = bus or unique("bus")
        if bus != "default":
            events.create_event_bus(Name=bus)
        pattern = json.dumps({"source": [name]})
        arn = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "t", "Arn": target, **more}])
        return bus, name, arn

    return make


def send(stack, bus, source, count=1, region=EAST):
    entry = {"Source": source, "DetailType": "t", "Detail": "{}", "EventBusName": bus}
    stack.client("events", region).put_events(Entries=[entry] * count)


def test_events_that_are_delivered(stack, cloudwatch, make_rule, make_queue):
    _, arn = make_queue(takes_from="*")
    bus, rule, _ = make_rule(arn)
    send(stack, bus, rule, 3)
    send(stack, bus, "nobody.asked")
    rule_of = named(EventBusName=bus, RuleName=rule)
    complete = "IngestiontoInvocationCompleteLatency"
    assert until(lambda: sums(cloudwatch, "AWS/Events", rule_of, complete, statistic="SampleCount") == {complete: 3})
    assert sums(cloudwatch, "AWS/Events", rule_of, *EVENTS) == {
        "MatchedEvents": 3,
        "TriggeredRules": 3,
        "Invocations": 3,
        "InvocationAttempts": 3,
        "SuccessfulInvocationAttempts": 3,
    }
    assert sums(cloudwatch, "AWS/Events", named(EventBusName=bus), "MatchedEvents") == {"MatchedEvents": 3}
    assert not sums(cloudwatch, "AWS/Events", named(RuleName=rule), *EVENTS)
    for latency in ("IngestiontoInvocationStartLatency", "IngestionToInvocationSuccessLatency"):
        assert sums(cloudwatch, "AWS/Events", rule_of, latency, statistic="SampleCount") == {latency: 3}
        assert sums(cloudwatch, "AWS/Events", rule_of, latency, statistic="Minimum")[latency] >= 0


def test_a_rule_of_the_default_bus_goes_by_its_name_alone(stack, cloudwatch, make_rule, make_queue):
    _, arn = make_queue(takes_from="*")
    _, rule, _ = make_rule(arn, WEST, "default")
    send(stack, "default", rule, region=WEST)
    west = stack.client("cloudwatch", WEST)
    assert until(lambda: sums(west, "AWS/Events", named(RuleName=rule), "MatchedEvents")) == {"MatchedEvents": 1}
    assert not sums(cloudwatch, "AWS/Events", named(RuleName=rule), "MatchedEvents")


def test_events_that_are_not_delivered(stack, cloudwatch, make_rule, make_queue, make_function):
    function = make_function()
    _, letters = make_queue(takes_from="*")
    bus, rule, _ = make_rule(function.arn, DeadLetterConfig={"Arn": letters})
    send(stack, bus, rule, 2)
    rule_of = named(EventBusName=bus, RuleName=rule)
    assert until(lambda: sums(cloudwatch, "AWS/Events", rule_of, "InvocationsSentToDlq")) == {"InvocationsSentToDlq": 2}
    assert sums(cloudwatch, "AWS/Events", rule_of, *EVENTS) == {
        "MatchedEvents": 2,
        "TriggeredRules": 2,
        "Invocations": 2,
        "InvocationAttempts": 2,
        "FailedInvocations": 2,
        "InvocationsSentToDlq": 2,
    }


def test_retries_and_a_dead_letter_queue_that_refuses(stack, cloudwatch, make_rule, make_queue):
    _, arn = make_queue(takes_from="*")
    _, letters = make_queue()
    policy = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60}
    bus, rule, _ = make_rule(arn, DeadLetterConfig={"Arn": letters}, RetryPolicy=policy)
    with stack.fault(kind="delivery-error", service="sqs"):
        send(stack, bus, rule)
        rule_of = named(EventBusName=bus, RuleName=rule)
        lost = "InvocationsFailedToBeSentToDlq"
        assert until(lambda: sums(cloudwatch, "AWS/Events", rule_of, lost)) == {lost: 1}
    assert sums(cloudwatch, "AWS/Events", rule_of, *EVENTS) == {
        "MatchedEvents": 1,
        "TriggeredRules": 1,
        "Invocations": 1,
        "InvocationAttempts": 3,
        "RetryInvocationAttempts": 2,
        "FailedInvocations": 1,
        lost: 1,
    }


def test_put_events_is_counted_for_the_account(stack, cloudwatch):
    names = ("PutEventsApproximateCallCount", "PutEventsEntriesCount", "PutEventsFailedEntriesCount")
    before = {name: 0.0 for name in names} | sums(cloudwatch, "AWS/Events", [], *names)
    good = {"Source": "s", "DetailType": "t", "Detail": "{}"}
    stack.client("events").put_events(Entries=[good, {**good, "Detail": "no JSON"}, good])
    after = sums(cloudwatch, "AWS/Events", [], *names)
    assert [after[name] - before[name] for name in names] == [1, 3, 1]


# SQS


def test_queues_tell_their_depth_and_age(stack, cloudwatch, make_queue):
    url, arn = make_queue()
    name, sqs = arn.rsplit(":", 1)[1], stack.client("sqs")
    for _ in range(3):
        sqs.send_message(QueueUrl=url, MessageBody="hello")
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=300)
    received = sqs.receive_message(QueueUrl=url)["Messages"]
    queue = named(QueueName=name)
    with stack.settings(metricSampleSeconds=0.1):
        level = ("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible")
        seen = until(lambda: sums(cloudwatch, "AWS/SQS", queue, *level, statistic="Minimum"))
        assert seen == {level[0]: 2, level[1]: 1}
        age = "ApproximateAgeOfOldestMessage"
        assert until(lambda: sums(cloudwatch, "AWS/SQS", queue, age, statistic="Maximum").get(age, 0) >= 1)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=received[0]["ReceiptHandle"])
        assert until(lambda: sums(cloudwatch, "AWS/SQS", queue, level[1], statistic="Minimum") == {level[1]: 0})
    counted = ("NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted")
    assert sums(cloudwatch, "AWS/SQS", queue, *counted) == dict(zip(counted, (4, 1, 1), strict=True))


def test_the_age_is_that_of_the_oldest_message():
    now = time.time()
    held = [SimpleNamespace(delayed=False, visible=True, entered_at=now - ago) for ago in (5, 50, 20)]
    told = levels(SimpleNamespace(_messages=held))
    assert told["ApproximateAgeOfOldestMessage"] == (50, "Seconds")
    assert levels(SimpleNamespace(_messages=[]))["ApproximateAgeOfOldestMessage"] == (0, "Seconds")


def test_the_metrics_are_listed_in_their_region_only(stack, make_function):
    function = make_function(region=WEST)
    function.invoke({})
    listed = {
        metric["MetricName"]
        for metric in stack.client("cloudwatch", WEST).list_metrics(
            Namespace="AWS/Lambda", Dimensions=named(FunctionName=function.name)
        )["Metrics"]
    }
    assert listed == {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"}
    east = stack.client("cloudwatch").list_metrics(Dimensions=named(FunctionName=function.name))
    assert east["Metrics"] == []
