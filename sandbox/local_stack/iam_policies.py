"""Policy evaluation: does a set of policy documents allow an action on a resource?

The rules are those of the IAM user guide, "Policy evaluation logic": an explicit Deny wins, else one
Allow is enough, else the answer is no. moto's own evaluation ignores conditions and cannot compare
resources, which would let everything or nothing through for a least-privilege role.
"""

from __future__ import annotations

import fnmatch
import functools
import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@functools.lru_cache(maxsize=4096)
def _pattern(text: str, ignore_case: bool) -> re.Pattern[str]:
    escaped = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in text)
    return re.compile(escaped, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def wildcard_match(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """``*`` and ``?`` as IAM reads them: across every character, slashes and colons too."""
    return _pattern(pattern, ignore_case).fullmatch(value) is not None


def arn_like(pattern: str, value: str) -> bool:
    """ArnLike compares the six colon-separated parts one by one, wildcards staying inside a part."""
    expected, actual = pattern.split(":", 5), value.split(":", 5)
    if len(expected) != 6 or len(actual) != 6:
        return fnmatch.fnmatchcase(value, pattern)
    return all(wildcard_match(e, a) for e, a in zip(expected, actual, strict=True))


def statements(document: str | Mapping[str, Any]) -> list[dict[str, Any]]:
    return _parsed(document) if isinstance(document, str) else as_list(document.get("Statement"))


@functools.lru_cache(maxsize=512)
def _parsed(document: str) -> list[dict[str, Any]]:
    """Every call is judged by the same few documents; the statements are read, never changed."""
    return as_list(json.loads(document).get("Statement"))


def _matches_action(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any(wildcard_match(p, action, ignore_case=True) for p in as_list(statement["NotAction"]))
    return any(wildcard_match(p, action, ignore_case=True) for p in as_list(statement.get("Action")))


def _matches_resource(statement: Mapping[str, Any], resource: str) -> bool:
    if "NotResource" in statement:
        return not any(wildcard_match(p, resource) for p in as_list(statement["NotResource"]))
    if "Resource" not in statement:
        return True
    if resource == "*":
        # The operation's resource is not known here, or it has none. Real IAM compares such operations
        # with "*" only for Allow; a Deny on one resource must not deny what is not about it.
        return statement.get("Effect") == "Allow" or "*" in as_list(statement["Resource"])
    return any(wildcard_match(p, resource) for p in as_list(statement["Resource"]))


def _matches_principal(statement: Mapping[str, Any], principal: Mapping[str, str]) -> bool:
    declared = statement.get("Principal")
    if declared == "*":
        return True
    if not isinstance(declared, Mapping):
        return False
    for kind, value in principal.items():
        for allowed in as_list(declared.get(kind)):
            if allowed in ("*", value):
                return True
            if kind == "AWS" and value.startswith("arn:"):
                account = value.split(":")[4]
                if allowed in (account, f"arn:aws:iam::{account}:root"):
                    return True
    return False


def _compare(operator: str, expected: str, actual: str) -> bool:
    match operator:
        case "StringEquals":
            return expected == actual
        case "StringEqualsIgnoreCase":
            return expected.lower() == actual.lower()
        case "StringLike":
            return wildcard_match(expected, actual)
        case "ArnLike" | "ArnEquals":
            return arn_like(expected, actual)
        case "Bool":
            return expected.lower() == actual.lower()
        case "NumericEquals":
            return float(expected) == float(actual)
        case "NumericLessThan":
            return float(actual) < float(expected)
        case "NumericLessThanEquals":
            return float(actual) <= float(expected)
        case "NumericGreaterThan":
            return float(actual) > float(expected)
        case "NumericGreaterThanEquals":
            return float(actual) >= float(expected)
        case "IpAddress":
            return ipaddress.ip_address(actual) in ipaddress.ip_network(expected, strict=False)
    # An operator nobody here knows must not grant anything.
    return False


_NEGATIVES = {
    "StringNotEquals": "StringEquals",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnLike",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "NotIpAddress": "IpAddress",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
}


def matches_condition(condition: Mapping[str, Any] | None, context: Mapping[str, str]) -> bool:
    """Every operator and key must hold; several values of one key are alternatives."""
    values = {key.lower(): value for key, value in context.items()}
    for operator, block in (condition or {}).items():
        base = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
        if_exists = base.endswith("IfExists")
        base = base.removesuffix("IfExists")
        for key, expected in block.items():
            actual = values.get(key.lower())
            if base == "Null":
                if (str(as_list(expected)[0]).lower() == "true") != (actual is None):
                    return False
                continue
            if base in _NEGATIVES:
                if actual is not None and any(_compare(_NEGATIVES[base], str(e), actual) for e in as_list(expected)):
                    return False
                continue
            if actual is None:
                if if_exists:
                    continue
                return False
            if not any(_compare(base, str(e), actual) for e in as_list(expected)):
                return False
    return True


def allows(
    documents: Iterable[str | Mapping[str, Any]],
    action: str,
    resource: str,
    context: Mapping[str, str] | None = None,
    principal: Mapping[str, str] | None = None,
) -> bool:
    """Identity policies when ``principal`` is None, a resource's own policy otherwise."""
    allowed = False
    for document in documents:
        for statement in statements(document):
            if principal is not None and not _matches_principal(statement, principal):
                continue
            if not _matches_action(statement, action) or not _matches_resource(statement, resource):
                continue
            if not matches_condition(statement.get("Condition"), context or {}):
                continue
            if statement.get("Effect") == "Deny":
                return False
            allowed = True
    return allowed
