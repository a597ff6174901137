"""Tokens that lead to the next page of a sorted list."""

from __future__ import annotations

import base64
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
