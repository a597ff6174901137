"""`make bench`: a plan without changes beside Terraform's, and what it costs when there is more to look at.

Usage: plan.py TASKOPS SANDBOX_DIRECTORY DOCUMENT, with the local stack up and its `env` in the environment.

500 alarms, 500 log groups and 20 dashboards, every AWS call 50 ms longer. Terraform makes them, so that both look at the
same things; where there is none, boto3 does, and taskops is measured alone.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import yaml
from measure import Cost, run

DELAY, RUNS = 50, 11
ALARMS, GROUPS, DASHBOARDS, WIDGETS = 500, 500, 20, 20
REGION, THREE, SIZES = "eu-central-1", ("eu-north-1", "eu-south-1", "eu-west-3"), (1250, 2500, 5000)
BEGIN, END = "<!-- plan: begin -->", "<!-- plan: end -->"
#: Where a filesystem mirror of Terraform's AWS provider lies, as for the end-to-end tests.
MIRROR = os.environ.get("TASKOPS_TERRAFORM_MIRROR", "")


def alarm(number: int) -> dict[str, object]:
    return {
        "AlarmName": f"bench-{number:04}",
        "AlarmDescription": f"More than {number} errors of function {number} in five minutes",
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": f"function-{number}"}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 2,
        "Threshold": number + 0.5,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }


def group(number: int) -> dict[str, object]:
    return {"logGroupName": f"/bench/group-{number:04}", "retentionInDays": 30}


def dashboard(number: int) -> dict[str, object]:
    def widget(place: int) -> dict[str, object]:
        metric = ["AWS/Lambda", "Errors", "FunctionName", f"function-{number}-{place}"]
        return {
            "type": "metric", "x": place % 4 * 6, "y": place // 4 * 6, "width": 6, "height": 6,
            "properties": {"title": f"Errors {place}", "region": REGION, "stat": "Sum", "metrics": [metric]},
        }  # fmt: skip

    return {"widgets": [widget(place) for place in range(WIDGETS)]}


# Files


def stack_file(folder: Path, regions: tuple[str, ...], name: str = "bench") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    one = {
        "cluster": "a" * 26, "bus": "bench", "rule": "bench", "function": "bench",
    }  # fmt: skip
    path = folder / "taskops.yaml"
    path.write_text(yaml.safe_dump({"stack": name, "environment": "bench", "regions": dict.fromkeys(regions, one)}))
    return path


def written(folder: Path, alarms: int, groups: int, dashboards: int) -> None:
    for name in ("alarms", "log-groups", "dashboards"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "alarms" / "bench.yaml").write_text(yaml.safe_dump({"alarms": [alarm(n) for n in range(alarms)]}))
    if groups:
        listed = yaml.safe_dump({"logGroups": [group(n) for n in range(groups)]})
        (folder / "log-groups" / "bench.yaml").write_text(listed)
    for number in range(dashboards):
        (folder / "dashboards" / f"bench-{number:02}.json").write_text(json.dumps(dashboard(number)))


# The same with Terraform


def terraform_files(folder: Path, endpoint: str) -> None:
    tags = {"taskops:stack": "bench"}
    alarms = {
        f"a{n}": {
            "alarm_name": one["AlarmName"], "alarm_description": one["AlarmDescription"],
            "namespace": one["Namespace"], "metric_name": one["MetricName"],
            "dimensions": {"FunctionName": f"function-{n}"}, "statistic": "Sum", "period": 300,
            "evaluation_periods": 2, "threshold": one["Threshold"],
            "comparison_operator": "GreaterThanThreshold", "treat_missing_data": "notBreaching", "tags": tags,
        }
        for n, one in ((n, alarm(n)) for n in range(ALARMS))
    }  # fmt: skip
    groups = {
        f"g{n}": {"name": group(n)["logGroupName"], "retention_in_days": 30, "tags": tags} for n in range(GROUPS)
    }
    dashboards = {
        f"d{n}": {"dashboard_name": f"bench-{n:02}", "dashboard_body": json.dumps(dashboard(n))}
        for n in range(DASHBOARDS)
    }
    document = {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "provider": {
            "aws": {
                "region": REGION, "skip_credentials_validation": True, "skip_requesting_account_id": True,
                "skip_metadata_api_check": True, "skip_region_validation": True,
                "endpoints": [{"cloudwatch": endpoint, "logs": endpoint, "sts": endpoint}],
            }
        },
        "resource": {
            "aws_cloudwatch_metric_alarm": alarms, "aws_cloudwatch_log_group": groups,
            "aws_cloudwatch_dashboard": dashboards,
        },
    }  # fmt: skip
    (folder / "main.tf.json").write_text(json.dumps(document))


def terraform(folder: Path, *words: str) -> list[str]:
    return ["terraform", f"-chdir={folder}", *words]


def mirror() -> str | None:
    return MIRROR if MIRROR and Path(MIRROR).is_dir() and shutil.which("terraform") else None


def made_by_terraform(folder: Path, endpoint: str, plugins: str) -> None:
    folder.mkdir()
    configuration = folder / "terraform.rc"
    configuration.write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{plugins}"\n  }}\n}}\n'
    )
    os.environ |= {"TF_CLI_CONFIG_FILE": str(configuration), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    terraform_files(folder, endpoint)
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run(terraform(folder, "init", "-input=false"), **quiet)
    subprocess.run(terraform(folder, "apply", "-auto-approve", "-input=false", "-parallelism=50"), **quiet)


def made_by_boto3() -> None:
    cloudwatch, logs = boto3.client("cloudwatch", region_name=REGION), boto3.client("logs", region_name=REGION)
    tags = [{"Key": "taskops:stack", "Value": "bench"}]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: cloudwatch.put_metric_alarm(**alarm(n), Tags=tags), range(ALARMS)))
        list(pool.map(lambda n: made_group(logs, n), range(GROUPS)))
        list(
            pool.map(
                lambda n: cloudwatch.put_dashboard(
                    DashboardName=f"bench-{n:02}", DashboardBody=json.dumps(dashboard(n)), Tags=tags
                ),
                range(DASHBOARDS),
            )
        )


def made_group(logs: object, number: int) -> None:
    name = group(number)["logGroupName"]
    logs.create_log_group(logGroupName=name, tags={"taskops:stack": "bench"})
    logs.put_retention_policy(logGroupName=name, retentionInDays=30)


# Measuring


def control(method: str, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
    request = urllib.request.Request(
        os.environ["TASKOPS_SANDBOX_CONTROL"] + path, method=method, data=json.dumps(body).encode() if body else None
    )
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"{}")


def calls() -> int:
    """Of clients: the stack's own functions are not counted."""
    return sum(one["count"] for one in control("GET", "/calls")["calls"] if not one["byFunction"])


