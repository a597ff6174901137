"""What CloudWatch finds wrong with a dashboard's body: errors, with which it is not saved, and warnings.

API reference, "Dashboard body structure and syntax". Each is a DataPath, where it is, and a Message. The words are those
of a JSON schema checker that CloudWatch's answers come from, where people have published them (aws-eda-slurm-cluster
issue 116, pulumi issue 13059, guidance-for-automating-network-monitoring issue 7); others are made after them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

MOST_WIDGETS, MOST_VARIABLES = 500, 25
#: On one dashboard (CloudWatch service quotas).
MOST_METRICS, MOST_METRICS_ON_ALL = 500, 2_500
VIEWS = ("timeSeries", "singleValue", "bar", "pie", "gauge", "table")
_TOP = {"start", "end", "periodOverride", "variables", "widgets"}
_WIDGET = {"type", "x", "y", "width", "height", "properties"}

Message = dict[str, str]
Report = Callable[[str, str], None]


def check(body: str) -> tuple[list[Message], list[Message]]:
    """Errors and warnings."""
    errors: list[Message] = []
    warnings: list[Message] = []

    def error(path: str, text: str) -> None:
        errors.append({"DataPath": path, "Message": text})

    def warning(path: str, text: str) -> None:
        warnings.append({"DataPath": path, "Message": text})

    try:
        parsed = json.loads(body)
    except ValueError:
        error("", "The field DashboardBody must be a valid JSON object")
        return errors, warnings
    if not isinstance(parsed, dict):
        error("", "Should be object")
        return errors, warnings
    for name in sorted(set(parsed) - _TOP):
        warning(f"/{name}", "Unrecognized property; it is ignored")
    if parsed.get("periodOverride", "auto") not in ("auto", "inherit"):
        error("/periodOverride", "Should be equal to one of the allowed values")
    if len(parsed.get("variables") or []) > MOST_VARIABLES:
        error("/variables", f"Should NOT have more than {MOST_VARIABLES} items")
    widgets = parsed.get("widgets")
    if widgets is None:
        error("", "Should have required property 'widgets'")
    elif not isinstance(widgets, list):
        error("/widgets", "Should be array")
    elif len(widgets) > MOST_WIDGETS:
        error("/widgets", f"Should NOT have more than {MOST_WIDGETS} items")
    else:
        for number, widget in enumerate(widgets):
            _widget(widget, f"/widgets/{number}", error, warning)
        if sum(map(_metric_count, widgets)) > MOST_METRICS_ON_ALL:
            error("/widgets", f"Should NOT have more than {MOST_METRICS_ON_ALL} metrics")
    if "end" in parsed and "start" not in parsed:
        error("", "Should have property start when property end is present")
    return errors, warnings


def _metric_count(widget: Any) -> int:
    properties = widget.get("properties") if isinstance(widget, dict) else None
    metrics = properties.get("metrics") if isinstance(properties, dict) else None
    return len(metrics) if isinstance(metrics, list) else 0


def _widget(widget: Any, at: str, error: Report, warning: Report) -> None:
    if not isinstance(widget, dict):
        error(at, "Should be object")
        return
    for name in sorted(set(widget) - _WIDGET):
        warning(f"{at}/{name}", "Unrecognized property; it is ignored")
    for name, low, high in (("x", 0, 23), ("y", 0, None), ("width", 1, 24), ("height", 1, 1000)):
        _number(widget.get(name), low, high, f"{at}/{name}", error)
    if ("x" in widget) != ("y" in widget):
        error(at, "Should have property y when property x is present, and the other way round")
    kind = widget.get("type")
    check = _KINDS.get(str(kind))
    if kind is None:
        error(at, "Should have required property 'type'")
    elif check is None:
        error(f"{at}/type", "Should be equal to one of the allowed values")
    elif not isinstance(widget.get("properties"), dict):
        error(at, "Should have required property 'properties'")
    else:
        check(widget["properties"], f"{at}/properties", error, warning)


def _number(value: Any, low: int, high: int | None, at: str, error: Report) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        error(at, "Should be integer")
    elif value < low:
        error(at, f"Should be >= {low}")
    elif high is not None and value > high:
        error(at, f"Should be <= {high}")


def _required(properties: dict[str, Any], names: tuple[str, ...], at: str, error: Report) -> None:
    for name in names:
        if properties.get(name) in (None, ""):
            error(at, f"Should have required property '{name}'")


def _metric(properties: dict[str, Any], at: str, error: Report, warning: Report) -> None:
    annotations = properties.get("annotations")
    alarms = annotations.get("alarms") if isinstance(annotations, dict) else None
    if "metrics" not in properties and not alarms:
        error(at, "Should have required property 'metrics'")
        error(at, "The metric widget should have specified a region and a data source or an alarm annotation")
        error(at, "Should have required property 'annotations'")
    elif not properties.get("region"):
        error(at, "The metric widget should have specified a region and a data source or an alarm annotation")
    if properties.get("view", "timeSeries") not in VIEWS:
        error(f"{at}/view", "Should be equal to one of the allowed values")
    period = properties.get("period")
    if period is not None and (not isinstance(period, int) or (period % 60 and period not in (1, 5, 10, 20, 30))):
        error(f"{at}/period", "Should be 1, 5, 10, 20, 30 or a multiple of 60")
    metrics = properties.get("metrics")
    if metrics is None:
        return
    if not isinstance(metrics, list):
        error(f"{at}/metrics", "Should be array")
        return
    if len(metrics) > MOST_METRICS:
        error(f"{at}/metrics", f"Should NOT have more than {MOST_METRICS} items")
    for number, metric in enumerate(metrics):
        _line(metric, f"{at}/metrics/{number}", error)


def _line(metric: Any, at: str, error: Report) -> None:
    """Namespace, name, dimension pairs, options; ``.`` and ``...`` stand for what the line above says."""
    if not isinstance(metric, list) or not metric:
        error(at, "Should be array")
        error(
            at,
            'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last '
            "element",
        )
        return
    words = metric[:-1] if isinstance(metric[-1], dict) else metric
    options = metric[-1] if isinstance(metric[-1], dict) else {}
    if not all(isinstance(word, str) for word in words):
        error(at, "Should be string")
    elif not words:
        if "expression" not in options:
            error(at, "Should have required property 'expression'")
    elif "..." not in words:
        if len(words) < 2:
            error(at, "Should NOT have fewer than 2 items")
        elif len(words) % 2:
            error(at, "Invalid metric field type, dimensions come in pairs of name and value")


def _text(properties: dict[str, Any], at: str, error: Report, warning: Report) -> None:
    _required(properties, ("markdown",), at, error)


def _log(properties: dict[str, Any], at: str, error: Report, warning: Report) -> None:
    _required(properties, ("query", "region"), at, error)


def _alarm(properties: dict[str, Any], at: str, error: Report, warning: Report) -> None:
    alarms = properties.get("alarms")
    if alarms is None:
        error(at, "Should have required property 'alarms'")
    elif not isinstance(alarms, list):
        error(f"{at}/alarms", "Should be array")
    elif not alarms:
        error(f"{at}/alarms", "Should NOT have less than 1 items")
    elif len(alarms) > 100:
        error(f"{at}/alarms", "Should NOT have more than 100 items")


def _anything(properties: dict[str, Any], at: str, error: Report, warning: Report) -> None:
    """Explorers, custom widgets and charts (which PromQL queries are drawn with) are kept as they are."""


_KINDS: dict[str, Callable[[dict[str, Any], str, Report, Report], None]] = {
    "metric": _metric,
    "text": _text,
    "log": _log,
    "alarm": _alarm,
    "explorer": _anything,
    "custom": _anything,
    "chart": _anything,
}
