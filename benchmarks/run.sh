#!/usr/bin/env bash
# Measures taskops beside its peers, and writes docs/benchmarks.md. Usage: run.sh [canary] [status] [plan]
# [first-byte] [client]; without a word, all of them. The peers' libraries are those of `make setup`.
set -euo pipefail
cd "$(dirname "$0")/.."

taskops=.build/release/taskops
export PATH="$PWD/.taskops/venv/bin:$PATH"
document=docs/benchmarks.md

# One of the scripts, on a local stack of its own.
on_stack() (
    export TASKOPS_SANDBOX="$PWD/.taskops/bench"
    trap '$taskops sandbox down >/dev/null' EXIT
    $taskops sandbox up
    eval "$($taskops sandbox env)"
    python "benchmarks/$1.py" "$taskops" "$TASKOPS_SANDBOX" "$document"
)

client() {
    swift build -c release --package-path benchmarks/client --product client-calls
    python benchmarks/client/client.py benchmarks/client/.build/release/client-calls "$document"
}

for part in "${@:-canary status plan first-byte client}"; do
    for name in $part; do
        case $name in
            canary | status | plan) on_stack "$name" ;;
            first-byte | client)
                if ! python -c 'import boto3' 2>/dev/null; then
                    echo "skipped: boto3 is not installed, so there is nothing to compare the $name with"
                elif [ "$name" = client ]; then
                    client
                else
                    python benchmarks/first_byte.py "$taskops" "$document"
                fi
                ;;
            *)
                echo "bench: there is no part \`$name\`; write canary, status, plan, first-byte or client" >&2
                exit 64
                ;;
        esac
    done
done
