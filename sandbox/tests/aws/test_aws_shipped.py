"""The alarms, dashboards and log group that ship, put into a stack that has what they watch: nothing is refused, and they
ring for what they say they ring for."""

import json
import sys
from pathlib import Path

import pytest
from aws_support import EAST, WEST, messages, until
from cloudwatch_support import minute, unique

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "infrastructure" / "tests"))
import monitoring_files as shipped  # noqa: E402

BOTH = ["MetricAlarm", "CompositeAlarm"]


@pytest.fixture
def put(stack, make_queue, make_function):
    """Puts everything under names of this test's own; answers alarms by file, the function and the people's queue."""
    word, sns = unique("shipped"), stack.client("sns")
    topic = sns.create_topic(Name=word)["TopicArn"]
    people, people_arn = make_queue()
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=people_arn)
    function, (failed, failed_arn), (dead, dead_arn) = make_function(), make_queue(), make_queue()
    own = {
        **shipped.variables(EAST),
        "stack": word,
        "bus": word,
        "function": function.name,
        "failureQueue": failed_arn.rsplit(":", 1)[1],
        "deadLetterQueue": dead_arn.rsplit(":", 1)[1],
        "onCallTopic": topic,
    }
    client, logs = stack.client("cloudwatch"), stack.client("logs")
    alarms = shipped.alarms(EAST, own)
    for alarm in alarms.values():
        if "AlarmRule" in alarm:
            client.put_composite_alarm(**alarm)
        else:
            client.put_metric_alarm(**alarm)
    (group,) = shipped.log_groups(EAST, own)
    logs.create_log_group(logGroupName=group["logGroupName"] + word)
    for one in group["metricFilters"]:
        logs.put_metric_filter(logGroupName=group["logGroupName"] + word, **one)
    with stack.settings(alarmEvaluationSeconds=0.05):
        yield Put(stack, client, alarms, own, people, failed, dead, group["logGroupName"] + word)
    client.delete_alarms(AlarmNames=[alarms["tasks-do-not-get-through"]["AlarmName"]])
    client.delete_alarms(AlarmNames=[alarm["AlarmName"] for alarm in alarms.values() if "AlarmRule" not in alarm])


class Put:
    def __init__(self, stack, client, alarms, own, people, failed, dead, group):
        self.stack, self.client, self.alarms, self.own = stack, client, alarms, own
        self.people, self.failed, self.dead, self.group = people, failed, dead, group

    def name(self, file):
        return self.alarms[file]["AlarmName"]

    def state(self, file):
        found = self.client.describe_alarms(AlarmNames=[self.name(file)], AlarmTypes=BOTH)
        return (found["MetricAlarms"] + found["CompositeAlarms"])[0]["StateValue"]

    def becomes(self, file, wanted):
        assert until(lambda: self.state(file) == wanted), f"{file} is {self.state(file)}, not {wanted}"

    def canary(self, *successes):
        """Results of the canary, a minute each, the last one in this minute."""
        data = [
            {
                "MetricName": "Success",
                "Dimensions": [{"Name": "Stack", "Value": self.own["stack"]}, {"Name": "Region", "Value": EAST}],
                "Value": success,
                "Timestamp": minute(len(successes) - 1 - at),
            }
            for at, success in enumerate(successes)
        ]
        self.client.put_metric_data(Namespace="TaskOps/Canary", MetricData=data)


def test_a_quiet_stack_rings_for_the_silent_canary_alone(put):
    put.becomes("canary-silent", "ALARM")
    for file in put.alarms:
        if file != "canary-silent":
            put.becomes(file, "OK")


def test_one_blip_of_the_canary_calls_nobody_and_an_outage_does(put):
    put.canary(1, 1, 0, 1, 1)
    put.becomes("canary-silent", "OK")
    put.becomes("canary-failing", "OK")
    put.becomes("tasks-do-not-get-through", "OK")
    put.canary(0, 0, 0)
    put.becomes("canary-failing", "ALARM")
    put.becomes("tasks-do-not-get-through", "ALARM")
    called = until(lambda: [json.loads(json.loads(m["Body"])["Message"]) for m in messages(put.stack, put.people)])
    told = {(one["AlarmName"], one["NewStateValue"]) for one in called}
    assert (put.name("canary-failing"), "ALARM") in told or (put.name("tasks-do-not-get-through"), "ALARM") in told


def test_errors_are_more_than_five_in_ten_minutes(put):
    function = put.stack.client("lambda")
    for _ in range(5):
        function.invoke(FunctionName=put.own["function"], Payload=json.dumps({"fail": 9}))
    put.becomes("task-processor-errors", "OK")
    # With the canary silent, a failing function is an outage.
    put.becomes("canary-silent", "ALARM")
    put.becomes("tasks-do-not-get-through", "OK")
    function.invoke(FunctionName=put.own["function"], Payload=json.dumps({"fail": 9}))
    put.becomes("task-processor-errors", "ALARM")
    put.becomes("tasks-do-not-get-through", "ALARM")


@pytest.mark.parametrize("file", ["failure-queue", "dead-letter-queue"])
def test_a_message_in_a_queue_rings_until_it_is_gone(put, file):
    sqs, url = put.stack.client("sqs"), put.failed if file == "failure-queue" else put.dead
    with put.stack.settings(metricSampleSeconds=0.05):
        put.becomes(file, "OK")
        sqs.send_message(QueueUrl=url, MessageBody="{}")
        put.becomes(file, "ALARM")
        assert put.state("tasks-do-not-get-through") == "OK"


def test_the_function_s_own_lines_ring_when_nobody_is_told(put):
    logs = put.stack.client("logs")
    logs.create_log_stream(logGroupName=put.group, logStreamName="s")

    def say(message, *ago):
        events = [{"timestamp": int(minute(a).timestamp() * 1000), "message": json.dumps(message)} for a in ago]
        logs.put_log_events(logGroupName=put.group, logStreamName="s", logEvents=events)

    say({"level": "INFO", "message": "task event done"}, 5, 0)
    put.becomes("notifications-failing", "OK")
    say({"level": "WARN", "message": "notification failed", "code": "AccessDeniedException"}, 6, 5, 1, 0)
    put.becomes("notifications-failing", "ALARM")
    say({"level": "ERROR", "message": "task event done", "errorType": "InvalidEvent"}, 0)
    names = put.client.list_metrics(Namespace=f"TaskOps/{put.own['function']}")["Metrics"]
    assert {one["MetricName"] for one in names} == {"NotificationsFailed", "EventsRefused"}


def test_the_boards_are_saved_without_a_word(stack):
    client = stack.client("cloudwatch", WEST)
    for name, body in shipped.dashboards():
        answer = client.put_dashboard(DashboardName=name, DashboardBody=shipped.body_text(body))
        assert answer["DashboardValidationMessages"] == []
    assert len(client.list_dashboards(DashboardNamePrefix="tasks-dev")["DashboardEntries"]) == 3
    client.delete_dashboards(DashboardNames=[name for name, _ in shipped.dashboards()])
