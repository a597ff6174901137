#!/usr/bin/env bash
# Every command that calls AWS under every fault, with the time limits it has by itself; the table goes into docs.
set -euo pipefail
cd "$(dirname "$0")/.."

table=docs/faults.md
cat >"$table" <<'END'
# Faults

What each command made of what networks and AWS do: `make faults`, against the local stack, each command with its own time limit. `exit` 0 is an answer, and so is 1 of the canary (slow); 2 of the canary says that the path is broken, 1 of the others that there was no answer, in one line on standard error. `calls` are those that the stack saw; no call is attempted more often than `max_attempts` says (3).

| fault | command | exit | took | calls | attempts |
| --- | --- | --- | --- | --- | --- |
END
TASKOPS_FAULTS_TABLE="$PWD/$table" swift test --filter FaultTests
