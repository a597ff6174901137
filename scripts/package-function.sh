#!/bin/sh
# Makes the function's zip: package-function.sh BINARY OUT.zip
# `bootstrap` is the binary; lib/ holds the shared libraries it needs, without glibc's own, which the machine has and
# which must match its kernel loader. Lambda has /var/task/lib in LD_LIBRARY_PATH (Lambda guide, "Defined runtime
# environment variables"); a binary linked with the rpath $ORIGIN/lib finds them by itself, and before the system's.
# The same files make the same zip, byte for byte, so that the same code is never deployed twice.
set -eu

fail() {
    echo "package-function.sh: $1" >&2
    echo "  next: $2" >&2
    exit 1
}

[ $# -eq 2 ] || { echo "usage: package-function.sh BINARY OUT.zip" >&2; exit 64; }
binary=$1
out=$2
[ -x "$binary" ] || fail "$binary does not exist or is not executable" "make function"
for tool in ldd python3; do
    command -v "$tool" >/dev/null || fail "$tool is not installed" "make setup"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$work/zip/lib"
cp "$binary" "$work/zip/bootstrap"
chmod 755 "$work/zip/bootstrap"

ldd "$binary" >"$work/needed" 2>&1 || fail "$binary is not a dynamic program of this machine" \
    "build it on the architecture it is for"
missing=$(awk '/not found/ { print $1; exit }' "$work/needed")
[ -z "$missing" ] || fail "$binary needs $missing, which is not installed" "make setup"

# "name => path (address)"; the loader and the kernel's own page have no arrow, or no path.
awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 }' "$work/needed" | sort -u | while read -r name path; do
    case $name in
        # glibc's, as Debian's libc6 and Amazon Linux's glibc ship them.
        ld-linux*|libc.so.*|libm.so.*|libpthread.so.*|libdl.so.*|librt.so.*|libresolv.so.*|libutil.so.*| \
        libanl.so.*|libBrokenLocale.so.*|libnss_*|libthread_db.so.*|libmvec.so.*|libc_malloc_debug.so.*) ;;
        *) cp -L "$path" "$work/zip/lib/$name" && chmod 755 "$work/zip/lib/$name" ;;
    esac
done

mkdir -p "$(dirname "$out")"
python3 - "$work/zip" "$out" <<'EOF'
import sys, zipfile
from pathlib import Path

root, out = Path(sys.argv[1]), Path(sys.argv[2])
# Written beside and renamed: whoever looks meanwhile sees the old zip or the new one.
part = out.with_name(out.name + ".part")
with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3
        entry.external_attr = (0o100755 << 16)
        archive.writestr(entry, path.read_bytes())
        print(f"{path.stat().st_size / 1048576:8.2f} MB  {entry.filename}")
part.replace(out)
print(f"{out.stat().st_size / 1048576:8.2f} MB  {out}")
EOF
