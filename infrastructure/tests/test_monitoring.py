"""Alarms, dashboards, log groups and runbooks, as AWS takes them and as each other names them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import botocore.session
import monitoring_files as shipped
import pytest
import yaml
from botocore.validate import validate_parameters

ROOT = shipped.ROOT
EAST = shipped.REGIONS[0]
ALARMS = shipped.alarms(EAST)
SINGLE = {name: alarm for name, alarm in ALARMS.items() if "AlarmRule" not in alarm}
PAGES = {path.stem: path.read_text() for path in sorted((ROOT / "runbooks").glob("*.md")) if path.stem != "README"}
BOARDS = dict(shipped.dashboards())

#: From the services' own pages: "Monitoring Amazon EventBridge", "Types of metrics for Lambda functions", "Available
#: CloudWatch metrics for Amazon SQS", "Monitoring Aurora DSQL with Amazon CloudWatch"; ours from docs/canary-metrics.md
#: and log-groups/.
RULE, FUNCTION, QUEUE, CLUSTER = {"EventBusName", "RuleName"}, {"FunctionName"}, {"QueueName"}, {"ClusterId"}
CANARY = {"Stack", "Region"}
KNOWN: dict[str, dict[str, set[str]]] = {
    "AWS/Events": dict.fromkeys(
        ("MatchedEvents", "Invocations", "RetryInvocationAttempts", "FailedInvocations", "InvocationsSentToDlq",
         "InvocationsFailedToBeSentToDlq", "IngestionToInvocationSuccessLatency"), RULE),
    "AWS/Lambda": dict.fromkeys(
        ("Invocations", "Errors", "Throttles", "Duration", "AsyncEventAge", "DestinationDeliveryFailures",
         "ConcurrentExecutions"), FUNCTION),
    "AWS/SQS": dict.fromkeys(("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"), QUEUE),
    "AWS/AuroraDSQL": dict.fromkeys(
        ("TotalTransactions", "ReadOnlyTransactions", "OccConflicts", "QueryTimeouts", "CommitLatency", "BytesRead",
         "BytesWritten", "ClusterStorageSize"), CLUSTER),
    "TaskOps/Canary": {
        **dict.fromkeys(("Success", "Unknown", "Duration", "StaleReads", "LateEvents", "LostEvents",
                         "DuplicateEvents"), CANARY),
        "HopDuration": {*CANARY, "Hop"},
    },
    "TaskOps/task-processor-dev": dict.fromkeys(("NotificationsFailed", "EventsRefused"), set()),
}


def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def held_against(service: str, operation: str, wanted: dict[str, Any]) -> None:
    shape = model(service).operation_model(operation).input_shape
    validate_parameters(wanted, shape)
    assert not wanted.keys() - shape.members.keys(), "botocore's validation lets unknown members pass"


def metrics_of(alarm: dict[str, Any]) -> list[tuple[str, str, dict[str, str]]]:
    if "Metrics" in alarm:
        read = [query["MetricStat"]["Metric"] for query in alarm["Metrics"] if "MetricStat" in query]
    else:
        read = [alarm]
    return [
        (one["Namespace"], one["MetricName"], {d["Name"]: d["Value"] for d in one.get("Dimensions", [])})
        for one in read
    ]


# Alarms


def test_every_alarm_of_the_list_is_there() -> None:
    assert set(ALARMS) == {
        "canary-failing", "canary-silent", "database-commit-latency", "database-conflicts", "database-query-timeouts",
        "dead-letter-queue", "delivery-latency", "failure-queue", "notifications-failing", "rule-dead-lettered",
        "rule-events-lost", "rule-failed-invocations", "task-processor-duration", "task-processor-errors",
        "task-processor-event-age", "task-processor-events-lost", "task-processor-throttles",
        "tasks-do-not-get-through",
    }
    names = [alarm["AlarmName"] for alarm in ALARMS.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", SINGLE)
def test_an_alarm_is_what_put_metric_alarm_takes(name: str) -> None:
    alarm = SINGLE[name]
    held_against("cloudwatch", "PutMetricAlarm", alarm)
    assert alarm["ComparisonOperator"] in model("cloudwatch").shape_for("ComparisonOperator").enum
    assert alarm.get("DatapointsToAlarm", 1) <= alarm["EvaluationPeriods"]
    assert isinstance(alarm["Threshold"], int)
    assert ("Statistic" in alarm) + ("ExtendedStatistic" in alarm) + ("Metrics" in alarm) == 1
    periods = [alarm.get("Period")] if "Period" in alarm else [
        query["MetricStat"]["Period"] for query in alarm["Metrics"] if "MetricStat" in query
    ]
    assert all(period % 60 == 0 for period in periods)


@pytest.mark.parametrize("name", SINGLE)
def test_an_alarm_watches_what_there_is(name: str) -> None:
    for namespace, metric, dimensions in metrics_of(SINGLE[name]):
        assert set(dimensions) == KNOWN[namespace][metric]


@pytest.mark.parametrize("name", SINGLE)
def test_an_alarm_says_what_silence_means_and_why(name: str) -> None:
    """Only the canary's silence is a fault: all else is quiet when nothing happens."""
    wanted = "breaching" if name == "canary-silent" else "notBreaching"
    assert SINGLE[name]["TreatMissingData"] == wanted
    text = (ROOT / "alarms" / f"{name}.yaml").read_text()
    assert re.search(r"(?m)^# .+\nTreatMissingData:", text), "a comment above it says why"


