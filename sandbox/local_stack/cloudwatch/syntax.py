"""Metric math expressions read into a tree. User guide, "Metric math syntax and functions"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"[^\"]*\"|'(?:[^'\\]|\\.)*')|(?P<sign>&&|\|\||[=!<>]=|[-+*/^<>()\[\],!]))"
)
MAX_DEPTH = 100


class ExpressionError(ValueError):
    """What is wrong with an expression, without the word where."""


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True)
class Name:
    """The id of a query, or a word such as REPEAT and DESC."""

    value: str


@dataclass(frozen=True)
class Operation:
    sign: str
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Function:
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Array:
    elements: tuple[Node, ...]


Node = Number | Text | Name | Operation | Function | Array

#: Weakest first; all of them group from the left.
_LEVELS = (("||", "OR"), ("&&", "AND"), ("==", "!=", "<=", ">=", "<", ">"), ("+", "-"), ("*", "/"))


def parse(text: str) -> Node:
    parser = _Parser(_tokens(text))
    node = parser.level(0)
    if parser.peek() is not None:
        raise ExpressionError(f"Unexpected '{parser.peek()}'")
    return node


def names(node: Node) -> set[str]:
    """The ids of other queries an expression refers to."""
    match node:
        case Name():
            return {node.value} if node.value[:1].islower() else set()
        case Operation():
            return set().union(*(names(operand) for operand in node.operands))
        case Function():
            return set().union(*(names(argument) for argument in node.arguments))
        case Array():
            return set().union(*(names(element) for element in node.elements))
    return set()


def calls(node: Node) -> set[str]:
    """The functions an expression calls."""
    match node:
        case Operation():
            return set().union(*(calls(operand) for operand in node.operands))
        case Function():
            return {node.name}.union(*(calls(argument) for argument in node.arguments))
        case Array():
            return set().union(*(calls(element) for element in node.elements))
    return set()


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise ExpressionError(f"Unexpected '{text[position:].strip()[:1]}'")
        found.append(token[0].strip())
        position = token.end()
    if not found:
        raise ExpressionError("The expression is empty")
    return found


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._position = 0
        self._depth = 0

    def peek(self) -> str | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _next(self) -> str:
        token = self.peek()
        if token is None:
            raise ExpressionError("Unexpected end of the expression")
        self._position += 1
        return token

    def _expect(self, token: str) -> None:
        found = self._next()
        if found != token:
            raise ExpressionError(f"'{token}' expected, not '{found}'")

    def level(self, number: int) -> Node:
        if number == len(_LEVELS):
            return self._power()
        node = self.level(number + 1)
        while self.peek() in _LEVELS[number]:
            sign = {"OR": "||", "AND": "&&"}.get(sign := self._next(), sign)
            node = Operation(sign, (node, self.level(number + 1)))
        return node

    def _power(self) -> Node:
        node = self._unary()
        if self.peek() == "^":
            self._next()
            return Operation("^", (node, self._power()))
        return node

    def _unary(self) -> Node:
        if self.peek() in ("-", "!", "NOT"):
            return Operation({"NOT": "!"}.get(sign := self._next(), sign), (self._unary(),))
        return self._primary()

    def _primary(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError("The expression is nested too deeply")
        token = self._next()
        node: Node
        if token == "(":
            node = self.level(0)
            self._expect(")")
        elif token == "[":
            node = Array(self._list("]"))
        elif token[0] in "\"'":
            node = Text(token[1:-1].replace("\\'", "'"))
        elif token[0].isdigit() or token[0] == ".":
            node = Number(float(token))
        elif token[0].isalpha() or token[0] == "_":
            node = Name(token)
            if self.peek() == "(":
                self._next()
                node = Function(token, self._list(")"))
        else:
            raise ExpressionError(f"Unexpected '{token}'")
        self._depth -= 1
        return node

    def _list(self, end: str) -> tuple[Node, ...]:
        elements: list[Node] = []
        if self.peek() == end:
            self._next()
            return ()
        while True:
            elements.append(self.level(0))
            token = self._next()
            if token == end:
                return tuple(elements)
            if token != ",":
                raise ExpressionError(f"'{end}' expected, not '{token}'")
