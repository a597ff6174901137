"""taskops.yaml for a stack that has just been deployed."""

from __future__ import annotations

from pathlib import Path

from .progress import Progress


def render(stack: str, environment: str, outputs: dict[str, dict[str, str]]) -> str:
    """The names are the same in every Region, so they stand once, under defaults."""
    first = next(iter(outputs.values()))
    lines = [
        f"stack: {stack}",
        f"environment: {environment}",
        "defaults:",
        f"  bus: {first['EventBusName']}",
        f"  rule: {first['RuleName']}",
        f"  function: {first['FunctionName']}",
        f"  deadLetterQueue: {_queue_name(first['DeadLetterQueueUrl'])}",
        f"  failureQueue: {_queue_name(first['FailureQueueUrl'])}",
        "  databaseRole: taskops",
        "variables:",
        # The same name in every Region; taskops fills in the rest, so the line fits them all.
        f"  onCallTopic: {_everywhere(first['OnCallTopicArn'])}",
        "regions:",
    ]
    for region, values in outputs.items():
        lines += [f"  {region}:", f"    cluster: {values['ClusterIdentifier']}"]
    return "\n".join(lines) + "\n"


def write(path: Path, text: str, progress: Progress) -> None:
    """Never over a file that says something else: thresholds and overrides in it are somebody's work."""
    if path.exists() and path.read_text(encoding="utf-8") != text:
        beside = path.with_name(path.name + ".new")
        beside.write_text(text, encoding="utf-8")
        progress.warn(f"{path} says something else and was left alone: compare it with {beside}")
        return
    path.write_text(text, encoding="utf-8")
    progress.say("config", "ready", str(path))


def _everywhere(arn: str) -> str:
    """The ARN with taskops' own variables for what differs between Regions."""
    partition, service, _, _, name = arn.split(":", 5)[1:]
    return f"arn:{partition}:{service}:${{region}}:${{account}}:{name}"


def _queue_name(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[-1]
