"""Error answers in the forms that AWS's services give them (botocore: ``parsers.py``), and those of gateways before them."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from botocore.model import OperationModel

from .exchange import Received

_MESSAGES = ("Rule r does not exist on EventBus b.", 'a "quoted" <word> & Größe 🎯', "")
_ID = {"x-amzn-RequestId": "0d5a4b8e-58ea-4b3c-8bf4-8c5a3e0f5c6d"}
_PAGE = b"<html><body><b>Http/1.1 Service Unavailable</b></body></html>"


def made(model: OperationModel, protocol: str) -> list[Received]:
    """Every modelled error of the operation and some that all services give, each in another form."""
    codes = [
        (
            shape.metadata.get("error", {}).get("code", shape.name),
            shape.metadata.get("error", {}).get("httpStatusCode", 400),
        )
        for shape in model.error_shapes
    ]
    codes += [("AccessDeniedException", 403), ("ThrottlingException", 400), ("InternalFailure", 500)]
    forms = {"json": _json_forms, "rest-json": _rest_forms, "query": _xml_forms}[protocol]
    answers: list[Received] = []
    for number, (code, status) in enumerate(codes):
        for form in forms(code, status, _MESSAGES[number % len(_MESSAGES)]):
            answers.append(form)
    if model.service_model.is_query_compatible:
        answers += _query_compatible_forms()
    answers += [Received(503, {}, _PAGE), Received(500, dict(_ID), b"")]
    # In XML such an answer is one that botocore itself gives up on.
    return answers if protocol == "query" else [*answers, Received(400, dict(_ID), b"")]


def _json_forms(code: str, status: int, message: str) -> list[Received]:
    return [
        _json(status, {"__type": code, "message": message}),
        _json(status, {"__type": f"com.amazonaws.service#{code}", "Message": message}),
        _json(status, {"__type": f"{code}:http://internal.amazon.com/coral/", "message": message, "other": [1]}),
    ]


def _rest_forms(code: str, status: int, message: str) -> list[Received]:
    return [
        _json(status, {"message": message}, {"x-amzn-ErrorType": code}),
        _json(
            status, {"Type": "User", "Message": message}, {"X-Amzn-Errortype": f"{code}:http://internal.amazon.com/"}
        ),
        _json(status, {"message": message}, {"x-amzn-ErrorType": f"aws.protocoltests#{code}"}),
        _json(status, {"code": code, "message": message}),
        _json(status, {"Code": code, "Message": message}),
        _json(status, {"__type": f"aws.protocoltests#{code}", "message": message}),
    ]


def _query_compatible_forms() -> list[Received]:
    """Services that once spoke the query protocol name the old code in a header: callers have known it for years."""
    body = {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist."}
    return [
        _json(400, body, {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"}),
        _json(400, body, {"x-amzn-query-error": ";Sender"}),
        _json(400, body, {"x-amzn-query-error": "Alone"}),
    ]


def _xml_forms(code: str, status: int, message: str) -> list[Received]:
    fault = "Sender" if status < 500 else "Receiver"
    text = escape(message)
    inside = (
        f"<Error><Type>{fault}</Type><Code>{code}</Code><Message>{text}</Message></Error><RequestId>r-1</RequestId>"
    )
    spaced = f"\n  <Error>\n    <Code>{code}</Code>\n    <Message>{text}</Message>\n  </Error>\n  <RequestId>r-2</RequestId>\n"
    space = ' xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
    return [
        Received(status, {"Content-Type": "text/xml"}, f"<ErrorResponse{space}>{inside}</ErrorResponse>".encode()),
        Received(
            status,
            {"Content-Type": "text/xml"},
            f'<?xml version="1.0"?>\n<ErrorResponse>{spaced}</ErrorResponse>'.encode(),
        ),
    ]


def _json(status: int, body: dict[str, object], headers: dict[str, str] | None = None) -> Received:
    return Received(status, {**_ID, "Content-Type": "application/json", **(headers or {})}, json.dumps(body).encode())
