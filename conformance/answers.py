"""Answers made from botocore's output shapes: all members, few, none, null ones, unknown ones, hard texts and numbers.

Every answer comes from a kept seed, so that a difference that was found once is found again.
"""

from __future__ import annotations

import functools
import json
import random
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from . import errors, event_streams, models, xml_answers
from .exchange import Received
from .made_values import MadeValues

#: How much of the shape each seed fills in.
PLANS = ("full", "full", "full", "full", "least", "least", "nulls", "nulls", "unknown", "unknown", *["some"] * 14)


@dataclass(frozen=True)
class Answer:
    #: Service and operation, such as ``events PutEvents``.
    call: str
    #: Where it comes from: a seed, or the command in whose recording it is.
    origin: str
    received: Received


def made(call: str, needed: tuple[str, ...] = ()) -> list[Answer]:
    """Successes and errors of one operation. ``needed`` are members without which an answer is of no use to us."""
    model = _model(call)
    answers = [
        Answer(call, f"seed {seed}, {plan}", _success(model, random.Random(f"{call} {seed}"), plan, frozenset(needed)))
        for seed, plan in enumerate(PLANS)
    ]
    if model.has_event_stream_output:
        answers += [Answer(call, f"ended by {name}", _ended(name)) for name in _exceptions(model)]
    answers += [
        Answer(call, f"error form {number}", received)
        for number, received in enumerate(errors.made(model, protocol(model)))
    ]
    return answers


def without(call: str, member: str) -> Answer:
    """An answer that holds everything but one member, given by its path."""
    model = _model(call)
    received = _success(model, random.Random(f"{call} without {member}"), "full", frozenset(), left_out=member)
    return Answer(call, f"without {member}", received)


def protocol(model: OperationModel) -> str:
    """That of the answers: the one our requests speak."""
    offered = models.protocols(model)
    return next(name for name in ("json", "rest-json", "query") if name in offered)


def _model(call: str) -> OperationModel:
    model = models.operation(*call.split(" "))
    assert model is not None, call
    return model


def _success(
    model: OperationModel, chance: random.Random, plan: str, needed: frozenset[str], left_out: str | None = None
) -> Received:
    headers = {"x-amzn-RequestId": f"{chance.getrandbits(128):032x}"}
    shape = model.output_shape
    if model.has_event_stream_output:
        headers["Content-Type"] = "application/vnd.amazon.eventstream"
        return Received(200, headers, _events(model.get_event_stream_output(), chance, plan))
    values = MadeValues(chance, plan).structure(shape, needed) if shape is not None else {}
    if left_out is not None:
        *outer, last = left_out.split(".")
        functools.reduce(lambda place, name: place[name], outer, values).pop(last)
    speaks = protocol(model)
    if speaks == "query":
        return Received(200, {**headers, "Content-Type": "text/xml"}, xml_answers.written(model, values, chance))
    kind = "application/json" if speaks == "rest-json" else f"application/x-amz-json-{model.metadata['jsonVersion']}"
    headers["Content-Type"] = kind
    if shape is None:
        return Received(200, headers)
    body = dict(values)
    for name, member in shape.members.items():
        place = member.serialization.get("location")
        if place is not None:
            value = body.pop(name, None)
            if place == "header" and value is not None:
                headers[member.serialization.get("name", name)] = str(value)
    payload = shape.serialization.get("payload")
    if payload is not None and shape.members[payload].type_name in ("blob", "string"):
        return Received(200, headers, str(body.get(payload, "")).encode())
    root, content = (shape, body) if payload is None else (shape.members[payload], body.get(payload, {}))
    wired = json_value(root, content, has_unknown=plan == "unknown")
    # AWS's services write non-ASCII characters either way.
    return Received(200, headers, json.dumps(wired, ensure_ascii=chance.random() < 0.5).encode())


def _events(shape: StructureShape, chance: random.Random, plan: str) -> bytes:
    """A stream that begins as AWS's do, holds some events, and ends in order."""
    names = [name for name, member in shape.members.items() if member.serialization.get("event")]
    values = MadeValues(chance, plan)
    body = event_streams.event("initial-response", b"{}")
    # Each kind once, then whatever comes.
    for name in [*names, *(chance.choice(names) for _ in range(chance.randint(0, 3)))]:
        made_value = json_value(
            shape.members[name], values.structure(shape.members[name]), has_unknown=plan == "unknown"
        )
        body += event_streams.event(name, json.dumps(made_value).encode())
    if plan == "unknown":
        body += event_streams.event("taskopsUnknown", b"{}")
    return body


def _exceptions(model: OperationModel) -> list[str]:
    members = model.get_event_stream_output().members
    return [name for name, member in members.items() if member.metadata.get("exception")]


def _ended(name: str) -> Received:
    headers = {"Content-Type": "application/vnd.amazon.eventstream"}
    body = event_streams.event("initial-response", b"{}") + event_streams.exception(name, b'{"message":"It is over."}')
    return Received(200, headers, body)


def json_value(shape: Shape, value: Any, *, has_unknown: bool) -> Any:
    """A value under the names it has on the wire, with members that tomorrow's AWS may send where there shall be some."""
    if value is None:
        return None
    if isinstance(shape, StructureShape):
        # A union has one member, and an unknown one would be it.
        extra = {"TaskopsUnknown": {"Deep": [1, None, "x"]}} if has_unknown and not shape.is_tagged_union else {}
        return extra | {
            shape.members[name].serialization.get("name", name): json_value(
                shape.members[name], member, has_unknown=has_unknown
            )
            for name, member in value.items()
        }
    if isinstance(shape, ListShape):
        return [json_value(shape.member, item, has_unknown=has_unknown) for item in value]
    if isinstance(shape, MapShape):
        return {key: json_value(shape.value, item, has_unknown=has_unknown) for key, item in value.items()}
    return value
