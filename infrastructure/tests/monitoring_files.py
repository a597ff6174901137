"""The monitoring files as they are after their variables were filled in, for tests that hold them against AWS's models.

It reads just what these files use; `taskops validate` reads all there is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
REGIONS = ("us-east-1", "us-west-2")
ACCOUNT = "123456789012"


def variables(region: str) -> dict[str, str]:
    own = {
        "stack": "tasks", "environment": "dev", "region": region, "account": ACCOUNT, "bus": "task-events-dev",
        "rule": "task-processing-rule", "function": "task-processor-dev",
        "deadLetterQueue": "task-events-dev-undelivered", "failureQueue": "task-processor-dev-failed",
        "clusterId": ("a" if region == REGIONS[0] else "b") * 26,
        "onCallTopic": f"arn:aws:sns:{region}:{ACCOUNT}:task-on-call-dev",
    }
    return own


def filled(text: str, region: str, own: dict[str, str] | None = None) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("regions."):
            _, place, *rest = name.split(".")
            other = REGIONS[int(place)]
            return variables(other)[rest[0]] if rest else other
        return (own or variables(region))[name]

    return re.sub(r"\$\{([A-Za-z0-9_.-]+)\}", value, text)


def files(folder: str) -> list[Path]:
    found = [*(ROOT / folder).glob("*.yaml"), *(ROOT / folder).glob("*.json")]
    return sorted(path for path in found if not path.name.endswith(".test.yaml"))


def alarms(region: str, own: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """Of one Region, by the file's base name; those that others refer to first."""
    read = {path.stem: yaml.safe_load(filled(path.read_text(), region, own)) for path in files("alarms")}
    return dict(sorted(read.items(), key=lambda item: "AlarmRule" in item[1]))


def log_groups(region: str, own: dict[str, str] | None = None) -> list[dict[str, Any]]:
    return [yaml.safe_load(filled(path.read_text(), region, own)) for path in files("log-groups")]


def dashboards() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and body of each dashboard of the account."""
    for path in files("dashboards"):
        raw = yaml.safe_load(path.read_text())
        regions = REGIONS if raw.get("for") == "each Region" else REGIONS[:1]
        for region in regions:
            one = yaml.safe_load(filled(path.read_text(), region))
            yield one["DashboardName"], one["DashboardBody"]


def body_text(body: dict[str, Any]) -> str:
    return json.dumps(body)
