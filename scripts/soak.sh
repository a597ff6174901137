#!/usr/bin/env bash
# Sends many canaries through a local stack of its own: one after the other, then many at once. `make soak` runs this.
# None may be lost, none may come twice, and every table must hold afterwards what it held before. Says so on one line
# and ends 0; otherwise it ends 1, and the reports of the canaries that failed stand on standard error.
# SOAK_IN_A_ROW (200) and SOAK_AT_ONCE (50) say how many.
set -euo pipefail
cd "$(dirname "$0")/.."

in_a_row=${SOAK_IN_A_ROW:-200}
at_once=${SOAK_AT_ONCE:-50}
taskops=${TASKOPS:-.build/release/taskops}
python=.taskops/venv/bin/python
export TASKOPS_SANDBOX="$PWD/.taskops/soak"

fail() {
    echo "soak.sh: $1" >&2
    echo "  next: $2" >&2
    exit 1
}

[ -x "$taskops" ] || fail "$taskops is not built" "make release"
work=$(mktemp -d)
trap 'rm -rf "$work"; "$taskops" sandbox down >/dev/null' EXIT
trap 'exit 130' INT TERM
"$taskops" sandbox up >"$work/up" || { cat "$work/up" >&2; fail "the local stack did not start" "$taskops sandbox status"; }

# Rows of each table, then the events Lambda was given, as `tasks updates events received`.
counts() {
    (eval "$("$taskops" sandbox env)" && "$python" - <<'PYTHON'
import json, os, re, urllib.request
import boto3, psycopg

region = os.environ["AWS_REGION"]
dsql = boto3.client("dsql", region_name=region)
host = dsql.get_cluster(identifier=dsql.list_clusters()["clusters"][0]["identifier"])["endpoint"]
# The Region the credentials name is the file's first.
port = re.search(r"port: (\d+)", open(os.environ["TASKOPS_CONFIG"]).read())[1]
tables = ("tasks", "task_updates", "processed_events")
with psycopg.connect(host=host, hostaddr="127.0.0.1", port=port, user="admin", dbname="postgres",
                     password=dsql.generate_db_connect_admin_auth_token(host, region)) as connection:
    rows = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]
with urllib.request.urlopen(os.environ["TASKOPS_SANDBOX_CONTROL"] + "/status") as answer:
    rows.append(json.load(answer)["counters"].get("lambda-async-events-received", 0))
print(*rows)
PYTHON
    )
}

# A run's report, and beside it its exit code. On a machine under such a load slow is no failure.
canary() {
    local code=0
    "$taskops" --sandbox canary --output json --timeout 120s --slow-after 119s >"$work/$1.json" 2>"$work/$1.err" || code=$?
    echo "$code" >"$work/$1.code"
}

read -r tasks updates events received < <(counts)
began=$SECONDS
for number in $(seq "$in_a_row"); do
    canary "row-$number"
    [ ! -t 2 ] || printf '\r%s of %s in a row' "$number" "$in_a_row" >&2
done
[ ! -t 2 ] || printf '\r\033[K' >&2
row_took=$((SECONDS - began))
began=$SECONDS
for number in $(seq "$at_once"); do
    canary "once-$number" &
done
wait
once_took=$((SECONDS - began))
read -r tasks_after updates_after events_after received_after < <(counts)

failed=$({ grep -Lx 0 "$work"/*.code || true; } | wc -l)
for code in $(grep -Lx 0 "$work"/*.code || true); do
    cat "${code%.code}.err" "${code%.code}.json" >&2
done
runs=$((in_a_row + at_once))
ids=$(cat "$work"/*.json | sed -n 's/.*"taskId" : "\(.*\)".*/\1/p' | sort -u | wc -l)
# Two Regions, and in each an event that creates and one that completes.
extra=$((received_after - received - 4 * runs))
line="soak: $in_a_row in a row in $row_took s, $at_once at once in $once_took s; $failed failed, $ids of $((2 * runs)) tasks"
line+=", $extra events too many; rows before and after:"
line+=" tasks $tasks/$tasks_after, task_updates $updates/$updates_after, processed_events $events/$events_after"
echo "$line"
[ "$failed $ids $extra $tasks $updates $events" = "0 $((2 * runs)) 0 $tasks_after $updates_after $events_after" ] ||
    fail "canaries were lost, came twice or left rows behind" "look at the reports above, then: make soak"
