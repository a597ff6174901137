"""`make bench`: the status page when every AWS call takes 40 ms more, beside boto3 and beside the aws CLI.

Usage: status.py TASKOPS SANDBOX_DIRECTORY DOCUMENT, with the local stack up and its `env` in the environment.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import yaml
from measure import compare

RUNS, DELAY = 11, 40
BEGIN, END = "<!-- status: begin -->", "<!-- status: end -->"
ROOT = Path(__file__).resolve().parent.parent
#: Further deployments, so that ten Regions have one: environment, two Regions of one set, witness.
MORE = [
    ("dev", "eu-central-1", "eu-west-1", "eu-west-2"),
    ("dev", "eu-west-2", "eu-west-3", "eu-west-1"),
    ("dev", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
    ("two", "us-east-2", "us-west-2", "us-east-1"),
    ("two", "ap-northeast-3", "ap-northeast-2", "ap-northeast-1"),
]
#: Calls that wait for another one's answer.
CHAINS = [("GetFunction", "DescribeLogGroups"), ("GetQueueUrl", "GetQueueAttributes")]
LINE = re.compile(r"aws +(?:.*?) (\w+) +([a-z]{2}-[a-z]+-\d) +\S+ +([\d.]+) (ms|s)\b")
CONNECT = re.compile(r"DbConnect\b.*?([a-z]{2}-[a-z]+-\d).*? ([\d.]+) (ms|s)\b")


def milliseconds(number: str, unit: str) -> float:
    return float(number) * (1000 if unit == "s" else 1)


def longest_chain(conversation: str) -> float:
    """Of one run's `-v` lines: the time of the longest row of calls that had to wait for each other."""
    took: dict[tuple[str, str], float] = {}
    longest = 0.0
    for line in conversation.splitlines():
        if found := CONNECT.search(line):
            longest = max(longest, milliseconds(found[2], found[3]))
        elif found := LINE.search(line):
            key = (found[2], found[1])
            took[key] = max(took.get(key, 0), milliseconds(found[3], found[4]))
            longest = max(longest, took[key])
    for region in {region for region, _ in took}:
        for chain in CHAINS:
            longest = max(longest, sum(took.get((region, operation), 0) for operation in chain))
    return longest


def looked(taskops: str, configuration: str) -> tuple[float, float, int]:
    """Wall time of the look and of its longest chain in ms, and its requests."""
    ended = subprocess.run(
        [taskops, "status", "-v", "--config", configuration, "--output", "json"], capture_output=True, text=True, check=False
    )
    cost = json.loads(ended.stdout)["cost"]
    return cost["ms"], longest_chain(ended.stderr), cost["requests"]


