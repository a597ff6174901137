#!/usr/bin/env python3
"""Records which functions a run of taskops executes, for the linker to lay side by side.

Usage: function-order.py BINARY ARGUMENT... > scripts/function-order.txt

BINARY is a release build with its symbols (without `-Xlinker -s`); the arguments are what to run, `canary` being the
run that the file is recorded with, on a local stack whose `env` is set. Valgrind counts instructions, nm names them.

Of 11 MB of code such a run executes about 1 MB, scattered so that two thirds of all the 64 kB pieces in which Linux
maps a file are touched. Side by side they need half the memory. A function that the file does not name, or that no
longer exists, costs nothing but its place: an old file is worse, never wrong.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from bisect import bisect_right
from pathlib import Path


def executed(binary: Path, arguments: list[str], profile: Path) -> set[int]:
    """The addresses, within the binary, of all instructions that ran."""
    tool = ["valgrind", "--quiet", "--tool=callgrind", "--dump-instr=yes", "--compress-pos=no", "--compress-strings=no"]
    command = [*tool, f"--callgrind-out-file={profile}", str(binary), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    addresses: set[int] = set()
    inside = False
    for line in profile.read_text(encoding="utf-8").splitlines():
        if line.startswith("ob="):
            inside = line == f"ob={binary}"
        elif inside and line.startswith("0x"):
            addresses.add(int(line.split(maxsplit=1)[0], 16))
    return addresses


def functions(binary: Path) -> dict[int, list[str]]:
    """The names at each address: identical functions were folded into one that bears all their names."""
    listing = subprocess.run(["nm", "--defined-only", str(binary)], check=True, capture_output=True, text=True).stdout
    names: dict[int, list[str]] = {}
    for line in listing.splitlines():
        address, kind, name = line.split(" ", 2)
        if kind in "tTwW":
            names.setdefault(int(address, 16), []).append(name)
    return names


def main() -> int:
    if len(sys.argv) < 3:
        print("usage: function-order.py BINARY ARGUMENT... > scripts/function-order.txt", file=sys.stderr)
        return 64
    with tempfile.TemporaryDirectory() as directory:
        # Valgrind 3.19 gives up on the debugging information of Swift 6, and needs only the symbols.
        binary = Path(directory, "taskops")
        subprocess.run(["strip", "--strip-debug", "-o", str(binary), sys.argv[1]], check=True)
        names = functions(binary)
        starts = sorted(names)
        ran = executed(binary, sys.argv[2:], Path(directory, "profile"))
    hot = {bisect_right(starts, address) - 1 for address in ran}
    order = (name for index in sorted(hot) if index >= 0 for name in sorted(names[starts[index]]))
    print("\n".join(dict.fromkeys(order)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
