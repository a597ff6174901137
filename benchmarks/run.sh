#!/usr/bin/env bash
# Measures taskops beside its peers, and writes docs/benchmarks.md. Usage: run.sh [canary] [status] [plan]
# [first-byte] [client] [tail]; without a word, all of them. The peers' libraries are those of `make setup`.
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

# The peer is not among the libraries of `make setup`: nothing else needs it.
tail_history() {
    swift build -c release --package-path benchmarks/tail --product tail-history
    [ -d .taskops/awslogs ] || python -m pip install --quiet --target .taskops/awslogs awslogs==0.15.0
    python benchmarks/tail/history.py benchmarks/tail/.build/release/tail-history "$taskops" .taskops/awslogs "$document"
}

for part in "${@:-canary status plan first-byte client tail}"; do
    for name in $part; do
        case $name in
            canary | status | plan) on_stack "$name" ;;
            tail) tail_history ;;
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
                echo "bench: there is no part \`$name\`; write canary, status, plan, first-byte, client or tail" >&2
                exit 64
                ;;
        esac
    done
done
