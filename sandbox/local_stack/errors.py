"""Errors in the form each AWS protocol gives them, so that SDKs understand and do not retry in vain."""

from __future__ import annotations

import json
import uuid
from typing import Any
from xml.sax.saxutils import escape

from .http_server import Response

#: Services that gave up the query protocol and still answer with its error codes, in a header.
_QUERY_COMPATIBLE = ("cloudwatch", "sqs")


class AwsError(Exception):
    """An error answer. ``details`` are further members of the error's shape (``reason`` and the like)."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        details: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.details = details or {}
        self.headers = headers or {}

    def response(self, protocol: str, service: str = "") -> Response:
        return render(self, protocol, service)


def render(error: AwsError, protocol: str, service: str) -> Response:
    request_id = str(uuid.uuid4())
    if service == "s3":
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{escape(error.code)}</Code>'
            f"<Message>{escape(error.message)}</Message><RequestId>{request_id}</RequestId></Error>"
        )
        return _xml(error, body, request_id)
    if protocol == "rest-xml" or protocol == "query":
        fault = "Receiver" if error.status >= 500 else "Sender"
        body = (
            f"<ErrorResponse><Error><Type>{fault}</Type><Code>{escape(error.code)}</Code>"
            f"<Message>{escape(error.message)}</Message></Error><RequestId>{request_id}</RequestId>"
            "</ErrorResponse>"
        )
        return _xml(error, body, request_id)
    if protocol == "ec2":
        body = (
            f"<Response><Errors><Error><Code>{escape(error.code)}</Code><Message>{escape(error.message)}"
            f"</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>"
        )
        return _xml(error, body, request_id)
    headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code, **error.headers}
    if service in _QUERY_COMPATIBLE:
        side = "Receiver" if error.status >= 500 else "Sender"
        headers = {"x-amzn-query-error": f"{error.code};{side}", **headers}
    if protocol == "smithy-rpc-v2-cbor":
        # An SDK that speaks CBOR looks for the code in this header as well; a JSON body is no CBOR.
        headers |= {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
        return Response(error.status, _cbor_map({"__type": error.code, "message": error.message}), headers)
    members: dict[str, Any] = {"message": error.message, **error.details}
    if protocol == "rest-json":
        if service == "lambda":
            members = {"Type": "User" if error.status < 500 else "Service", "Message": error.message, **members}
        headers["Content-Type"] = "application/json"
    else:
        members["__type"] = error.code
        headers["Content-Type"] = "application/x-amz-json-1.1"
    return Response(error.status, json.dumps(members).encode(), headers)


def _xml(error: AwsError, body: str, request_id: str) -> Response:
    headers = {"Content-Type": "text/xml", "x-amzn-RequestId": request_id, **error.headers}
    return Response(error.status, body.encode(), headers)


def _cbor_map(fields: dict[str, str]) -> bytes:
    """RFC 8949, as much of it as a map of short strings needs."""
    out = bytearray([0xA0 + len(fields)])
    for text in (part for item in fields.items() for part in item):
        encoded = text.encode()
        out += b"\x79" + len(encoded).to_bytes(2, "big") + encoded
    return bytes(out)


def unknown_operation(protocol: str, service: str, operation: str, known: bool) -> AwsError:
    """What AWS says to an operation a service does not have; said here of those nobody has filled in too."""
    if known:
        message = f"The local stack does not implement {service} {operation}."
    else:
        message = f"The operation {operation or 'at this path'} does not exist in {service or 'any service'}."
    if protocol in ("query", "ec2"):
        return AwsError("InvalidAction", message, 400)
    if protocol == "rest-xml":
        return AwsError(
            "NotImplemented" if service == "s3" else "InvalidAction", message, 501 if service == "s3" else 400
        )
    if protocol == "rest-json":
        return AwsError("UnknownOperationException", message, 404)
    return AwsError("UnknownOperationException", message, 400)
