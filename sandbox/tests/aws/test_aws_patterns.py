"""The pattern language, operator by operator (EventBridge user guide, comparison operators)."""

import json

import pytest

from local_stack.eventbridge.patterns import PatternError, matches, parsed

EVENT = {
    "source": "aws.ec2",
    "detail-type": "Instance",
    "resources": ["arn:a", "arn:b"],
    "detail": {
        "state": "running",
        "n": 5,
        "f": 1.5,
        "ok": True,
        "none": None,
        "empty": [],
        "ip": "10.0.0.7",
        "path": "dir/sub/file.png",
        "Name": "Ada",
        "items": [{"k": "a", "v": 1}, {"k": "b", "v": 2}],
    },
}


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ({"source": ["aws.ec2", "other"]}, True),
        ({"source": ["aws.ec"]}, False),
        ({"resources": ["arn:b"]}, True),
        ({"resources": ["arn:c"]}, False),
        ({"detail": {"n": [5]}}, True),
        ({"detail": {"n": ["5"]}}, False),
        ({"detail": {"ok": [True]}}, True),
        ({"detail": {"ok": [1]}}, False),
        ({"detail": {"none": [None]}}, True),
        ({"detail": {"absent": [None]}}, False),
        ({"detail": {"state": [{"prefix": "run"}]}}, True),
        ({"detail": {"state": [{"prefix": {"equals-ignore-case": "RUN"}}]}}, True),
        ({"detail": {"path": [{"suffix": ".png"}]}}, True),
        ({"detail": {"path": [{"suffix": ".jpg"}]}}, False),
        ({"detail": {"Name": [{"equals-ignore-case": "aDA"}]}}, True),
        ({"detail": {"path": [{"wildcard": "dir/*/file.*"}]}}, True),
        ({"detail": {"path": [{"wildcard": "dir/*.jpg"}]}}, False),
        ({"detail": {"state": [{"anything-but": "stopped"}]}}, True),
        ({"detail": {"state": [{"anything-but": ["running", "stopped"]}]}}, False),
        ({"detail": {"state": [{"anything-but": {"prefix": "run"}}]}}, False),
        ({"detail": {"state": [{"anything-but": {"suffix": ["ped", "ted"]}}]}}, True),
        ({"detail": {"absent": [{"anything-but": "x"}]}}, False),
        ({"detail": {"n": [{"numeric": [">", 0, "<=", 5]}]}}, True),
        ({"detail": {"f": [{"numeric": ["=", 1.5]}]}}, True),
        ({"detail": {"n": [{"numeric": [">", 5]}]}}, False),
        ({"detail": {"state": [{"numeric": [">", 0]}]}}, False),
        ({"detail": {"ip": [{"cidr": "10.0.0.0/24"}]}}, True),
        ({"detail": {"ip": [{"cidr": "10.0.1.0/24"}]}}, False),
        ({"detail": {"n": [{"exists": True}]}}, True),
        ({"detail": {"n": [{"exists": False}]}}, False),
        ({"detail": {"absent": [{"exists": False}]}}, True),
        ({"absent": {"deeper": [{"exists": False}]}}, True),
        ({"detail": [{"exists": True}]}, False),
        ({"detail": {"items": {"k": ["a"], "v": [1]}}}, True),
        ({"detail": {"items": {"k": ["a"], "v": [2]}}}, False),
        ({"$or": [{"source": ["no"]}, {"detail": {"n": [5]}}]}, True),
        ({"$or": [{"source": ["no"]}, {"detail": {"n": [6]}}], "source": ["aws.ec2"]}, False),
    ],
)
def test_matching(pattern, expected):
    assert matches(parsed(json.dumps(pattern)), EVENT) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        '{"a": "b"}',
        '{"a": []}',
        '{"a": {}}',
        '{"a": [{"prefix": 1}]}',
        '{"a": [["b"]]}',
        '{"a": [{"numeric": [">"]}]}',
        '{"a": [{"numeric": ["~", 1]}]}',
        '{"a": [{"exists": 1}]}',
        '{"a": [{"what": 1}]}',
        '{"a": [{"wildcard": "a**"}]}',
        '{"a": [{"cidr": "x"}]}',
        '{"a": [{"anything-but": []}]}',
        '{"a": [{"prefix": "x", "suffix": "y"}]}',
        '{"a": ["' + "x" * 5000 + '"]}',
    ],
)
def test_what_is_no_pattern(text):
    with pytest.raises(PatternError):
        parsed(text)
