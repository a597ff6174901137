"""The two queues for events that came to nothing."""

from __future__ import annotations

import json
import time
from typing import Any

from .bench import Bench
from .breakage import Record, breakage
from .function import invoke_config

#: What a queue is made with; the rest of its attributes is counted, not set.
_SET = ("DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "Policy", "ReceiveMessageWaitTimeSeconds",
        "VisibilityTimeout", "KmsMasterKeyId", "SqsManagedSseEnabled", "RedrivePolicy")


class _Queue:
    """The queue is deleted; what was in it is gone."""

    @staticmethod
    def look_at(bench: Bench, name: str) -> Record:
        sqs, url = bench.client("sqs"), bench.queue_url(name)
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return {"name": name, "attributes": {key: attributes[key] for key in _SET if key in attributes},
                "tags": sqs.list_queue_tags(QueueUrl=url).get("Tags", {})}

    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        bench.client("sqs").delete_queue(QueueUrl=bench.queue_url(record["name"]))

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        sqs = bench.client("sqs")
        try:
            sqs.get_queue_url(QueueName=record["name"])
        except sqs.exceptions.QueueDoesNotExist:
            sqs.create_queue(QueueName=record["name"], Attributes=record["attributes"], tags=record["tags"])


@breakage("the target's dead-letter queue is deleted", "dead-letter-queue-missing")
class _DeadLettersMissing(_Queue):
    look = staticmethod(lambda bench: _Queue.look_at(bench, bench.stack.dead_letter_queue))


@breakage("the function's failure queue is deleted", "failure-queue-missing")
class _FailuresMissing(_Queue):
    look = staticmethod(lambda bench: _Queue.look_at(bench, bench.stack.failure_queue))


class _Attributes:
    """Some of the queue's attributes change."""

    names: tuple[str, ...] = ("Policy",)

    @classmethod
    def look_at(cls, bench: Bench, name: str) -> Record:
        url = bench.queue_url(name)
        attributes = bench.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return {"name": name, "attributes": {key: attributes.get(key, "") for key in cls.names}}

    @staticmethod
    def set(bench: Bench, record: Record, attributes: dict[str, str]) -> None:
        bench.client("sqs").set_queue_attributes(QueueUrl=bench.queue_url(record["name"]), Attributes=attributes)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        sqs = bench.client("sqs")
        try:
            _Attributes.set(bench, record, record["attributes"])
        except sqs.exceptions.QueueDoesNotExist:
            # It was deleted after this; whoever mends that makes it anew with the attributes it had then.
            pass


@breakage("the dead-letter queue's policy does not let EventBridge in", "dead-letter-queue-refuses")
class _DeadLettersRefused(_Attributes):
    look = staticmethod(lambda bench: _Attributes.look_at(bench, bench.stack.dead_letter_queue))

    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        policy = json.loads(record["attributes"]["Policy"])
        policy["Statement"] = [one for one in policy["Statement"] if one["Effect"] == "Deny"]
        _Attributes.set(bench, record, {"Policy": json.dumps(policy)})


@breakage("the dead-letter queue is encrypted with AWS's own key, which EventBridge may not use", "dead-letter-queue-key")
class _DeadLettersKey(_Attributes):
    names = ("KmsMasterKeyId", "SqsManagedSseEnabled")

    @classmethod
    def look(cls, bench: Bench) -> Record:
        return cls.look_at(bench, bench.stack.dead_letter_queue)

    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        _Attributes.set(bench, record, {"KmsMasterKeyId": "alias/aws/sqs"})


@breakage("the failure queue's policy denies the function's role", "failure-queue-refuses")
class _FailuresRefused(_Attributes):
    look = staticmethod(lambda bench: _Attributes.look_at(bench, bench.stack.failure_queue))

    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        arn = f"arn:aws:sqs:{bench.region}:{bench.account}:{record['name']}"
        policy: dict[str, Any] = json.loads(record["attributes"]["Policy"] or '{"Version": "2012-10-17", "Statement": []}')
        policy["Statement"].append({"Sid": "NobodySends", "Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage",
                                    "Resource": arn})
        _Attributes.set(bench, record, {"Policy": json.dumps(policy)})


@breakage("the function has no on-failure destination", "failure-destination-missing")
class _DestinationMissing:
    look = staticmethod(lambda bench: {"invoke": invoke_config(bench)})

    @staticmethod
    def break_(bench: Bench, record: Record) -> None:
        without = {key: value for key, value in record["invoke"].items() if key != "DestinationConfig"}
        bench.client("lambda").put_function_event_invoke_config(FunctionName=bench.stack.function, **without)

    @staticmethod
    def mend(bench: Bench, record: Record) -> None:
        functions = bench.client("lambda")
        for _ in range(20):
            try:
                functions.put_function_event_invoke_config(FunctionName=bench.stack.function, **record["invoke"])
                return
            except functions.exceptions.ResourceConflictException:
                time.sleep(0.2)
