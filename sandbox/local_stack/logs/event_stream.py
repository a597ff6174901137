"""Frames of AWS's event streams: lengths, headers, payload, and a CRC-32 behind the prelude and behind all of it."""

from __future__ import annotations

import json
from binascii import crc32
from typing import Any

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_STRING = 7


def event(kind: str, value: Any) -> bytes:
    headers = {":message-type": "event", ":event-type": kind, ":content-type": "application/json"}
    return frame(headers, json.dumps(value).encode())


def exception(kind: str, message: str) -> bytes:
    headers = {":message-type": "exception", ":exception-type": kind, ":content-type": "application/json"}
    return frame(headers, json.dumps({"message": message}).encode())


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    packed = b"".join(
        bytes([len(name)]) + name.encode() + bytes([_STRING]) + len(value).to_bytes(2, "big") + value.encode()
        for name, value in headers.items()
    )
    prelude = (16 + len(packed) + len(payload)).to_bytes(4, "big") + len(packed).to_bytes(4, "big")
    before = prelude + crc32(prelude).to_bytes(4, "big") + packed + payload
    return before + crc32(before).to_bytes(4, "big")


def damaged(whole: bytes) -> bytes:
    """The same with one byte changed in its middle; no checksum fits any more."""
    at = len(whole) // 2
    return whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
