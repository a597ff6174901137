"""Tags of alarms and dashboards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ..world import World
from . import wire
from .errors import CloudWatchError, invalid_value

MOST_TAGS = 50


class TagOperations:
    """``tags`` is shared with those who make and delete what has tags; ``exists`` says whether an ARN does.

    An alarm is tagged in its own Region, a dashboard, which belongs to none, in any.
    """

    def __init__(self, tags: dict[str, dict[str, str]], exists: Callable[[str], bool]) -> None:
        self._tags = tags
        self._exists = exists
        self._lock = threading.Lock()

    def operations(self) -> dict[str, Any]:
        return {
            "TagResource": wire.operation(self.tag),
            "UntagResource": wire.operation(self.untag),
            "ListTagsForResource": wire.operation(self.list),
        }

    def tag(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        arn = wanted["ResourceARN"]
        added = {tag["Key"]: tag["Value"] for tag in wanted["Tags"]}
        if any(key.lower().startswith("aws:") for key in added):
            raise invalid_value("Tag keys that begin with aws: are AWS's own.")
        with self._lock:
            tags = self._of(arn, region) | added
            if len(tags) > MOST_TAGS:
                raise invalid_value(f"A resource has at most {MOST_TAGS} tags.")
            self._tags[arn] = tags
        return {}

    def untag(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        arn = wanted["ResourceARN"]
        with self._lock:
            tags = self._of(arn, region)
            self._tags[arn] = {key: value for key, value in tags.items() if key not in wanted["TagKeys"]}
        return {}

    def list(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        tags = self._of(wanted["ResourceARN"], region)
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _of(self, arn: str, region: str) -> dict[str, str]:
        elsewhere = ":alarm:" in arn and arn.split(":")[3] != region
        if elsewhere or not self._exists(arn):
            kind = "dashboard" if ":dashboard/" in arn else "alarm"
            raise CloudWatchError(
                "ResourceNotFoundException",
                f"{arn} does not exist",
                404,
                details={"ResourceType": kind, "ResourceId": arn},
            )
        return self._tags.get(arn, {})
