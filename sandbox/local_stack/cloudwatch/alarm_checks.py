"""What CloudWatch refuses of an alarm's configuration, beyond single fields, which its model describes.

API reference, PutMetricAlarm and PutCompositeAlarm. Where the words of a refusal are public they are used;
the others are made after them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

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
#: What EvaluationCriteria takes the place of (PutMetricAlarm, ``EvaluationCriteria``).
_INSTEAD = (
    *_SINGLE,
    "Metrics",
    "Threshold",
    "ComparisonOperator",
    "ThresholdMetricId",
    "EvaluationPeriods",
    "DatapointsToAlarm",
)
#: The periods an alarm with a wall clock window may have.
WALL_CLOCK_PERIODS = (60, 300, 3_600, DAY, WEEK)
#: The statistics PutMetricAlarm lists for ``ExtendedStatistic`` are judged in statistics.py.
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{2}):(\d{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_metric_alarm(wanted: dict[str, Any], region: str) -> None:
    _check_actions(wanted, region)
    _check_tags(wanted)
    _check_name(wanted["AlarmName"])
    _check_tag_propagation(wanted)
    _check_window(wanted)
    if "EvaluationCriteria" in wanted:
        _check_criteria(wanted)
        return
    if "EvaluationInterval" in wanted:
        raise invalid("EvaluationInterval can only be specified together with EvaluationCriteria.")
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
        # In AWS's words (cfn-lint pull request 1306).
        raise invalid("Threshold and ThresholdMetricId cannot both be set")
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
    for dimension in wanted.get("Dimensions") or []:
        _check_dimension(dimension)
    _check_span(wanted["Period"], wanted["EvaluationPeriods"])


def _check_dimension(dimension: dict[str, str]) -> None:
    """PutMetricAlarm, ``Dimension``."""
    for word in (dimension["Name"], dimension["Value"]):
        if not word.isascii() or not word.strip() or _CONTROL.search(word):
            raise invalid(f"Invalid dimension: '{word}' is not ASCII text with a character that is no blank.")
    if dimension["Name"].startswith(":"):
        raise invalid(f"Invalid dimension: the name '{dimension['Name']}' begins with a colon.")


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
        # In AWS's words (cfn-lint issue 766).
        raise invalid(f"{both[0]} should not be set if list of Metrics is set.")
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


def _check_criteria(wanted: dict[str, Any]) -> None:
    """An alarm on a PromQL query."""
    both = [name for name in _INSTEAD if wanted.get(name) not in (None, [])]
    if both:
        raise invalid(f"{both[0]} should not be set if EvaluationCriteria is set.")
    if "PromQLCriteria" not in wanted["EvaluationCriteria"]:
        raise invalid("EvaluationCriteria must have exactly one member.")
    interval = wanted.get("EvaluationInterval")
    if interval is None:
        raise invalid("The parameter EvaluationInterval is required.")
    if interval not in (10, 20, 30) and interval % 60:
        raise invalid("EvaluationInterval must be 10, 20, 30 or a multiple of 60")
    if "EvaluationWindow" in wanted:
        raise invalid("EvaluationWindow cannot be used with EvaluationCriteria.")


def _check_window(wanted: dict[str, Any]) -> None:
    window = wanted.get("EvaluationWindow")
    if window is None:
        return
    if len(window) != 1:
        raise invalid("EvaluationWindow must have exactly one member.")
    if "WallClockWindow" not in window:
        return
    zone = window["WallClockWindow"].get("Timezone")
    if zone is not None and time_zone(zone) is None:
        raise invalid(
            f"The time zone {zone} is neither a name of the IANA database nor an offset in steps of 5 minutes."
        )
    for period in _periods(wanted):
        if period not in WALL_CLOCK_PERIODS:
            raise invalid(
                f"A wall clock window needs a period of {', '.join(map(str, WALL_CLOCK_PERIODS))} seconds, not {period}."
            )


def _periods(wanted: dict[str, Any]) -> Iterator[int]:
    if "Metrics" in wanted:
        yield from (query["MetricStat"]["Period"] for query in wanted["Metrics"] if "MetricStat" in query)
    elif "Period" in wanted:
        yield wanted["Period"]


def time_zone(text: str) -> tzinfo | None:
    """``America/New_York``, ``+05:30`` or ``UTC+05:30`` (PutMetricAlarm, ``Timezone``); None when it is none of these."""
    found = _OFFSET.fullmatch(text)
    if found:
        minutes = int(found[2]) * 60 + int(found[3])
        if minutes % 5 or int(found[3]) > 59 or minutes > 18 * 60:
            return None
        return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        return None


def _check_name(name: str) -> None:
    if _CONTROL.search(name):
        raise invalid("AlarmName must not contain ASCII control characters.")


def _check_tag_propagation(wanted: dict[str, Any]) -> None:
    chosen = (wanted.get("ActionConfiguration") or {}).get("AlarmTagsPropagation") or {}
    if "IncludedTagKeys" in chosen and "ExcludedTagKeys" in chosen:
        raise invalid("IncludedTagKeys and ExcludedTagKeys cannot both be specified.")


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
    _check_name(wanted["AlarmName"])
    _check_tag_propagation(wanted)
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
