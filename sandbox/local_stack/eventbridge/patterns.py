"""Event patterns: checking them, and matching events against them.

User guide, "Creating Amazon EventBridge event patterns" and "Comparison operators for use in event
patterns". A field of the pattern is an array of alternatives; an object descends into the event; where
the event has an array, one element that matches is enough, and for an array of objects all of the
pattern's fields below must match within one and the same element.
"""

from __future__ import annotations

import functools
import ipaddress
import json
import re
from typing import Any

MAX_PATTERN = 4096
_MISSING = object()
_COMPARISONS = {"<", "<=", "=", ">=", ">"}


class PatternError(ValueError):
    """Not a valid event pattern; the text is the reason."""


@functools.lru_cache(maxsize=1024)
def parsed(text: str) -> dict[str, Any]:
    """The pattern as an object, checked. Parsed once per text: rules are matched against every event."""
    if len(text) > MAX_PATTERN:
        raise PatternError(f"The pattern is longer than {MAX_PATTERN} characters")
    try:
        pattern = json.loads(text)
    except ValueError as problem:
        raise PatternError(f"Invalid JSON: {problem}") from None
    if not isinstance(pattern, dict):
        raise PatternError("Filter is not an object")
    if not pattern:
        raise PatternError("Filter is empty")
    _check_object(pattern)
    return pattern


def matches(pattern: dict[str, Any], event: Any) -> bool:
    if isinstance(event, list):
        return any(matches(pattern, element) for element in event)
    for name, wanted in pattern.items():
        if name == "$or" and isinstance(wanted, list):
            if not any(matches(alternative, event) for alternative in wanted):
                return False
            continue
        value = event.get(name, _MISSING) if isinstance(event, dict) else _MISSING
        if isinstance(wanted, dict):
            if not matches(wanted, {} if value is _MISSING else value):
                return False
        elif not _any_alternative(wanted, value):
            return False
    return True


def _any_alternative(alternatives: list[Any], value: Any) -> bool:
    return any(_alternative(alternative, value) for alternative in alternatives)


def _alternative(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict):
        operator, operand = next(iter(wanted.items()))
        if operator == "exists":
            # Only leaves exist: an object by itself is no value a rule can ask for.
            present = value is not _MISSING and not isinstance(value, dict)
            return present == operand
        if value is _MISSING:
            return False
        leaves = value if isinstance(value, list) else [value]
        return any(_operator(operator, operand, leaf) for leaf in leaves)
    if value is _MISSING:
        return False
    leaves = value if isinstance(value, list) else [value]
    return any(_equal(wanted, leaf) for leaf in leaves)


def _equal(wanted: Any, leaf: Any) -> bool:
    # JSON's true is not 1, although Python thinks so.
    if isinstance(wanted, bool) or isinstance(leaf, bool):
        return wanted is leaf
    return (
        type(wanted) is type(leaf)
        and wanted == leaf
        or (isinstance(wanted, (int, float)) and isinstance(leaf, (int, float)) and wanted == leaf)
    )


def _operator(operator: str, operand: Any, leaf: Any) -> bool:
    match operator:
        case "prefix" | "suffix":
            return isinstance(leaf, str) and _affix(operator, operand, leaf)
        case "equals-ignore-case":
            return isinstance(leaf, str) and leaf.lower() == operand.lower()
        case "wildcard":
            return isinstance(leaf, str) and _wildcard(operand).fullmatch(leaf) is not None
        case "anything-but":
            return _anything_but(operand, leaf)
        case "numeric":
            return _numeric(operand, leaf)
        case "cidr":
            return _in_network(operand, leaf)
    return False


def _affix(operator: str, operand: Any, leaf: str) -> bool:
    if isinstance(operand, dict):
        operand, leaf = operand["equals-ignore-case"].lower(), leaf.lower()
    return leaf.startswith(operand) if operator == "prefix" else leaf.endswith(operand)


def _anything_but(operand: Any, leaf: Any) -> bool:
    if isinstance(operand, dict):
        operator, inner = next(iter(operand.items()))
        return not any(_operator(operator, one, leaf) for one in (inner if isinstance(inner, list) else [inner]))
    return not any(_equal(one, leaf) for one in (operand if isinstance(operand, list) else [operand]))


