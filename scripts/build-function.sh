#!/bin/sh
# Builds the function's zip for AWS, inside Swift's Amazon Linux 2023 image: the README shows the call.
# The result needs no newer glibc than Lambda's provided.al2023 has, and the check at the end insists on it.
set -eu
cd "$(dirname "$0")/.."

if ! command -v dnf >/dev/null; then
    echo "build-function.sh: this is not Amazon Linux: there is no dnf" >&2
    echo "  next: run it in the image, as the README shows; for the local stack, make function" >&2
    exit 1
fi
dnf install -y -q libcurl-devel openssl-devel libpq-devel pkgconf-pkg-config python3 binutils
# A build folder of its own: the host's may hold another system's objects.
swift build -c release --static-swift-stdlib --disable-local-rpath -Xlinker -s \
    --explicit-target-dependency-import-check error --scratch-path .build-al2023 --product task-processor
mkdir -p .taskops
scripts/package-function.sh .build-al2023/release/task-processor .taskops/task-processor.zip
scripts/check-glibc.sh .taskops/task-processor.zip
