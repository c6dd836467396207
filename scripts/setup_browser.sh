#!/bin/sh
# Sees to a Chromium: takes one that is there, else installs one; prints its path, or nothing when none can be had.
# Usage: scripts/setup_browser.sh [VENV]
set -eu
cd "$(dirname "$0")/.."
venv=${1:-.venv}
. scripts/setup_apt.sh

works() { [ -n "$1" ] && timeout 30 "$1" --version >/dev/null 2>&1; }

find_chromium() {
    for name in "${LOSI_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        if works "$name"; then command -v "$name"; return 0; fi
    done
    for path in "${PLAYWRIGHT_BROWSERS_PATH:-${HOME:-}/.cache/ms-playwright}"/chromium*/chrome-*/*; do
        case ${path##*/} in chrome | headless_shell | chrome-headless-shell) ;; *) continue ;; esac
        if works "$path"; then printf '%s\n' "$path"; return 0; fi
    done
    return 1
}

install_chromium() {
    if can_apt && apt_install chromium && find_chromium; then return 0; fi
    say "installing Chromium with Playwright"
    deps=; if can_apt; then deps=--with-deps; fi
    timeout 300 "$venv/bin/python" -m playwright install $deps chromium >/dev/null 2>&1 || return 1
    find_chromium
}

if ! find_chromium && ! install_chromium; then
    say "no Chromium could be found or installed. The crawl and all page detectors work without it; questions that"
    say "need a browser (mobile view, accessibility in the browser) stay 'unknown'. To mend it later: install the"
    say "package chromium, or name one with LOSI_CHROMIUM=/path/to/chromium, then delete $venv/.browser and run make again."
fi
