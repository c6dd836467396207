"""A place for finished archives and their pictures beside the data folder: any that fsspec knows (a path, s3://)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from typing import Any, TypeVar

from fsspec.core import url_to_fs  # type: ignore[import-untyped, unused-ignore]

from storage.archive.luggage import SCRATCH, is_further, pictures_name, sizes_in, unlike, unsent
from storage.errors import ArchiveError, StorageError, explain_os

Result = TypeVar("Result")
_CHUNK = 8 << 20
_DRIVERS = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
_PASSWORD = re.compile(r"(://[^/@:]*:)[^/]*@")
_AT_ONCE = 8
"""Pictures are small and many: beyond a network most of their time is waiting."""


class ArchivePlace:
    """Runs under `url`, in folders named as in the data folder: the archive (`archive/run-000123`) and, where a browser
    took any, the pictures of the proof (`screenshots/run-000123`), which travel with their archive.

    `options` go to the fsspec file system (for S3-compatible servers `endpoint_url` and the like; keys are better left
    to the environment). `where` names the place in messages, without a password. Raises `StorageError` for a location
    of an unknown kind, and from all methods.
    """

    def __init__(self, url: str, options: Mapping[str, Any] | None = None) -> None:
        place = url.rstrip("/") or "/"
        self.where = _PASSWORD.sub(r"\1***@", place)
        self._fs, self._root = self._guard(partial(self._open, place, dict(options or {})))

    def _open(self, place: str, options: dict[str, Any]) -> tuple[Any, str]:
        """The file system, which may connect at once, and the path in it."""
        try:
            opened: tuple[Any, str] = url_to_fs(place, **options)
        except (ImportError, ValueError, TypeError) as error:
            kind = place.partition("://")[0]
            mend = (
                f"pip install {_DRIVERS[kind]}" if kind in _DRIVERS else "give a path or an fsspec URL, such as s3://"
            )
            raise StorageError(f"archives cannot go to {self.where}: {error}", mend) from error
        return opened

    def upload(self, data_dir: Path, name: str) -> int:
        """Copies the archive `name` (relative to `data_dir`) there, and its run's pictures; the bytes that were copied.

        What is there in the same length is left alone: archives only grow, and pictures are taken anew only by a visit
        that goes on. Where the archive there is further than the one here, another machine went on with the visit and
        nothing is copied. A file appears under its name when it is whole, the pictures before their archive. Every
        copy is checked by its length.
        """
        here, there = sizes_in(data_dir / name), self.sizes(name)
        if is_further(there, here):
            return 0
        shots = pictures_name(name)
        drawn = sizes_in(data_dir / shots)
        fresh = list(drawn) if is_further(here, there) else unlike(drawn, self.sizes(shots) if drawn else {})
        copied = self._send(data_dir, shots, fresh, _AT_ONCE) + self._send(data_dir, name, unsent(here, there))
        self._check(name, here)
        if fresh:
            self._check(shots, drawn)
        return copied

    def fetch(self, name: str, data_dir: Path) -> int:
        """Copies the archive `name` back into `data_dir`, and its run's pictures; the bytes that were copied.

        A local file of an archive stays if it has at least the same length, a picture if it has the same, and all
        pictures where the archive here is further. Raises `ArchiveError` where the place does not hold the archive.
        """
        here, there = sizes_in(data_dir / name), self.sizes(name)
        if not there:
            raise ArchiveError(f"{self.where} holds no {name}", "look in another place, or in a backup")
        copied = 0
        if not is_further(here, there):
            shots = pictures_name(name)
            shown = self.sizes(shots)
            fresh = list(shown) if is_further(there, here) else unlike(shown, sizes_in(data_dir / shots))
            copied = self._bring(data_dir, shots, {inner: shown[inner] for inner in fresh}, _AT_ONCE)
        wanted = {inner: size for inner, size in there.items() if here.get(inner, -1) < size}
        return copied + self._bring(data_dir, name, wanted)

    def sizes(self, name: str) -> dict[str, int]:
        """The files of the folder `name` there, with their bytes; empty if it is not there."""
        return self._guard(partial(self._sizes, name))

    def names(self) -> list[str]:
        """The archives that are there."""
        return self._guard(self._names)

    def _sizes(self, name: str) -> dict[str, int]:
        self._fs.invalidate_cache()
        base = self._path(name)
        found: dict[str, Any] = self._fs.find(base, detail=True) if self._fs.exists(base) else {}
        sizes = {path[len(base) :].lstrip("/"): int(info["size"]) for path, info in found.items()}
        return {inner: size for inner, size in sizes.items() if not inner.endswith(SCRATCH)}

    def _names(self) -> list[str]:
        self._fs.invalidate_cache()
        base = self._path("archive")
        if not self._fs.exists(base):
            return []
        folders = [info["name"] for info in self._fs.ls(base, detail=True) if info["type"] == "directory"]
        return sorted(f"archive/{folder.rstrip('/').rpartition('/')[2]}" for folder in folders)

    def _send(self, data_dir: Path, name: str, inners: Iterable[str], at_once: int = 1) -> int:
        sources = {f"{name}/{inner}": data_dir / name / inner for inner in inners}
        for folder in sorted({self._path(target).rpartition("/")[0] for target in sources}):
            self._guard(partial(self._fs.makedirs, folder, exist_ok=True))
        return self._copy([partial(self._put, source, target) for target, source in sources.items()], at_once)

    def _bring(self, data_dir: Path, name: str, sizes: Mapping[str, int], at_once: int = 1) -> int:
        targets = {inner: _inside(data_dir / name, inner) for inner in sizes}
        return self._copy([partial(self._get, f"{name}/{i}", targets[i], size) for i, size in sizes.items()], at_once)

    def _copy(self, copies: Sequence[Callable[[], int]], at_once: int) -> int:
        """Makes copies, several at once where the file system bears it; their bytes."""
        with ThreadPoolExecutor(at_once if getattr(self._fs, "async_impl", False) else 1) as pool:
            return sum(pool.map(self._guard, copies))

    def _put(self, path: Path, name: str) -> int:
        target = self._path(name)
        with path.open("rb") as source, self._fs.open(target + SCRATCH, "wb") as sink:
            copyfileobj(source, sink, _CHUNK)
            size = source.tell()
        self._fs.mv(target + SCRATCH, target)
        return size

    def _get(self, name: str, target: Path, size: int) -> int:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = target.with_name(target.name + SCRATCH)
        with self._fs.open(self._path(name), "rb") as source, scratch.open("wb") as sink:
            copyfileobj(source, sink, _CHUNK)
            sink.flush()
            os.fsync(sink.fileno())
            if sink.tell() != size:
                raise StorageError(f"{self.where} did not give {name} whole", "try again")
        scratch.replace(target)
        return size

    def _check(self, name: str, sizes: Mapping[str, int]) -> None:
        there = self.sizes(name)
        for inner in (inner for inner, size in sizes.items() if there.get(inner) != size):
            raise StorageError(f"{self.where} did not keep {name}/{inner} whole", "check its space, then try again")

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def _guard(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except OSError as error:
            raise explain_os(error, f"use the archive place {self.where}") from error
        except StorageError:
            raise
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            raise StorageError(
                f"the archive place {self.where} failed: {text}", "check its address and keys"
            ) from error


def _inside(folder: Path, inner: str) -> Path:
    """The path of a file in a folder. Raises `StorageError` where its name leads out of it."""
    target = folder / inner
    if ".." in Path(inner).parts or not target.is_relative_to(folder):
        raise StorageError(f"the archive place names a file {inner!r}", "somebody tampered with it")
    return target
