"""Attributes of queues as SQS answers them, put right on moto's own class.

API reference, GetQueueAttributes and SetQueueAttributes: times are whole seconds, and of the two kinds of
server-side encryption one is on at most ("SSE-SQS" or "SSE-KMS").
"""

from __future__ import annotations

import functools
import json
from typing import Any


def install() -> None:
    from moto.sqs.models import Queue

    _encrypt_one_way(Queue)
    _answer_as_sqs(Queue)


def _encrypt_one_way(queue_class: Any) -> None:
    original = queue_class._set_attributes

    @functools.wraps(original)
    def _set_attributes(self: Any, attributes: dict[str, Any], now: float | None = None) -> None:
        original(self, attributes, now)
        if attributes.get("KmsMasterKeyId"):
            self.sqs_managed_sse_enabled = False
        elif str(attributes.get("SqsManagedSseEnabled", "")).lower() == "true":
            self.kms_master_key_id = None

    queue_class._set_attributes = _set_attributes


def _answer_as_sqs(queue_class: Any) -> None:
    original = queue_class.attributes.fget

    def attributes(self: Any) -> dict[str, Any]:
        answer = dict(original(self))
        for name in ("CreatedTimestamp", "LastModifiedTimestamp"):
            answer[name] = int(float(answer[name]))
        if self.redrive_policy:
            answer["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
        return answer

    queue_class.attributes = property(attributes)
