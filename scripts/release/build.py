"""Wheel and sdist, built by the pinned backend without network, and the proof that anyone builds the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from hashlib import sha256
from pathlib import Path

from scripts.release.source import environment, unpack

# The second build differs in all that must not matter.
ELSEWHERE = {"TZ": "Pacific/Chatham", "LC_ALL": "C", "PYTHONHASHSEED": "4711", "HOME": "/nonexistent"}
OTHER_UMASK = 0o077


def build(tree: Path, folder: Path, epoch: int, **variables: str) -> tuple[Path, Path]:
    """Wheel and sdist of a source tree, written to the folder, which holds no others.

    `epoch` is SOURCE_DATE_EPOCH in seconds. Raises CalledProcessError with the backend's words in `stderr`.
    """
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder.resolve())]
    for target in ("wheel", "sdist"):
        subprocess.run(
            [*command, "--target", target],
            cwd=tree, env=environment(epoch, **variables), check=True, capture_output=True, text=True,
        )  # fmt: skip
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def unpacked(sdist: Path, folder: Path) -> Path:
    """The source tree that an sdist holds."""
    with tarfile.open(sdist) as archive:
        unpack(archive, folder)
    return folder / sdist.name.removesuffix(".tar.gz")


def differing(first: tuple[Path, Path], folder: Path, epoch: int) -> list[str]:
    """Builds again, from the sdist, elsewhere, with other times, rights, locale and clock; names what differs."""
    before = os.umask(OTHER_UMASK)
    try:
        tree = unpacked(first[1], folder / "sources of another")
        for path in tree.rglob("*"):
            if path.is_file():
                path.chmod(path.stat().st_mode & 0o700)
                os.utime(path, (0, 0))
        (folder / "again").mkdir()
        second = build(tree, folder / "again", epoch, **ELSEWHERE)
    finally:
        os.umask(before)
    return [one.name for one, other in zip(first, second, strict=True) if one.read_bytes() != other.read_bytes()]


def sums(files: list[Path]) -> str:
    """The text of SHA256SUMS, which `sha256sum --check` reads."""
    return "".join(f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(files))
