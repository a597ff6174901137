#!/usr/bin/env bash
# Measures taskops beside its peers on a local stack of its own, and writes docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "$0")/.."

export TASKOPS_SANDBOX="$PWD/.taskops/bench"
taskops=.build/release/taskops
venv=.taskops/venv-bench
# The peer's own libraries: nobody else needs them.
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
fi
trap '$taskops sandbox down >/dev/null' EXIT
$taskops sandbox up
eval "$($taskops sandbox env)"
PATH="$PWD/$venv/bin:$PATH" python benchmarks/canary.py "$taskops" "$TASKOPS_SANDBOX" docs/benchmarks.md
