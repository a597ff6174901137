"""Search expressions: ``{Namespace,Dimension} MetricName="Errors" some words``.

User guide, "CloudWatch search expression syntax". Words are all to be found (AND is the default); OR, NOT and
parentheses are refused rather than misread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .store import Metric
from .syntax import ExpressionError

_SCHEMA = re.compile(r"\s*\{([^}]*)\}\s*(.*)", re.DOTALL)
_TERM = re.compile(r'(?:(:?[A-Za-z][\w.]*)\s*=\s*)?(?:"([^"]*)"|([^\s"=]+))')
MOST_FOUND = 500


@dataclass(frozen=True)
class _Term:
    field: str | None
    text: str
    exact: bool


class Search:
    def __init__(self, text: str) -> None:
        schema = _SCHEMA.fullmatch(text)
        body = schema[2] if schema else text
        self._schema: list[str] | None = None
        if schema:
            self._schema = [
                part.strip().strip('"') for part in re.split(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", schema[1])
            ]
        self._terms = self._read(body)
        if not self._terms and self._schema is None:
            raise ExpressionError("The search is empty")

    @staticmethod
    def _read(body: str) -> list[_Term]:
        terms: list[_Term] = []
        position = 0
        body = body.strip()
        while position < len(body):
            term = _TERM.match(body, position)
            if term is None or re.search(r"[()]", term[3] or "") or term[3] in ("OR", "NOT"):
                raise ExpressionError("the local stack's SEARCH knows a schema and words that must all match")
            if term[3] != "AND":
                terms.append(_Term(term[1], term[2] if term[2] is not None else term[3], term[2] is not None))
            position = term.end()
            position += len(body[position:]) - len(body[position:].lstrip())
        return terms

    def among(self, metrics: list[Metric]) -> list[Metric]:
        return [metric for metric in metrics if self._matches(metric)][:MOST_FOUND]

    def _matches(self, metric: Metric) -> bool:
        if self._schema is not None:
            named = {name for name, _ in metric.dimensions}
            if metric.namespace != self._schema[0] or named != set(self._schema[1:]):
                return False
        return all(self._holds(term, metric) for term in self._terms)

    @staticmethod
    def _holds(term: _Term, metric: Metric) -> bool:
        named = dict(metric.dimensions)
        if term.field in ("MetricName", "Namespace"):
            texts = [metric.name if term.field == "MetricName" else metric.namespace]
        elif term.field is not None:
            texts = [named[term.field]] if term.field in named else []
        else:
            texts = [metric.namespace, metric.name, *named, *named.values()]
        if term.exact:
            return term.text in texts
        # A word without quotes matches tokens: capital letters and signs begin new ones.
        wanted = _tokens(term.text)
        return any(wanted <= _tokens(text) for text in texts)


def _tokens(text: str) -> set[str]:
    return {token.lower() for token in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", text)}
