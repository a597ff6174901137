"""Checks a DSQL authentication token: a SigV4 query-presigned ``GET https://HOST/?Action=…`` without its scheme.

The rules are those of "Authentication and authorization for Aurora DSQL" and of SigV4's query form
("Create a signed AWS API request"); botocore's ``dsql`` signer produces what is accepted here. Everything
is a function of its arguments: the time is handed in.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl, quote

ALGORITHM = "AWS4-HMAC-SHA256"
MAX_EXPIRES = 604_800
#: A token may come from a clock that runs ahead by so much, as for every SigV4 request.
MAX_CLOCK_SKEW = timedelta(minutes=5)
ACTIONS = ("DbConnect", "DbConnectAdmin")
_EMPTY_PAYLOAD = hashlib.sha256(b"").hexdigest()
_REQUIRED = ("Action", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
             "X-Amz-SignedHeaders", "X-Amz-Signature")


class TokenRefused(Exception):
    """Why a token is not accepted; the text becomes the error's hint and never holds a secret."""


class KnownCredentials(Protocol):
    @property
    def secret_access_key(self) -> str: ...
    @property
    def session_token(self) -> str | None: ...
    @property
    def expired(self) -> bool: ...


C = TypeVar("C", bound=KnownCredentials)


@dataclass(frozen=True)
class Token:
    host: str
    action: str
    access_key_id: str
    date: str
    region: str
    service: str
    signed_at: datetime
    expires: timedelta
    session_token: str | None
    signature: str
    parameters: tuple[tuple[str, str], ...]


def parse(text: str) -> Token:
    """Takes the token apart; TokenRefused when it has not the form of one."""
    host, slash, query = text.partition("/?")
    if not slash or not host or "/" in host:
        raise TokenRefused("The password is not an authentication token.")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise TokenRefused("The password is not an authentication token.") from None
    values = dict(pairs)
    if len(values) != len(pairs):
        raise TokenRefused("The authentication token has a parameter twice.")
    for name in _REQUIRED:
        if name not in values:
            raise TokenRefused(f"The authentication token lacks {name}.")
    if values["X-Amz-Algorithm"] != ALGORITHM:
        raise TokenRefused(f"The authentication token's algorithm is not {ALGORITHM}.")
    if values["X-Amz-SignedHeaders"] != "host":
        raise TokenRefused("The authentication token signs other headers than host.")
    scope = values["X-Amz-Credential"].split("/")
    if len(scope) != 5 or scope[4] != "aws4_request":
        raise TokenRefused("Credential must have exactly 5 slash-delimited elements.")
    try:
        signed_at = datetime.strptime(values["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise TokenRefused("Date must be in ISO-8601 'basic format'.") from None
    expires = values["X-Amz-Expires"]
    if not (expires.isascii() and expires.isdigit()) or not 1 <= int(expires) <= MAX_EXPIRES:
        raise TokenRefused(f"X-Amz-Expires must be from 1 to {MAX_EXPIRES} seconds.")
    return Token(
        host=host, action=values["Action"], access_key_id=scope[0], date=scope[1], region=scope[2],
        service=scope[3], signed_at=signed_at, expires=timedelta(seconds=int(expires)),
        session_token=values.get("X-Amz-Security-Token"), signature=values["X-Amz-Signature"],
        parameters=tuple(pair for pair in pairs if pair[0] != "X-Amz-Signature"),
    )


def verify(
    text: str, *, user: str, host: str, region: str, clock: Callable[[str], datetime],
    lookup: Callable[[str], C | None]
) -> tuple[Token, C]:
    """The token and its owner's credentials when it lets ``user`` in at ``host`` now; else TokenRefused.

    ``clock`` tells the time by which a key's owner is judged.
    """
    token = parse(text)
    now = clock(token.access_key_id)
    expected = "DbConnectAdmin" if user == "admin" else "DbConnect"
    if token.action not in ACTIONS or token.action != expected:
        raise TokenRefused(f"Wrong user to action mapping. user: {user}, action: {token.action}")
    if token.service != "dsql":
        raise TokenRefused("Credential should be scoped to correct service: 'dsql'.")
    if token.region != region:
        raise TokenRefused(f"Credential should be scoped to a valid region, not '{token.region}'.")
    if token.date != token.signed_at.strftime("%Y%m%d"):
        raise TokenRefused("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.")
    if token.host.lower() != host.lower():
        raise TokenRefused("The authentication token was made for another host name.")
    if now > token.signed_at + token.expires:
        raise TokenRefused(f"Signature expired: {_stamp(token.signed_at)} is now earlier than "
                           f"{_stamp(now - token.expires)} ({_stamp(now)} - {int(token.expires.total_seconds())} sec.)")
    if token.signed_at > now + MAX_CLOCK_SKEW:
        raise TokenRefused(f"Signature not yet current: {_stamp(token.signed_at)} is still later than "
                           f"{_stamp(now + MAX_CLOCK_SKEW)} ({_stamp(now)} + 5 min.)")
    known = lookup(token.access_key_id)
    if known is None:
        raise TokenRefused("The security token included in the request is invalid.")
    if (token.session_token or None) != (known.session_token or None):
        raise TokenRefused("The security token included in the request is invalid.")
    if not hmac.compare_digest(signature(token, known.secret_access_key).encode(), token.signature.encode()):
        raise TokenRefused("The request signature we calculated does not match the signature you provided.")
    if known.expired:
        raise TokenRefused("The security token included in the request is expired.")
    return token, known


def signature(token: Token, secret_access_key: str) -> str:
    """SigV4's signature of the request the token stands for."""
    query = "&".join(f"{_escape(n)}={_escape(v)}" for n, v in sorted(token.parameters))
    canonical = f"GET\n/\n{query}\nhost:{token.host}\n\nhost\n{_EMPTY_PAYLOAD}"
    scope = f"{token.date}/{token.region}/{token.service}/aws4_request"
    to_sign = "\n".join((ALGORITHM, _stamp(token.signed_at), scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def _escape(text: str) -> str:
    return quote(text, safe="-_.~")


def _stamp(time: datetime) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ")
