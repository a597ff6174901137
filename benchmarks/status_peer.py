"""The facts of `taskops status`, read with boto3 and psycopg: what a careful person would write.

One thread for each Region, as people do it; within a Region one call after the other, but for nothing being read twice.
Usage: status_peer.py TASKOPS_YAML. Prints the number of AWS calls made.
"""

from __future__ import annotations

import datetime
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import boto3
import psycopg
import yaml

METRICS = {
    "AWS/Lambda": ["Invocations", "Errors", "Throttles", "Duration", "AsyncEventAge"],
    "AWS/Events": ["MatchedEvents", "FailedInvocations", "InvocationsSentToDlq", "IngestionToInvocationSuccessLatency"],
    "AWS/AuroraDSQL": ["TotalTransactions", "OccConflicts", "QueryTimeouts", "CommitLatency", "ClusterStorageSize"],
}
calls = count()


def counted(**_: Any) -> None:
    """What a handler of before-send returns would be taken for the answer."""
    next(calls)


def dimensions(namespace: str, it: dict[str, Any]) -> list[dict[str, str]]:
    pairs = {
        "AWS/Lambda": {"FunctionName": it["function"]},
        "AWS/Events": {"EventBusName": it["bus"], "RuleName": it["rule"]},
        "AWS/AuroraDSQL": {"ClusterId": it["cluster"]},
    }[namespace]
    return [{"Name": name, "Value": value} for name, value in pairs.items()]


def read(region: str, it: dict[str, Any], folder: str) -> dict[str, Any]:
    session = boto3.Session(region_name=region)
    clients = {name: session.client(name) for name in ("events", "lambda", "logs", "sqs", "dsql", "cloudwatch")}
    for client in clients.values():
        client.meta.events.register("before-send", counted)
    events, functions, sqs = clients["events"], clients["lambda"], clients["sqs"]
    facts: dict[str, Any] = {
        "bus": events.describe_event_bus(Name=it["bus"]),
        "rule": events.describe_rule(Name=it["rule"], EventBusName=it["bus"]),
        "targets": events.list_targets_by_rule(Rule=it["rule"], EventBusName=it["bus"])["Targets"],
        "function": functions.get_function(FunctionName=it["function"]),
        "policy": functions.get_policy(FunctionName=it["function"]),
        "invoke": functions.get_function_event_invoke_config(FunctionName=it["function"]),
    }
    group = facts["function"]["Configuration"]["LoggingConfig"]["LogGroup"]
    facts["log group"] = clients["logs"].describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    for name in (it["deadLetterQueue"], it["failureQueue"]):
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        facts[name] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    facts["cluster"] = clients["dsql"].get_cluster(identifier=it["cluster"])
    pages = clients["cloudwatch"].get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    facts["alarms"] = [alarm for page in pages for alarm in page["MetricAlarms"] + page["CompositeAlarms"]]
    now = datetime.datetime.now(datetime.UTC)
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {"Namespace": space, "MetricName": name, "Dimensions": dimensions(space, it)},
                "Period": 60, "Stat": "Sum",
            },
        }
        for number, (space, name) in enumerate((s, n) for s, names in METRICS.items() for n in names)
    ]  # fmt: skip
    facts["metrics"] = clients["cloudwatch"].get_metric_data(
        MetricDataQueries=queries, StartTime=now - datetime.timedelta(hours=1), EndTime=now
    )
    facts["database"] = database(session, region, it, folder)
    return facts


def database(session: boto3.Session, region: str, it: dict[str, Any], folder: str) -> Any:
    host = f"{it['cluster']}.dsql.{region}.on.aws"
    token = session.client("dsql").generate_db_connect_auth_token(host, region)
    connection = it.get("connection", {})
    if not connection:
        return None
    with psycopg.connect(
        host=host, hostaddr=connection["hostaddr"], port=connection["port"], user=it["databaseRole"], password=token,
        dbname="postgres", sslmode="verify-full", sslrootcert=f"{folder}/{connection['sslrootcert']}", autocommit=True,
    ) as database:  # fmt: skip
        versions = database.execute("SELECT version FROM schema_version").fetchall()
        rows = database.execute("SELECT count(*) FROM tasks WHERE created_by LIKE 'taskops-canary%'").fetchone()
        return versions, rows


def main() -> int:
    path = sys.argv[1]
    folder = path.rsplit("/", 1)[0]
    with open(path, encoding="utf-8") as file:
        stack = yaml.safe_load(file)
    regions = {name: {**stack["defaults"], **own} for name, own in stack["regions"].items()}
    with ThreadPoolExecutor(len(regions)) as pool:
        list(pool.map(lambda pair: read(pair[0], pair[1], folder), regions.items()))
    print(next(calls))
    return 0


if __name__ == "__main__":
    sys.exit(main())
