"""Which glibc a program asks for. A newer one than Lambda's, and no invocation ever begins: said here, not at night.

Read from the ELF file itself, because binutils are not on every machine that deploys. What is read is what the loader
reads: the dynamic segment's table of version requirements (System V ABI, "Dynamic Section"; Linux Standard Base,
"Symbol Versioning": Elf64_Verneed, Elf64_Vernaux). Lambda's machines are 64-bit and little-endian.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from .problem import Problem

# Amazon Linux 2023's, on which provided.al2023 stands.
CEILING = (2, 34)
LOAD, DYNAMIC = 1, 2
STRINGS, NEEDED_VERSIONS, NEEDED_COUNT = 5, 0x6FFFFFFE, 0x6FFFFFFF
BUILD = 'docker run --rm -v "$PWD:/project" -w /project swift:6.3-amazonlinux2023 scripts/build-function.sh'


def needed_versions(program: bytes) -> list[str]:
    """Every GLIBC_… that the ELF file names, in its order; none for what is no dynamic 64-bit program."""
    if program[:6] != b"\x7fELF\x02\x01":
        return []
    try:
        return list(_needed(program))
    except (struct.error, ValueError, KeyError) as error:
        raise ValueError("a damaged ELF file") from error


def _needed(program: bytes) -> Iterator[str]:
    (headers,) = struct.unpack_from("<Q", program, 32)
    size, count = struct.unpack_from("<HH", program, 54)
    segments = [struct.unpack_from("<IIQQQQ", program, headers + size * n) for n in range(count)]

    def place(address: int) -> int:
        """Where in the file stands what the loader finds at the address."""
        for kind, _, offset, start, _, length in segments:
            if kind == LOAD and start <= address < start + length:
                return int(address - start + offset)
        raise ValueError(f"nothing is loaded at {address:#x}")

    tags: dict[int, int] = {}
    for kind, _, offset, _, _, length in segments:
        if kind == DYNAMIC:
            tags.update(struct.iter_unpack("<QQ", program[offset : offset + length - length % 16]))
    if NEEDED_VERSIONS not in tags:
        return
    names, entry = place(tags[STRINGS]), place(tags[NEEDED_VERSIONS])
    for _ in range(tags[NEEDED_COUNT]):
        _, versions, _, first, following = struct.unpack_from("<HHIII", program, entry)
        version = entry + first
        for _ in range(versions):
            _, _, _, name, next_version = struct.unpack_from("<IHHII", program, version)
            text = program[names + name : program.index(b"\0", names + name)].decode("ascii", "replace")
            if text.startswith("GLIBC_"):
                yield text
            version += next_version
        entry += following


def is_too_new(version: str) -> bool:
    """GLIBC_PRIVATE is any glibc's own; a name without a number (GLIBC_ABI_DT_RELR, of 2.36) came after 2.34."""
    numbers = version.removeprefix("GLIBC_").split(".")
    if all(number.isdigit() for number in numbers):
        return tuple(map(int, numbers)) > CEILING
    return version != "GLIBC_PRIVATE"


def is_this_machine(endpoint: str) -> bool:
    """Whether what takes the zip runs here, and so has the glibc it was built with."""
    host = urlsplit(endpoint).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_glibc(path: Path) -> None:
    """Raises a Problem for a zip that cannot start on Lambda."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            try:
                asked = needed_versions(archive.read(entry))
            except ValueError as error:
                what = f"{entry.filename} in {path} is {error}"
                raise Problem(what, f"build the zip again: {BUILD}", "artifact") from error
            found = sorted({version for version in asked if is_too_new(version)})
            if found:
                raise Problem(
                    f"{entry.filename} in {path} asks for {' and '.join(found)}, and Lambda has glibc 2.34: "
                    "no invocation would begin",
                    f"build it for Lambda: {BUILD}; then give --function-zip .taskops/task-processor-al2023.zip",
                    "artifact",
                )