@pytest.mark.parametrize("region", shipped.REGIONS)
@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_calls_the_people_on_call_of_its_region(name: str, region: str) -> None:
    assert shipped.alarms(region)[name]["AlarmActions"] == [f"arn:aws:sns:{region}:123456789012:task-on-call-dev"]


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_has_its_page_and_names_it(name: str) -> None:
    assert ALARMS[name]["AlarmDescription"].endswith(f"Runbook: runbooks/{name}.md")
    assert PAGES[name].startswith(f"# {name}\n\nAlarm: `alarms/{name}.yaml`. ")


def test_the_composite_names_alarms_that_are_there() -> None:
    composite = ALARMS["tasks-do-not-get-through"]
    held_against("cloudwatch", "PutCompositeAlarm", composite)
    named = set(re.findall(r'ALARM\("([^"]+)"\)', composite["AlarmRule"]))
    assert len(named) == 8 and named <= {alarm["AlarmName"] for alarm in SINGLE.values()}
    assert "\n" not in composite["AlarmRule"]


def test_thresholds_agree_with_the_template(root: Path) -> None:
    template = (root / "infrastructure/stack.yaml").read_text()
    timeout = int(re.search(r"LambdaTimeout:\n    Type: Number\n    Default: (\d+)", template)[1])
    assert ALARMS["task-processor-duration"]["Threshold"] == 0.8 * timeout * 1000
    days = int(re.search(r"LogRetentionDays:\n    Type: Number\n    Default: (\d+)", template)[1])
    assert shipped.log_groups(EAST)[0]["retentionInDays"] == days
    assert "TopicName: !Sub 'task-on-call-${Environment}'" in template


# Log groups


def test_the_group_and_its_filters_are_what_logs_takes() -> None:
    (group,) = shipped.log_groups(EAST)
    assert group["logGroupName"] == "/aws/lambda/task-processor-dev"
    made = {name: group[name] for name in ("logGroupName",)}
    held_against("logs", "CreateLogGroup", made)
    for one in group["metricFilters"]:
        held_against("logs", "PutMetricFilter", {**made, **one})
        (transformation,) = one["metricTransformations"]
        assert transformation["metricName"] in KNOWN[transformation["metricNamespace"]]


# Runbooks


