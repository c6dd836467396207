"""A disk that fills up while a portal is checked: one line says so."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.losi.conftest import Losi


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount the small disk that this fills")
@pytest.mark.parametrize("size", ["450k", "560k", "640k", "800k"])
def test_a_full_disk_is_told_in_one_line(size: str, losi: Losi, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        done = losi("check", "--demo", "--no-browser", "--data", str(disk / "data"))
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
    assert done.code != 0
    assert "Traceback" not in done.err
    assert done.lines[-1].startswith("losi: ")
    assert "free some space" in done.lines[-1]
