"""Tags of alarms and dashboards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..world import World
from . import wire
from .errors import CloudWatchError, invalid_value

MOST_TAGS = 50


class TagOperations:
    """``tags`` is shared with those who make and delete what has tags; ``exists`` says whether an ARN does."""

    def __init__(self, tags: dict[str, dict[str, str]], exists: Callable[[str], bool]) -> None:
        self._tags = tags
        self._exists = exists

    def operations(self) -> dict[str, Any]:
        return {
            "TagResource": wire.operation(self.tag),
            "UntagResource": wire.operation(self.untag),
            "ListTagsForResource": wire.operation(self.list),
        }

    def tag(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        tags = self._of(wanted["ResourceARN"])
        added = {tag["Key"]: tag["Value"] for tag in wanted["Tags"]}
        if any(key.lower().startswith("aws:") for key in added):
            raise invalid_value("Tag keys that begin with aws: are AWS's own.")
        if len(tags | added) > MOST_TAGS:
            raise invalid_value(f"A resource has at most {MOST_TAGS} tags.")
        self._tags[wanted["ResourceARN"]] = tags | added
        return {}

    def untag(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        tags = self._of(wanted["ResourceARN"])
        self._tags[wanted["ResourceARN"]] = {k: v for k, v in tags.items() if k not in wanted["TagKeys"]}
        return {}

    def list(self, world: World, region: str, wanted: dict[str, Any]) -> dict[str, Any]:
        return {"Tags": [{"Key": key, "Value": value} for key, value in self._of(wanted["ResourceARN"]).items()]}

    def _of(self, arn: str) -> dict[str, str]:
        if not self._exists(arn):
            kind = "dashboard" if ":dashboard/" in arn else "alarm"
            raise CloudWatchError(
                "ResourceNotFoundException",
                f"{arn} does not exist",
                404,
                details={"ResourceType": kind, "ResourceId": arn},
            )
        return self._tags.get(arn, {})
