"""The whole run: every scenario against a stack of its own, its requests and answers held against botocore's models."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from . import answers, exchange, models, parity, preparations, requests, sources
from .answers import Answer
from .difference import Difference
from .exchange import Exchange
from .members import Members
from .policies import Policies
from .reader import Reader
from .scenarios import Plan, Scenario, ScenarioError, leaves
from .stack import Stack, StackError

#: The deployment's own calls and ours go through boto3: not taskops, and not what is judged here.
_NOT_OURS = re.compile(r"\b(?:Boto3|Botocore|aws-cli)/")
FUNCTION = "task-processor"


@dataclass
class Result:
    exchanges: list[Exchange] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    comparisons: dict[str, parity.Comparison] = field(default_factory=dict)

    @property
    def calls(self) -> set[str]:
        return {one.call for one in self.exchanges}


class Run:
    """``say`` takes lines of progress."""

    def __init__(self, stack: Stack, reader: Reader, plan: Plan, members: Members, say: Callable[[str], None]) -> None:
        self._stack = stack
        self._reader = reader
        self._plan = plan
        self._members = members
        self._say = say
        self._policies = Policies(plan)
        self._printed: dict[tuple[str, str | None], str | None] = {}
        self.result = Result()

    def all(self) -> Result:
        commands = leaves(self._stack.run(["--experimental-dump-help"], {}).stdout)
        self.result.differences += self._plan.gaps(commands)
        self._say("starts a local stack")
        with self._stack.running():
            functions = self._function_roles()
            for number, scenario in enumerate(self._plan.scenarios, 1):
                self._scenario(number, scenario, scenario.command(commands), functions)
        self.result.differences += self._policies.superfluous()
        self._requests()
        self._answers()
        return self.result

    def _scenario(self, number: int, scenario: Scenario, command: str, functions: set[str]) -> None:
        began = time.monotonic()
        with ExitStack() as held:
            prepared = [held.enter_context(preparations.named(name)(self._stack)) for name in scenario.after]
            config = next((one.config for one in prepared if one.config), None)
            hidden = {name for one in prepared for name in one.hidden}
            variables = {k: v for k, v in self._stack.variables.items() if k not in hidden}
            for one in prepared:
                variables |= one.variables
            if config:
                variables["TASKOPS_CONFIG"] = str(config)
            policy = self._policy(self._policies.word(command), config)
            recording = self._stack.control("PUT", "/recording", {"name": f"scenario-{number}"})
            with self._stack.faults(scenario.faults):
                typed = next((one.typed for one in prepared if one.typed), None)
                ended = self._stack.run(scenario.words, variables, typed, self._end(scenario))
            self._stack.control("DELETE", "/recording")
            found = [
                one
                for one in exchange.read(Path(recording["file"]), command)
                if not _NOT_OURS.search(one.request.headers.get("user-agent", ""))
            ]
            found += [call.called_by(command) for one in prepared for call in one.exchanges]
        own = [one for one in found if not _is_function(one, functions)]
        self._say(f"{len(own):4} calls  {time.monotonic() - began:4.1f} s  {scenario}")
        if ended.returncode not in scenario.exits:
            said = (ended.stderr or ended.stdout).strip().splitlines()[:1]
            self._differ(
                command,
                str(scenario),
                "exit",
                f"{' or '.join(map(str, scenario.exits))}, not {ended.returncode}: {''.join(said)}",
            )
        if not own:
            self._differ(command, str(scenario), "calls", "at least one; a command without any belongs under [quiet]")
        self.result.differences += self._policies.check(command, policy, own, foreign=scenario.foreign)
        self.result.exchanges += [one if one in own else one.called_by(FUNCTION) for one in found]

    def _end(self, scenario: Scenario) -> Callable[[], bool] | None:
        if scenario.until is None:
            return None
        before = self._stack.calls(scenario.until)
        return lambda: self._stack.calls(scenario.until) > before

    def _policy(self, word: str, config: Path | None) -> str | None:
        """What `taskops permissions` prints; None for a command it does not know, because it needs nothing."""
        key = (word, config.read_text() if config else None)
        if key not in self._printed:
            variables = self._stack.variables | ({"TASKOPS_CONFIG": str(config)} if config else {})
            ended = self._stack.run(["permissions", word], variables)
            if ended.returncode not in (0, 64):
                raise StackError(f"taskops permissions {word} ended with {ended.returncode}: {ended.stderr}")
            self._printed[key] = ended.stdout if ended.returncode == 0 else None
        return self._printed[key]

    def _function_roles(self) -> set[str]:
        names = re.findall(r"^  ([a-z0-9-]+):$", self._stack.configuration.read_text(), re.MULTILINE)
        found = [self._stack.client("lambda", region).list_functions()["Functions"] for region in names]
        return {function["Role"].rsplit("/", 1)[-1] for functions in found for function in functions}

    def _requests(self) -> None:
        for one in self.result.exchanges:
            self.result.differences += requests.check(one, one.endpoint or self._stack.endpoint)

    def _answers(self) -> None:
        known = set(self._reader.calls())
        self.result.differences += sources.gaps(self._stack.root, known)
        for call in sorted(self.result.calls - known):
            self._differ("conformance-reader", call, "typed call", "a line in TypedCalls.swift that makes it")
        recorded = [
            Answer(one.call, f"recorded of {one.command}", one.response)
            for one in self.result.exchanges
            if one.response is not None and one.call in known and not _is_unopened(one)
        ]
        made = [one for call in sorted(known) for one in answers.made(call, self._members.needed.get(call, ()))]
        self._say(f"reads {len(recorded)} recorded answers and {len(made)} made ones, twice")
        compared = parity.Parity(self._members.unread)
        given = recorded + made
        for answer, ours in zip(given, self._reader.read(given), strict=True):
            self.result.differences += compared.compare(answer, ours)
        self.result.differences += compared.unread_differences(known)
        self.result.differences += self._lacking(known)
        self.result.comparisons = compared.comparisons

    def _lacking(self, known: set[str]) -> list[Difference]:
        """Without a member that we need an answer must be refused, and with all others not."""
        asked = [
            answers.without(call, member)
            for call, members in self._members.needed.items()
            if call in known
            for member in members
        ]
        return [
            Difference(
                "members.toml", answer.call, answer.origin, "to be refused; else take it off the list of needed members"
            )
            for answer, ours in zip(asked, self._reader.read(asked), strict=True)
            if "unreadable" not in ours and "cannot be read" not in ours.get("failed", "")
        ]

    def _differ(self, command: str, call: str, member: str, expected: str) -> None:
        self.result.differences.append(Difference(command, call, member, expected))


def _is_unopened(one: Exchange) -> bool:
    """Whether a stream was given up before it had said a word: then there is nothing to read, for botocore either."""
    model = models.operation(one.service, one.operation)
    streams = model is not None and model.has_event_stream_output
    return streams and one.response is not None and one.response.status < 300 and not one.response.body


def _is_function(one: Exchange, roles: set[str]) -> bool:
    """Whether the stack's function made the call, in the middle of a command."""
    parts = (one.caller or "").split("/")
    return len(parts) == 3 and parts[0].endswith(":assumed-role") and parts[1] in roles


__all__ = ["FUNCTION", "Result", "Run", "ScenarioError"]
