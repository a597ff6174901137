"""Requests as botocore writes them, and ways to spoil them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from botocore.serialize import create_serializer

from conformance import models
from conformance.exchange import Exchange, Sent

ENDPOINT = "https://aws.example.test:8443"
Spoil = Callable[[Sent], Sent]


def honest(service: str, operation: str, **parameters: Any) -> Exchange:
    """What botocore sends for these parameters, with the headers a client adds."""
    model = models.operation(service, operation)
    assert model is not None
    protocol = "json" if service == "cloudwatch" else model.metadata["protocol"]
    written = create_serializer(protocol).serialize_to_request(parameters, model)
    body, query = written["body"], written["query_string"]
    if isinstance(body, dict):
        body = urlencode(body).encode()
    target = written["url_path"] + (f"?{urlencode(query, doseq=True)}" if query else "")
    headers = {name.lower(): value for name, value in written["headers"].items()}
    headers |= {
        "host": (written.get("host_prefix") or "") + ENDPOINT.removeprefix("https://"),
        "x-amz-date": "20260102T030405Z",
        "user-agent": "taskops/0.1.0",
    }
    if model.auth_type != "none":
        headers["authorization"] = "****"
    sent = Sent(written["method"], target, headers, body.encode() if isinstance(body, str) else body)
    return Exchange("test", service, operation, "us-east-1", sent)


def spoilt(exchange: Exchange, spoil: Spoil) -> Exchange:
    return dataclasses.replace(exchange, request=spoil(exchange.request))


def header(name: str, value: str | None) -> Spoil:
    def spoil(sent: Sent) -> Sent:
        headers = {k: v for k, v in sent.headers.items() if k != name}
        return dataclasses.replace(sent, headers=headers if value is None else {**headers, name: value})

    return spoil


def target(old: str, new: str) -> Spoil:
    def spoil(sent: Sent) -> Sent:
        assert old in sent.target
        return dataclasses.replace(sent, target=sent.target.replace(old, new))

    return spoil


def method(name: str) -> Spoil:
    return lambda sent: dataclasses.replace(sent, method=name)


def body(new: bytes) -> Spoil:
    return lambda sent: dataclasses.replace(sent, body=new)


def text(old: str, new: str) -> Spoil:
    """Of a body: the one text for the other."""

    def spoil(sent: Sent) -> Sent:
        assert old.encode() in sent.body, sent.body
        return dataclasses.replace(sent, body=sent.body.replace(old.encode(), new.encode()))

    return spoil


def member(*path: str | int, value: Any) -> Spoil:
    """Of a JSON body: a member set to something else; ``...`` takes it out."""

    def spoil(sent: Sent) -> Sent:
        document = json.loads(sent.body)
        place = document
        for step in path[:-1]:
            place = place[step]
        if value is ...:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        return dataclasses.replace(sent, body=json.dumps(document).encode())

    return spoil
