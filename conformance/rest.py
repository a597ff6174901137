"""Requests of the REST-JSON protocol: named by method and path, with members in path, query string, headers and body."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.model import OperationModel, StructureShape

from .difference import Say
from .exchange import Sent
from .json_bodies import parsed
from .values import UNREADABLE, Texts, Values


def read(request: Sent, model: OperationModel, say: Say) -> dict[str, Any] | None:
    """The parameters; None where path or body cannot be read."""
    labels = _labels(request, model, say)
    if labels is None:
        return None
    shape = model.input_shape
    if shape is None:
        for name, _ in request.query:
            say(f"query {name}", "nothing: the operation takes no members")
        return {}
    found = _located(shape, "uri", labels, Texts(say), "label")
    found |= _query(request, model, shape, say)
    found |= _headers(request, shape, say)
    body = _body(request, shape, say)
    if body is None:
        return None
    found |= body
    Values(say).require(shape, found, "")
    return found


def _labels(request: Sent, model: OperationModel, say: Say) -> dict[str, str] | None:
    template = model.http["requestUri"].partition("?")[0]
    names = re.findall(r"{([^}]+)}", template)
    pattern = re.sub(r"{[^}]+\\\+}", "(.+)", re.escape(template).replace(r"\{", "{").replace(r"\}", "}"))
    pattern = re.sub(r"{[^}]+}", "([^/]+)", pattern)
    matched = re.fullmatch(pattern, request.path)
    if matched is None:
        say("path", f"{template}, not {request.path}")
        return None
    return {name.rstrip("+"): unquote(value) for name, value in zip(names, matched.groups(), strict=True)}


def _query(request: Sent, model: OperationModel, shape: StructureShape, say: Say) -> dict[str, Any]:
    """A name may come again only where it is a list's."""
    literal = dict(parse_qsl(model.http["requestUri"].partition("?")[2], keep_blank_values=True))
    sent: dict[str, list[str]] = {}
    for name, value in request.query:
        sent.setdefault(name, []).append(value)
    for name, value in literal.items():
        if sent.pop(name, None) != [value]:
            say(f"query {name}", f"{value!r}: it is part of the operation's address")
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        if member.serialization.get("location") != "querystring":
            continue
        wire_name = member.serialization.get("name", name)
        values = sent.pop(wire_name, None)
        if values is None:
            continue
        if member.type_name == "list":
            found[name] = Texts(say).read(member, values, f"query {wire_name}")
        else:
            if len(values) > 1:
                say(f"query {wire_name}", "once, not twice")
            found[name] = Texts(say).read(member, values[0], f"query {wire_name}")
    for name in sent:
        say(f"query {name}", f"nothing: {shape.name} has no such member")
    return found


def _headers(request: Sent, shape: StructureShape, say: Say) -> dict[str, Any]:
    found = _located(shape, "header", request.headers, Texts(say, "rfc822"), "header", small=True)
    for name, member in shape.members.items():
        if member.serialization.get("location") == "headers":
            prefix = member.serialization.get("name", "").lower()
            values = {k[len(prefix) :]: v for k, v in request.headers.items() if k.startswith(prefix)}
            if values:
                found[name] = values
    return found


def _located(
    shape: StructureShape, place: str, sent: dict[str, str], texts: Texts, what: str, *, small: bool = False
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        if member.serialization.get("location") != place:
            continue
        wire_name = member.serialization.get("name", name)
        wire_name = wire_name.lower() if small else wire_name
        if wire_name in sent:
            found[name] = texts.read(member, sent[wire_name], f"{what} {wire_name}")
    return found


def _body(request: Sent, shape: StructureShape, say: Say) -> dict[str, Any] | None:
    payload = shape.serialization.get("payload")
    if payload is not None and shape.members[payload].type_name in ("blob", "string"):
        return {payload: request.body} if request.body else {}
    members = [name for name, member in shape.members.items() if "location" not in member.serialization]
    if not members and payload is None:
        if request.body:
            say("body", "nothing: no member is sent in it")
        return {}
    if request.headers.get("content-type") != "application/json":
        say("header content-type", f"application/json, not {request.headers.get('content-type')}")
    fields = parsed(request.body, say)
    if fields is None:
        return None
    if payload is not None:
        found = Values(say).read(shape.members[payload], fields, payload)
        return None if found is UNREADABLE else {payload: found}
    return Values(say).structure(shape, fields, "", members)
