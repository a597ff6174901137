#!/usr/bin/env python3
"""Gives the task processor the events that lie in one of its two queues: `redrive.py --region R --queue failed`.

It hands each event to the function as it was, with its own id. So an event that had been processed after all changes
nothing a second time; sent through the bus again it would get a new id, and be a new task. A message is deleted when
Lambda has taken its event (202); if the function fails at it again, Lambda puts it back into the failure queue.
It ends 0 when all were handed on or shown, 1 when some are left or something failed, 64 when it was called wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import boto3
from deployment.problem import Problem, aws_errors


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n  next: {self.prog} --help\n")


def at_most(value: str) -> int:
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(f"{value!r} is not a number of events such as 1 or 50")
    return int(value)


def event_of(body: str, queue: str) -> dict[str, Any]:
    """The event in a message: EventBridge leaves it bare, Lambda wraps it in its record of the invocation."""
    found: Any = json.loads(body)
    if queue == "failed":
        found = found["requestPayload"]
    if not isinstance(found, dict) or not {"id", "detail-type", "detail"} <= found.keys():
        raise ValueError("no event in it")
    return found


def reason(message: dict[str, Any], queue: str) -> str:
    """Why the message is here, as EventBridge or Lambda says."""
    if queue == "undelivered":
        attributes = message.get("MessageAttributes", {})
        values = [attributes.get(key, {}).get("StringValue", "") for key in ("ERROR_CODE", "ERROR_MESSAGE")]
        return ": ".join(value for value in values if value) or "no reason given"
    record = json.loads(message["Body"])
    response = record.get("responsePayload")
    error = response.get("errorMessage", "") if isinstance(response, dict) else ""
    condition = record.get("requestContext", {}).get("condition", "no reason given")
    return f"{condition}: {error}" if error else str(condition)


def messages(sqs: Any, url: str, limit: int) -> Iterator[dict[str, Any]]:
    """Each that is there now, once. What is not deleted stays hidden for the queue's visibility timeout, and comes
    again after it: that is the sign that all were seen."""
    seen: set[str] = set()
    while not limit or len(seen) < limit:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(10, limit - len(seen)) if limit else 10,
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
        )
        fresh = [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]
        if not fresh:
            return
        seen.update(message["MessageId"] for message in fresh)
        yield from fresh


def redrive(options: argparse.Namespace) -> int:
    function = f"task-processor-{options.environment}"
    name = {"undelivered": f"task-events-{options.environment}-undelivered", "failed": f"{function}-failed"}
    sqs = boto3.client("sqs", region_name=options.region)
    target = boto3.client("lambda", region_name=options.region)
    url = sqs.get_queue_url(QueueName=name[options.queue])["QueueUrl"]
    handed, left = 0, 0
    shown: list[str] = []
    for message in messages(sqs, url, options.limit):
        try:
            event = event_of(message["Body"], options.queue)
        except (ValueError, KeyError) as error:
            left += 1
            print(f"left     {message['MessageId']}  cannot be read ({error})", flush=True)
            continue
        line = f"{event['id']}  {event['detail-type']}  {reason(message, options.queue)}"
        if options.list:
            shown.append(message["ReceiptHandle"])
            print(f"waiting  {line}", flush=True)
            continue
        payload = json.dumps(event).encode()
        status = target.invoke(FunctionName=function, InvocationType="Event", Payload=payload)["StatusCode"]
        if status != 202:
            left += 1
            print(f"left     {line}  (Lambda answered {status})", flush=True)
            continue
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        handed += 1
        print(f"handed   {line}", flush=True)
    for receipt in shown:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
    if options.list:
        print(f"{len(shown) + left} events wait in {name[options.queue]} in {options.region}")
    else:
        print(f"{handed} events handed to {function} in {options.region}, {left} left in {name[options.queue]}")
    return 1 if left else 0


def main(given: list[str] | None = None) -> int:
    parser = Parser(prog="redrive.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--region", required=True)
    parser.add_argument("--queue", required=True, choices=["undelivered", "failed"])
    parser.add_argument("--environment", default="dev")
    parser.add_argument("--limit", type=at_most, default=0, help="at most so many events (default: all)")
    parser.add_argument("--list", action="store_true", help="only show what waits, and why")
    options = parser.parse_args(given)
    try:
        with aws_errors("redrive", options.region):
            return redrive(options)
    except Problem as problem:
        print(f"redrive.py: {problem.summary}\n  next: {problem.hint}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
