"""However a run ends, its browser ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from tests.crawler.browser.conftest import is_browser
from tests.crawler.loopback import Serve

STUCK = '<!doctype html><title>Stuck</title><div id="root"></div><script>while (true);</script>'


def _until(what: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = monotonic() + seconds
    while monotonic() < end:
        if what():
            return True
        sleep(0.05)
    return False


def _started(url: str, folder: Path) -> tuple[subprocess.Popen[bytes], list[psutil.Process]]:
    """A run that is showing a page which never ends, and its browser's processes."""
    command = [sys.executable, "-m", "losi", "check", url, "--allow-private", "--browser", "--data", str(folder)]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    found: list[psutil.Process] = []

    def renders() -> bool:
        found[:] = [one for one in psutil.Process(run.pid).children(recursive=True) if is_browser(one)]
        return len(found) >= 4

    assert _until(renders), "no browser was started"
    return run, found


@pytest.mark.parametrize("end", ["SIGINT to all, as Ctrl-C in a terminal", "SIGTERM", "SIGKILL"])
def test_browser_ends_with_the_run(serve: Serve, tmp_path: Path, end: str) -> None:
    site = serve({"/": STUCK, "/robots.txt": (404, {}, b"")})
    run, browser = _started(f"{site.url}/", tmp_path)
    try:
        if end.startswith("SIGINT"):
            os.killpg(run.pid, signal.SIGINT)
        else:
            run.send_signal(signal.Signals[end])
        began = monotonic()
        code = run.wait(25)
        assert monotonic() - began < 25
        assert _until(lambda: not any(is_browser(one) for one in browser), 15.0), "the browser outlived its run"
        assert (code == -signal.SIGKILL) is (end == "SIGKILL")
    finally:
        run.kill()
        run.communicate()
