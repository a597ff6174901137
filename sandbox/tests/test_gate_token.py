"""Tokens against golden vectors of botocore 1.43.11, with the time handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from local_stack.gate import token
from local_stack.world import Credentials

HOST = "abc0def1baz2quux3quuux4abc.dsql.us-east-1.on.aws"
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SIGNED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SESSION = "SESSION/TOKEN+EXAMPLE=="
VECTORS = [
    ("admin", "DbConnectAdmin", 900, None, "7072aefcccee2195923991db4e8d25b4af648e5a64ceb8700a96778682a765a1"),
    ("app", "DbConnect", 3600, None, "80a2daac66e67c358b2b2e6790888044ae3c4bae0ec7b1f0d62563487a034c74"),
    ("admin", "DbConnectAdmin", 900, SESSION, "f3cf37a4ed2630ac2549e4dfccb8c839aea2653d6567de8f5fd854a698c07392"),
    ("app", "DbConnect", 3600, SESSION, "ce65f9ee6ae47283f8357c696e71b93d129286e407a509dbb0bbf8e693cdf14a"),
]


def written(action: str, expires: int, session: str | None, signature: str) -> str:
    more = "&X-Amz-Security-Token=SESSION%2FTOKEN%2BEXAMPLE%3D%3D" if session else ""
    return (f"{HOST}/?Action={action}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={KEY}%2F20260102%2Fus-east-1"
            f"%2Fdsql%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host"
            f"{more}&X-Amz-Signature={signature}")


def verify(text: str, user: str, session: str | None, after: timedelta) -> token.Token:
    known = Credentials(KEY, SECRET, session, "arn", "arn", False)
    accepted, _ = token.verify(text, user=user, host=HOST, region="us-east-1", clock=lambda key: SIGNED + after,
                               lookup=lambda key: known if key == KEY else None)
    return accepted


@pytest.mark.parametrize(("user", "action", "expires", "session", "signature"), VECTORS)
def test_golden_vectors(user: str, action: str, expires: int, session: str | None, signature: str) -> None:
    text = written(action, expires, session, signature)
    for after in (timedelta(minutes=-5), timedelta(0), timedelta(seconds=expires)):
        assert verify(text, user, session, after).action == action
    for after in (timedelta(minutes=-5, seconds=-1), timedelta(seconds=expires + 1)):
        with pytest.raises(token.TokenRefused, match="Signature"):
            verify(text, user, session, after)


@pytest.mark.parametrize("position", range(0, 64, 7))
def test_each_digit_of_the_signature_counts(position: int) -> None:
    user, action, expires, session, signature = VECTORS[0]
    other = "0" if signature[position] != "0" else "1"
    changed = signature[:position] + other + signature[position + 1 :]
    with pytest.raises(token.TokenRefused, match="does not match"):
        verify(written(action, expires, session, changed), user, session, timedelta(0))


@pytest.mark.parametrize("text", [
    "", "x", "/?Action=DbConnect", f"{HOST}/?", f"{HOST}/?Action", f"https://{HOST}/?Action=DbConnect",
    f"{HOST}/?Action=DbConnect&Action=DbConnect",
])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(token.TokenRefused):
        token.parse(text)


def test_no_reason_holds_a_secret() -> None:
    for change in ("X-Amz-Expires=901", "X-Amz-Expires=-1", "X-Amz-Date=20260102"):
        text = written(*VECTORS[0][1:]).replace(change.split("=")[0] + "=", change + "&y=")
        with pytest.raises(token.TokenRefused) as caught:
            verify(text, "admin", None, timedelta(0))
        assert SECRET not in str(caught.value) and "7072aefc" not in str(caught.value)
