"""Small faults of moto 5.2.1 that would show, mended where they are."""

from __future__ import annotations

import functools
from typing import Any


def install() -> None:
    _keep_queue_policies()


def _keep_queue_policies() -> None:
    """SetQueueAttributes changes what it names; moto also drops the queue's policy."""
    from moto.sqs.models import Queue

    original = Queue._set_attributes

    @functools.wraps(original)
    def _set_attributes(self: Any, attributes: dict[str, Any], now: float | None = None) -> None:
        kept = self.policy if hasattr(self, "_policy_json") and "Policy" not in attributes else None
        original(self, attributes, now)
        if kept:
            self.policy = kept

    Queue._set_attributes = _set_attributes
