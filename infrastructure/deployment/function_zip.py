"""The function's zip, looked at before anything is made: what Lambda would refuse only later, or never say."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .problem import Problem

# Lambda quotas: 250 MB unpacked, code and layers together.
UNPACKED_LIMIT = 250 * 1024 * 1024
# e_machine in the ELF header (System V ABI) -> Lambda's word for it.
MACHINES = {62: "x86_64", 183: "arm64"}


@dataclass(frozen=True)
class FunctionZip:
    path: Path
    sha256: str
    size: int
    architecture: str | None
    """What the bootstrap was built for; None when it is a script."""


def inspect_zip(path: Path) -> FunctionZip:
    again = "build it with `make function`, or name another with --function-zip"
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            bootstrap = entries.get("bootstrap")
            if bootstrap is None:
                raise Problem(f"{path} holds no file `bootstrap` at its top level", again, "artifact")
            mode = bootstrap.external_attr >> 16
            if not mode & 0o100:
                raise Problem(f"`bootstrap` in {path} is not marked executable", again, "artifact")
            unpacked = sum(entry.file_size for entry in entries.values())
            if unpacked > UNPACKED_LIMIT:
                raise Problem(
                    f"{path} unpacks to {unpacked // 1048576} MB, and Lambda takes 250",
                    "strip the binary (`make function` does)",
                    "artifact",
                )
            with archive.open(bootstrap) as stream:
                header = stream.read(20)
    except FileNotFoundError as error:
        raise Problem(f"{path} does not exist", again, "artifact") from error
    except IsADirectoryError as error:
        raise Problem(f"{path} is a directory, not a zip", again, "artifact") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise Problem(f"{path} is not a readable zip: {error}", again, "artifact") from error
    content = path.read_bytes()
    return FunctionZip(path, hashlib.sha256(content).hexdigest(), len(content), _architecture(header, path))


def _architecture(header: bytes, path: Path) -> str | None:
    if header[:4] != b"\x7fELF":
        return None
    machine = int.from_bytes(header[18:20], "little")
    if machine not in MACHINES:
        raise Problem(
            f"`bootstrap` in {path} was built for a machine that Lambda does not have (ELF machine {machine})",
            "build it for x86_64 or arm64",
            "artifact",
        )
    return MACHINES[machine]


def chosen_architecture(wanted: str | None, found: FunctionZip) -> str:
    if wanted and found.architecture and wanted != found.architecture:
        raise Problem(
            f"`bootstrap` in {found.path} was built for {found.architecture}, and --architecture says {wanted}",
            f"leave --architecture out, or build for {wanted}",
            "artifact",
        )
    return wanted or found.architecture or "x86_64"
