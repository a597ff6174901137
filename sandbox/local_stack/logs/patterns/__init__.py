"""CloudWatch Logs' filter patterns. Pure: text in, matcher out.

CloudWatch Logs user guide, "Filter pattern syntax for metric filters, subscription filters, filter log events, and
Live Tail" (FilterAndPatternSyntax). Where that page is silent, its archived predecessor of the same name
(awsdocs/amazon-cloudwatch-logs-user-guide) decides; what neither says is marked "by analogy" where it is done.
"""

from __future__ import annotations

import functools

from .fields import Fields
from .json_objects import JsonObject
from .problem import PatternError
from .regex import Regex
from .terms import Terms

__all__ = ["PatternError", "parsed"]

Pattern = Terms | Regex | JsonObject | Fields


@functools.lru_cache(maxsize=512)
def parsed(text: str) -> Pattern:
    """The pattern, checked; ``match(message)`` answers the extracted values, or None where the message is not meant."""
    pattern = text.strip()
    for opening, closing, kind in (("{", "}", JsonObject), ("[", "]", Fields)):
        if pattern.startswith(opening):
            if not pattern.endswith(closing) or len(pattern) < 2:
                raise PatternError(f"If a filter pattern starts with '{opening}' it must end with '{closing}'")
            return kind(pattern[1:-1])
    if pattern.startswith("%"):
        if len(pattern) < 3 or not pattern.endswith("%"):
            raise PatternError("Invalid filter pattern")
        return Regex(pattern[1:-1])
    return Terms(pattern)
