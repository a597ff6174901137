"""The functions' code on disk: each zip is unpacked once, under the hash of its bytes."""

from __future__ import annotations

import io
import os
import shutil
import threading
import zipfile
from pathlib import Path

_lock = threading.Lock()


class CodeError(Exception):
    """The deployment package cannot be unpacked."""


def unpacked(directory: Path, digest: str, package: bytes) -> Path:
    """The folder with the package's files, which is what Lambda calls ``LAMBDA_TASK_ROOT``."""
    folder = directory / digest[:32]
    with _lock:
        if folder.is_dir():
            return folder
        fresh = directory / f"{digest[:32]}.unpacking"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        try:
            with zipfile.ZipFile(io.BytesIO(package)) as archive:
                _extract(archive, fresh)
        except (zipfile.BadZipFile, OSError, ValueError) as problem:
            shutil.rmtree(fresh, ignore_errors=True)
            raise CodeError(str(problem)) from problem
        fresh.rename(folder)
        return folder


def _extract(archive: zipfile.ZipFile, folder: Path) -> None:
    root = folder.resolve()
    for entry in archive.infolist():
        target = (folder / entry.filename).resolve()
        if not target.is_relative_to(root):
            raise ValueError(f"the entry {entry.filename} lies outside the package")
        mode = entry.external_attr >> 16
        if entry.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if mode & 0o170000 == 0o120000:
            link = archive.read(entry).decode()
            if not (target.parent / link).resolve().is_relative_to(root):
                raise ValueError(f"the link {entry.filename} leads outside the package")
            os.symlink(link, target)
            continue
        with archive.open(entry) as source, open(target, "wb") as sink:
            shutil.copyfileobj(source, sink)
        # Zips made without Unix modes hold 0, which Lambda too reads as "not executable".
        target.chmod((mode & 0o777) or 0o644)


def is_package(package: bytes) -> bool:
    return zipfile.is_zipfile(io.BytesIO(package))
