"""Runs the project's own ``infrastructure/deploy.py`` against the sandbox, as a person runs it against AWS."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .problem import Problem
from .progress import emit
from .state import Names

SCRIPT = Path(__file__).resolve().parents[3] / "infrastructure" / "deploy.py"
#: What of the caller's environment could lead the script to another account, or to a proxy.
_LEADS_ELSEWHERE = ("AWS_", "BOTO_", "PG", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy",
                    "all_proxy")


def digest(function_zip: Path) -> str:
    """What decides whether to deploy again: the zip, the template, and the code that brings them out."""
    home = SCRIPT.parent
    parts = [function_zip, SCRIPT, home / "stack.yaml", *sorted((home / "deployment").glob("*.py"))]
    found = hashlib.sha256()
    for part in parts:
        # Each by its own hash, so that no byte can move from one file to the next unseen.
        found.update(hashlib.sha256(part.read_bytes()).digest())
    return found.hexdigest()


def run(names: Names, function_zip: Path, variables: Mapping[str, str], log: Path) -> dict[str, dict[str, str]]:
    """Deploys both Regions, passing the script's progress on; returns the outputs of each stack."""
    command = [sys.executable, str(SCRIPT), "--function-zip", str(function_zip), "--output", "json",
               "--stack", names.stack, "--environment", names.environment,
               "--regions", *names.regions, "--witness", names.witness, "--timeout", "2m"]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_LEADS_ELSEWHERE)}
    # An empty configuration: a person's own profiles have no say here.
    environment = {**kept, **variables, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    outputs: dict[str, dict[str, str]] = {}
    failure: dict[str, Any] | None = None
    with log.open("ab") as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                                   env=environment, text=True)
        assert process.stdout is not None
        for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if said.get("regions"):
                outputs = said["regions"]
            elif said.get("state") == "failed":
                failure = failure or said
            else:
                region = said.pop("region", None)
                step, state = said.pop("step", "deploy"), said.pop("state", "starting")
                # Steps within a step: what a view shows while it waits.
                state = "starting" if state == "progress" else state
                emit(f"{region} {step}" if region else step, state, **said)
        status = process.wait()
    if failure:
        where = f"{failure['region']}: " if failure.get("region") else ""
        raise Problem(f"{where}{failure.get('summary')}", str(failure.get("hint") or f"See {log}"))
    if status or set(outputs) != set(names.regions):
        raise Problem(f"deploy.py ended with {status} and without saying why.", f"See {log}")
    return outputs
