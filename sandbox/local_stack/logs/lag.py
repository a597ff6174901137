"""Ingestion lag, as somebody switched it on: a fault of the kind ``ingestion-lag``, by Region, group and kind of line."""

from __future__ import annotations

import json
import random
from fnmatch import fnmatchcase

from ..faults import Faults

_LAMBDA_S = ("INIT_START", "INIT_REPORT", "START", "END", "REPORT")
_PLATFORM_S = {
    "platform.initStart": "INIT_START",
    "platform.initReport": "INIT_REPORT",
    "platform.start": "START",
    "platform.runtimeDone": "END",
    "platform.report": "REPORT",
}


def kind_of(message: str) -> str:
    """Which of Lambda's own lines it is, in the text or the JSON format; ``OTHER`` for all others."""
    word = message.split(None, 1)[0] if message[:1].isalpha() else ""
    if word in _LAMBDA_S:
        return word
    if message.startswith('{"time":'):
        try:
            return _PLATFORM_S.get(json.loads(message).get("type"), "OTHER")
        except (ValueError, AttributeError):
            pass
    return "OTHER"


def lag_ms(faults: Faults, region: str, group: str, message: str) -> int:
    """The one switched on last that fits decides; constant, or anything between ``delayMs`` and ``maxMs``."""
    for fault in reversed(faults.standing("ingestion-lag", region)):
        if fault.group is not None and not fnmatchcase(group, fault.group):
            continue
        if fault.lines is not None and kind_of(message) not in fault.lines.split(","):
            continue
        if fault.probability < 1 and random.random() >= fault.probability:
            continue
        return round(random.uniform(fault.delayMs, fault.maxMs) if fault.maxMs is not None else fault.delayMs)
    return 0
