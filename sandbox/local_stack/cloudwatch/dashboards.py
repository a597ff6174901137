"""Dashboards, which belong to the account and not to a Region."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass
from typing import Any

from ..world import World
from . import dashboard_checks, wire
from .errors import CloudWatchError, invalid_value
from .paging import page
from .tags import MOST_TAGS

PAGE = 1_000
MOST_DELETED = 100
NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


@dataclass
class Dashboard:
    name: str
    body: str
    modified_at: float


class Dashboards:
    def __init__(self, account: str, tags: dict[str, dict[str, str]]) -> None:
        self._account = account
        self._tags = tags
        self._dashboards: dict[str, Dashboard] = {}
        self._lock = threading.Lock()

    def arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch::{self._account}:dashboard/{name}"

    def has_arn(self, arn: str) -> bool:
        return arn.rsplit("/", 1)[-1] in self._dashboards and arn == self.arn(arn.rsplit("/", 1)[-1])

    def put(self, name: str, body: str, tags: dict[str, str] | None = None) -> list[dict[str, str]]:
        """Answers the warnings; raises with all errors when the body cannot be saved."""
        if not NAME.fullmatch(name):
            raise invalid_value(
                f"The value {name} for field DashboardName contains invalid characters. It can only contain "
                "alphanumerics, dash (-) and underscore (_)."
            )
        errors, warnings = dashboard_checks.check(body)
        if errors:
            listed = json.dumps(
                [{"dataPath": error["DataPath"], "message": error["Message"]} for error in errors], indent=2
            )
            raise CloudWatchError(
                "InvalidParameterInput",
                f"The dashboard body is invalid, there are {len(errors)} validation errors:\n{listed}",
                details={"dashboardValidationMessages": errors},
            )
        if any(key.lower().startswith("aws:") for key in tags or {}) or len(tags or {}) > MOST_TAGS:
            raise invalid_value(f"A dashboard has at most {MOST_TAGS} tags, none of which begins with aws:.")
        with self._lock:
            new = name not in self._dashboards
            self._dashboards[name] = Dashboard(name, body, time.time())
            if new and tags:
                self._tags[self.arn(name)] = tags
        return warnings

    def delete(self, names: list[str]) -> None:
        with self._lock:
            missing = [name for name in names if name not in self._dashboards]
            for name in names:
                if self._dashboards.pop(name, None) is not None:
                    self._tags.pop(self.arn(name), None)
        if missing:
            raise _missing(missing[0])

    def operations(self) -> dict[str, Any]:
        return {
            "PutDashboard": wire.operation(self._put),
            "GetDashboard": wire.operation(self._get),
            "ListDashboards": wire.operation(self._list),
            "DeleteDashboards": wire.operation(self._delete),
        }

    def _put(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        tags = {tag["Key"]: tag["Value"] for tag in wanted.get("Tags") or []}
        return {"DashboardValidationMessages": self.put(wanted["DashboardName"], wanted["DashboardBody"], tags)}

    def _get(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        found = self._dashboards.get(wanted["DashboardName"])
        if found is None:
            raise _missing(wanted["DashboardName"])
        return {"DashboardArn": self.arn(found.name), "DashboardBody": found.body, "DashboardName": found.name}

    def _list(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        prefix = wanted.get("DashboardNamePrefix", "")
        with self._lock:
            found = sorted((d for d in self._dashboards.values() if d.name.startswith(prefix)), key=lambda d: d.name)
        shown, rest = page(
            found, PAGE, wanted.get("NextToken"), lambda: invalid_value("Request parameter NextToken is invalid")
        )
        entries = [
            {
                "DashboardName": one.name,
                "DashboardArn": self.arn(one.name),
                "LastModified": one.modified_at,
                "Size": len(one.body.encode()),
            }
            for one in shown
        ]
        return {"DashboardEntries": entries, **rest}

    def _delete(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        names = wanted["DashboardNames"]
        if not 1 <= len(names) <= MOST_DELETED:
            raise invalid_value(f"DashboardNames has 1 to {MOST_DELETED} names.")
        self.delete(names)
        return {}


def _missing(name: str) -> CloudWatchError:
    return CloudWatchError("ResourceNotFound", f"Dashboard {name} does not exist", 404, "DashboardNotFoundError")
