"""How a test's child process keeps to the permissions of files, even where the tests run as root."""

from __future__ import annotations

import os
import shutil

import pytest


def bound() -> list[str]:
    """The words before a command after which it may do no more than the permissions of files say."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root may write everything here, and setpriv, which takes that away, is not installed")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]
