"""Tokens that lead to the next page of a sorted list."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .errors import invalid_token

Element = TypeVar("Element")


def page(
    elements: Sequence[Element],
    size: int,
    token: str | None,
    refused: Callable[[], Exception] = invalid_token,
) -> tuple[list[Element], dict[str, Any]]:
    """The elements of one page, and the member NextToken when there are more."""
    offset = 0
    if token is not None:
        try:
            offset = int(base64.b64decode(token, altchars=b"-_", validate=True))
        except ValueError:
            raise refused() from None
    rest = {}
    if offset + size < len(elements):
        rest = {"NextToken": base64.urlsafe_b64encode(str(offset + size).encode()).decode()}
    return list(elements[offset : offset + size]), rest


def page_after(
    elements: Sequence[Element], size: int, key: Callable[[Element], Sequence[str]]
) -> tuple[list[Element], dict[str, Any]]:
    """The same where the token is the key of the last element shown, so that what comes or goes moves no page.

    ``elements`` are those behind the token, at least one more than a page holds where there are more.
    """
    shown = list(elements[:size])
    if len(elements) <= size:
        return shown, {}
    return shown, {"NextToken": base64.urlsafe_b64encode(json.dumps(list(key(shown[-1]))).encode()).decode()}


def read_key(token: str | None, length: int) -> tuple[str, ...] | None:
    """The key that such a token holds."""
    if token is None:
        return None
    try:
        key = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
    except ValueError:
        raise invalid_token() from None
    if not isinstance(key, list) or len(key) != length or not all(isinstance(part, str) for part in key):
        raise invalid_token()
    return tuple(key)
