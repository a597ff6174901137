"""Alarms, dashboards and runbooks, as CloudWatch takes them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from botocore.validate import validate_parameters

ROOT = Path(__file__).resolve().parents[2]
ALARMS = sorted(path for path in (ROOT / "alarms").glob("*.yaml") if not path.name.endswith(".test.yaml"))
DASHBOARDS = sorted((ROOT / "dashboards").glob("*.json"))
VARIABLES = {
    "stack": "tasks", "environment": "dev", "region": "us-east-1", "bus": "task-events-dev",
    "rule": "task-processing-rule", "function": "task-processor-dev", "clusterId": "a" * 26,
    "deadLetterQueue": "task-events-dev-undelivered", "failureQueue": "task-processor-dev-failed",
}


def filled(text: str) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: VARIABLES[found[1]], text)


def test_there_is_something_to_look_at() -> None:
    assert ALARMS
    assert DASHBOARDS


@pytest.mark.parametrize("path", ALARMS, ids=lambda path: path.name)
def test_an_alarm_is_what_put_metric_alarm_takes(path: Path) -> None:
    alarm = yaml.safe_load(filled(path.read_text()))
    model = botocore.session.get_session().get_service_model("cloudwatch")
    shape = model.operation_model("PutMetricAlarm").input_shape
    validate_parameters(alarm, shape)
    unknown = alarm.keys() - shape.members.keys()
    assert not unknown, "botocore's validation lets unknown members pass"
    assert alarm["ComparisonOperator"] in model.shape_for("ComparisonOperator").enum
    assert alarm["Statistic"] in model.shape_for("Statistic").enum
    assert alarm["TreatMissingData"] in ("breaching", "notBreaching", "ignore", "missing")
    assert alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"]
    assert alarm["Period"] in (10, 20, 30) or alarm["Period"] % 60 == 0


@pytest.mark.parametrize("path", ALARMS, ids=lambda path: path.name)
def test_an_alarm_calls_somebody_or_says_who_makes_it_do_so(path: Path) -> None:
    text = path.read_text()
    assert yaml.safe_load(filled(text)).get("AlarmActions") or "# No AlarmActions here:" in text
    assert "--alarm-actions" in (ROOT / "alarms" / "README.md").read_text()


def test_pages_name_no_command_that_does_not_exist() -> None:
    known = {"canary", "permissions", "sandbox", "schema"}
    for page in [*(ROOT / "runbooks").glob("*.md"), ROOT / "alarms" / "README.md", ROOT / "schema" / "README.md"]:
        named = set(re.findall(r"(?m)(?:`|^)taskops (?:-\S+ )*([a-z]+)", page.read_text()))
        assert named <= known, page.name


@pytest.mark.parametrize("path", ALARMS, ids=lambda path: path.name)
def test_an_alarm_has_its_page(path: Path) -> None:
    page = ROOT / "runbooks" / f"{path.stem}.md"
    assert page.exists()
    assert f"runbooks/{page.name}" in path.read_text()


def test_a_page_has_its_alarm() -> None:
    stems = {path.stem for path in ALARMS}
    assert {page.stem for page in (ROOT / "runbooks").glob("*.md")} - {"README"} <= stems


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_a_dashboard_is_a_body_that_put_dashboard_takes(path: Path) -> None:
    body: dict[str, Any] = json.loads(filled(path.read_text()))
    for widget in body["widgets"]:
        assert widget["x"] >= 0 and widget["x"] + widget["width"] <= 24
        if widget["type"] != "metric":
            continue
        properties = widget["properties"]
        assert properties["region"]
        assert properties["period"] % 60 == 0
        regions = {metric[-1]["region"] for metric in properties["metrics"]}
        assert regions == {"us-east-1", "us-west-2"}


def test_the_dashboard_shows_the_functions_three_metrics() -> None:
    body = json.loads((ROOT / "dashboards/task-processor.json").read_text())
    charts = [widget["properties"] for widget in body["widgets"] if widget["type"] == "metric"]
    assert [chart["metrics"][0][1] for chart in charts] == ["Invocations", "Errors", "Duration"]
    duration = charts[2]
    assert {metric[-1].get("stat", duration["stat"]) for metric in duration["metrics"]} == {"p50", "p95"}
