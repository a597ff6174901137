"""Sending to SQS queues inside the stack, with the checks SQS makes of a service that sends."""

from __future__ import annotations

import json
from typing import Any

from . import iam_policies
from .world import World


class QueueError(Exception):
    """The queue cannot take the message."""


def find(world: World, arn: str) -> Any | None:
    from moto.sqs.models import sqs_backends

    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "sqs":
        return None
    return sqs_backends[world.account_id][parts[3]].queues.get(parts[5])


def send(
    world: World, arn: str, body: str, attributes: dict[str, tuple[str, str]] | None = None, group_id: str | None = None
) -> None:
    from moto.sqs.exceptions import SQSException
    from moto.sqs.models import sqs_backends

    if find(world, arn) is None:
        raise QueueError("the queue does not exist")
    message_attributes = {
        name: {"DataType": kind, "StringValue": value} for name, (kind, value) in (attributes or {}).items()
    }
    try:
        sqs_backends[world.account_id][arn.split(":")[3]].send_message(
            queue_name=arn.split(":")[5],
            message_body=body,
            message_attributes=message_attributes,
            group_id=group_id,
        )
    except SQSException as problem:
        raise QueueError(problem.message) from None


def is_denied(world: World, arn: str, role: str) -> bool:
    """Whether the queue's own policy denies a role of its account to send. An explicit Deny wins over what the role
    may do (IAM user guide, "Policy evaluation logic"); it need not be allowed by the queue as well."""
    queue = find(world, arn)
    if queue is None or not queue.policy:
        return False
    document = queue.policy if isinstance(queue.policy, str) else json.dumps(queue.policy)
    everything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    context = {"aws:SecureTransport": "true", "aws:PrincipalArn": role}
    return not iam_policies.allows(
        [document, {"Statement": [everything]}], "sqs:SendMessage", arn, context, {"AWS": role}
    )


def refusal_of_service(queue: Any, service: str, source_arn: str, account: str) -> str | None:
    """Why the queue does not take messages from an AWS service, or None when it does.

    EventBridge sends to a queue as ``events.amazonaws.com`` and needs the queue's own policy (EventBridge
    user guide, "Resource-based policies"); it cannot use the AWS-managed SQS key (aws-cdk issues 33169
    and 20804).
    """
    key = getattr(queue, "kms_master_key_id", None)
    if key and (key == "alias/aws/sqs" or key.endswith(":alias/aws/sqs")):
        return "the queue is encrypted with the AWS-managed key alias/aws/sqs, which the service cannot use"
    policy = queue.policy
    if not policy:
        return f"the queue has no policy that lets {service} send to it"
    context = {
        "aws:SourceArn": source_arn,
        "aws:SourceAccount": account,
        "aws:SecureTransport": "true",
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service,
    }
    document = policy if isinstance(policy, (dict, str)) else json.dumps(policy)
    if not iam_policies.allows([document], "sqs:SendMessage", queue.queue_arn, context, {"Service": service}):
        return f"the queue's policy does not let {service} send to it for {source_arn}"
    return None
