#!/bin/sh
# Makes the zip of the canary as a Lambda function: package-canary.sh BINARY taskops.yaml OUT.zip
# `taskops` is the console itself with its libraries (package-function.sh says which), `bootstrap` takes an invocation from
# the Runtime API and runs `taskops canary` for it, with the words that `taskops schedule eventbridge` put into the
# function's variables. curl and sh are on provided.al2023 (Lambda guide, "Building a custom runtime").
set -eu

[ $# -eq 3 ] || { echo "usage: package-canary.sh BINARY taskops.yaml OUT.zip" >&2; exit 64; }
[ -f "$2" ] || { echo "package-canary.sh: there is no $2" >&2; echo "  next: taskops init" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
"$(dirname "$0")/package-function.sh" "$1" "$work/function.zip" >"$work/listing" || { cat "$work/listing" >&2; exit 1; }

cat >"$work/bootstrap" <<'END'
#!/bin/sh
# Codes 0, 1 and 2 are verdicts, and the invocation is well; with 3 the canary could not tell, and it fails.
set -u
here=${LAMBDA_TASK_ROOT:-$(dirname "$0")}
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
head=$(mktemp)
export TASKOPS_CONFIG="$here/taskops.yaml"
while :; do
    curl -sS --noproxy '*' -D "$head" -o /dev/null "$api/next" || exit 1
    id=$(tr -d '\r' <"$head" | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: *//p')
    code=0
    # shellcheck disable=SC2086 # words, on purpose
    "$here/taskops" canary ${TASKOPS_CANARY_ARGUMENTS:-} || code=$?
    if [ "$code" -le 2 ]; then
        curl -sS --noproxy '*' -o /dev/null --data "{\"exitCode\":$code}" "$api/$id/response" || exit 1
    else
        curl -sS --noproxy '*' -o /dev/null -H 'Lambda-Runtime-Function-Error-Type: CouldNotTell' \
            --data "{\"errorType\":\"CouldNotTell\",\"errorMessage\":\"taskops canary ended with $code\"}" \
            "$api/$id/error" || exit 1
    fi
done
END

mkdir -p "$(dirname "$3")"
python3 - "$work/function.zip" "$work/bootstrap" "$2" "$3" <<'END'
import sys, zipfile
from pathlib import Path

source, bootstrap, configuration, out = map(Path, sys.argv[1:])
part = out.with_name(out.name + ".part")
with zipfile.ZipFile(source) as old, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
    files = {("taskops" if name == "bootstrap" else name): old.read(name) for name in old.namelist()}
    files |= {"bootstrap": bootstrap.read_bytes(), "taskops.yaml": configuration.read_bytes()}
    for name, content in sorted(files.items()):
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
        entry.external_attr = (0o100644 if name == "taskops.yaml" else 0o100755) << 16
        new.writestr(entry, content)
part.replace(out)
print(f"{out.stat().st_size / 1048576:8.2f} MB  {out}")
END
