#!/bin/sh
# Sees to the tools that read our WACZ files in the tests, wacz and pywb, in an environment of their own beside the
# product's, since they need other versions of what it uses. Prints its folder, or nothing when they cannot be had.
# Usage: scripts/setup_replay.sh [VENV]
set -eu
cd "$(dirname "$0")/.."
venv=${1:-.venv}
. scripts/setup_apt.sh
home=$venv/share/losi/replay
marker=$home/.made

if [ ! -f "$marker" ]; then
    say "getting wacz and pywb, which only tests use"
    rm -rf "$home"
    if "$venv/bin/python" -m venv "$home" &&
        timeout 600 "$home/bin/python" -m pip install --quiet "wacz==0.6.0" "pywb==2.10.0" >/dev/null 2>&1; then
        touch "$marker"
    else
        rm -rf "$home"
        say "wacz and pywb could not be had: the tests that read WACZ files with them are skipped."
        say "To mend it later, run scripts/setup_replay.sh."
        exit 0
    fi
fi
printf '%s\n' "$home"
