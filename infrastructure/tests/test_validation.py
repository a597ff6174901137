"""What deploy.py refuses before it asks AWS anything."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import deploy
import pytest
from deployment.configuration import render, write
from deployment.function_zip import chosen_architecture, inspect_zip
from deployment.problem import Problem
from deployment.progress import Progress
from deployment.regions import check_regions


def elf(machine: int) -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, machine) + bytes(40)


def test_a_region_set_is_accepted() -> None:
    assert check_regions(["us-east-1", "us-west-2"], "us-east-2") == []
    assert check_regions(["eu-west-1", "eu-central-1"], "eu-west-3") == []


@pytest.mark.parametrize(
    ("regions", "witness", "words"),
    [
        (["us-east-1", "us-west-2"], "eu-west-1", "different Region sets"),
        (["us-east-1", "eu-west-1"], "us-east-2", "different Region sets"),
        (["us-east-1", "us-west-2"], "us-west-2", "also one of the peers"),
        (["us-east-1", "us-east-1"], "us-east-2", "exactly two"),
        (["us-east-1", "us-west-1"], "us-east-2", "us-west-1 is in no Region set"),
        (["us-east-1", "moon-1"], "us-east-2", "moon-1 is in no Region set"),
    ],
)
def test_impossible_regions_are_refused(regions: list[str], witness: str, words: str) -> None:
    with pytest.raises(Problem, match=words) as caught:
        check_regions(regions, witness)
    assert caught.value.hint


def test_unconfirmed_regions_are_warned_about_and_no_more() -> None:
    (warning,) = check_regions(["eu-west-1", "eu-north-1"], "eu-central-1")
    assert "eu-north-1" in warning


def test_a_good_zip(make_zip: Callable[..., Path]) -> None:
    found = inspect_zip(make_zip(elf(183)))
    assert found.architecture == "arm64"
    assert len(found.sha256) == 64
    assert chosen_architecture(None, found) == "arm64"
    assert chosen_architecture("arm64", found) == "arm64"


def test_a_script_may_be_anything(make_zip: Callable[..., Path]) -> None:
    assert chosen_architecture(None, inspect_zip(make_zip())) == "x86_64"


def test_bad_zips_are_refused(make_zip: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no file `bootstrap`"):
        inspect_zip(make_zip(name="main"))
    with pytest.raises(Problem, match="no file `bootstrap`"):
        inspect_zip(make_zip(name="build/bootstrap"))
    with pytest.raises(Problem, match="not marked executable"):
        inspect_zip(make_zip(mode=0o644))
    with pytest.raises(Problem, match="ELF machine 8"):
        inspect_zip(make_zip(elf(8)))
    with pytest.raises(Problem, match="built for x86_64, and --architecture says arm64"):
        chosen_architecture("arm64", inspect_zip(make_zip(elf(62))))
    with pytest.raises(Problem, match="does not exist"):
        inspect_zip(tmp_path / "none.zip")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(Problem, match="not a readable zip"):
        inspect_zip(broken)


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["--delete", "--function-zip", "z.zip"],
        ["--function-zip", "z.zip", "--regions", "us-east-1"],
        ["--function-zip", "z.zip", "--remove-protection"],
        ["--function-zip", "z.zip", "--stack", "Tasks"],
        ["--function-zip", "z.zip", "--timeout", "soon"],
        ["--function-zip", "z.zip", "--parameter", "Environment=prod"],
        ["--function-zip", "z.zip", "--architecture", "riscv"],
        ["--unknown"],
    ],
)
def test_bad_usage_ends_64(given: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit) as caught:
        deploy.main(given)
    assert caught.value.code == 64
    assert "next:" in capsys.readouterr().err


def test_a_bad_zip_ends_1_without_a_call(make_zip: Callable[..., Path], capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(deploy.boto3.session, "Session", None)
    assert deploy.main(["--function-zip", str(make_zip(name="main"))]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 2
    assert "make function" in said


def test_the_template_fits_into_one_call() -> None:
    assert deploy.read_template().startswith("#")


OUTPUTS = {
    "us-east-1": {
        "EventBusName": "b", "RuleName": "r", "FunctionName": "f", "DeadLetterQueueUrl": "https://q/1/dead",
        "FailureQueueUrl": "https://q/1/failed", "ClusterIdentifier": "a" * 26,
        "OnCallTopicArn": "arn:aws:sns:us-east-1:123456789012:on-call",
    },
    "us-west-2": {"ClusterIdentifier": "b" * 26},
}


def test_taskops_yaml_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "taskops.yaml"
    text = render("tasks", "dev", OUTPUTS)
    assert f"  us-west-2:\n    cluster: {'b' * 26}\n" in text
    assert "  deadLetterQueue: dead\n  failureQueue: failed\n" in text
    assert "\nvariables:\n  onCallTopic: arn:aws:sns:${region}:${account}:on-call\nregions:" in text
    write(path, text, Progress("text"))
    write(path, text, Progress("text"))
    assert path.read_text() == text
    path.write_text("stack: other\n")
    write(path, text, Progress("text"))
    assert path.read_text() == "stack: other\n"
    assert (tmp_path / "taskops.yaml.new").read_text() == text
