"""Each thing that can be broken is broken in truth, survives being broken twice, and is mended without a trace."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_launcher import Stack, function_zip  # noqa: F401

from local_stack.breakages import BREAKAGES, Book, CannotBreak
from local_stack.breakages.bench import Bench
from local_stack.launcher import practice
from local_stack.launcher.state import Directory

_COUNTED = ("Approximate", "Timestamp")


@pytest.fixture(scope="module")
def book(function_zip: Path) -> Iterator[Book]:  # noqa: F811
    with tempfile.TemporaryDirectory(prefix="taskops-breakages-") as parent:
        os.chmod(parent, 0o755)
        stack = Stack(Path(parent) / "sandbox", function_zip)
        stack.run("up")
        try:
            book = Book(Directory(stack.directory))
            _schema(book)
            yield book
        finally:
            stack.run("down")


def _schema(book: Book) -> None:
    """As much of the schema as breakages touch."""
    one = book.bench(book.regions[0])
    one.sql("CREATE TABLE tasks (id uuid PRIMARY KEY)", "CREATE ROLE taskops WITH LOGIN",
            "CREATE ROLE task_processor WITH LOGIN", f"AWS IAM GRANT taskops TO 'arn:aws:iam::{one.account}:user/operator'")
    for region in book.regions:
        role = f"arn:aws:iam::{one.account}:role/{book.bench(region).function_role()}"
        one.sql(f"AWS IAM GRANT task_processor TO '{role}'")


@pytest.mark.parametrize("name", BREAKAGES)
def test_each_breaks_and_mends(book: Book, name: str) -> None:
    before = _snapshot(book)
    assert book.break_(name, book.regions[-1])
    if name != "events-throttled":  # boto3 would try for minutes
        broken = _snapshot(book)
        # What is in the database is looked at where it is missed.
        assert broken != before or name in ("function-role-missing", "role-missing", "table-missing")
        assert not book.break_(name, book.regions[-1])
        assert _snapshot(book) == broken
    (mended,) = book.mend()
    assert mended["name"] == name
    assert _snapshot(book) == before
    assert book.mend() == [] and book.entries() == []


def test_two_of_one_thing_are_mended_in_any_order(book: Book) -> None:
    before = _snapshot(book)
    for first, second in (("rule-disabled", "pattern-mismatch"), ("cluster-not-active", "peering-missing"),
                          ("permission-missing", "function-missing"), ("clock-wrong", "rule-disabled")):
        for order in ((first, second), (second, first)):
            book.break_(first, "us-east-1")
            book.break_(second, "us-east-1")
            for name in order:
                if name == "permission-missing" and order[0] == name:
                    continue  # there is no function to permit anything
                book.mend([name])
            book.mend()
            assert _snapshot(book) == before, (first, second, order)


def test_what_is_not_there_cannot_be_broken(book: Book) -> None:
    before = _snapshot(book)
    book.break_("function-missing", "us-east-1")
    with pytest.raises(CannotBreak, match="function-throttled in us-east-1"):
        book.break_("function-throttled", "us-east-1")
    assert [entry["name"] for entry in book.entries()] == ["function-missing"]
    book.mend()
    book.break_("target-missing", "us-east-1")
    for name in ("target-input-changed", "target-other-function"):
        with pytest.raises(CannotBreak, match="has no target"):
            book.break_(name, "us-east-1")
    book.mend()
    assert _snapshot(book) == before


def test_the_database_answers_as_soon_as_it_is_mended(book: Book) -> None:
    book.break_("database-down", "us-east-1")
    book.mend()
    book.bench("us-east-1").sql("SELECT 1")


def _snapshot(book: Book) -> Any:
    """All that a breakage may change, as AWS's own calls, the control address and the client's files have it."""
    one = book.bench(book.regions[0])
    clock = one.control("GET", "/settings")["clockOffsetSeconds"]
    # boto3 does not correct its clock.
    one.control("PUT", "/settings", {"clockOffsetSeconds": 0})
    iam = one.client("iam")
    roles = sorted(role["RoleName"] for role in iam.list_roles()["Roles"])
    seen: dict[str, Any] = {
        "states": one.control("GET", "/states")["states"], "faults": [{**fault, "used": 0} for fault in one.control("GET", "/faults")["faults"]],
        "clock": clock, "roles": roles,
        "rolePolicies": [iam.list_role_policies(RoleName=role)["PolicyNames"] for role in roles],
        "users": sorted(user["UserName"] for user in iam.list_users()["Users"]),
        "policies": iam.list_user_policies(UserName="operator")["PolicyNames"],
        "files": [(one.directory / name).read_text() for name in ("env", "taskops.yaml")],
    }
    for region in book.regions:
        seen[region] = [_tried(part, book.bench(region)) for part in (_events, _function, _queues, _cluster)]
    one.control("PUT", "/settings", {"clockOffsetSeconds": clock})
    return json.loads(json.dumps(seen, default=str, sort_keys=True))


def _tried(part: Any, bench: Bench) -> Any:
    from botocore.exceptions import ClientError

    try:
        return part(bench)
    except ClientError as refused:
        return str(refused)


def _events(bench: Bench) -> Any:
    events, stack = bench.client("events"), bench.stack
    bus = events.describe_event_bus(Name=stack.bus)
    rule = events.describe_rule(Name=stack.rule, EventBusName=stack.bus)
    return [{key: bus.get(key) for key in ("Name", "Arn", "Description", "Policy")},
            {key: value for key, value in rule.items() if key != "ResponseMetadata"},
            [events.list_tags_for_resource(ResourceARN=arn)["Tags"] for arn in (bus["Arn"], rule["Arn"])],
            events.list_targets_by_rule(**bench.rule_names())["Targets"]]


def _function(bench: Bench) -> Any:
    functions, name = bench.client("lambda"), bench.stack.function
    whole = functions.get_function(FunctionName=name)
    changing = ("RevisionId", "LastModified")
    seen = [{key: value for key, value in whole["Configuration"].items() if key not in changing}, whole.get("Tags"),
            whole.get("Concurrency")]
    for read in (functions.get_policy, functions.get_function_event_invoke_config):
        answer = _tried(lambda _, read=read: read(FunctionName=name), bench)
        if isinstance(answer, dict):
            answer = {key: value for key, value in answer.items() if key not in (*changing, "ResponseMetadata")}
        seen.append(answer)
    return seen


def _queues(bench: Bench) -> Any:
    sqs, seen = bench.client("sqs"), []
    for name in (bench.stack.dead_letter_queue, bench.stack.failure_queue):
        url = bench.queue_url(name)
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        policy = json.loads(attributes.pop("Policy", None) or "null")
        kept = {key: value for key, value in attributes.items() if not any(part in key for part in _COUNTED)}
        seen.append([kept, policy, sqs.list_queue_tags(QueueUrl=url).get("Tags")])
    return seen


def _cluster(bench: Bench) -> Any:
    answer = bench.client("dsql").get_cluster(identifier=bench.stack.cluster)
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def test_what_a_fault_left_in_the_queues_is_told_when_all_is_mended(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = book.bench("us-west-2")
    url = bench.queue_url(bench.stack.failure_queue)
    bench.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    for name in ("rule-disabled", "function-throttled"):
        book.break_(name, "us-west-2")
    practice.mend(bench.directory, ["rule-disabled"], [])
    assert "holds" not in capsys.readouterr().out
    practice.mend(bench.directory, [], [])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "holds" in line]
    assert json.loads(line) == {
        "step": bench.stack.failure_queue, "state": "holds",
        "detail": "us-west-2: 1 of what met the faults; taskops runbook failure-queue"}
    bench.client("sqs").purge_queue(QueueUrl=url)
    practice.mend(bench.directory, [], [])
    assert "holds" not in capsys.readouterr().out
