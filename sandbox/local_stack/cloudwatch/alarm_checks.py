"""What CloudWatch refuses of an alarm's configuration, beyond single fields, which its model describes.

API reference, PutMetricAlarm and PutCompositeAlarm. Where the words of a refusal are public they are used;
the others are made after them.
"""

from __future__ import annotations

import re
from typing import Any

from . import alarm_rules, queries, statistics, syntax
from .errors import invalid, invalid_combination
from .evaluation import BANDS

DAY, WEEK = 86_400, 604_800
TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")
#: A metric math alarm may be made of ten metrics, and as many expressions.
MOST_METRICS, MOST_ENTRIES = 10, 20
MOST_TAGS = 50
_ARN = re.compile(r"arn:[^:\s]+:([^:\s]+):([^:\s]*):([^:\s]*):.+")
_SINGLE = ("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")


def check_metric_alarm(wanted: dict[str, Any], region: str) -> None:
    _check_actions(wanted, region)
    _check_tags(wanted)
    if "EvaluationCriteria" in wanted:
        raise invalid("The local stack does not evaluate alarms on PromQL queries.")
    for name in ("ComparisonOperator", "EvaluationPeriods"):
        if name not in wanted:
            raise invalid(f"The parameter {name} is required.")
    _check_threshold(wanted)
    treatment = wanted.get("TreatMissingData")
    if treatment is not None and treatment not in TREATMENTS:
        raise invalid(f"Value '{treatment}' at 'treatMissingData' is none of {', '.join(TREATMENTS)}.")
    low_count = wanted.get("EvaluateLowSampleCountPercentile")
    if low_count is not None and low_count not in ("evaluate", "ignore"):
        raise invalid(f"Value '{low_count}' at 'evaluateLowSampleCountPercentile' is none of evaluate, ignore.")
    if wanted.get("DatapointsToAlarm", 0) > wanted["EvaluationPeriods"]:
        raise invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods.")
    if "Metrics" in wanted:
        _check_metrics(wanted)
    else:
        _check_single(wanted)


def _check_threshold(wanted: dict[str, Any]) -> None:
    banded = wanted["ComparisonOperator"] in BANDS
    if banded and "ThresholdMetricId" not in wanted:
        raise invalid(f"{wanted['ComparisonOperator']} needs the parameter ThresholdMetricId.")
    if banded and "Threshold" in wanted:
        raise invalid("The parameters Threshold and ThresholdMetricId are mutually exclusive.")
    if not banded and "ThresholdMetricId" in wanted:
        raise invalid(f"{wanted['ComparisonOperator']} cannot be used with ThresholdMetricId.")
    if not banded and "Threshold" not in wanted:
        raise invalid("The parameter Threshold is required.")


def _check_single(wanted: dict[str, Any]) -> None:
    for name in ("MetricName", "Namespace", "Period"):
        if name not in wanted:
            raise invalid(f"The parameter {name} is required.")
    if ("Statistic" in wanted) == ("ExtendedStatistic" in wanted):
        raise invalid_combination("Must specify either Statistic or ExtendedStatistic, and not both.")
    extended = wanted.get("ExtendedStatistic")
    if extended is not None and not statistics.is_extended(extended):
        raise invalid(f"The value {extended} for parameter ExtendedStatistic is not supported.")
    _check_span(wanted["Period"], wanted["EvaluationPeriods"])


def _check_span(period: int, periods: int) -> None:
    if period not in (10, 20, 30) and (period < 60 or period % 60):
        raise invalid("Period must be 10, 20, 30 or a multiple of 60")
    if period < 3600 and period * periods > DAY:
        raise invalid("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).")
    if period * periods > WEEK:
        raise invalid(
            "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800)."
        )


def _check_metrics(wanted: dict[str, Any]) -> None:
    both = [name for name in _SINGLE if wanted.get(name) not in (None, [])]
    if both:
        raise invalid_combination(f"{both[0]} cannot be specified together with the parameter Metrics.")
    asked = wanted["Metrics"]
    queries.check(asked, "Metrics", MOST_ENTRIES)
    if sum("MetricStat" in query for query in asked) > MOST_METRICS:
        raise invalid(f"An alarm can be based on at most {MOST_METRICS} metrics.")
    for query in asked:
        if "Expression" in query and "SEARCH" in syntax.calls(queries.parsed(query)):
            raise invalid("SEARCH is not supported on Metric Alarms.")
    returned = [query for query in asked if query.get("ReturnData", True)]
    threshold = wanted.get("ThresholdMetricId")
    if threshold is not None:
        if [query["Id"] for query in returned].count(threshold) != 1:
            raise invalid("Metrics list must contain exactly one metric matching the ThresholdMetricId parameter")
        returned = [query for query in returned if query["Id"] != threshold]
    if len(returned) != 1:
        raise invalid("Exactly one element of the metrics list should return data.")
    _check_span(period_of(wanted), wanted["EvaluationPeriods"])


def watched(wanted: dict[str, Any]) -> dict[str, Any]:
    """The query an alarm on several metrics watches."""
    return next(
        query
        for query in wanted["Metrics"]
        if query.get("ReturnData", True) and query["Id"] != wanted.get("ThresholdMetricId")
    )


def period_of(wanted: dict[str, Any]) -> int:
    if "Metrics" not in wanted:
        return int(wanted["Period"])
    query = watched(wanted)
    if query.get("Period"):
        return int(query["Period"])
    return int(max((q["MetricStat"]["Period"] for q in wanted["Metrics"] if "MetricStat" in q), default=60))


def check_composite_alarm(wanted: dict[str, Any], region: str) -> alarm_rules.Rule:
    _check_actions(wanted, region)
    _check_tags(wanted)
    suppressor = "ActionsSuppressor" in wanted
    periods = [name in wanted for name in ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")]
    if suppressor != all(periods) or any(periods) != all(periods):
        raise invalid(
            "ActionsSuppressor, ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are given together."
        )
    try:
        return alarm_rules.parse(wanted["AlarmRule"])
    except alarm_rules.RuleError as problem:
        raise invalid(f"Error in AlarmRule: {problem}.") from None


def _check_actions(wanted: dict[str, Any], region: str) -> None:
    for name in ("OKActions", "AlarmActions", "InsufficientDataActions"):
        for action in wanted.get(name) or []:
            parts = _ARN.fullmatch(action)
            if parts is None:
                raise invalid(f"Invalid arn syntax: {action}")
            if parts[1] == "sns" and parts[2] != region:
                raise invalid(f"Invalid region {parts[2]} specified. Only {region} is supported.")


def _check_tags(wanted: dict[str, Any]) -> None:
    if len(wanted.get("Tags") or []) > MOST_TAGS:
        raise invalid(f"The collection Tags must not have a size greater than {MOST_TAGS}.")
