"""CloudWatch's errors: a query code that SDKs show, and the name of the shape that stands in JSON and CBOR.

Names and codes are those of botocore's model; the service is "query compatible", so the code of the old
protocol goes in a header of the new ones.
"""

from __future__ import annotations

import uuid
from typing import Any

from ..errors import AwsError
from ..http_server import Response
from . import cbor

#: Query code → name of the shape, where they differ; unmodelled codes go as they are.
_SHAPES = {
    "InvalidFormat": "InvalidFormatFault",
    "InvalidParameterInput": "DashboardInvalidInputError",
    "InvalidParameterValue": "InvalidParameterValueException",
    "InvalidParameterCombination": "InvalidParameterCombinationException",
    "MissingParameter": "MissingRequiredParameterException",
    "LimitExceeded": "LimitExceededFault",
}


class CloudWatchError(AwsError):
    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        shape: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, status, details)
        self.shape = shape or _SHAPES.get(code, code)

    def response(self, protocol: str, service: str = "") -> Response:
        if protocol == "query":
            return super().response(protocol, service)
        side = "Receiver" if self.status >= 500 else "Sender"
        renamed = AwsError(
            self.shape,
            self.message,
            self.status,
            self.details,
            {"x-amzn-query-error": f"{self.code};{side}"},
        )
        if protocol == "smithy-rpc-v2-cbor":
            headers = {
                "smithy-protocol": "rpc-v2-cbor",
                "Content-Type": "application/cbor",
                "x-amzn-RequestId": str(uuid.uuid4()),
                **renamed.headers,
            }
            body = cbor.dumps({"__type": self.shape, "message": self.message, **self.details})
            return Response(self.status, body, headers)
        return renamed.response(protocol, service)


def invalid(message: str) -> CloudWatchError:
    return CloudWatchError("ValidationError", message)


def invalid_value(message: str) -> CloudWatchError:
    return CloudWatchError("InvalidParameterValue", message)


def invalid_combination(message: str) -> CloudWatchError:
    return CloudWatchError("InvalidParameterCombination", message)


def not_found(message: str = "") -> CloudWatchError:
    return CloudWatchError("ResourceNotFound", message or "Unknown", 404)


def invalid_token() -> CloudWatchError:
    return CloudWatchError("InvalidNextToken", "The specified token is not valid.")
