"""What is wrong with a filter pattern, in AWS's words as far as they have been seen."""

from __future__ import annotations


class PatternError(ValueError):
    """Not a filter pattern; the text is that of the InvalidParameterException.

    "Invalid filter pattern" (aws-toolkit-jetbrains issue 3219), "If a filter pattern starts with '{' it must end with
    '}'" (awslogs issue 210) and "Invalid character(s) in term '…'" (serverless-plugin-log-subscription issue 47) are
    AWS's own.
    """


def invalid_term(term: str) -> PatternError:
    return PatternError(f"Invalid character(s) in term '{term}'")
