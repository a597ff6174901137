"""scenarios.toml: its commands against those that taskops has, its preparations against those there are."""

import json

import pytest

from conformance import preparations, scenarios
from conformance.scenarios import Plan, Scenario, ScenarioError

DUMP = json.dumps(
    {
        "command": {
            "commandName": "taskops",
            "subcommands": [
                {"commandName": "canary"},
                {"commandName": "schema", "subcommands": [{"commandName": "plan"}, {"commandName": "apply"}]},
                {"commandName": "help"},
            ],
        }
    }
)


def plan(*runs, **rest):
    return Plan([Scenario(run, 0) for run in runs], **rest)


def test_commands_are_the_leaves_of_the_tree():
    assert scenarios.leaves(DUMP) == ["canary", "schema plan", "schema apply"]


def test_a_new_command_without_a_scenario_is_a_difference():
    (gap,) = plan("canary --region x", "schema plan").gaps(scenarios.leaves(DUMP))
    assert gap.command == "schema apply" and "a line of its own" in gap.expected
    assert plan("canary", "schema plan", quiet={"schema apply": "why"}).gaps(scenarios.leaves(DUMP)) == []


@pytest.mark.parametrize("quiet", ["canary", "status"])
def test_quiet_commands_are_only_those_that_nothing_runs(quiet):
    complete = plan("canary", "schema plan", "schema apply", quiet={quiet: "why"})
    (gap,) = complete.gaps(scenarios.leaves(DUMP))
    assert gap.member == "[quiet]"


def test_words_that_are_no_command_are_refused():
    with pytest.raises(ScenarioError, match="no such command"):
        plan("canari").gaps(scenarios.leaves(DUMP))
    assert Scenario("schema plan --timeout '1 s'", 0).command(scenarios.leaves(DUMP)) == "schema plan"


@pytest.mark.parametrize(
    "text", ["", "scenarios = 1", 'scenarios = [{run = "canary"}]', 'scenarios = []\n[quite]\nx = "y"', "scenarios = ["]
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(text):
    with pytest.raises(ScenarioError, match=r"scenarios\.toml cannot be read"):
        Plan.from_text(text)


def test_the_file_itself_can_be_read_and_all_its_preparations_are_there():
    read = Plan.from_text(scenarios.FILE.read_text())
    assert len(read.scenarios) > 10
    for scenario in read.scenarios:
        for name in scenario.after:
            preparations.named(name)


@pytest.mark.parametrize("name", ["nothing-such", "_role", "named", "Stack", "json", "contextmanager", ""])
def test_a_preparation_that_there_is_not_is_refused(name):
    with pytest.raises(ScenarioError, match="preparations"):
        preparations.named(name)
