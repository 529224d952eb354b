#!/bin/sh
# Installs office.js and Microsoft's manifest tools (from npm, into the user's cache) for the tests of the Excel add-in;
# where npm is missing says so and those tests are skipped. With CI=true that is an error.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
target=${WORKBENCH_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/workbench-tests}/office_js

if [ -f "$target/done" ] && cmp -s "$here/tests/server/office_js/package.json" "$target/package.json"; then
    exit 0
fi
mkdir -p "$target"
cp "$here/tests/server/office_js/package.json" "$target/package.json"
if command -v npm >/dev/null 2>&1 &&
    (cd "$target" && npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null 2>&1); then
    touch "$target/done"
    exit 0
fi
echo "npm is missing or cannot install office.js; the tests that need it are skipped." >&2
[ "${CI:-}" != "true" ]
