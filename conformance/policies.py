"""Compares what a command called with the policy that `taskops permissions` prints for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local_stack import iam_policies

from .difference import Difference
from .exchange import Exchange
from .scenarios import Plan


@dataclass
class Policies:
    """``plan`` names the exceptions; policies are noted as they are printed, calls as they are recorded."""

    plan: Plan
    _printed: dict[str, set[str]] = field(default_factory=dict)
    _called: dict[str, set[str]] = field(default_factory=dict)

    def word(self, command: str) -> str:
        """The word under which the command's policy stands."""
        return self.plan.policies.get(command, command.split()[0])

    def check(
        self, command: str, document: str | None, exchanges: list[Exchange], *, foreign: bool = False
    ) -> Iterator[Difference]:
        """``document`` is None for a command that has no policy: it may ask who it is, and nothing else.

        ``foreign`` says that what was named on the command line is not the stack's: then actions are compared alone.
        """
        word = self.word(command)
        policy: dict[str, Any] = json.loads(document) if document else {"Statement": []}
        self._printed.setdefault(word, set()).update(
            action for statement in policy["Statement"] for action in statement["Action"]
        )
        for exchange in exchanges:
            # A call that IAM lets through whatever a policy says, such as sts:GetCallerIdentity, needs nothing.
            for need in exchange.needs:
                self._called.setdefault(word, set()).add(need.action)
                if need.action in self.plan.beside or (foreign and need.action in self._printed[word]):
                    continue
                if not iam_policies.allows([policy], need.action, need.resource, need.context):
                    yield Difference(command, exchange.call, need.action, f"to be in its policy, for {need.resource}")

    def superfluous(self) -> Iterator[Difference]:
        """Actions of a policy that no scenario called, and exceptions that are none."""
        for word, actions in sorted(self._printed.items()):
            for action in sorted(actions - self._called.get(word, set())):
                if action not in self.plan.never:
                    yield Difference(
                        word, "policy", action, "to be called by a scenario, or to be under [never] with a reason"
                    )
        called = set().union(*self._called.values()) if self._called else set()
        for action in sorted(called & set(self.plan.never)):
            yield Difference("scenarios.toml", "[never]", action, "to be taken off: it is called")
        for action in sorted(set(self.plan.beside) - called):
            yield Difference("scenarios.toml", "[beside]", action, "to be taken off: nothing calls it")
