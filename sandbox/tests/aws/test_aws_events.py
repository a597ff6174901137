"""What EventBridge does with an event: rules, permission, retries, dead letters."""

import datetime
import json
import uuid

import pytest
from aws_support import ACCOUNT, EAST, WEST, messages, stays, until
from botocore.exceptions import ClientError

PATTERN = {"source": ["task.management"], "detail-type": ["Task Created"]}


class Bus:
    def __init__(self, stack, region=EAST, pattern=PATTERN):
        self.stack, self.region, self.events = stack, region, stack.client("events", region)
        self.name = f"bus-{uuid.uuid4().hex[:8]}"
        self.events.create_event_bus(Name=self.name)
        rule = {"Name": "rule", "EventBusName": self.name, "EventPattern": json.dumps(pattern)}
        self.rule_arn = self.events.put_rule(**rule)["RuleArn"]

    def target(self, arn, **more):
        answer = self.events.put_targets(Rule="rule", EventBusName=self.name, Targets=[{"Id": "t", "Arn": arn, **more}])
        assert answer["FailedEntryCount"] == 0

    def permit(self, function, source_arn=None, sid="permission"):
        function.lambda_.add_permission(
            FunctionName=function.name,
            StatementId=sid,
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=source_arn or self.rule_arn,
        )

    def put(self, detail=None, **more):
        entry = {
            "Source": "task.management",
            "DetailType": "Task Created",
            "Detail": json.dumps(detail or {}),
            "EventBusName": self.name,
            **more,
        }
        return self.events.put_events(Entries=[entry])["Entries"][0]


@pytest.fixture
def bus(stack):
    return Bus(stack)


def attributes(message):
    return {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}


def test_the_function_is_given_the_whole_event(stack, bus, make_function):
    function = make_function()
    bus.permit(function)
    bus.target(function.arn)
    when = datetime.datetime(2026, 11, 20, 10, 30, tzinfo=datetime.UTC)
    answer = bus.put({"a": {"b": [1, None, "ü"]}}, Time=when, Resources=["arn:x"])
    received = until(function.received)
    assert received[0]["event"] == {
        "version": "0",
        "id": answer["EventId"],
        "detail-type": "Task Created",
        "source": "task.management",
        "account": ACCOUNT,
        "time": "2026-11-20T10:30:00Z",
        "region": EAST,
        "resources": ["arn:x"],
        "detail": {"a": {"b": [1, None, "ü"]}},
    }


def test_regions_are_apart(stack, make_function):
    west = Bus(stack, WEST)
    function = make_function(region=WEST)
    west.permit(function)
    west.target(function.arn)
    west.put()
    received = until(function.received)[0]
    assert received["event"]["region"] == WEST and received["environment"]["AWS_REGION"] == WEST


def test_only_enabled_rules_that_match_deliver(stack, bus, make_function):
    function = make_function()
    bus.permit(function)
    bus.target(function.arn)
    bus.put(DetailType="Task Deleted")
    bus.events.disable_rule(Name="rule", EventBusName=bus.name)
    bus.put({"n": "disabled"})
    bus.events.enable_rule(Name="rule", EventBusName=bus.name)
    last = bus.put({"n": "enabled"})
    assert until(function.received)
    # The two before it were put earlier, but nothing tells that they will not come: that is what is waited for.
    assert stays(lambda: [record["event"]["id"] for record in function.received()] == [last["EventId"]], 0.3)


def test_without_permission_the_event_goes_to_the_dead_letter_queue_at_once(stack, bus, make_function, make_queue):
    function = make_function()
    url, queue = make_queue(takes_from=bus.rule_arn)
    bus.target(function.arn, DeadLetterConfig={"Arn": queue})
    answer = bus.put({"n": 1})
    message = messages(stack, url)[0]
    assert json.loads(message["Body"])["id"] == answer["EventId"]
    found = attributes(message)
    assert found.pop("ERROR_MESSAGE")
    assert found == {
        "RULE_ARN": bus.rule_arn,
        "TARGET_ARN": function.arn,
        "ERROR_CODE": "NO_PERMISSIONS",
        "RETRY_ATTEMPTS": "0",
    }
    assert function.received() == []


@pytest.mark.parametrize("what", ["another rule", "another service", "another action", "taken away"])
def test_a_permission_for_something_else_is_none(stack, bus, make_function, make_queue, what):
    function = make_function()
    url, queue = make_queue(takes_from=bus.rule_arn)
    wanted = {
        "FunctionName": function.name,
        "StatementId": "s",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": bus.rule_arn,
    }
    wanted |= {
        "another rule": {"SourceArn": bus.rule_arn + "x"},
        "another service": {"Principal": "sns.amazonaws.com"},
        "another action": {"Action": "lambda:GetFunction"},
        "taken away": {},
    }[what]
    function.lambda_.add_permission(**wanted)
    if what == "taken away":
        function.lambda_.remove_permission(FunctionName=function.name, StatementId="s")
    bus.target(function.arn, DeadLetterConfig={"Arn": queue})
    bus.put()
    assert attributes(messages(stack, url)[0])["ERROR_CODE"] == "NO_PERMISSIONS"


