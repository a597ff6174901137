"""Serves the local stack's AWS half, and writes lines into its log groups as it is told: a cell a line, in JSON."""

import json
import pathlib
import random
import sys
import tempfile
import threading
import time

sys.path.insert(0, sys.argv[1])
import boto3
from local_stack.logs.requests import groups_of
from local_stack.logs.store import events_of
from local_stack.server import LocalStack

stack = LocalStack(pathlib.Path(tempfile.mkdtemp())).start()
key, secret = stack.operator.access_key_id, stack.operator.secret_access_key
saying = threading.Lock()


def say(**record):
    with saying:
        print(json.dumps(record), flush=True)


def lambda_lag(low, high):
    """START and what the function says come soon, END and REPORT of the same request as late as the cell says."""
    return lambda message: (
        random.uniform(low, high)
        if message.startswith(("END", "REPORT"))
        else random.uniform(20, 1000)
    )


def make(cell):
    for region in cell["regions"]:
        logs = boto3.client(
            "logs",
            region_name=region,
            endpoint_url=stack.endpoint_url,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )
        for number in range(cell["groups"]):
            name = f"/{cell['name']}/{number}"
            logs.create_log_group(logGroupName=name)
            for stream in range(3):
                logs.create_log_stream(logGroupName=name, logStreamName=f"s{stream}")


def write(cell):
    low, high = cell["lag"]
    lag = (
        lambda_lag(low, high)
        if cell["lambda"]
        else lambda message: round(random.uniform(low, high))
    )
    stores = [
        events_of(groups_of(stack.world, region)[f"/{cell['name']}/{number}"])
        for region in cell["regions"]
        for number in range(cell["groups"])
    ]
    written, begun = 0, time.monotonic()
    while (elapsed := time.monotonic() - begun) < cell["seconds"]:
        while written < elapsed * cell["rate"]:
            store, now = random.choice(stores), int(time.time() * 1000)
            request = f"{written:08}"
            if cell["lambda"]:
                lines = [
                    f"START RequestId: {request}",
                    f"INFO {request}",
                    f"END RequestId: {request}",
                    f"REPORT {request}",
                ]
            else:
                lines = [f"line {request} " + "x" * 80]
            store.put(
                f"s{written % 3}",
                [(now, line) for line in lines],
                lambda message: int(lag(message)),
            )
            written += len(lines)
        time.sleep(0.02)
    say(cell=cell["name"], written=written)


say(endpoint=stack.endpoint_url, control=stack.control_url, key=key, secret=secret)
for text in sys.stdin:
    cell = json.loads(text)
    make(cell)
    say(cell=cell["name"], made=True)
    threading.Thread(target=write, args=(cell,), daemon=True).start()
stack.close()
