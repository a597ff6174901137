"""Holds one recorded request against the model of the operation it asks for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from botocore.model import OperationModel

from . import forms, json_bodies, models, rest, rewriting
from .difference import Difference, Say
from .exchange import Exchange, Sent

#: What every AWS SDK may send, whatever the operation. (botocore: ``auth.py``, ``handlers.py``.)
_COMMON_HEADERS = {"x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "x-amzn-trace-id"}
_READERS = {"json": json_bodies.read, "query": forms.read, "rest-json": rest.read}


def check(exchange: Exchange, endpoint: str) -> list[Difference]:
    """All differences between the request and the model.

    ``endpoint`` is the URL that the client was told to call, without which the host could not be judged.
    """
    found: list[Difference] = []

    def say(member: str, expected: str) -> None:
        found.append(Difference(exchange.command, exchange.call, member, expected))

    model = models.operation(exchange.service, exchange.operation)
    if model is None:
        say("operation", "one that botocore's models have")
        return found
    protocol = apparent_protocol(exchange.request)
    if protocol not in models.protocols(model) or protocol not in _READERS:
        say("protocol", f"one of {', '.join(models.protocols(model))}, not {protocol}")
        return found
    request = exchange.request
    _check_method(request, model, say)
    _check_host(request, model, endpoint, say)
    _check_signature(request, model, say)
    parameters = _READERS[protocol](request, model, say)
    _check_headers(request, model, protocol, say)
    if parameters is not None and not found:
        # Whatever is left, botocore itself finds: it writes the request anew from what was read.
        rewriting.compare(request, model, protocol, parameters, say)
    return found


def apparent_protocol(request: Sent) -> str:
    """Which protocol a request speaks, by what marks it."""
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return "smithy-rpc-v2-cbor"
    if "x-amz-target" in request.headers:
        return "json"
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return "query"
    return "rest-json"


def _check_method(request: Sent, model: OperationModel, say: Say) -> None:
    if request.method != model.http.get("method", "POST"):
        say("method", f"{model.http.get('method', 'POST')}, not {request.method}")


def _check_host(request: Sent, model: OperationModel, endpoint: str, say: Say) -> None:
    """Some operations have a host of their own, written before the endpoint's."""
    host = urlsplit(endpoint).netloc
    prefix = (model.endpoint or {}).get("hostPrefix", "")
    name = urlsplit(endpoint).hostname or ""
    # No name can be put before an address.
    wanted = host if name.replace(".", "").isdigit() else prefix + host
    if request.headers.get("host") != wanted:
        say("header host", f"{wanted}, not {request.headers.get('host')}")


def _check_signature(request: Sent, model: OperationModel, say: Say) -> None:
    signed = "authorization" in request.headers
    if model.auth_type == "none":
        if signed:
            say("header authorization", "none: the operation takes unsigned calls")
    elif not signed:
        say("header authorization", "a signature")


def _check_headers(request: Sent, model: OperationModel, protocol: str, say: Say) -> None:
    """No header of AWS's that nothing asks for, and the mark of services that once spoke the query protocol."""
    known = set(_COMMON_HEADERS)
    prefixes: list[str] = []
    members: dict[str, Any] = model.input_shape.members if model.input_shape is not None else {}
    for name, member in members.items():
        place, wire_name = member.serialization.get("location"), member.serialization.get("name", name).lower()
        if place == "header":
            known.add(wire_name)
        elif place == "headers":
            prefixes.append(wire_name)
    if protocol == "json":
        known |= {"x-amz-target", "x-amzn-query-mode"}
        mode, wanted = request.headers.get("x-amzn-query-mode"), model.service_model.is_query_compatible
        if wanted and mode != "true":
            say("header x-amzn-query-mode", f"true, not {mode}")
        elif not wanted and mode is not None:
            say("header x-amzn-query-mode", "none: the service never spoke the query protocol")
    for name in request.headers:
        if name.startswith(("x-amz-", "x-amzn-")) and name not in known and not name.startswith(tuple(prefixes)):
            say(f"header {name}", "nothing: no member of the model is sent in it")
