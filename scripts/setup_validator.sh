#!/bin/sh
# Sees to the Nu Html Checker, an optional tool: takes a vnu.jar that is there, else gets it with npm; prints its path,
# or nothing when none can be had. Never fails the set-up.
# Usage: scripts/setup_validator.sh [VENV]
set -eu
cd "$(dirname "$0")/.."
venv=${1:-.venv}
. scripts/setup_apt.sh
version=26.9.27
jar=$venv/share/losi/vnu.jar

works() { [ -f "$1" ] && timeout 60 java -jar "$1" --version >/dev/null 2>&1; }

find_jar() {
    for path in "${LOSI_VNU:-}" "$jar"; do
        if [ -n "$path" ] && works "$path"; then printf '%s\n' "$path"; return 0; fi
    done
    return 1
}

fetch_jar() {
    command -v npm >/dev/null 2>&1 || return 1
    say "getting the Nu Html Checker with npm (about 30 MB)"
    work=$(mktemp -d) || return 1
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && timeout 300 npm pack --silent "vnu-jar@$version" && tar -xzf vnu-jar-*.tgz) >/dev/null 2>&1 || return 1
    mkdir -p "$venv/share/losi"
    cp "$work/package/build/dist/vnu.jar" "$jar.part" && cp "$work/package/LICENSE" "$venv/share/losi/vnu-LICENSE" &&
        works "$jar.part" && mv "$jar.part" "$jar" && find_jar
}

if ! command -v java >/dev/null 2>&1; then
    say "no Java: the validity of markup and style sheets stays 'unknown'. To mend it later: install Java 11 or newer"
    say "(Debian, Ubuntu: sudo apt install default-jre-headless) and npm, then run scripts/setup_validator.sh."
elif ! find_jar && ! fetch_jar; then
    rm -f "$jar.part"
    say "no Nu Html Checker could be had: the validity of markup and style sheets stays 'unknown'. To mend it later:"
    say "install npm and run scripts/setup_validator.sh, or name a vnu.jar with LOSI_VNU=/path/to/vnu.jar."
fi
