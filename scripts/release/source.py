"""What is released: the files of one commit, and its time."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

from scripts.release.closure import ROOT

# Any fixed time after 1980, which is as old as a file in a wheel can be.
WITHOUT_GIT = 1_577_836_800


def moment(root: Path = ROOT) -> int:
    """SOURCE_DATE_EPOCH: that of the environment, else the time of the last commit; without either a fixed one."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    if not (root / ".git").exists():
        return WITHOUT_GIT
    return int(_git(root, "log", "-1", "--format=%ct"))


def commit(root: Path = ROOT) -> str:
    """The name of the commit that is released."""
    return _git(root, "rev-parse", "HEAD").decode().strip()


def uncommitted(root: Path = ROOT) -> list[str]:
    """Paths that differ from the commit or are unknown to it."""
    return _git(root, "status", "--porcelain").decode().splitlines()


def export(folder: Path, root: Path = ROOT) -> Path:
    """Writes the commit's files into the folder, and nothing else of the checkout."""
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", "--format=tar", "HEAD"))) as archive:
        unpack(archive, folder)
    return folder


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Extracts with the safe filter, which the oldest Python that must work does not have."""
    archive.extraction_filter = getattr(tarfile, "data_filter", _as_it_is)
    archive.extractall(folder)


def files(root: Path = ROOT) -> set[str]:
    """Paths of all source files below the root, those not committed yet included, those that git ignores not."""
    if (root / ".git").exists():
        listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").decode().split("\0")
        return {path for path in listed if (root / path).is_file()}
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


def environment(epoch: int, **more: str) -> Mapping[str, str]:
    """The variables for a build: this process's, less those that lead Python elsewhere, with SOURCE_DATE_EPOCH."""
    apart = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    return {**{k: v for k, v in os.environ.items() if k not in apart}, "SOURCE_DATE_EPOCH": str(epoch), **more}


def _as_it_is(member: tarfile.TarInfo, _: str) -> tarfile.TarInfo:
    return member


def _git(root: Path, *words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=root, stdout=subprocess.PIPE, check=True).stdout
