"""The few messages of PostgreSQL's wire protocol, version 3, that the gate reads or writes itself.

Layouts: PostgreSQL documentation, chapter 55.7 "Message Formats".
"""

from __future__ import annotations

from collections.abc import Mapping

SSL_REQUEST = 80877103
GSS_ENCRYPTION_REQUEST = 80877104
CANCEL_REQUEST = 80877102

CLEARTEXT_PASSWORD = b"R\x00\x00\x00\x08\x00\x00\x00\x03"
TERMINATE = b"X\x00\x00\x00\x04"


def message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def error(severity: str, code: str, text: str, hint: str | None = None, detail: str | None = None) -> bytes:
    fields = [("S", severity), ("V", severity), ("C", code), ("M", text), ("D", detail), ("H", hint)]
    body = b"".join(k.encode() + v.encode() + b"\0" for k, v in fields if v is not None)
    return message(b"E", body + b"\0")


def error_fields(body: bytes) -> dict[str, str]:
    fields = {}
    for field in body.split(b"\0"):
        if field:
            fields[chr(field[0])] = field[1:].decode("utf-8", "replace")
    return fields


def error_from_fields(fields: Mapping[str, str]) -> bytes:
    body = b"".join(k.encode() + v.encode() + b"\0" for k, v in fields.items())
    return message(b"E", body + b"\0")


def startup(version: int, parameters: Mapping[str, str]) -> bytes:
    body = version.to_bytes(4, "big")
    body += b"".join(k.encode() + b"\0" + v.encode() + b"\0" for k, v in parameters.items()) + b"\0"
    return (len(body) + 4).to_bytes(4, "big") + body


def startup_parameters(body: bytes) -> dict[str, str]:
    """The name/value pairs after the version number; raises ValueError when they are not pairs."""
    parts = body.split(b"\0")
    if len(parts) < 2 or parts[-1] or parts[-2]:
        raise ValueError("the startup packet is not terminated")
    words = [part.decode() for part in parts[:-2]]
    if len(words) % 2:
        raise ValueError("the startup packet has a name without a value")
    return dict(zip(words[::2], words[1::2], strict=True))


def query(sql: str) -> bytes:
    return message(b"Q", sql.encode() + b"\0")


def execute(portal: str) -> bytes:
    return message(b"E", portal.encode() + b"\0" + b"\0\0\0\0")


def command_complete(tag: bytes) -> bytes:
    return message(b"C", tag + b"\0")


def first_column(body: bytes) -> str | None:
    """The first value of a DataRow in text format."""
    length = int.from_bytes(body[2:6], "big", signed=True)
    return None if length < 0 else body[6 : 6 + length].decode()