def ten_regions(sandbox: Path) -> Path:
    """A stack in eight Regions more. Their clusters have no gate: a connection is refused there at once."""
    stack = yaml.safe_load((sandbox / "taskops.yaml").read_text(encoding="utf-8"))
    for environment, one, other, witness in MORE:
        written = sandbox / f"{environment}-{one}.yaml"
        subprocess.run(
            [sys.executable, str(ROOT / "infrastructure" / "deploy.py"), "--environment", environment,
             "--function-zip", str(ROOT / ".taskops" / "task-processor.zip"), "--regions", one, other,
             "--witness", witness, "--write-config", str(written)], check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        deployed = yaml.safe_load(written.read_text(encoding="utf-8"))
        for region, own in deployed["regions"].items():
            refused = {"connection": {"hostaddr": "127.0.0.1", "port": 9}}
            stack["regions"].setdefault(region, {**deployed["defaults"], **own, **refused})
    path = sandbox / "ten.yaml"
    path.write_text(yaml.safe_dump(stack), encoding="utf-8")
    return path


def fault(kind: str | None) -> None:
    control = os.environ["TASKOPS_SANDBOX_CONTROL"]
    body = json.dumps({"kind": kind, "delayMs": DELAY}).encode() if kind else None
    request = urllib.request.Request(f"{control}/faults", data=body, method="POST" if kind else "DELETE")
    urllib.request.urlopen(request, timeout=10).read()


def typed(region: str, it: dict[str, str]) -> list[list[str]]:
    """What somebody types who has the aws CLI and wants to know the same; metrics one by one would be fourteen more."""
    group = f"/aws/lambda/{it['function']}"
    commands = [
        ["events", "describe-event-bus", "--name", it["bus"]],
        ["events", "describe-rule", "--name", it["rule"], "--event-bus-name", it["bus"]],
        ["events", "list-targets-by-rule", "--rule", it["rule"], "--event-bus-name", it["bus"]],
        ["lambda", "get-function", "--function-name", it["function"]],
        ["lambda", "get-policy", "--function-name", it["function"]],
        ["lambda", "get-function-event-invoke-config", "--function-name", it["function"]],
        ["logs", "describe-log-groups", "--log-group-name-prefix", group],
        ["dsql", "get-cluster", "--identifier", it["cluster"]],
        ["cloudwatch", "describe-alarms", "--alarm-types", "MetricAlarm", "CompositeAlarm"],
    ]
    for queue in (it["deadLetterQueue"], it["failureQueue"]):
        url = f"{os.environ['AWS_ENDPOINT_URL']}/123456789012/{queue}"
        commands.append(["sqs", "get-queue-attributes", "--queue-url", url, "--attribute-names", "All",
                         "--endpoint-url", os.environ["AWS_ENDPOINT_URL"]])  # fmt: skip
    return [["aws", *command, "--region", region] for command in commands]


def main() -> int:
    taskops, sandbox, document = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    two = str(sandbox / "taskops.yaml")
    ten = str(ten_regions(sandbox))
    fault("delay")
    lines = [BEGIN, "### taskops status when every AWS call takes 40 ms more", "",
             f"Wall time of a look beside its own longest row of calls that wait for each other (`-v` shows each); medians of {RUNS}.",
             "", "| Regions | requests | longest chain | wall | ratio | goal |", "| ---: | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    for count, configuration in ((2, two), (10, ten)):
        looked(taskops, configuration)
        runs = [looked(taskops, configuration) for _ in range(RUNS)]
        wall, chain = (statistics.median(run[index] for run in runs) for index in (0, 1))
        ratio = statistics.median(run[0] / run[1] for run in runs)
        lines.append(f"| {count} | {runs[0][2]} | {chain:.0f} ms | {wall:.0f} ms | {ratio:.2f} | ≤ 1.25 |")
    peer = str(Path(__file__).with_name("status_peer.py"))
    made = subprocess.run([sys.executable, peer, two], capture_output=True, text=True, check=True).stdout.strip()
    beside = compare([taskops, "status", "--config", two, "--output", "json"], [sys.executable, peer, two], RUNS)
    lines += ["", "### Beside a boto3 script that reads the same facts", "",
              f"`benchmarks/status_peer.py`, a thread for each Region, {made} calls; two Regions, the same 40 ms, {RUNS} pairs in turn, medians.",
              "", "| | taskops | boto3 | ratio |", "| --- | ---: | ---: | ---: |"]  # fmt: skip
    for what, unit, scale in (("wall", "ms", 1000), ("cpu", "ms", 1000), ("memory", "MiB", 1)):
        ours, theirs = getattr(beside.ours, what) * scale, getattr(beside.peer, what) * scale
        lines.append(f"| {what} | {ours:.1f} {unit} | {theirs:.1f} {unit} | {beside.ratio(what):.3f} |")
    lines += ["", "### Beside the aws CLI, as a person would type it", ""]
    if shutil.which("aws") is None:
        lines.append("Skipped: the aws CLI is not installed.")
    else:
        stack = yaml.safe_load(Path(two).read_text(encoding="utf-8"))
        commands = [one for name, own in stack["regions"].items() for one in typed(name, {**stack["defaults"], **own})]
        began = time.monotonic()
        for command in commands:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took = time.monotonic() - began
        lines.append(
            f"{len(commands)} commands, one after the other, without metrics and database: {took:.1f} s of waiting alone, "
            f"{took / beside.ours.wall:.0f} times as long as the page."
        )
    lines += ["", END]
    fault(None)
    before, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    document.write_text(before + "\n".join(lines) + rest.partition(END)[2], encoding="utf-8")
    print("\n".join(lines[1:-1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
