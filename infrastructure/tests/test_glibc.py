"""What a zip may ask of the machine it is deployed to."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import deploy
import pytest
from deployment import glibc
from deployment.glibc import check_glibc, is_this_machine, is_too_new, needed_versions
from deployment.problem import Problem

PROGRAM = Path("/bin/ls").resolve()
LOADED_AT = 0x1000


def program(*versions: str) -> bytes:
    """The least ELF file that asks for versions of libc: a header, two segments, names, requirements."""
    names = b"\0libc.so.6\0" + b"".join(version.encode() + b"\0" for version in versions)
    table = 64 + 2 * 56
    needs = struct.pack("<HHIII", 1, len(versions), 1, 16, 0)
    for number, version in enumerate(versions):
        last = number == len(versions) - 1
        needs += struct.pack("<IHHII", 0, 0, number + 2, names.index(version.encode() + b"\0"), 0 if last else 16)
    requirements = table + len(names)
    dynamic = requirements + len(needs)
    tags = struct.pack("<6Q", glibc.STRINGS, LOADED_AT + table, glibc.NEEDED_VERSIONS, LOADED_AT + requirements,
                       glibc.NEEDED_COUNT, 1)
    length = dynamic + len(tags)
    header = b"\x7fELF\x02\x01\x01" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    segments = struct.pack("<IIQQQQQQ", glibc.LOAD, 4, 0, LOADED_AT, LOADED_AT, length, length, 4096)
    segments += struct.pack("<IIQQQQQQ", glibc.DYNAMIC, 4, dynamic, LOADED_AT + dynamic, 0, len(tags), len(tags), 8)
    return header + segments + names + needs + tags


def test_it_reads_what_objdump_reads(run: Any) -> None:
    said = run("objdump", "-p", PROGRAM).stdout.partition("Version References:")[2]
    assert sorted(needed_versions(PROGRAM.read_bytes())) == sorted(re.findall(r"GLIBC_\S+", said)) != []


def test_what_is_no_dynamic_program_asks_for_nothing() -> None:
    assert needed_versions(b"#!/bin/sh\n") == []
    assert needed_versions(b"") == []
    assert needed_versions(program("GLIBC_2.17")) == ["GLIBC_2.17"]


def test_a_damaged_program_is_said_to_be_one(make_zip: Callable[..., Path]) -> None:
    whole = program("GLIBC_2.17", "GLIBC_2.34")
    for length in range(6, len(whole)):
        try:
            assert set(needed_versions(whole[:length])) <= {"GLIBC_2.17", "GLIBC_2.34"}
        except ValueError:
            continue
    with pytest.raises(Problem, match="bootstrap in .* is a damaged ELF file"):
        check_glibc(make_zip(whole[:70]))


@pytest.mark.parametrize(
    ("version", "new"),
    [("GLIBC_2.34", False), ("GLIBC_2.4", False), ("GLIBC_2.2.5", False), ("GLIBC_PRIVATE", False),
     ("GLIBC_2.35", True), ("GLIBC_2.100", True), ("GLIBC_2.34.1", True), ("GLIBC_3", True),
     ("GLIBC_ABI_DT_RELR", True)],
)
def test_versions_are_compared_as_numbers(version: str, new: bool) -> None:
    assert is_too_new(version) is new


@pytest.mark.parametrize(
    ("endpoint", "here"),
    [("http://127.0.0.1:4566", True), ("http://localhost:4566", True), ("http://[::1]:4566", True),
     ("https://lambda.us-east-1.amazonaws.com", False), ("http://127.0.0.1.example.com", False),
     ("http://localhost.example.com", False), ("http://10.0.0.1", False)],
)
def test_this_machine_is_the_loopback(endpoint: str, here: bool) -> None:
    assert is_this_machine(endpoint) is here


@pytest.fixture
def deployed(monkeypatch: Any) -> Any:
    """deploy.py on a zip and variables: where it led, and whether it came to the first call."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_LAMBDA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    began: list[bool] = []

    class Deployment:
        def __init__(self, *_: Any) -> None:
            began.append(True)

        def create(self, *_: Any) -> None:
            pass

    monkeypatch.setattr(deploy, "Deployment", Deployment)

    def _deploy(path: Path, **variables: str) -> tuple[int, bool]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        began.clear()
        return deploy.main(["--function-zip", str(path)]), bool(began)

    return _deploy


def test_aws_gets_no_zip_that_cannot_start_there(deployed: Any, make_zip: Callable[..., Path], capsys: Any) -> None:
    path = make_zip(program("GLIBC_2.17", "GLIBC_2.38"))
    assert deployed(path) == (1, False)
    said = capsys.readouterr().err
    assert f"bootstrap in {path} asks for GLIBC_2.38, and Lambda has glibc 2.34" in said
    assert "scripts/build-function.sh" in said and "task-processor-al2023.zip" in said
    assert deployed(make_zip(program("GLIBC_2.17", "GLIBC_2.34"))) == (0, True)


def test_this_machine_takes_what_it_built(deployed: Any, make_zip: Callable[..., Path]) -> None:
    path = make_zip(program("GLIBC_2.38"))
    assert deployed(path, AWS_ENDPOINT_URL="http://127.0.0.1:4566") == (0, True)
    # Lambda's own endpoint has the last word, because Lambda is what runs the zip.
    assert deployed(path, AWS_ENDPOINT_URL_LAMBDA="https://lambda.example.com") == (1, False)
    assert deployed(path, AWS_ENDPOINT_URL_LAMBDA="http://[::1]:4566") == (0, True)


def test_the_readme_names_the_same_build_step(root: Path) -> None:
    assert glibc.BUILD in (root / "README.md").read_text()
