#!/bin/sh
# Installs what building, testing and the local stack need on Debian 12 or Ubuntu: `make setup` runs this.
# Says what it does, and nothing at all when there is nothing to do. It installs Debian packages (through sudo when
# it is not root), and Python packages into .taskops/venv; it touches nothing else.
set -eu

# For linking: pkg-config (SwiftPM asks it where .pc files are) and the four -dev packages. For the local stack:
# postgresql, openssl, python3-venv. g++ brings the C++ runtime as an archive, binutils objdump, which checks the function's zip. Swift itself is a tarball.
PACKAGES="g++ pkg-config libcurl4-openssl-dev libssl-dev libpq-dev libyaml-dev postgresql openssl python3-venv binutils ca-certificates"

cd "$(dirname "$0")/.."
venv=.taskops/venv

say() {
    echo "setup: $1"
}

fail() {
    echo "setup: $1" >&2
    echo "  next: $2" >&2
    exit 1
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

install_packages() {
    missing=
    for package in $PACKAGES; do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "these packages are missing, and there is neither root nor sudo to install them:$missing" \
            "as root: apt-get install$missing"
    fi
    say "installs$missing"
    apt_log=$(mktemp)
    # Debian's server package starts a database of its own as soon as it is installed. The local stack runs its own
    # in .taskops, so none is made; the setting is taken away again afterwards. (postgresql-common reads the
    # directory createcluster.d, and createcluster.conf says so.)
    no_cluster=/etc/postgresql-common/createcluster.d/taskops-setup.conf
    case $missing in
        *postgresql*)
            as_root mkdir -p "${no_cluster%/*}"
            echo 'create_main_cluster = false' | as_root tee "$no_cluster" >/dev/null
            ;;
        *) no_cluster= ;;
    esac
    status=0
    # shellcheck disable=SC2086 # a list of words, on purpose
    { as_root apt-get -q update && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q install -y --no-install-recommends $missing; } >"$apt_log" 2>&1 || status=$?
    [ -z "$no_cluster" ] || as_root rm -f "$no_cluster"
    if [ "$status" -ne 0 ]; then
        tail -n 20 "$apt_log" >&2
        fail "apt-get failed; all of what it said is in $apt_log" "mend that, then make setup"
    fi
    rm -f "$apt_log"
    say "packages are installed"
}

# The marker holds the hash of what was asked for; it is written last, so that a broken-off run is begun again.
install_python() {
    wanted=
    for file in sandbox/requirements.txt sandbox/requirements-dev.txt; do
        [ -f "$file" ] && wanted="$wanted $file"
    done
    [ -n "$wanted" ] || fail "sandbox/requirements.txt is not there" "run this in a whole clone"
    # shellcheck disable=SC2086 # a list of words, on purpose
    hash=$({ cat $wanted; python3 -V; } | sha256sum | cut -d ' ' -f 1)
    if [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.requirements" 2>/dev/null)" = "$hash" ]; then
        return 0
    fi
    say "installs Python packages into $venv (about a minute)"
    rm -rf "$venv"
    mkdir -p .taskops
    python3 -m venv "$venv"
    arguments=
    for file in $wanted; do
        arguments="$arguments -r $file"
    done
    # shellcheck disable=SC2086 # a list of words, on purpose
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input $arguments ||
        fail "pip failed, as said above" "check the network (pip's own settings hold), then make setup"
    echo "$hash" >"$venv/.requirements"
    say "Python packages are installed"
}

check_swift() {
    command -v swift >/dev/null || fail "swift is not installed, or not in PATH" \
        "install Swift 6.3 for this system from https://www.swift.org/install/linux/"
    said=$(swift --version 2>&1) || fail "swift does not start: $(echo "$said" | tail -n 1)" \
        "install what it needs: https://www.swift.org/install/linux/ lists the packages"
    version=$(echo "$said" | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    major=${version%%.*}
    minor=${version#*.}
    if [ "${major:-0}" -lt 6 ] || { [ "$major" -eq 6 ] && [ "${minor:-0}" -lt 2 ]; }; then
        fail "this is Swift ${version:-of an unknown version}, and the package needs 6.2 or newer" \
            "install Swift 6.3 from https://www.swift.org/install/linux/"
    fi
}

command -v apt-get >/dev/null || fail "this is neither Debian nor Ubuntu: there is no apt-get" \
    "install what these Debian packages hold yourself, then the Python packages: $PACKAGES"
check_swift
install_packages
install_python
