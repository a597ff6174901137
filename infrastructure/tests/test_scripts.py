"""The shell scripts, on programs that every machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path("/bin/ls").resolve()


def test_a_new_symbol_is_reported_with_file_symbol_and_version(run: Any) -> None:
    # No glibc is older than 2.2.5 on x86-64 and 2.17 on arm64: every program exceeds this ceiling.
    found = run("scripts/check-glibc.sh", PROGRAM, GLIBC_CEILING="2.2")
    assert found.returncode == 1
    first = found.stdout.splitlines()[0].split("\t")
    assert first[0] == str(PROGRAM)
    assert first[2].startswith("GLIBC_2.")
    assert any(line.split("\t")[1] == "malloc" for line in found.stdout.splitlines())
    assert "next:" in found.stderr


def test_a_report_is_no_verdict(run: Any) -> None:
    found = run("scripts/check-glibc.sh", "--report", PROGRAM, GLIBC_CEILING="2.2")
    assert found.returncode == 0
    assert "GLIBC_2." in found.stdout


def test_versions_are_compared_as_numbers(run: Any) -> None:
    assert run("scripts/check-glibc.sh", PROGRAM, GLIBC_CEILING="2.100").returncode == 0
    assert run("scripts/check-glibc.sh", PROGRAM, GLIBC_CEILING="3").returncode == 0


def test_every_program_in_a_zip_is_looked_at(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(PROGRAM, "bootstrap")
        archive.write(PROGRAM, "lib/libsomething.so.1")
        archive.writestr("readme.txt", "no program")
    found = run("scripts/check-glibc.sh", path, GLIBC_CEILING="2.2")
    assert found.returncode == 1
    assert f"{path}:bootstrap\t" in found.stdout
    assert f"{path}:lib/libsomething.so.1\t" in found.stdout
    assert "2 ELF files" in run("scripts/check-glibc.sh", path, GLIBC_CEILING="2.100").stdout


@pytest.mark.parametrize("given", [[], ["--report"], ["/etc/passwd"], ["/nonexistent"]])
def test_what_cannot_be_looked_at_ends_2(run: Any, given: list[str]) -> None:
    assert run("scripts/check-glibc.sh", *given).returncode == 2


def test_a_zip_holds_the_binary_and_its_libraries_and_is_the_same_again(run: Any, tmp_path: Path) -> None:
    zips = [tmp_path / "one" / "f.zip", tmp_path / "two" / "f.zip"]
    for path in zips:
        made = run("scripts/package-function.sh", PROGRAM, path)
        assert made.returncode == 0, made.stderr
        assert "bootstrap" in made.stdout
    assert zips[0].read_bytes() == zips[1].read_bytes()
    with zipfile.ZipFile(zips[0]) as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert all(entry.external_attr >> 16 & 0o111 for entry in archive.infolist())
    assert "bootstrap" in names
    assert not [name for name in names if Path(name).name.startswith(("libc.so", "ld-linux", "libm.so"))]
    assert all(name == "bootstrap" or name.startswith("lib/") for name in names)


def test_packaging_says_what_is_wrong(run: Any, tmp_path: Path) -> None:
    assert run("scripts/package-function.sh").returncode == 64
    found = run("scripts/package-function.sh", tmp_path / "none", tmp_path / "f.zip")
    assert found.returncode == 1
    assert "next: make function" in found.stderr


@pytest.mark.parametrize("works", [True, False])
def test_the_zip_for_aws_has_its_own_name_and_the_checkouts_owner(root: Path, tmp_path: Path, works: bool) -> None:
    """With dnf and swift played by scripts, since Amazon Linux is not at hand: what is around them is tested."""
    checkout, tools = tmp_path / "checkout", tmp_path / "bin"
    shutil.copytree(root / "scripts", checkout / "scripts")
    tools.mkdir()
    build = f"""mkdir -p .build-al2023/release && cp {PROGRAM} .build-al2023/release/task-processor"""
    for name, body in {"dnf": "", "swift": f"{build}\n{'exit 0' if works else 'exit 3'}\n"}.items():
        (tools / name).write_text("#!/bin/sh\n" + body)
        (tools / name).chmod(0o755)
    if os.geteuid() == 0:
        os.chown(checkout, 12345, 23456)
    done = subprocess.run(
        ["scripts/build-function.sh"], cwd=checkout, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "GLIBC_CEILING": "2.100"},
    )
    assert done.returncode == (0 if works else 3), done.stderr
    made = [checkout / ".build-al2023", checkout / ".build-al2023/release/task-processor"]
    if works:
        made += [checkout / ".taskops", checkout / ".taskops/task-processor-al2023.zip"]
        assert os.listdir(checkout / ".taskops") == ["task-processor-al2023.zip"]
    owner = checkout.stat()
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(owner.st_uid, owner.st_gid)}
