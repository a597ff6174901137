"""Signature Version 4 on the server's side: is the request signed by whom it says, and recently?

Follows the IAM user guide, "Create a signed AWS API request". moto's own check refuses every request
without a body and accepts any date.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

from .errors import AwsError
from .http_server import Request
from .operations import Call
from .world import World

#: Requests outside this window are refused (S3 allows fifteen minutes).
WINDOW = timedelta(minutes=5)
S3_WINDOW = timedelta(minutes=15)
UNSIGNED_OPERATIONS = {("sts", "AssumeRoleWithWebIdentity"), ("sts", "AssumeRoleWithSAML")}
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})\s*"
)


def authenticate(call: Call, world: World) -> None:
    """Fills in ``call.credentials``, or raises the error AWS would answer with."""
    if (call.service, call.operation) in UNSIGNED_OPERATIONS:
        return
    request = call.request
    if "authorization" in request.headers:
        credential, signed_headers, signature = _header_parts(call)
        stamp, expires = request.headers.get("x-amz-date", ""), None
        token = request.headers.get("x-amz-security-token")
        query = request.query_string
    elif "X-Amz-Signature" in request.query_string:
        fields = {name: values[0] for name, values in request.query.items()}
        credential, signature = fields.get("X-Amz-Credential", ""), fields["X-Amz-Signature"]
        signed_headers = fields.get("X-Amz-SignedHeaders", "")
        stamp, token = fields.get("X-Amz-Date", ""), fields.get("X-Amz-Security-Token")
        expires = fields.get("X-Amz-Expires")
        query = "&".join(p for p in request.query_string.split("&") if not p.startswith("X-Amz-Signature="))
    else:
        raise _refusal(call, "missing", "Missing Authentication Token")

    scope = credential.split("/", 1)[-1]
    _check_date(call, stamp, scope, expires, world.now(credential.split("/", 1)[0]))
    known = world.credentials(credential.split("/", 1)[0])
    if known is None:
        raise _refusal(call, "unknown-key", "The security token included in the request is invalid.")
    if known.session_token is not None and not hmac.compare_digest(known.session_token, token or ""):
        raise _refusal(call, "unknown-key", "The security token included in the request is invalid.")
    if known.session_token is None and token:
        raise _refusal(call, "unknown-key", "The security token included in the request is invalid.")
    if known.expired:
        raise _refusal(call, "expired", "The security token included in the request is expired")
    canonical = canonical_request(request, query, signed_headers.split(";"), _payload_hash(call), call.service == "s3")
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    expected = hmac.new(signing_key(known.secret_access_key, scope), text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        raise _refusal(call, "signature", f"{_MISMATCH}\n\n{_repeated(canonical, text)}")
    call.credentials = known


_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details."
)


def _repeated(canonical: str, text: str) -> str:
    """AWS says what it would have signed, session token and all (IAM user guide, "Troubleshoot Signature Version 4
    signing"): what a client must not pass on to whoever reads its errors."""
    return (
        f"The Canonical String for this request should have been\n'{canonical}'\n\n"
        f"The String-to-Sign should have been\n'{text}'\n"
    )


def _header_parts(call: Call) -> tuple[str, str, str]:
    found = _AUTHORIZATION.fullmatch(call.request.headers["authorization"].strip())
    if not found:
        raise _refusal(
            call,
            "incomplete",
            "Authorization header requires 'Credential', 'Signature' and "
            "'SignedHeaders' parameters, and the algorithm AWS4-HMAC-SHA256.",
        )
    return found[1], found[2], found[3]


def _check_date(call: Call, stamp: str, scope: str, expires: str | None, now: datetime) -> None:
    try:
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _refusal(call, "incomplete", "Date must be in ISO-8601 'basic format'.") from None
    if not scope.startswith(stamp[:8] + "/"):
        raise _refusal(
            call,
            "signature",
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 "
            f"version of date from HTTP: '{scope[:8]}' != '{stamp[:8]}', from '{stamp}'.",
        )
    now_text = now.strftime("%Y%m%dT%H%M%SZ")
    window = S3_WINDOW if call.service == "s3" else WINDOW
    oldest = now - (timedelta(seconds=int(expires)) if expires else window)
    if signed_at < oldest:
        kind = "skewed" if call.service == "s3" else "old"
        raise _refusal(
            call,
            kind,
            f"Signature expired: {stamp} is now earlier than "
            f"{oldest.strftime('%Y%m%dT%H%M%SZ')} ({now_text} - {int(window.total_seconds() // 60)} min.)",
        )
    if signed_at > now + window:
        kind = "skewed" if call.service == "s3" else "old"
        raise _refusal(
            call,
            kind,
            f"Signature not yet current: {stamp} is still later than "
            f"{(now + window).strftime('%Y%m%dT%H%M%SZ')} ({now_text} + {int(window.total_seconds() // 60)} min.)",
        )


def _payload_hash(call: Call) -> str:
    declared = call.request.headers.get("x-amz-content-sha256")
    if "X-Amz-Signature" in call.request.query_string:
        return "UNSIGNED-PAYLOAD" if call.service == "s3" else hashlib.sha256(call.request.body).hexdigest()
    if declared and (declared == "UNSIGNED-PAYLOAD" or declared.startswith("STREAMING-")):
        return declared
    actual = hashlib.sha256(call.request.body).hexdigest()
    if declared and declared != actual:
        raise _refusal(
            call, "signature", "The provided 'x-amz-content-sha256' header does not match what was computed."
        )
    return actual


def canonical_request(request: Request, query: str, signed_headers: list[str], payload_hash: str, s3: bool) -> str:
    lines = []
    for name in signed_headers:
        value = request.headers.get(name, "")
        lines.append(f"{name}:{re.sub(r'[ ]+', ' ', value.strip())}\n")
    path = request.raw_path or "/"
    if not s3:
        path = quote(_without_dots(path), safe="/~")
    return "\n".join(
        (request.method, path, _canonical_query(query), "".join(lines), ";".join(signed_headers), payload_hash)
    )


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if kept:
                kept.pop()
        elif part and part != ".":
            kept.append(part)
    return "/" + "/".join(kept) + ("/" if kept and path.endswith("/") else "")


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        pairs.append((quote(unquote(name), safe="-_.~"), quote(unquote(value), safe="-_.~")))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


@functools.lru_cache(maxsize=256)
def signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


#: Codes as the three families of services give them: JSON, query, S3.
_CODES = {
    "missing": ("MissingAuthenticationTokenException", "MissingAuthenticationToken", "AccessDenied"),
    "incomplete": ("IncompleteSignatureException", "IncompleteSignature", "AuthorizationHeaderMalformed"),
    "unknown-key": ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"),
    "expired": ("ExpiredTokenException", "ExpiredToken", "ExpiredToken"),
    "signature": ("InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
    "old": ("InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed"),
    "skewed": ("InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed"),
}


def _refusal(call: Call, kind: str, message: str) -> AwsError:
    family = 2 if call.service == "s3" else 1 if call.protocol in ("query", "ec2", "rest-xml") else 0
    status = 400 if call.protocol == "json" else 403
    return AwsError(_CODES[kind][family], message, status)