def test_a_permission_with_wildcards_is_one(stack, bus, make_function):
    function = make_function()
    bus.permit(function, f"arn:aws:events:{EAST}:{ACCOUNT}:rule/{bus.name}/*")
    bus.target(function.arn)
    bus.put()
    assert until(function.received)


def test_a_function_that_is_gone(stack, bus, make_function, make_queue):
    function = make_function()
    bus.permit(function)
    url, queue = make_queue(takes_from=bus.rule_arn)
    bus.target(function.arn, DeadLetterConfig={"Arn": queue})
    function.lambda_.delete_function(FunctionName=function.name)
    bus.put()
    assert attributes(messages(stack, url)[0])["ERROR_CODE"] == "NO_RESOURCE"


def test_other_failures_are_retried_and_then_dead_lettered(stack, bus, make_function, make_queue):
    function = make_function()
    bus.permit(function)
    url, queue = make_queue(takes_from=bus.rule_arn)
    bus.target(function.arn, DeadLetterConfig={"Arn": queue}, RetryPolicy={"MaximumRetryAttempts": 3})
    before = stack.counter("events-retry-invocation-attempts")
    with stack.fault(kind="delivery-error", region=EAST):
        bus.put()
        found = attributes(messages(stack, url)[0])
    assert found["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert found["RETRY_ATTEMPTS"] == "3" and found["ERROR_CODE"] == "ERROR_FROM_TARGET"
    assert stack.counter("events-retry-invocation-attempts") - before == 3


def test_a_failure_that_passes_loses_nothing(stack, bus, make_function):
    function = make_function()
    bus.permit(function)
    bus.target(function.arn)
    with stack.fault(kind="delivery-error", region=EAST, times=2):
        bus.put()
        assert until(function.received)
    # A retry that came although one before it got through would come now.
    assert stays(lambda: len(function.received()) == 1, 0.2)


@pytest.mark.parametrize("why", ["no policy", "another rule's", "managed key", "missing", "no queue"])
def test_a_dead_letter_queue_that_cannot_take_it_loses_the_event_and_is_counted(
    stack, bus, make_function, make_queue, why
):
    function = make_function()
    if why == "managed key":
        url, queue = make_queue(takes_from=bus.rule_arn, KmsMasterKeyId="alias/aws/sqs")
    else:
        url, queue = make_queue(takes_from=bus.rule_arn + "x" if why == "another rule's" else None)
    config = {"missing": {"DeadLetterConfig": {"Arn": queue + "x"}}, "no queue": {}}
    bus.target(function.arn, **config.get(why, {"DeadLetterConfig": {"Arn": queue}}))
    counter = "events-dropped" if why == "no queue" else "events-invocations-failed-to-be-sent-to-dlq"
    before = stack.counter(counter)
    bus.put()
    assert until(lambda: stack.counter(counter) == before + 1)
    assert messages(stack, url, seconds=0.2) == []


def test_changing_a_queue_s_attributes_leaves_its_policy(stack, bus, make_function, make_queue):
    url, queue = make_queue(takes_from=bus.rule_arn)
    stack.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    bus.target(make_function().arn, DeadLetterConfig={"Arn": queue})
    bus.put()
    assert messages(stack, url)


def test_what_the_function_does_with_the_event_is_none_of_eventbridge_s_business(stack, bus, make_function, make_queue):
    function = make_function()
    bus.permit(function)
    url, queue = make_queue(takes_from=bus.rule_arn)
    bus.target(function.arn, DeadLetterConfig={"Arn": queue})
    bus.put({"fail": 9})
    assert until(lambda: len(function.received()) == 3)
    assert messages(stack, url, seconds=0.5) == []


def test_a_bus_that_does_not_exist_swallows_events(stack):
    before = stack.counter("events-put-to-missing-bus")
    entry = {"Source": "s", "DetailType": "d", "Detail": "{}", "EventBusName": "no-such-bus"}
    answer = stack.client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0 and answer["Entries"][0]["EventId"]
    assert stack.counter("events-put-to-missing-bus") == before + 1


def test_bad_entries_are_refused_one_by_one(stack):
    good = {"Source": "s", "DetailType": "d", "Detail": "{}"}
    bad = [
        ({"Detail": "not json"}, "MalformedDetail"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": "x" * 129}, "InvalidArgument"),
        ({"Source": "aws.events"}, "NotAuthorizedForSourceException"),
    ]
    entries = [good, *(good | change for change, _ in bad), good]
    answer = stack.client("events").put_events(Entries=entries)
    assert answer["FailedEntryCount"] == len(bad)
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [None, *(code for _, code in bad), None]
    assert all(("EventId" in entry) != ("ErrorCode" in entry) for entry in answer["Entries"])


def test_too_many_or_too_large_entries_are_refused_together(stack):
    events = stack.client("events")
    good = {"Source": "s", "DetailType": "d", "Detail": "{}"}
    for entries in ([good] * 11, [good | {"Detail": json.dumps({"x": "y" * 600_000})}] * 2):
        with pytest.raises(ClientError) as caught:
            events.put_events(Entries=entries)
        assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_queues_get_what_the_target_asks_for(stack, bus, make_queue):
    url, queue = make_queue(takes_from=bus.rule_arn)
    detail = {"name": 'Ada "L"', "n": 3, "list": [1, 2]}
    template = '{"who": "<name>", "count": <n>, "all": <list>, "kind": <kind>}'
    paths = {"name": "$.detail.name", "n": "$.detail.n", "list": "$.detail.list", "kind": "$.detail-type"}
    for change, expected in (
        ({"Input": '{"fixed": true}'}, {"fixed": True}),
        ({"InputPath": "$.detail"}, detail),
        (
            {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}},
            {"who": 'Ada "L"', "count": 3, "all": [1, 2], "kind": "Task Created"},
        ),
    ):
        bus.target(queue, **change)
        bus.put(detail)
        message = messages(stack, url)[0]
        assert json.loads(message["Body"]) == expected
        stack.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_other_buses_log_groups_and_archives_still_get_theirs(stack, bus, make_function):
    other = Bus(stack)
    logs = stack.client("logs")
    group = f"/aws/events/{bus.name}"
    logs.create_log_group(logGroupName=group)
    bus.events.create_archive(
        ArchiveName=bus.name[:40], EventSourceArn=bus.events.describe_event_bus(Name=bus.name)["Arn"]
    )
    function = make_function()
    other.permit(function)
    other.target(function.arn)
    targets = [
        {"Id": "bus", "Arn": other.events.describe_event_bus(Name=other.name)["Arn"]},
        {"Id": "log", "Arn": f"arn:aws:logs:{EAST}:{ACCOUNT}:log-group:{group}"},
    ]
    bus.events.put_targets(Rule="rule", EventBusName=bus.name, Targets=targets)
    answer = bus.put({"n": 1})
    assert until(function.received)[0]["event"]["id"] == answer["EventId"]
    logged = until(lambda: logs.filter_log_events(logGroupName=group)["events"])
    assert json.loads(logged[0]["message"])["id"] == answer["EventId"]
    assert until(lambda: bus.events.describe_archive(ArchiveName=bus.name[:40])["EventCount"] == 1)


def test_test_event_pattern(stack):
    events = stack.client("events")
    event = {
        "id": "1",
        "account": ACCOUNT,
        "source": "s",
        "time": "2026-01-01T00:00:00Z",
        "region": EAST,
        "resources": [],
        "detail-type": "d",
        "detail": {"n": 5},
    }

    def ask(pattern, given=event):
        return events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(given))["Result"]

    assert ask({"source": ["s"], "detail": {"n": [{"numeric": [">", 4]}]}}) is True
    assert ask({"source": ["t"]}) is False
    for wrong in ({"source": "s"}, {"source": []}, {"source": [{"nonsense": 1}]}):
        with pytest.raises(ClientError) as caught:
            ask(wrong)
        assert caught.value.response["Error"]["Code"] == "InvalidEventPatternException"
    with pytest.raises(ClientError):
        ask({"source": ["s"]}, {"source": "s"})
    with pytest.raises(ClientError) as caught:
        events.put_rule(Name="wrong", EventPattern='{"source": [{"nonsense": 1}]}')
    assert caught.value.response["Error"]["Code"] == "InvalidEventPatternException"


def test_a_hundred_events_at_once_all_arrive_once(stack, bus, make_function):
    function = make_function()
    bus.permit(function)
    bus.target(function.arn)
    entry = {"Source": "task.management", "DetailType": "Task Created", "Detail": "{}", "EventBusName": bus.name}
    sent = [answer["EventId"] for _ in range(10) for answer in bus.events.put_events(Entries=[entry] * 10)["Entries"]]
    assert until(lambda: len(function.received()) >= 100, 20)
    received = [record["event"]["id"] for record in function.received()]
    assert sorted(received) == sorted(sent)
    assert 1 < len({record["pid"] for record in function.received()}) <= 8
