#!/bin/sh
# Installs the programs that some tests drive (LibreOffice, PostgreSQL, Chromium, Java, poppler, fonts, hledger) where apt and the right to use
# it are at hand; otherwise says which are missing and what is skipped. With CI=true a missing one is an error.
set -eu

missing=""
need() { # need PACKAGE TEST…
    package=$1; shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
postgres_server() { ls /usr/lib/postgresql/*/bin/initdb; }
libreoffice_python() { /usr/bin/python3 -c "import uno"; }
cjk_font() { fc-list :lang=zh | grep -q .; }

need libreoffice-calc command -v soffice
need python3-uno libreoffice_python
need postgresql postgres_server
need poppler-utils command -v pdftoppm
need chromium command -v chromium
need default-jre-headless command -v java
need fontconfig command -v fc-list
need fonts-noto-cjk cjk_font
need hledger command -v hledger
[ -n "$missing" ] || exit 0

install() {
    export DEBIAN_FRONTEND=noninteractive
    if [ "$(id -u)" -eq 0 ]; then
        apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends $missing >/dev/null
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo -n apt-get update -q >/dev/null &&
            sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
    else
        return 1
    fi
}

if command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian packages:$missing …" >&2
    if install; then exit 0; fi
fi
echo "Missing:$missing. Tests that need them are skipped; to run them: sudo apt install$missing" >&2
[ "${CI:-}" != "true" ]
