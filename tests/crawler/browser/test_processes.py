"""However a run ends, its browser ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from tests.crawler.browser.conftest import is_browser, until
from tests.crawler.loopback import Serve

STUCK = '<!doctype html><title>Stuck</title><div id="root"></div><script>while (true);</script>'


def _started(url: str, folder: Path) -> tuple[subprocess.Popen[bytes], list[psutil.Process]]:
    """A run that is showing a page which never ends, and its browser's processes."""
    command = [
        sys.executable,
        "-m",
        "losi",
        "check",
        url,
        "--allow-private",
        "--browser",
        "--data",
        str(folder / "data"),
    ]
    run = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    found: list[psutil.Process] = []

    def renders() -> bool:
        found[:] = [one for one in psutil.Process(run.pid).children(recursive=True) if is_browser(one)]
        return len(found) >= 4

    assert until(renders), "no browser was started"
    return run, found


@pytest.mark.parametrize("end", ["SIGINT to all, as Ctrl-C in a terminal", "SIGTERM", "SIGKILL"])
def test_browser_ends_with_the_run(serve: Serve, end: str) -> None:
    site = serve({"/": STUCK, "/robots.txt": (404, {}, b"")})
    with tempfile.TemporaryDirectory(prefix="losi-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        _ends_with_its_browser(f"{site.url}/", Path(folder), end)


def _ends_with_its_browser(url: str, folder: Path, end: str) -> None:
    run, browser = _started(url, folder)
    try:
        if end.startswith("SIGINT"):
            os.killpg(run.pid, signal.SIGINT)
        else:
            run.send_signal(signal.Signals[end])
        code = run.wait(25)
        assert until(lambda: not any(is_browser(one) for one in browser), 25), "the browser outlived its run"
        assert (code == -signal.SIGKILL) is (end == "SIGKILL")
    finally:
        run.kill()
        run.communicate()
