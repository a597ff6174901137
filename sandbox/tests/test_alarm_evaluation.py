"""From data points to a state, and from rules to truth; without I/O."""

from __future__ import annotations

import pytest

from local_stack.cloudwatch import alarm_rules
from local_stack.cloudwatch.evaluation import Point, judge, reason

KEPT = None
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def points(text: str) -> list[Point]:
    """The user guide's signs: 0 within the threshold, X beyond it, - missing; oldest first."""
    signs = text.split()
    return [
        Point(60.0 * place, {"0": 1.0, "X": 9.0}.get(sign), sign == "X") for place, sign in enumerate(signs, start=1)
    ]


#: The two tables of "Configuring how CloudWatch alarms treat missing data", row by row.
THREE_OF_THREE = {
    "0 - X - X": ("OK", "OK", "OK", "OK"),
    "0 - - - -": ("OK", "OK", "OK", "OK"),
    "- - - - -": ("INSUFFICIENT_DATA", KEPT, "ALARM", "OK"),
    "0 X X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "- - X - -": ("ALARM", KEPT, "ALARM", "OK"),
    # By the second rule before the tables: as many real points as periods, so nothing is filled in.
    "- X X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
}
TWO_OF_THREE = {
    "0 - X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "0 0 X 0 X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "0 - X - -": ("OK", "OK", "ALARM", "OK"),
    "- - - - 0": ("OK", "OK", "ALARM", "OK"),
    "- - - X -": ("ALARM", KEPT, "ALARM", "OK"),
}


@pytest.mark.parametrize("needed, table", [(3, THREE_OF_THREE), (2, TWO_OF_THREE)])
def test_the_user_guide_s_tables(needed, table):
    for text, states in table.items():
        judged = tuple(judge(points(text), 3, needed, treatment).state for treatment in TREATMENTS)
        assert judged == states, text


@pytest.mark.parametrize("text", ["- - - - X", "- - - X -"])
def test_a_lone_breach_that_is_too_young_is_no_alarm_yet(text):
    assert judge(points(text), 3, 3, "missing").state == "OK"


BREACHED = "9.0 (01/01/70 00:03:00)"
REASONS = {
    ("0 0 X 0 X", 2, "missing"): f"2 out of the last 3 datapoints [{BREACHED}, 9.0 (01/01/70 00:05:00)] were greater "
    "than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).",
    ("- - X - -", 3, "breaching"): f"1 datapoint [{BREACHED}] was greater than the threshold (5.0) and 2 missing "
    "datapoints were treated as [Breaching].",
    ("- - - - -", 1, "notBreaching"): "no datapoints were received for 3 periods and 3 missing datapoints were treated "
    "as [NonBreaching].",
    ("0 0 0 0 0", 2, "missing"): "3 out of the last 3 datapoints [1.0 (01/01/70 00:03:00), 1.0 (01/01/70 00:04:00), "
    "1.0 (01/01/70 00:05:00)] were not greater than the threshold (5.0) (minimum 2 datapoints for ALARM -> OK "
    "transition).",
}


@pytest.mark.parametrize("case", REASONS)
def test_reasons_in_cloudwatch_s_words(case):
    text, needed, missing = case
    verdict = judge(points(text), 3, needed, missing)
    expected = f"Threshold Crossed: {REASONS[case]}"
    assert reason(verdict, "GreaterThanThreshold", 5.0, 3, needed, missing) == expected


def test_the_reason_for_insufficient_data():
    verdict = judge(points("- - - - -"), 3, 3, "missing")
    told = reason(verdict, "GreaterThanThreshold", 5.0, 3, 3, "missing")
    assert told == "Insufficient Data: 3 datapoints were unknown."


# Rules

STATES = {"a": "ALARM", "b": "OK", "c": "INSUFFICIENT_DATA", "two words": "ALARM", 'a "quoted" one': "OK"}


@pytest.mark.parametrize(
    "text, holds",
    [
        ('ALARM("a")', True),
        ("ALARM(a)", True),
        ("ALARM(b)", False),
        ("OK(b) AND INSUFFICIENT_DATA(c)", True),
        ("NOT ALARM(a) OR OK(b)", True),
        ("NOT (ALARM(a) OR OK(b))", False),
        # AND binds stronger than OR.
        ("TRUE OR FALSE AND FALSE", True),
        ("(TRUE OR FALSE) AND FALSE", False),
        ("ALARM(two words)", True),
        ('OK("a \\"quoted\\" one")', True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a)", True),
        ("ALARM(nobody)", False),
        ("not alarm(b) and true", True),
        ("ALARM\n(\n a\n)", True),
    ],
)
def test_rules_that_hold_and_that_do_not(text, holds):
    assert alarm_rules.parse(text).holds(STATES.get) is holds


def test_the_children_of_a_rule():
    rule = alarm_rules.parse('ALARM("a") AND (NOT OK(b) OR INSUFFICIENT_DATA(arn:aws:cloudwatch:r:1:alarm:a))')
    assert rule.children == {"a", "b"}


@pytest.mark.parametrize(
    "text",
    ["", "ALARM", "ALARM()", "ALARM(a", "(ALARM(a)", "ALARM(a))", "ALARM(a) ALARM(b)", "AND", "BROKEN(a)", "NOT", "a"]
    + [" OR ".join(f"ALARM(a{n})" for n in range(101)), " OR ".join(["TRUE"] * 501), "(" * 250 + "TRUE" + ")" * 250],
    ids=lambda text: text[:20],
)
def test_rules_that_are_none(text):
    with pytest.raises(alarm_rules.RuleError):
        alarm_rules.parse(text)
