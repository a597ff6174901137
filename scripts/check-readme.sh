#!/usr/bin/env bash
# Runs the README's command blocks against a local stack of their own, so that they cannot rot.
# A block is known by the comment above it, `<!-- readme: NAME -->`; a block of sh without a name is a mistake.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

# The text of one block, without the indentation of a list it may stand in.
block() {
    awk -v name="$1" '
        $0 ~ "<!-- readme: " name " -->" { found = 1; next }
        found && !inside && /^ *```/ { inside = 1; match($0, /^ */); indent = RLENGTH; next }
        inside && /^ *```/ { exit }
        inside { print substr($0, indent + 1) }
    ' README.md
}

fail() {
    echo "check-readme.sh: $1" >&2
    exit 1
}

ran=
run() {
    echo "README: $1"
    ran="$ran $1"
    local text
    text=$(block "$1")
    [ -n "$text" ] || fail "the README has no block named $1"
    # A block may leave variables and aliases to those after it, as it does for a reader's shell.
    eval "$text" >"$work/$1.out" 2>"$work/$1.err" || { cat "$work/$1.out" "$work/$1.err" >&2; fail "the block $1 failed"; }
}

expect() {
    grep -q -- "$2" "$work/$1.out" || { cat "$work/$1.out" "$work/$1.err" >&2; fail "the block $1 did not print: $2"; }
}

unnamed=$(awk '/<!-- readme: / { named = 1; next } /^ *```(sh|yaml)/ && !named && !inside { print NR } /^ *```/ { inside = !inside; named = 0 }' README.md)
# The one block without a name takes the stack down; the trap below runs its command.
[ "$(echo "$unnamed" | wc -w)" -eq 1 ] || fail "README.md has sh blocks without a name above them, at lines $unnamed"

work=$(mktemp -d)
export TASKOPS_SANDBOX=$work/sandbox
trap '"$root/.build/release/taskops" sandbox down >/dev/null; rm -rf "$work"' EXIT
shopt -s expand_aliases

run demo
expect demo "2 of 2 Regions ok"
run sandbox
expect sandbox '"outcome" : "ok"'
run break
expect break "is DISABLED"
expect break "aws events enable-rule"
expect break "exit code 2"
.taskops/venv/bin/python -c '
import boto3
boto3.client("events").enable_rule(Name="task-processing-rule", EventBusName="task-events-dev")'

if docker info >/dev/null 2>&1; then
    run needs-docker
else
    echo "README: needs-docker skipped: no Docker engine runs here"
fi
# deploy.py writes taskops.yaml into the folder it runs in: give it one of its own.
mkdir -p "$work/checkout/.taskops"
ln -s "$root/infrastructure" "$root/schema" "$root/runbooks" "$root/alarms" "$root/dashboards" "$work/checkout/"
# The zip built here stands in for the one built in Amazon Linux: for this machine's own "AWS" it is the right one.
cp "$root/.taskops/task-processor.zip" "$work/checkout/.taskops/task-processor-al2023.zip"
cd "$work/checkout"
PATH="$root/.taskops/venv/bin:$PATH"
README=$root/README.md
cp "$README" .
run deploy
grep -q "us-west-2:" taskops.yaml || fail "the block deploy wrote no taskops.yaml"
run init
expect init "# CloudFormation output ClusterIdentifier of stack"
run schema
expect schema "up to date"
run canary
expect canary "2 of 2 Regions ok"
run schedule
expect schedule "--alert-after 2/3 --interval 1m"
expect schedule "got through of"
run series
expect series "none stale"
run alarms
expect alarms "What it means"
run validate
expect validate "valid: "
run tail
expect tail "REPORT"
run plan
expect plan "to create"
run apply
expect apply "created"
run drill
expect drill "rang"
run permissions
expect permissions '"events:PutEvents"'
ran="$ran config"
block config >"$work/taskops.yaml"
# Its clusters do not exist, so the canary cannot run; a mistake in the file would be said with its line.
"$root/.build/release/taskops" canary --config "$work/taskops.yaml" --timeout 1s >"$work/config.out" 2>&1 || true
grep -q "no cluster in us-west-2 has the tag" "$work/config.out" ||
    { cat "$work/config.out" >&2; fail "the README's taskops.yaml has mistakes"; }

# `test` is what runs this script.
for name in $(sed -nE 's/.*<!-- readme: ([a-z-]+) -->.*/\1/p' "$README"); do
    [[ " $ran test needs-docker " == *" $name "* ]] || fail "the block $name is run by nothing"
done
echo "README: every block ran"
