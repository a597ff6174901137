"""Where people sign in, which the local stack does not have: IAM Identity Center's token service and portal, and AWS Sign-In.

They answer on loopback as the models say, and keep what they were asked and what they answered.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .exchange import Exchange, Received, Sent

_OPERATIONS = {
    "/token": ("sso-oidc", "CreateToken"),
    "/federation/credentials": ("sso", "GetRoleCredentials"),
    "/v1/token": ("signin", "CreateOAuth2Token"),
}


class Portal:
    """``credentials`` are those of the role, as STS gave them."""

    def __init__(self, credentials: dict[str, Any]) -> None:
        self._credentials = credentials
        self.exchanges: list[Exchange] = []
        self.url = ""

    @contextmanager
    def running(self) -> Iterator[Portal]:
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                received = portal.answer(self)
                self.send_response(received.status)
                for name, value in received.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(received.body)))
                self.end_headers()
                self.wfile.write(received.body)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> Received:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in request.headers.items()}
        sent = Sent(request.command, request.path, headers, body)
        service, operation = _OPERATIONS.get(sent.path, ("unknown", sent.path))
        answers = {
            "CreateToken": self._token,
            "GetRoleCredentials": self._role,
            "CreateOAuth2Token": self._session,
        }
        members = answers.get(operation, dict)()
        received = Received(
            200 if members else 404,
            {"Content-Type": "application/json", "x-amzn-RequestId": "0d5a4b8e-58ea-4b3c-8bf4-8c5a3e0f5c6d"},
            json.dumps(members).encode(),
        )
        self.exchanges.append(Exchange("", service, operation, "us-east-1", sent, received, endpoint=self.url))
        return received

    def _token(self) -> dict[str, Any]:
        return {"accessToken": "renewed", "tokenType": "Bearer", "expiresIn": 3600, "refreshToken": "renewed-too"}

    def _session(self) -> dict[str, Any]:
        names = {"accessKeyId": "AccessKeyId", "secretAccessKey": "SecretAccessKey", "sessionToken": "SessionToken"}
        return {
            "accessToken": {ours: self._credentials[theirs] for ours, theirs in names.items()},
            "tokenType": "aws_sigv4",
            "expiresIn": 900,
            "refreshToken": "renewed-too",
        }

    def _role(self) -> dict[str, Any]:
        given = self._credentials
        return {
            "roleCredentials": {
                "accessKeyId": given["AccessKeyId"],
                "secretAccessKey": given["SecretAccessKey"],
                "sessionToken": given["SessionToken"],
                "expiration": int(given["Expiration"].timestamp() * 1000),
            }
        }
