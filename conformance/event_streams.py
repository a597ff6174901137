"""Event streams (`vnd.amazon.event-stream`): written for made answers, and handed to botocore for reading.

A message is prelude (two lengths and their CRC), headers, payload and a CRC of it all (Smithy, "Amazon Event Stream").
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator

#: The type of a header whose value is text.
_STRING = 7


def message(headers: dict[str, str], payload: bytes) -> bytes:
    head = b"".join(
        bytes([len(name)]) + name.encode() + bytes([_STRING]) + struct.pack(">H", len(value.encode())) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    body = prelude + struct.pack(">I", binascii.crc32(prelude)) + head + payload
    return body + struct.pack(">I", binascii.crc32(body))


def event(name: str, payload: bytes) -> bytes:
    headers = {":message-type": "event", ":event-type": name, ":content-type": "application/json"}
    return message(headers, payload)


def exception(name: str, payload: bytes) -> bytes:
    headers = {":message-type": "exception", ":exception-type": name, ":content-type": "application/json"}
    return message(headers, payload)


class Stream:
    """A whole body as botocore takes one that still comes in."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body

    def close(self) -> None:
        """Nothing is open."""
