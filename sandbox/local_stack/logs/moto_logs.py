"""Lets moto's log groups and streams keep their events here, whoever puts them: PutLogEvents, Lambda, EventBridge."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

from ..world import World
from . import lag
from .patterns import PatternError, parsed
from .store import events_of

CLASSES = ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS")


def class_of(group: Any) -> str:
    return getattr(group, "log_group_class", "STANDARD")


def install(world: World) -> None:
    from moto.logs.models import LogGroup, LogStream

    from . import metric_filters

    def put_log_events(self: Any, log_events: list[dict[str, Any]]) -> str:
        group = self.log_group
        made = events_of(group).put(
            self.log_stream_name,
            ((event["timestamp"], event["message"]) for event in log_events),
            lambda message: lag.lag_ms(world.faults, self.region, group.name, message),
        )
        self.stored_bytes += sum(len(event[4]) for event in made)
        self.upload_sequence_token += 1
        metric_filters.emit(world, self.region, group, made)
        for subscription in group.subscription_filters.values():
            wanted = [event for event in made if _matches(subscription.filter_pattern, event[4])]
            if wanted:
                self._send_log_events(
                    service=subscription.destination_arn.split(":")[2],
                    destination_arn=subscription.destination_arn,
                    filter_name=subscription.name,
                    log_events=[{"id": event[2], "timestamp": event[0], "message": event[4]} for event in wanted],
                )
        return f"{self.upload_sequence_token:056d}"

    def events(self: Any) -> list[Any]:
        store = events_of(self.log_group)
        with store.lock:
            store.ingest()
            mine = store.streams.get(self.log_stream_name, ())
            return [
                SimpleNamespace(timestamp=event[0], ingestion_time=event[1], event_id=event[2], message=event[4])
                for event in (mine.after((-1,)) if mine else ())
            ]

    def to_describe_dict(self: Any) -> dict[str, Any]:
        described = {
            "arn": self.arn,
            "creationTime": self.creation_time,
            "logStreamName": self.log_stream_name,
            # "As of June 17, 2019, this parameter is no longer supported for log streams, and is always reported as zero."
            "storedBytes": 0,
        }
        store = events_of(self.log_group)
        with store.lock:
            store.ingest()
            mine = store.streams.get(self.log_stream_name)
            if mine is not None and mine.first is not None and mine.last is not None:
                described |= {
                    "firstEventTimestamp": mine.first[0],
                    "lastEventTimestamp": mine.last[0],
                    "lastIngestionTime": store.last_ingestion[self.log_stream_name],
                    "uploadSequenceToken": f"{self.upload_sequence_token:056d}",
                }
        return described

    LogStream.put_log_events = put_log_events
    # moto sets an empty list when a stream is made; what is put goes elsewhere.
    LogStream.events = property(events, lambda self, value: None)
    LogStream.to_describe_dict = to_describe_dict

    original_delete = LogGroup.delete_log_stream

    @functools.wraps(original_delete)
    def delete_log_stream(self: Any, log_stream_name: str) -> None:
        original_delete(self, log_stream_name)
        events_of(self).drop_stream(log_stream_name)

    LogGroup.delete_log_stream = delete_log_stream


def _matches(pattern: str, message: str) -> bool:
    try:
        return parsed(pattern or "").match(message) is not None
    except PatternError:
        return False
