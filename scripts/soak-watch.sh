#!/usr/bin/env bash
# Watches a local stack with `taskops status --watch` for a while (MINUTES, 10 unless said otherwise), and says whether
# memory stays flat, connections are kept, and calls stay within what a look costs. `make soak-watch` runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${MINUTES:-10}
taskops=$PWD/.build/release/taskops
export TASKOPS_SANDBOX=$PWD/.taskops/soak-watch
work=$(mktemp -d)
watch=
finish() {
    [ -z "$watch" ] || kill -INT "$watch" 2>/dev/null || true
    "$taskops" sandbox down >/dev/null
    rm -rf "$work"
}
trap finish EXIT
"$taskops" sandbox up
eval "$("$taskops" sandbox env)"

# What the stack was asked, and how often somebody connected to a database.
calls() { curl -fsS "$TASKOPS_SANDBOX_CONTROL/calls" | python3 -c 'import json,sys; print(sum(c["count"] for c in json.load(sys.stdin)["calls"]))'; }

"$taskops" --sandbox status --watch 2s --output jsonl -v >"$work/changes" 2>"$work/conversation" &
watch=$!
sleep 10
first=$(awk '/VmRSS/ { print $2 }' "/proc/$watch/status")
before=$(calls)
began=$(grep -c DescribeEventBus "$work/conversation")
printf '%8s %10s %8s %8s\n' minute 'RSS kB' sockets calls
for minute in $(seq "$minutes"); do
    sleep 60
    rss=$(awk '/VmRSS/ { print $2 }' "/proc/$watch/status")
    sockets=$(find "/proc/$watch/fd" -lname 'socket:*' | wc -l)
    printf '%8s %10s %8s %8s\n' "$minute" "$rss" "$sockets" "$(($(calls) - before))"
done
looks=$((($(grep -c DescribeEventBus "$work/conversation") - began) / 2))
made=$(($(calls) - before))
connects=$(grep -c DbConnect "$work/conversation")
kill -INT "$watch"
wait "$watch" || true
watch=
echo "soak-watch: $looks looks in $minutes minutes, $made calls ($((made / looks)) a look), $connects database connections, RSS $first kB at first and $rss kB at last, $(wc -l <"$work/changes") records"
[ "$rss" -le $((first * 12 / 10)) ] || { echo "soak-watch: memory grew" >&2; exit 1; }
[ "$connects" -le 4 ] || { echo "soak-watch: connections were not kept" >&2; exit 1; }
[ "$made" -le $((looks * 30)) ] || { echo "soak-watch: more calls than a look needs" >&2; exit 1; }
