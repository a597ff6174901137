#!/bin/sh
# Builds the function's zip for AWS, inside Swift's Amazon Linux 2023 image: the README shows the call.
# The result needs no newer glibc than Lambda's provided.al2023 has, and the check at the end insists on it.
set -eu
cd "$(dirname "$0")/.."
# Its own name and its own build folder: the local stack's zip and the host's objects are another system's.
zip=.taskops/task-processor-al2023.zip
build=.build-al2023

# In the image we are root, and what root makes in a mounted checkout its owner could neither change nor delete.
give_back() {
    [ "$(id -u)" -eq 0 ] || return 0
    for made in .taskops "$zip" Package.resolved; do
        if [ -e "$made" ]; then chown --reference=. "$made"; fi
    done
    if [ -e "$build" ]; then chown -R --reference=. "$build"; fi
}

if ! command -v dnf >/dev/null; then
    echo "build-function.sh: this is not Amazon Linux: there is no dnf" >&2
    echo "  next: run it in the image, as the README shows; for the local stack, make function" >&2
    exit 1
fi
trap give_back EXIT
trap 'exit 130' INT TERM
dnf install -y -q libcurl-devel openssl-devel libpq-devel pkgconf-pkg-config python3 binutils findutils gawk
swift build -c release --static-swift-stdlib --disable-local-rpath -Xlinker -s \
    --explicit-target-dependency-import-check error --scratch-path "$build" --product task-processor
mkdir -p .taskops
scripts/package-function.sh "$build/release/task-processor" "$zip"
scripts/check-glibc.sh "$zip"
