"""What a model demands of a value beside its type: length, range, pattern, enumeration."""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

from botocore.model import Shape

#: The local stack writes this in place of a secret: there is nothing left to look at.
WITHHELD = "****"


def broken(shape: Shape, value: Any) -> Iterator[str]:
    """A sentence for every demand of the model that the value does not meet."""
    if value == WITHHELD:
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name in ("string", "blob", "list", "map", "structure"):
        measured, what = len(value), "items" if shape.type_name in ("list", "map") else "characters"
    else:
        measured, what = value, ""
    if not isinstance(measured, bool) and isinstance(measured, (int, float)):
        if least is not None and measured < least:
            yield f"at least {least} {what}".rstrip() + f", not {measured}"
        if most is not None and measured > most:
            yield f"at most {most} {what}".rstrip() + f", not {measured}"
    if shape.type_name != "string":
        return
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield f"one of {', '.join(allowed)}, not {value!r}"
    pattern = shape.metadata.get("pattern")
    if pattern and not compiled(pattern).fullmatch(value):
        yield f"text of the pattern {pattern}, not {value!r}"


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the models, which are written for Java: Unicode classes spelled out, ``\\w`` of ASCII alone."""
    text = re.sub(r"\\p\{(\w+)\}", lambda found: _category(found[1]), pattern)
    # A dash behind a class stands for itself.
    text = re.sub(r"(\\[wWdDsS])-", r"\1\\-", text)
    return re.compile(text, re.ASCII)


@functools.cache
def _category(name: str) -> str:
    """The characters of a Unicode category as the inside of a bracket expression."""
    spans: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if not unicodedata.category(chr(code)).startswith(name):
            continue
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in spans)