def _numeric(operand: list[Any], leaf: Any) -> bool:
    if isinstance(leaf, bool) or not isinstance(leaf, (int, float)):
        return False
    for sign, bound in zip(operand[::2], operand[1::2], strict=True):
        holds = {"<": leaf < bound, "<=": leaf <= bound, "=": leaf == bound, ">=": leaf >= bound, ">": leaf > bound}[
            sign
        ]
        if not holds:
            return False
    return True


def _in_network(operand: str, leaf: Any) -> bool:
    try:
        return ipaddress.ip_address(leaf) in ipaddress.ip_network(operand, strict=False)
    except ValueError:
        return False


@functools.lru_cache(maxsize=256)
def _wildcard(text: str) -> re.Pattern[str]:
    pieces = re.findall(r"\\\*|\\\\|\*|[^*\\]+|\\", text)
    return re.compile(
        "".join(".*" if p == "*" else re.escape(p.replace("\\*", "*").replace("\\\\", "\\")) for p in pieces), re.DOTALL
    )


# Checking


def _check_object(pattern: dict[str, Any]) -> None:
    for name, wanted in pattern.items():
        if name == "$or" and isinstance(wanted, list) and wanted and all(isinstance(w, dict) for w in wanted):
            for alternative in wanted:
                _check_object(alternative)
        elif isinstance(wanted, dict):
            if not wanted:
                raise PatternError(f'"{name}": Empty objects are not allowed')
            _check_object(wanted)
        elif isinstance(wanted, list):
            if not wanted:
                raise PatternError("Empty arrays are not allowed")
            for alternative in wanted:
                _check_alternative(alternative)
        else:
            raise PatternError(f'"{name}" must be an object or an array')


def _check_alternative(alternative: Any) -> None:
    if isinstance(alternative, list):
        raise PatternError("Match value must be String, number, true, false, or null")
    if not isinstance(alternative, dict):
        return
    if len(alternative) != 1:
        raise PatternError("Only one key allowed in match expression")
    operator, operand = next(iter(alternative.items()))
    _check_operator(operator, operand)


def _check_operator(operator: str, operand: Any) -> None:
    match operator:
        case "prefix" | "suffix":
            inner = operand.get("equals-ignore-case") if isinstance(operand, dict) and len(operand) == 1 else operand
            if not isinstance(inner, str):
                raise PatternError(f"{operator} match pattern must be a string")
        case "equals-ignore-case" | "wildcard" | "cidr":
            if not isinstance(operand, str):
                raise PatternError(f"{operator} match pattern must be a string")
            if operator == "wildcard" and "**" in operand:
                raise PatternError("Consecutive wildcard characters")
            if operator == "cidr":
                try:
                    ipaddress.ip_network(operand, strict=False)
                except ValueError:
                    raise PatternError(f"Malformed CIDR, one '/' required: {operand}") from None
        case "exists":
            if not isinstance(operand, bool):
                raise PatternError("exists match pattern must be either true or false.")
        case "numeric":
            _check_numeric(operand)
        case "anything-but":
            _check_anything_but(operand)
        case _:
            raise PatternError(f"Unrecognized match type {operator}")


def _check_numeric(operand: Any) -> None:
    if not isinstance(operand, list) or not operand or len(operand) % 2 or len(operand) > 4:
        raise PatternError("Invalid member in numeric match: it is an array of operators, each with a number")
    for sign, bound in zip(operand[::2], operand[1::2], strict=True):
        if sign not in _COMPARISONS:
            raise PatternError(f"Unrecognized numeric range operator: {sign}")
        if isinstance(bound, bool) or not isinstance(bound, (int, float)):
            raise PatternError(f"Value of {sign} must be numeric")


def _check_anything_but(operand: Any) -> None:
    if isinstance(operand, dict):
        if len(operand) != 1 or next(iter(operand)) not in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
            raise PatternError("Unsupported anything-but pattern")
        operator, inner = next(iter(operand.items()))
        for one in inner if isinstance(inner, list) else [inner]:
            _check_operator(operator, one)
        return
    values = operand if isinstance(operand, list) else [operand]
    if not values:
        raise PatternError("Empty arrays are not allowed")
    if not all(isinstance(one, (str, int, float)) and not isinstance(one, bool) for one in values):
        raise PatternError(
            "Inside anything but list, either all values are number or string, mixed type is not supported"
        )
