"""The lines a run ends with."""

from conformance import report
from conformance.difference import Difference
from conformance.exchange import Exchange, Sent
from conformance.members import Members
from conformance.run import Result


def result(*differences):
    exchanges = [
        Exchange(command, "events", "PutEvents", "us-east-1", Sent("POST", "/", {}))
        for command in ("canary", "canary", "task-processor")
    ]
    return Result(exchanges, list(differences))


def test_the_last_line_says_it_all():
    assert report.lines(result())[-1] == (
        "conformance: 3 requests, 1 operations, 0 answers with 0 values, 0 differences"
    )


def test_each_difference_is_said_once_with_command_operation_member_and_expectation():
    one = Difference("canary", "events PutEvents", "Entries", "something")
    lines = report.lines(result(one, one))
    assert lines.count("canary: events PutEvents: Entries: something") == 1
    assert lines[-1].endswith("1 differences")


def test_what_many_seeds_show_is_said_once_and_counted():
    seeds = [Difference(f"seed {n}, full", "a B", f"X[{n}].Y", "x") for n in range(3)]
    lines = report.lines(result(*seeds, Difference("seed 4, full", "a B", "Z", "x")))
    assert "seed 0, full: a B: X[0].Y: x (and 2 more)" in lines and "seed 4, full: a B: Z: x" in lines
    assert lines[-1].endswith("4 differences")


def test_unread_members_come_as_lines_to_paste():
    listed = "to be read, or to be on the list of unread members"
    lines = report.lines(
        result(Difference("members.toml", "a B", "X", listed), Difference("members.toml", "a B", "Y[].Z", listed))
    )
    assert '"a B" = ["X", "Y[].Z"]' in lines


def test_the_document_counts_nothing_that_changes_from_run_to_run():
    text = report.document(result(), Members({"a B": ("C",)}, {}))
    assert text == report.document(Result(result().exchanges * 2), Members({"a B": ("C",)}, {}))
    assert "| `taskops canary` | events PutEvents |" in text and "| `task-processor` |" in text
