"""The fixtures of the tests here."""

from aws_support import _no_faults_left, make_function, make_queue, make_role, stack

__all__ = ["_no_faults_left", "make_function", "make_queue", "make_role", "stack"]
