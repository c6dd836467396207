"""Crawlee for Python with Parsel, in an environment of its own that is made when it is first wanted."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.contestants.contestant import TOOLS, AbsentError, Contestant, Course

VERSION = "1.11.0"
_PLACE = TOOLS / f"crawlee-python-{VERSION}"
_CRAWL = Path(__file__).with_name("crawlee_python_crawl.py")


def command(course: Course) -> list[str]:
    """The crawl of a course, run by the environment's own Python."""
    return [str(_python()), str(_CRAWL), course.url, str(course.concurrency)]


def prepare() -> None:
    """Makes the environment. Raises `AbsentError` where the package cannot be had."""
    done = _PLACE / "installed"
    if done.exists():
        return
    print(f"making an environment for Crawlee {VERSION} in {_PLACE}", file=sys.stderr)
    venv.create(_PLACE, clear=True, with_pip=True)
    install = [str(_python()), "-m", "pip", "install", "--quiet", f"crawlee[parsel]=={VERSION}"]
    made = subprocess.run(install, capture_output=True, text=True, check=False)
    if made.returncode:
        raise AbsentError(f"crawlee could not be installed: {made.stderr.strip()[-300:]}")
    done.touch()


def _python() -> Path:
    return _PLACE / "bin" / "python"


CONTESTANTS = (Contestant("crawlee", f"Crawlee {VERSION} for Python, Parsel", "nothing", command, prepare),)
