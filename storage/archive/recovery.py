"""Opens an archive for appending: finds what is there, cuts off a torn record, keeps others out."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass, field
from functools import partial
from glob import escape
from pathlib import Path
from time import time

from storage.archive.cdxj import cdxj_line
from storage.archive.framing import GzipFrames, MisalignedError, RawRecord
from storage.archive.gzip_member import MAGIC
from storage.archive.message import header, parse_response
from storage.archive.response import is_response, is_revisit, record_date
from storage.errors import StorageError

_HEAD = 1 << 16
_RECENT = 60
"""Seconds."""


@dataclass(slots=True)
class Recovered:
    """What an archive holds already: the number of its last file, index lines, and what had to be mended."""

    number: int = 0
    index: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def recover(folder: Path, name: str) -> Recovered:
    """Reads the archive's files, if there are any; the last one loses what follows its last whole record."""
    found = Recovered()
    files = sorted(folder.glob(f"{escape(name)}-[0-9][0-9][0-9][0-9][0-9].warc.gz"))
    for path in files:
        found.number = int(path.name[-13:-8])
        end = _read(path, found)
        if path == files[-1] and end < path.stat().st_size:
            _cut(path, end)
            found.problems.append(f"{path.name}: cut a torn record off at byte {end}")
    return found


def append_to(path: Path) -> tuple[int, int]:
    """A descriptor that appends to `path`, locked for this process, and the file's size."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        _lock(descriptor, path)
        return descriptor, os.fstat(descriptor).st_size
    except BaseException:
        os.close(descriptor)
        raise


def is_being_written(folder: Path) -> bool:
    """Whether a process has the archive in `folder` open, or may have: what was written in the last minute is left
    alone, so that no writer meets the lock by which it is asked."""
    newest = max(folder.glob("*.warc.gz"), default=None)
    if newest is None:
        return False
    try:
        if abs(time() - newest.stat().st_mtime) < _RECENT:
            return True
        with newest.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # it is locked, or cannot be asked
        return True
    return False


def _read(path: Path, found: Recovered) -> int:
    """Adds the index lines of `path`; gives the offset behind its last whole record."""
    end = 0
    with path.open("rb", buffering=1 << 17) as file:
        if not MAGIC.startswith(file.read(len(MAGIC))):
            if _is_blank(path):
                return 0
            raise _foreign(path)
        frames = GzipFrames(file, path.stat().st_size, _HEAD, lambda _offset, _text: None)
        try:
            for record in frames:
                end = record.offset + record.length
                _index(record, path.name, found)
        except MisalignedError:
            raise _foreign(path) from None
    return end


def _is_blank(path: Path) -> bool:
    """Whether a file holds zeros alone: a power failure came before the disk had any of what was written to it."""
    with path.open("rb") as file:
        return not any(piece.strip(b"\0") for piece in iter(partial(file.read, 1 << 17), b""))


def _foreign(path: Path) -> StorageError:
    return StorageError(f"{path} was not written by this program", "move it away, or give the run another folder")


def _index(record: RawRecord, filename: str, found: Recovered) -> None:
    again = is_revisit(record)
    if not again and (not is_response(record) or record.kind != "response"):
        return
    message = parse_response(record.block)
    kind = "warc/revisit" if again else header(message.headers, "Content-Type") or "unk"
    mime = kind.partition(";")[0].strip().lower() or "unk"
    digest = record.headers.get("warc-payload-digest", "").removeprefix("sha1:")
    found.index.append(
        cdxj_line(
            record.url,
            record_date(record),
            mime=mime,
            status=message.status,
            digest=digest,
            length=record.length,
            offset=record.offset,
            filename=filename,
        )
    )


def _cut(path: Path, end: int) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        _lock(descriptor, path)
        os.ftruncate(descriptor, end)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StorageError(
            f"the archive {path} is being written by another process", "wait until that run ends, or stop it"
        ) from None
