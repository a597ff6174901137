"""Where things are, and how the tests read them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infrastructure"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture
def run(root: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a tool of the virtual environment, or one of the project's own scripts."""

    def _run(tool: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        if "/" in tool:
            found: str | None = str(root / tool)
        else:
            beside = Path(sys.executable).parent / tool
            found = str(beside) if beside.exists() else shutil.which(tool)
        assert found, f"{tool} is not installed: make setup"
        return subprocess.run(
            [found, *map(str, arguments)],
            cwd=root, text=True, capture_output=True, timeout=120, env={**os.environ, **environment},
        )

    return _run


@pytest.fixture
def make_zip(tmp_path: Path) -> Callable[..., Path]:
    """A zip with one file, as the function's is."""

    def _make(content: bytes = b"#!/bin/sh\n", name: str = "bootstrap", mode: int = 0o755) -> Path:
        path = tmp_path / "function.zip"
        with zipfile.ZipFile(path, "w") as archive:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
        return path

    return _make
