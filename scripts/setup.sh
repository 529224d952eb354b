#!/bin/sh
# Makes .venv and installs Workbench into it: scripts/setup.sh run|test|bench
set -eu
what=${1:-run}
cd "$(dirname "$0")/.."

fail() { printf '%s\n' "$*" >&2; exit 1; }

find_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$name"
            return 0
        fi
    done
    return 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1
    fi
}

python=$(find_python) || fail "Workbench needs Python 3.11 or newer; install it (Debian 12: apt install python3) and try again."

if [ ! -x .venv/bin/python ]; then
    # Debian and Ubuntu split ensurepip off into a package of its own.
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        command -v apt-get >/dev/null 2>&1 || fail "Python's venv module is missing; install it and try again."
        as_root apt-get update -q >/dev/null || fail "Python's venv module is missing: apt install python$version-venv"
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "python$version-venv" >/dev/null ||
            fail "Python's venv module is missing: apt install python$version-venv"
    fi
    "$python" -m venv .venv
fi

pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input "$@"; }

extras=analysis,dashboard,excel,forex,lab,parquet,pictures,postgres,server,spark
echo "Installing Workbench into .venv ($what) …" >&2
pip install -q --upgrade 'pip>=25.1'
case "$what" in
    run) pip install -q -c constraints.txt -e . ;;
    test) pip install -q -c constraints.txt -e ".[$extras]" --group test ;;
    bench) pip install -q -c constraints.txt -e ".[$extras]" --group test --group bench ;;
    *) fail "usage: scripts/setup.sh run|test|bench" ;;
esac
