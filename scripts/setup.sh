#!/bin/sh
# Makes the virtual environment and installs LOSI Scout into it with the pinned versions.
# Usage: scripts/setup.sh product|development [VENV]
set -eu
cd "$(dirname "$0")/.."
what=${1:-product}
venv=${2:-.venv}
. scripts/setup_apt.sh

modern() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if modern "$name"; then printf '%s\n' "$name"; return 0; fi
    done
    return 1
}

make_venv() {
    if "$1" -m venv "$venv" >/dev/null 2>&1 && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then return 0; fi
    rm -rf "$venv"
    return 1
}

if ! modern "$venv/bin/python"; then
    python=$(find_python) || {
        can_apt && apt_install python3 python3-venv && python=$(find_python) ||
            die "Python 3.11 or newer is needed. Install it (Debian 12, Ubuntu 24.04: sudo apt install python3 python3-venv) and run make again."
    }
    package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    say "making $venv with $("$python" --version)"
    make_venv "$python" ||
        { can_apt && { apt_install "$package" || apt_install python3-venv; } && make_venv "$python"; } ||
        die "$python cannot make a virtual environment. Run: sudo apt install $package    and then make again."
fi

# Quiet when all goes well; what went wrong is told whole.
install() {
    set -- "$venv/bin/python" -m pip --disable-pip-version-check install --constraint constraints.txt "$@"
    "$@" -qq >/dev/null 2>&1 || "$@"
}

say "installing the pinned packages ($what); the first time takes a few minutes"
install pip setuptools hatchling editables packaging
case $what in
    product) install --no-build-isolation --editable '.[postgresql]' ;;
    development)
        install --no-build-isolation --editable '.[postgresql]' --group dev
        sh scripts/setup_replay.sh "$venv"
        ;;
    *) die "usage: scripts/setup.sh product|development [VENV]" ;;
esac
