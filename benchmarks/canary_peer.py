"""The work of `taskops canary`, as one would write it with boto3 and psycopg: the peer that it is measured against.

Usage: canary_peer.py TASKOPS_YAML. In each Region at once: the bus exists, Task Created is put, its row read at home and
at the peer, Task Completed put and seen at both, the rows removed, leftovers swept. It prints one line per Region and
ends with 0, or with 2 when a step did not come about.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import psycopg
import yaml

TIMEOUT = 30.0
SEEN = {
    "create": "SELECT p.started_at FROM processed_events p JOIN tasks t ON t.id = p.task_id"
    " WHERE p.event_id = %s AND t.id = %s",
    "complete": "SELECT p.started_at FROM processed_events p JOIN tasks t ON t.id = p.task_id"
    " WHERE p.event_id = %s AND t.id = %s AND t.status = 'completed'",
}


def load(path: Path) -> tuple[str, dict[str, dict]]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    regions = {region: {**document["defaults"], **own} for region, own in document["regions"].items()}
    for settings in regions.values():
        certificate = Path(settings["connection"]["sslrootcert"])
        settings["sslrootcert"] = str(certificate if certificate.is_absolute() else path.parent / certificate)
    return document["stack"], regions


def connect(region: str, settings: dict) -> psycopg.Connection:
    host = f"{settings['cluster']}.dsql.{region}.on.aws"
    token = boto3.client("dsql", region_name=region).generate_db_connect_auth_token(host, region)
    return psycopg.connect(
        host=host,
        hostaddr=settings["connection"]["hostaddr"],
        port=settings["connection"]["port"],
        user=settings["databaseRole"],
        password=token,
        dbname="postgres",
        sslmode="verify-full",
        sslrootcert=settings["sslrootcert"],
        autocommit=True,
    )


def put(events, bus: str, detail_type: str, detail: dict) -> str:
    answer = events.put_events(
        Entries=[
            {
                "Source": "task.management",
                "DetailType": detail_type,
                "Detail": json.dumps(detail),
                "EventBusName": bus,
            }
        ]
    )
    if answer["FailedEntryCount"]:
        raise RuntimeError(answer["Entries"][0]["ErrorCode"])
    return answer["Entries"][0]["EventId"]


def wait(connection: psycopg.Connection, step: str, event: str, task: str, deadline: float) -> None:
    pause = 0.005
    while connection.execute(SEEN[step], (event, task)).fetchone() is None:
        if time.monotonic() + pause > deadline:
            raise TimeoutError(f"{step} was not seen")
        time.sleep(pause)
        pause = min(pause * 1.3, 0.2)


def remove(connection: psycopg.Connection, task: str, mark: str) -> None:
    with connection.transaction():
        row = connection.execute("SELECT created_by FROM tasks WHERE id = %s", (task,)).fetchone()
        if row is None or row[0] != mark:
            raise RuntimeError("not a canary")
        connection.execute("DELETE FROM task_updates WHERE task_id = %s", (task,))
        connection.execute("DELETE FROM processed_events WHERE task_id = %s", (task,))
        connection.execute("DELETE FROM tasks WHERE id = %s AND created_by = %s", (task, mark))
    with connection.transaction():
        connection.execute(
            "SELECT id FROM tasks WHERE created_by = %s AND created_at < now() - interval '1 hour' LIMIT 100", (mark,)
        ).fetchall()


def probe(region: str, peer: str, regions: dict[str, dict], stack: str) -> str:
    settings, mark = regions[region], f"taskops-canary/{stack}"
    deadline = time.monotonic() + TIMEOUT
    events = boto3.client("events", region_name=region)
    events.describe_event_bus(Name=settings["bus"])
    began = time.monotonic()
    draft = {"title": f"canary in {region}", "created_by": mark}
    task = put(events, settings["bus"], "Task Created", {"eventType": "task.created", "taskData": draft})
    with connect(region, settings) as home, connect(peer, regions[peer]) as away:
        wait(home, "create", task, task, deadline)
        wait(away, "create", task, task, deadline)
        completion = {"eventType": "task.completed", "taskId": task, "completedBy": mark}
        event = put(events, settings["bus"], "Task Completed", completion)
        wait(home, "complete", event, task, deadline)
        wait(away, "complete", event, task, deadline)
        took = time.monotonic() - began
        remove(home, task, mark)
    return f"{region}  ok  {took * 1000:.0f} ms  {task}"


def main() -> int:
    stack, regions = load(Path(sys.argv[1]))
    names = list(regions)
    with ThreadPoolExecutor(len(names)) as pool:
        runs = [
            pool.submit(probe, region, next(other for other in names if other != region), regions, stack)
            for region in names
        ]
    status = 0
    for region, run in zip(names, runs):
        try:
            print(run.result())
        except Exception as error:  # a Region that failed is a line, not the end of the others
            print(f"{region}  broken  {error}")
            status = 2
    return status


if __name__ == "__main__":
    sys.exit(main())
