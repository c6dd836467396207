"""A place for finished archives beside the data folder: any location that fsspec knows (a path, s3://, sftp://)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from typing import Any, TypeVar

from fsspec.core import url_to_fs  # type: ignore[import-untyped, unused-ignore]

from storage.errors import ArchiveError, StorageError, explain_os

Result = TypeVar("Result")
_CHUNK = 8 << 20
_DRIVERS = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
_SCRATCH = ".part"


class ArchivePlace:
    """Run archives under `url`, each in a folder named as in the data folder (`archive/run-000123`).

    `options` go to the fsspec file system (for S3-compatible servers `endpoint_url` and the like; keys are better left
    to the environment). Raises `StorageError` for a location of an unknown kind, and from all methods.
    """

    def __init__(self, url: str, options: Mapping[str, Any] | None = None) -> None:
        self.url = url.rstrip("/") or "/"
        try:
            self._fs, self._root = url_to_fs(self.url, **dict(options or {}))
        except (ImportError, ValueError, TypeError) as error:
            kind = url.partition("://")[0]
            mend = (
                f"pip install {_DRIVERS[kind]}" if kind in _DRIVERS else "give a path or an fsspec URL, such as s3://"
            )
            raise StorageError(f"archives cannot go to {self.url}: {error}", mend) from error

    def upload(self, data_dir: Path, name: str) -> int:
        """Copies the run folder `name` (relative to `data_dir`) there; the bytes that had to be copied.

        What is there in the same length is left alone: archives only grow. A file appears under its name when it is
        whole. Every copy is checked by its length.
        """
        source = data_dir / name
        there = self.sizes(name)
        copied = 0
        for path in sorted(item for item in source.rglob("*") if item.is_file()):
            inner = path.relative_to(source).as_posix()
            size = path.stat().st_size
            if there.get(inner) != size or not path.name.endswith(".warc.gz"):
                self._guard(partial(self._put, path, f"{name}/{inner}"))
                copied += size
        self._check(source, name)
        return copied

    def fetch(self, name: str, data_dir: Path) -> int:
        """Copies the run folder `name` back into `data_dir`; the bytes that had to be copied.

        A local file of at least the same length stays. Raises `ArchiveError` where the place does not hold the folder.
        """
        found = self.sizes(name)
        if not found:
            raise ArchiveError(f"{self.url} holds no {name}", "look in another place, or in a backup")
        copied = 0
        for inner, size in found.items():
            target = _inside(data_dir / name, inner)
            if target.is_file() and target.stat().st_size >= size:
                continue
            self._guard(partial(self._get, f"{name}/{inner}", target))
            copied += size
        return copied

    def sizes(self, name: str) -> dict[str, int]:
        """The files of the run folder `name` there, with their bytes; empty if it is not there."""
        return self._guard(partial(self._sizes, name))

    def names(self) -> list[str]:
        """The run folders that are there."""
        return self._guard(self._names)

    def _sizes(self, name: str) -> dict[str, int]:
        self._fs.invalidate_cache()
        base = self._path(name)
        found: dict[str, Any] = self._fs.find(base, detail=True) if self._fs.exists(base) else {}
        sizes = {path[len(base) :].lstrip("/"): int(info["size"]) for path, info in found.items()}
        return {inner: size for inner, size in sizes.items() if not inner.endswith(_SCRATCH)}

    def _names(self) -> list[str]:
        self._fs.invalidate_cache()
        base = self._path("archive")
        if not self._fs.exists(base):
            return []
        folders = [info["name"] for info in self._fs.ls(base, detail=True) if info["type"] == "directory"]
        return sorted(f"archive/{folder.rstrip('/').rpartition('/')[2]}" for folder in folders)

    def _put(self, path: Path, name: str) -> None:
        target = self._path(name)
        self._fs.makedirs(target.rpartition("/")[0], exist_ok=True)
        with path.open("rb") as source, self._fs.open(target + _SCRATCH, "wb") as sink:
            copyfileobj(source, sink, _CHUNK)
        self._fs.mv(target + _SCRATCH, target)

    def _get(self, name: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = target.with_name(target.name + _SCRATCH)
        with self._fs.open(self._path(name), "rb") as source, scratch.open("wb") as sink:
            copyfileobj(source, sink, _CHUNK)
            sink.flush()
            os.fsync(sink.fileno())
        scratch.replace(target)

    def _check(self, source: Path, name: str) -> None:
        there = self.sizes(name)
        for path in source.rglob("*.warc.gz"):
            inner = path.relative_to(source).as_posix()
            if there.get(inner) != path.stat().st_size:
                raise StorageError(f"{self.url} did not keep {name}/{inner} whole", "check its space, then try again")

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def _guard(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except OSError as error:
            raise explain_os(error, f"use the archive place {self.url}") from error
        except StorageError:
            raise
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            raise StorageError(f"the archive place {self.url} failed: {text}", "check its address and keys") from error


def _inside(folder: Path, inner: str) -> Path:
    """The path of a file in a folder. Raises `StorageError` where its name leads out of it."""
    target = folder / inner
    if ".." in Path(inner).parts or not target.is_relative_to(folder):
        raise StorageError(f"the archive place names a file {inner!r}", "somebody tampered with it")
    return target
