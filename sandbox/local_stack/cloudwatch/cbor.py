"""RFC 8949, as much of it as Smithy's RPC v2 CBOR protocol sends and reads.

The AWS SDKs for Go and Java (and with them Terraform) speak it to CloudWatch; boto3 and the aws CLI speak JSON.
"""

from __future__ import annotations

import struct
from typing import Any


class Timestamp(float):
    """Seconds since the epoch; written with tag 1, read back as a plain number."""


class CborError(ValueError):
    """The bytes are not CBOR."""


_BREAK = object()


def dumps(value: Any) -> bytes:
    out = bytearray()
    _write(out, value)
    return bytes(out)


def loads(data: bytes) -> Any:
    reader = _Reader(data)
    value = reader.item()
    if value is _BREAK or reader.position != len(data):
        raise CborError("bytes are left over")
    return value


def _head(out: bytearray, major: int, number: int) -> None:
    if number < 24:
        out.append(major << 5 | number)
        return
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << size * 8:
            out.append(major << 5 | code)
            out += number.to_bytes(size, "big")
            return
    raise CborError("the number is too large")


def _write(out: bytearray, value: Any) -> None:
    match value:
        case None:
            out.append(0xF6)
        case bool():
            out.append(0xF5 if value else 0xF4)
        case int():
            _head(out, 0, value) if value >= 0 else _head(out, 1, -1 - value)
        case Timestamp():
            out += b"\xc1\xfb" + struct.pack(">d", value)
        case float():
            out += b"\xfb" + struct.pack(">d", value)
        case str():
            encoded = value.encode()
            _head(out, 3, len(encoded))
            out += encoded
        case bytes():
            _head(out, 2, len(value))
            out += value
        case list() | tuple():
            _head(out, 4, len(value))
            for element in value:
                _write(out, element)
        case dict():
            _head(out, 5, len(value))
            for key, element in value.items():
                _write(out, key)
                _write(out, element)
        case _:
            raise CborError(f"{type(value).__name__} cannot be written")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def _take(self, size: int) -> bytes:
        taken = self._data[self.position : self.position + size]
        if len(taken) != size:
            raise CborError("the end is missing")
        self.position += size
        return taken

    def item(self, depth: int = 0) -> Any:
        if depth > 64:
            raise CborError("nested too deeply")
        head = self._take(1)[0]
        major, low = head >> 5, head & 31
        if major == 7:
            return self._simple(low)
        length: int | None
        if low < 24:
            length = low
        elif low <= 27:
            length = int.from_bytes(self._take(1 << low - 24), "big")
        elif low == 31 and major in (2, 3, 4, 5):
            length = None
        else:
            raise CborError("a length is malformed")
        if length is None:
            return self._indefinite(major, depth)
        match major:
            case 0:
                return length
            case 1:
                return -1 - length
            case 2:
                return self._take(length)
            case 3:
                return self._text(self._take(length))
            case 4:
                return [self.item(depth + 1) for _ in range(length)]
            case 5:
                return {self.item(depth + 1): self.item(depth + 1) for _ in range(length)}
        return self.item(depth + 1)  # a tag: what it says is known from the shape

    def _indefinite(self, major: int, depth: int) -> Any:
        elements: list[Any] = []
        while (element := self.item(depth + 1)) is not _BREAK:
            elements.append(element)
        if major == 4:
            return elements
        if major == 5:
            return dict(zip(elements[::2], elements[1::2], strict=True))
        return b"".join(elements) if major == 2 else "".join(elements)

    def _simple(self, low: int) -> Any:
        match low:
            case 20 | 21:
                return low == 21
            case 22 | 23:
                return None
            case 25:
                return struct.unpack(">e", self._take(2))[0]
            case 26:
                return struct.unpack(">f", self._take(4))[0]
            case 27:
                return struct.unpack(">d", self._take(8))[0]
            case 31:
                return _BREAK
        raise CborError("a simple value is unknown")

    @staticmethod
    def _text(data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise CborError("a text is not UTF-8") from None
