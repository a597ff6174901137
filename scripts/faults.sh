#!/usr/bin/env bash
# Every command that calls AWS under every fault, with the time limits it has by itself; the table goes into docs.
set -euo pipefail
cd "$(dirname "$0")/.."

table=docs/faults.md
# What make fault-table wrote stays, behind its mark.
second=$(sed -n '/^<!-- from here on: make fault-table -->$/,$p' "$table" 2>/dev/null || true)
keep() {
	if [ -n "$second" ]; then printf '\n%s\n' "$second" >>"$table"; fi
}
trap keep EXIT
cat >"$table" <<'END'
# Faults

What each command made of what networks and AWS do: `make faults`, against the local stack, each command with its own time limit. `exit` 0 is an answer, and so are 1 of `canary` (slow), 1 and 2 of `status` (degraded, unhealthy). 2 of `canary` says that the path is broken, 3 of `status` and `alarms` that they could not tell, 1 of the others that there was no answer: in one line on standard error, and of `init` in one for each thing it could not look at. `tail` waits out what the others end at: it has each fault for its first five seconds, and shows every line when that is over. `calls` are those that the stack saw; no call is attempted more often than `max_attempts` says (3).

| fault | command | exit | took | calls | attempts |
| --- | --- | --- | --- | --- | --- |
END
TASKOPS_FAULTS_TABLE="$PWD/$table" swift test --filter FaultTests
