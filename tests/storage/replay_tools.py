"""Tools made by others that read WACZ files: `wacz` and `pywb`, where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.crawler.loopback import reserved_port


def tool(name: str) -> str:
    """The tool's path: in LOSI_REPLAY_TOOLS, in the environment that scripts/setup_replay.sh makes, or in PATH. Without
    it the test is skipped."""
    places = (os.environ.get("LOSI_REPLAY_TOOLS", ""), str(Path(sys.prefix) / "share/losi/replay/bin"), None)
    found = next((path for place in places if place != "" and (path := shutil.which(name, path=place))), None)
    if found is None:
        pytest.skip(f"{name} is not installed: run scripts/setup_replay.sh")
    return found


def run(name: str, *arguments: str | Path, cwd: Path) -> str:
    """Runs the tool to its end; gives what it says. A failure fails the test."""
    command = [tool(name), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def pywb(folder: Path, package: Path) -> Iterator[str]:
    """pywb with the package's content, its index used as it is; gives the address of the collection. Pages are served
    by themselves, not in a frame under pywb's banner."""
    (folder / "config.yaml").write_text("framed_replay: false\n", "utf-8")
    run("wb-manager", "init", "town", cwd=folder)
    run("wb-manager", "add", "--unpack-wacz", "town", package, cwd=folder)
    with reserved_port() as port, (folder / "log").open("wb") as log:
        command = [tool("wayback"), "-b", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/", server)
            yield f"http://127.0.0.1:{port}/town"
        finally:
            server.kill()
            server.wait()


def fetch(url: str) -> str:
    """The text at `url`."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        text: str = answer.read().decode()
    return text


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while True:
        try:
            fetch(url)
        except (URLError, OSError):
            assert server.poll() is None, "pywb ended by itself"
            assert time.monotonic() < end, "pywb did not start"
            time.sleep(0.05)
        else:
            return
