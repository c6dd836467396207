"""Crawlee for JavaScript with Cheerio, where Node.js is; its packages are installed when they are first wanted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.contestants.contestant import TOOLS, AbsentError, Contestant, Course

VERSION = "3.18.1"
_PLACE = TOOLS / f"crawlee-js-{VERSION}"
_CRAWL = Path(__file__).with_name("crawlee_js_crawl.mjs")


def command(course: Course) -> list[str]:
    """The crawl of a course."""
    return ["node", str(_CRAWL), str(_PLACE), course.url, str(course.concurrency)]


def prepare() -> None:
    """Installs the packages. Raises `AbsentError` without Node.js, or where they cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise AbsentError("node and npm are not installed: sudo apt install nodejs npm")
    done = _PLACE / "installed"
    if done.exists():
        return
    print(f"installing Crawlee {VERSION} for JavaScript in {_PLACE}", file=sys.stderr)
    _PLACE.mkdir(parents=True, exist_ok=True)
    (_PLACE / "package.json").write_text('{"private": true}\n')
    install = [npm, "install", "--no-audit", "--no-fund", f"@crawlee/cheerio@{VERSION}"]
    made = subprocess.run(install, cwd=_PLACE, capture_output=True, text=True, check=False)
    if made.returncode:
        raise AbsentError(f"@crawlee/cheerio could not be installed: {made.stderr.strip()[-300:]}")
    done.touch()


CONTESTANTS = (Contestant("crawlee-js", f"Crawlee {VERSION} for JavaScript, Cheerio", "nothing", command, prepare),)