def counted(command: list[str]) -> tuple[Cost, int]:
    before = calls()
    cost = run(command)
    return cost, calls() - before


def median(costs: list[Cost], what: str) -> float:
    return statistics.median(getattr(cost, what) for cost in costs)


def side_by_side(taskops: str, folder: Path) -> list[str]:
    endpoint, plugins = os.environ["AWS_ENDPOINT_URL"], mirror()
    if plugins:
        made_by_terraform(folder / "terraform", endpoint, plugins)
    else:
        made_by_boto3()
    configuration = stack_file(folder / "files", (REGION,))
    written(folder / "files", ALARMS, GROUPS, DASHBOARDS)
    ours = [taskops, "plan", "--config", str(configuration)]
    theirs = terraform(folder / "terraform", "plan", "-detailed-exitcode", "-input=false", "-lock=false")
    fault = control("POST", "/faults", {"kind": "delay", "delayMs": DELAY})["id"]
    try:
        counted(ours)
        measured, peers = [], []
        for _ in range(RUNS):
            measured.append(counted(ours))
            if plugins:
                peers.append(counted(theirs))
    finally:
        control("DELETE", f"/faults/{fault}")
    costs, most = [cost for cost, _ in measured], max(count for _, count in measured)
    lines = [
        f"### A plan without changes: {ALARMS} alarms, {GROUPS} log groups, {DASHBOARDS} dashboards of {WIDGETS} widgets",
        "",
        f"`benchmarks/run.sh plan`, every AWS call {DELAY} ms longer; medians of {RUNS} runs, in turn. Memory is "
        "that of the largest process.",
        "",
    ]
    if not peers:
        print("skipped: there is no terraform with a mirror of its AWS provider, so taskops is measured alone")
        return lines + [
            "| | taskops | goal |", "| --- | ---: | ---: |", f"| calls | {most} | ≤ 50 |",
            f"| wall | {median(costs, 'wall'):.2f} s | |", f"| cpu | {median(costs, 'cpu'):.2f} s | |",
            f"| memory | {median(costs, 'memory'):.1f} MiB | |",
        ]  # fmt: skip
    theirs_costs = [cost for cost, _ in peers]

    def row(what: str, unit: str, goal: str) -> str:
        mine, other = median(costs, what), median(theirs_costs, what)
        return f"| {what} | {mine:.2f} {unit} | {other:.1f} {unit} | 1/{other / mine:.0f} | {goal} |"

    count = statistics.median(count for _, count in peers)
    return lines + [
        "| | taskops | Terraform | ratio | goal |", "| --- | ---: | ---: | ---: | ---: |",
        f"| calls | {most} | {count:.0f} | 1/{count / most:.0f} | ≤ 50 |",
        row("wall", "s", "≤ 1/15"), row("cpu", "s", ""), row("memory", "MiB", "≤ 1/10"),
    ]  # fmt: skip