def test_pages_and_alarms_are_the_same() -> None:
    assert set(PAGES) == set(ALARMS)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_four_parts(name: str) -> None:
    headings = re.findall(r"(?m)^## (.+)$", PAGES[name])
    assert headings == ["What it means", "How to see it", "What to do", "How to know it is over"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_only_pages_files_and_names_that_there_are(name: str) -> None:
    text = PAGES[name]
    assert set(re.findall(r"\]\(([a-z-]+)\.md\)", text)) <= set(PAGES)
    for path in re.findall(r"(?:alarms|infrastructure|scripts|log-groups|docs)/[a-z-]+\.(?:yaml|py|sh|md)", text):
        assert (ROOT / path).exists(), path
    for queue in re.findall(r"task-(?:events|processor)-dev-[a-z]+", text):
        assert queue in (shipped.variables(EAST)["deadLetterQueue"], shipped.variables(EAST)["failureQueue"])


def test_the_index_has_every_page_once() -> None:
    index = re.findall(r"\]\(([a-z-]+)\.md\)", (ROOT / "runbooks/README.md").read_text())
    assert sorted(index) == sorted(PAGES)


# Dashboards


def test_one_board_for_all_and_one_for_each_region() -> None:
    assert set(BOARDS) == {"tasks-dev", "tasks-dev-us-east-1", "tasks-dev-us-west-2"}


def expanded(lines: list[list[Any]]) -> list[tuple[str, str, dict[str, str], dict[str, Any]]]:
    """Namespace, name, dimensions, options of lines without shorthand."""
    return [(line[0], line[1], dict(zip(line[2:-1:2], line[3:-1:2], strict=True)), line[-1]) for line in lines]


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_is_laid_out_without_gaps_or_overlaps(name: str) -> None:
    taken: dict[tuple[int, int], str] = {}
    for widget in BOARDS[name]["widgets"]:
        assert widget["x"] + widget["width"] <= 24
        for x in range(widget["x"], widget["x"] + widget["width"]):
            for y in range(widget["y"], widget["y"] + widget["height"]):
                assert (x, y) not in taken
                taken[x, y] = widget["type"]
    rows = max(y for _, y in taken) + 1
    assert {(x, y) for x in range(24) for y in range(rows)} == set(taken)
    assert [widget["type"] for widget in BOARDS[name]["widgets"]][:2] == ["text", "alarm"]


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_shows_metrics_that_there_are_with_titles_and_units(name: str) -> None:
    for widget in BOARDS[name]["widgets"]:
        properties = widget["properties"]
        if widget["type"] == "text":
            assert "runbooks/README.md" in properties["markdown"] or widget["height"] == 1
            continue
        assert properties["title"]
        if widget["type"] != "metric":
            continue
        assert properties["yAxis"]["left"]["label"] and properties["yAxis"]["left"]["min"] == 0
        shown = expanded(properties["metrics"])
        for namespace, metric, dimensions, options in shown:
            assert set(dimensions) == KNOWN[namespace][metric], (namespace, metric)
            assert options["label"] and options["region"] in shipped.REGIONS
        regions = {options["region"] for *_, options in shown}
        assert regions == (set(shipped.REGIONS) if name == "tasks-dev" else {name.removeprefix("tasks-dev-")})


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_shows_every_alarm_of_its_regions(name: str) -> None:
    shown = [
        arn for widget in BOARDS[name]["widgets"] if widget["type"] == "alarm" for arn in widget["properties"]["alarms"]
    ]
    regions = shipped.REGIONS if name == "tasks-dev" else [name.removeprefix("tasks-dev-")]
    assert sorted(shown) == sorted(
        f"arn:aws:cloudwatch:{region}:123456789012:alarm:{alarm['AlarmName']}"
        for region in regions
        for alarm in shipped.alarms(region).values()
    )


def test_lines_in_charts_stand_where_the_alarms_do() -> None:
    """An annotation that says where an alarm rings, against the alarm on that metric."""
    thresholds = {
        metric: alarm["Threshold"] for alarm in SINGLE.values() for _, metric, _ in metrics_of(alarm)
        if "Metrics" not in alarm
    }
    for board in BOARDS.values():
        for widget in board["widgets"]:
            properties = widget["properties"]
            lines = properties.get("annotations", {}).get("horizontal", [])
            if not lines:
                continue
            metric = properties["metrics"][0][1]
            wanted = thresholds[metric] + (metric == "ApproximateNumberOfMessagesVisible")
            assert [line["value"] for line in lines] == [wanted], properties["title"]


def test_files_hold_nothing_but_variables_that_there_are() -> None:
    for folder in ("alarms", "dashboards", "log-groups"):
        for path in shipped.files(folder):
            yaml.safe_load(shipped.filled(path.read_text(), EAST))
