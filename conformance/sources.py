"""Which operations the client's own sources name, so that none is left out of the comparison."""

from __future__ import annotations

import re
from pathlib import Path

from . import models
from .difference import Difference

#: `.json(.eventBridge, "PutEvents"`, `AWSOperation(service: .lambda, name: "Invoke"`, and their kin.
_CALL = re.compile(r'\(\s*(?:service:\s*)?\.(\w+),\s*(?:name:\s*)?"([A-Z]\w+)"')
#: How the sources call what botocore calls otherwise.
_SERVICES = {
    "eventBridge": "events",
    "cloudWatch": "cloudwatch",
    "cloudFormation": "cloudformation",
    "resourceGroupsTagging": "resourcegroupstaggingapi",
}


def operations(root: Path) -> set[str]:
    """All that stand in Sources/AWS/Services, by botocore's names."""
    texts = [
        path.read_text(encoding="utf-8") for path in sorted((root / "Sources" / "AWS" / "Services").glob("*.swift"))
    ]
    return {f"{_SERVICES.get(name, name)} {operation}" for text in texts for name, operation in _CALL.findall(text)}


def gaps(root: Path, known: set[str]) -> list[Difference]:
    """Operations of the sources that the reader does not make, and of the reader that no model has."""
    found = [
        Difference(
            "conformance-reader",
            call,
            "typed call",
            "a line in TypedCalls.swift: Sources/AWS/Services has the operation",
        )
        for call in sorted(operations(root) - known)
    ]
    found += [
        Difference("conformance-reader", call, "operation", "one that botocore's models have")
        for call in sorted(known)
        if models.operation(*call.split(" ")) is None
    ]
    return found
