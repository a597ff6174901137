"""The aws command lines in runbooks and documentation: AWS has what they name, and what it requires is there.

They are looked up in botocore's models instead of being run, so that no line can reach AWS from a test.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import jmespath
import pytest
from botocore import xform_name
from botocore.model import OperationModel

from conformance import models

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("runbooks/*.md")), *sorted(ROOT.glob("docs/*.md")), ROOT / "README.md"]
# Words of the command line itself, of no service: each takes a value.
GLOBAL = {"--region", "--query", "--output", "--profile", "--endpoint-url"}
# What the command line has for people, and botocore has no model of.
CUSTOM = {("--version",), ("configure",), ("login",), ("sso", "login"), ("logs", "tail"), ("logs", "start-live-tail")}


def written(text: str) -> list[str]:
    """Each command once, those within $(…) as their own, without the comment behind it."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    prose = re.sub(r"```.*?```", "", text, flags=re.S)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lines += re.findall(r"`(aws [^`]+)`", prose)
    found = []
    for line in lines:
        found += re.findall(r"\$\((aws [^()]+)\)", line)
        whole = re.sub(r"\$\([^()]*\)", "VALUE", line)
        whole = re.sub(r"\s#\s.*", "", whole)
        found += re.findall(r"(?:^|[|;&]\s*)(aws [^|;&]+)", whole.strip())
    return [command.strip() for command in found]


def complaints(command: str) -> list[str]:
    words = shlex.split(command)[1:]
    if any(tuple(words[: len(name)]) == name for name in CUSTOM):
        return []
    if len(words) < 2:
        return [f"{command}: no operation"]
    operation = find(words[0], words[1])
    if operation is None:
        return [f"{command}: AWS has no {words[0]} {words[1]}"]
    names = [word for word in words[2:] if word.startswith("--")]
    members = {f"--{xform_name(name, '-')}": name for name in (operation.input_shape.members if operation.input_shape else {})}
    wrong = [f"{command}: {name} is no option of it" for name in names if name not in members and name not in GLOBAL]
    # Prose may name an operation; a line with options is one that somebody types.
    if names:
        required = {f"--{xform_name(name, '-')}" for name in operation.input_shape.required_members}
        wrong += [f"{command}: {name} is missing" for name in sorted(required - set(names))]
    if "--query" in words:
        wrong += unknown_fields(command, words[words.index("--query") + 1], operation)
    return wrong


def find(service: str, name: str) -> OperationModel | None:
    model = models.service(service)
    if model is None:
        return None
    named = {xform_name(one, "-"): one for one in model.operation_names}
    return models.operation(service, named[name]) if name in named else None


def unknown_fields(command: str, query: str, operation: OperationModel) -> list[str]:
    """What a query reads of the answer's first level."""
    members = operation.output_shape.members
    tree = jmespath.compile(query).parsed
    fields = {node["value"] for node in roots(tree)}
    return [f"{command}: the answer has no {field}" for field in sorted(fields - set(members))]


def roots(node: dict) -> list[dict]:
    if node["type"] == "field":
        return [node]
    if node["type"] in {"multi_select_list", "multi_select_dict"}:
        return [root for child in node["children"] for root in roots(child)]
    return roots(node["children"][0]) if node["children"] else []


COMMANDS = [
    pytest.param(command, id=f"{page.relative_to(ROOT)}: {command[:60]}") for page in PAGES for command in written(page.read_text())
]


@pytest.mark.parametrize("command", COMMANDS)
def test_aws_has_what_a_page_says_to_type(command):
    assert complaints(command) == []


def test_there_are_such_commands():
    assert len(COMMANDS) >= 20


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("aws event list-rules --region R", "AWS has no event list-rules"),
        ("aws events list-rule --region R", "AWS has no events list-rule"),
        ("aws events enable-rule --region R --rule-name x", "--rule-name is no option of it"),
        ("aws events enable-rule --region R", "--name is missing"),
        ("aws dsql get-cluster --region R --identifier C --query '[status, state]'", "the answer has no state"),
        ("aws lambda get-policy --function-name f --query policy", "the answer has no policy"),
    ],
)
def test_a_mistake_is_found(command, complaint):
    assert any(complaint in one for one in complaints(command))


def test_commands_are_found_wherever_they_stand():
    text = (
        "Look: `aws sqs list-queues`, `taskops status`.\n```sh\n"
        'aws sqs purge-queue \\\n    --queue-url "$(aws sqs get-queue-url --queue-name q)"   # all gone\n```\n'
    )
    assert written(text) == [
        "aws sqs get-queue-url --queue-name q",
        'aws sqs purge-queue      --queue-url "VALUE"',
        "aws sqs list-queues",
    ]
