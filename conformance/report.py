"""What a run found, for people: on the terminal, and as docs/conformance.md."""

from __future__ import annotations

import re
from collections import Counter

from .difference import Difference
from .members import Members
from .run import FUNCTION, Result


def lines(result: Result) -> list[str]:
    """Requests by command, answers by operation, every difference, and the sum of it all."""
    counts = Counter((one.command, one.call) for one in result.exchanges)
    text = ["", f"{'command':18}{'operation':38}{'requests':>9}"]
    for (command, call), count in sorted(counts.items()):
        text.append(f"{command:18}{call:38}{count:9}")
    text += ["", f"{'operation':38}{'answers':>9}{'values':>9}"]
    for call, comparison in sorted(result.comparisons.items()):
        text.append(f"{call:38}{comparison.answers:9}{comparison.values:9}")
    text.append("")
    text += _differences(result.differences)
    text += _to_paste(result.differences)
    return [*text, summary(result)]


def _differences(differences: list[Difference]) -> list[str]:
    """One line each; what many made answers show of one member is shown once, and counted."""
    groups: dict[tuple[str, ...], list[Difference]] = {}
    for one in sorted(set(differences)):
        is_made = one.command.startswith(("seed ", "error form "))
        member = re.sub(r"\[\d+\]", "[]", one.member)
        key = (one.call, member) if is_made else (one.command, one.call, one.member, one.expected)
        groups.setdefault(key, []).append(one)
    return [f"{group[0]}" + (f" (and {len(group) - 1} more)" if group[1:] else "") for group in groups.values()]


def summary(result: Result) -> str:
    answers = sum(one.answers for one in result.comparisons.values())
    values = sum(one.values for one in result.comparisons.values())
    return (
        f"conformance: {len(result.exchanges)} requests, {len(result.calls)} operations, {answers} answers with "
        f"{values} values, {len(set(result.differences))} differences"
    )


def _to_paste(differences: list[Difference]) -> list[str]:
    """The lines of members.toml that would be true, where unread members were found."""
    unread: dict[str, list[str]] = {}
    for one in sorted(set(differences)):
        if one.command == "members.toml" and one.expected.startswith("to be read"):
            unread.setdefault(one.call, []).append(one.member)
    if not unread:
        return []
    text = ["", "Members that no code is meant to read go into conformance/members.toml, under [unread]:"]
    for call, members in unread.items():
        text.append(f'"{call}" = [{", ".join(chr(34) + member + chr(34) for member in members)}]')
    return [*text, ""]


def document(result: Result, members: Members) -> str:
    """The same for every run that finds the same operations: no counts, no times."""
    by_command: dict[str, set[str]] = {}
    for one in result.exchanges:
        by_command.setdefault(one.command, set()).add(one.call)
    text = [
        "# Conformance",
        "",
        "`make conformance` wrote this. It runs every command in every way in which it calls AWS differently",
        "(conformance/scenarios.toml), records each request at the local stack, and holds it against botocore's service",
        "models: method, path, query string, headers, protocol, names and types of members, what is required, lengths,",
        "ranges, patterns, enumerations. Then botocore writes the request anew from what was read, and the two must be the",
        "same. No request may be made that the command's policy (`taskops permissions`) does not allow, and no action may",
        "stand in the policy that nothing calls.",
        "",
        "| Command | Calls |",
        "| --- | --- |",
    ]
    for command, calls in sorted(by_command.items()):
        name = command if command == FUNCTION else f"taskops {command}"
        text.append(f"| `{name}` | {', '.join(sorted(calls))} |")
    text += [
        "",
        "The recorded answers, and for each operation two dozen made from its output shape and all forms of errors, are",
        "read by botocore and by the console's own client. Every value must be the same. What the client leaves unread:",
        "",
        "| Operation | Unread members |",
        "| --- | --- |",
    ]
    for call in sorted(result.comparisons):
        unread = members.unread.get(call, [])
        text.append(f"| {call} | {', '.join(f'`{path}`' for path in unread) or '–'} |")
    text += [
        "",
        "An answer without one of these is refused, although the model leaves them open:",
        ", ".join(f"{call} `{name}`" for call, names in sorted(members.needed.items()) for name in names) + ".",
    ]
    return "\n".join(text) + "\n"
