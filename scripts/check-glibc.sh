#!/bin/sh
# Finds what asks for a newer glibc than the function's machine has: check-glibc.sh [--report] FILE…
# FILE is an ELF file, or a zip whose every ELF file is looked at. Ends 1 and lists file, symbol, version when one
# asks for more than GLIBC_CEILING (default 2.34: Amazon Linux 2023, which provided.al2023 is), 2 when it cannot look.
# With --report it ends 0 all the same: a zip for the local stack may ask for what this machine has.
set -eu

ceiling=${GLIBC_CEILING:-2.34}

fail() {
    echo "check-glibc.sh: $1" >&2
    echo "  next: $2" >&2
    exit 2
}

verdict=1
if [ "${1:-}" = --report ]; then
    verdict=0
    shift
fi
[ $# -gt 0 ] || fail "no file given" "scripts/check-glibc.sh FILE…"
command -v objdump >/dev/null || fail "objdump is not installed" "apt-get install binutils, or make setup"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
: >"$work/findings"

is_elf() {
    [ "$(head -c 4 "$1" | od -An -tx1 | tr -d ' \n')" = 7f454c46 ]
}

# The symbols first, by name. Then the versions the loader checks before it looks at any symbol: a version can be
# asked for with no symbol of its own (GLIBC_ABI_DT_RELR, which came with 2.36, is such a one).
look() {
    objdump -T "$1" 2>/dev/null | awk '
        /\*UND\*/ && match($0, /GLIBC_[A-Z0-9_.]*/) { print $NF, substr($0, RSTART, RLENGTH) }
    ' >"$work/asked" || true
    objdump -p "$1" 2>/dev/null | awk '
        /^Version References:/ { inside = 1; next }
        inside && NF == 0 { inside = 0 }
        inside && $NF ~ /^GLIBC_/ { print "-", $NF }
    ' >>"$work/asked" || true
    sort -u "$work/asked" | awk -v file="$2" -v ceiling="$ceiling" '
        function newer(version, limit,   a, b, i, n) {
            n = split(version, a, "."); split(limit, b, ".")
            for (i = 1; i <= (n > 3 ? n : 3); i++) {
                if (a[i] + 0 > b[i] + 0) return 1
                if (a[i] + 0 < b[i] + 0) return 0
            }
            return 0
        }
        {
            version = substr($2, 7)
            if (version ~ /^[0-9.]+$/ ? newer(version, ceiling) : version != "PRIVATE") {
                if ($1 == "-") loose[$2] = 1
                else { named[$2] = 1; print file "\t" $1 "\t" $2 }
            }
        }
        END { for (v in loose) if (!(v in named)) print file "\t(no symbol)\t" v }
    ' | sort >>"$work/findings"
}

count=0
for file in "$@"; do
    [ -r "$file" ] || fail "$file cannot be read" "give an ELF file or a zip"
    if is_elf "$file"; then
        look "$file" "$file"
        count=$((count + 1))
    elif [ "$(head -c 2 "$file")" = PK ]; then
        command -v python3 >/dev/null || fail "python3 is not installed, and $file is a zip" "apt-get install python3"
        rm -rf "$work/unpacked"
        python3 -m zipfile -e "$file" "$work/unpacked" || fail "$file cannot be unpacked" "build it again: make function"
        find "$work/unpacked" -type f | sort >"$work/members"
        while IFS= read -r member; do
            if is_elf "$member"; then
                look "$member" "$file:${member#"$work/unpacked/"}"
                count=$((count + 1))
            fi
        done <"$work/members"
    else
        fail "$file is neither an ELF file nor a zip" "give a binary, or what make function built"
    fi
done

if [ -s "$work/findings" ]; then
    cat "$work/findings"
    echo "check-glibc.sh: the lines above ask for more than glibc $ceiling: this does not start on AWS" >&2
    echo "  next: build it where glibc is $ceiling or older; the README says how (the local stack takes it as it is)" >&2
    exit "$verdict"
fi
echo "$count ELF files ask for nothing newer than glibc $ceiling"
