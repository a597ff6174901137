"""What SQS tells CloudWatch: counts of calls as they come, levels of each queue from time to time.

Developer guide, "Available CloudWatch metrics for Amazon SQS". A message that a redrive policy moves is not
counted as sent, and its age begins anew in the dead-letter queue.
"""

from __future__ import annotations

import functools
import time
from typing import Any

from ..world import World

NAMESPACE = "AWS/SQS"


def count_calls(world: World) -> None:
    """Counts on moto's own classes, since the stack's services send to queues without a request."""
    from moto.sqs.models import Queue, SQSBackend

    def tell(backend: Any, queue: str, metric: str, value: float, unit: str = "Count") -> None:
        world.metrics.put(backend.region_name, NAMESPACE, metric, {"QueueName": queue}, value, unit)

    send, receive, delete, add = (
        SQSBackend.send_message,
        SQSBackend.receive_message,
        SQSBackend.delete_message,
        Queue.add_message,
    )

    @functools.wraps(send)
    def send_message(self: Any, queue_name: str, message_body: str, *rest: Any, **named: Any) -> Any:
        sent = send(self, queue_name, message_body, *rest, **named)
        tell(self, queue_name, "NumberOfMessagesSent", 1)
        tell(self, queue_name, "SentMessageSize", len(message_body.encode()), "Bytes")
        return sent

    @functools.wraps(receive)
    def receive_message(self: Any, queue_name: str, *rest: Any, **named: Any) -> Any:
        received = receive(self, queue_name, *rest, **named)
        if received:
            tell(self, queue_name, "NumberOfMessagesReceived", len(received))
        else:
            tell(self, queue_name, "NumberOfEmptyReceives", 1)
        return received

    @functools.wraps(delete)
    def delete_message(self: Any, queue_name: str, receipt_handle: str) -> Any:
        deleted = delete(self, queue_name, receipt_handle)
        tell(self, queue_name, "NumberOfMessagesDeleted", 1)
        return deleted

    @functools.wraps(add)
    def add_message(self: Any, message: Any) -> Any:
        message.entered_at = time.time()
        return add(self, message)

    SQSBackend.send_message = send_message
    SQSBackend.receive_message = receive_message
    SQSBackend.delete_message = delete_message
    Queue.add_message = add_message


def sample(world: World) -> None:
    """The levels of every queue at this moment."""
    from moto.sqs.models import sqs_backends

    for region, backend in list(sqs_backends[world.account_id].items()):
        for queue in list(backend.queues.values()):
            for metric, (value, unit) in levels(queue).items():
                world.metrics.put(region, NAMESPACE, metric, {"QueueName": queue.name}, value, unit)


def levels(queue: Any) -> dict[str, tuple[float, str]]:
    held = list(queue._messages)
    delayed = [message for message in held if message.delayed]
    hidden = [message for message in held if not message.visible and not message.delayed]
    oldest = min((message.entered_at for message in held), default=None)
    age = 0 if oldest is None else max(0, int(time.time() - oldest))
    return {
        "ApproximateNumberOfMessagesVisible": (len(held) - len(delayed) - len(hidden), "Count"),
        "ApproximateNumberOfMessagesNotVisible": (len(hidden), "Count"),
        "ApproximateNumberOfMessagesDelayed": (len(delayed), "Count"),
        "ApproximateAgeOfOldestMessage": (age, "Seconds"),
    }