def growing(taskops: str, folder: Path) -> list[str]:
    """The same with 1,250, 2,500 and 5,000 alarms in each of three Regions, without delay."""
    rows, made = [], 0
    for size in SIZES:
        with ThreadPoolExecutor(16) as pool:
            for region in THREE:
                cloudwatch = boto3.client("cloudwatch", region_name=region)
                tags = [{"Key": "taskops:stack", "Value": "bench-3"}]
                list(pool.map(lambda n, c=cloudwatch: c.put_metric_alarm(**alarm(n), Tags=tags), range(made, size)))
        made = size
        root = folder / f"three-{size}"
        configuration = stack_file(root, THREE, "bench-3")
        written(root, size, 0, 0)
        measured = [counted([taskops, "plan", "--config", str(configuration)]) for _ in range(RUNS)]
        costs = [cost for cost, _ in measured]
        rows.append((size * 3, measured[0][1], median(costs, "memory"), median(costs, "wall"), median(costs, "cpu")))
    smallest = rows[0]
    return [
        f"### {SIZES[-1]:,} alarms in each of three Regions",
        "",
        f"Medians of {RUNS} runs without delay; beside each figure how many times the smallest's it is. DescribeAlarms gives nine "
        "pages of a hundred a second in a Region, which is what the time goes into.",
        "",
        "| alarms | calls | memory | wall | cpu |",
        "| ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {alarms:,} ({alarms / smallest[0]:.0f}×) | {count} ({count / smallest[1]:.1f}×) | {memory:.0f} MiB "
            f"({memory / smallest[2]:.1f}×) | {wall:.1f} s | {cpu:.1f} s ({cpu / smallest[4]:.1f}×) |"
            for alarms, count, memory, wall, cpu in rows
        ),
    ]


def main() -> None:
    taskops, document = str(Path(sys.argv[1]).resolve()), Path(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        lines = [*side_by_side(taskops, Path(folder)), "", *growing(taskops, Path(folder)), ""]
        print(f"measured in {time.monotonic() - began:.0f} s")
    print("\n".join(lines))
    text = document.read_text(encoding="utf-8")
    if BEGIN not in text:
        text = text.rstrip() + f"\n\n## Monitoring as files\n\n`benchmarks/run.sh plan`, part of `make bench`.\n\n{BEGIN}\n{END}\n"
    head, rest = text.split(BEGIN, 1)
    document.write_text(head + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
