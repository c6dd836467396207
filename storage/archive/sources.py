"""Opens the files that hold records: WARC and ARC, compressed or not, alone, in a folder or a WACZ."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from lzma import LZMAError
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from storage.archive.arc import START as ARC_START
from storage.archive.arc import ArcFrames
from storage.archive.framing import GzipFrames, PlainFrames, Report
from storage.archive.gzip_member import CUT, MAGIC, GzipMember
from storage.errors import ArchiveError, explain_os

if TYPE_CHECKING:
    from typing_extensions import Buffer

_SUFFIXES = (".warc", ".warc.gz", ".arc", ".arc.gz")
_ZSTD = b"\x28\xb5\x2f\xfd"
_COPY = 1 << 20
_SPOOL_LIMIT = 16 << 30
_DAMAGE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, struct.error, zlib.error, EOFError, LZMAError)
"""What a damaged ZIP file raises; bzip2 raises an `OSError` without a number."""

Frames = GzipFrames | PlainFrames | ArcFrames


@dataclass(frozen=True, slots=True)
class Source:
    """One file of records: `name` is its file name, or its path inside the WACZ."""

    name: str
    file: BinaryIO

    def frames(self, keep: int, report: Report) -> Frames:
        """The records, by the format that the first bytes show. Raises `ArchiveError` if they show none."""
        start = _start(self.file)
        clear = _clear_start(self.file) if start.startswith(MAGIC) else start
        size = self.file.seek(0, os.SEEK_END)
        if clear.startswith(ARC_START):
            return ArcFrames(self.file, keep, report)
        packed = GzipFrames(self.file, size, keep, report) if start.startswith(MAGIC) else None
        if not clear.lstrip(b"\r\n").startswith(b"WARC/") and (packed is None or not packed.begins_damaged()):
            raise _no_archive(self.name, start)
        return packed or PlainFrames(self.file, size, keep, report)

    def decompressed(self, report: Report) -> Source:
        """The same file in clear, on disk, for files whose gzip members do not match their records."""
        spool = cast(BinaryIO, TemporaryFile())  # noqa: SIM115
        offset = 0
        size = self.file.seek(0, os.SEEK_END)
        try:
            while offset < size and _start(self.file, offset).startswith(MAGIC):
                member = GzipMember(self.file, offset)
                _copy(member, spool)
                if member.broken or spool.tell() > _SPOOL_LIMIT:
                    report(offset, f"the compressed file cannot be read further: {member.broken or 'too large'}")
                    break
                offset = member.end
        except OSError as error:
            raise explain_os(error, f"decompress {self.name}") from error
        return Source(self.name + "#clear", spool)


class Window(io.RawIOBase):
    """A part of a file as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._file = file
        self._start = start
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        self._file.seek(self._start + self._position)
        data = self._file.read(max(0, min(len(view), self._size - self._position)))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def open_sources(path: Path) -> Iterator[Source]:
    """The sources at `path`: a file, or all archive files of a folder in the order of their names."""
    if not path.is_dir():
        yield from _open_file(path)
        return
    files = sorted(file for file in path.iterdir() if file.name.endswith((*_SUFFIXES, ".wacz")))
    if not files:
        raise ArchiveError(f"{path} holds no archive", "name a .warc.gz, .warc or .wacz file")
    for file in files:
        if file.suffix == ".wacz":
            yield from (replace(source, name=f"{file.name}/{source.name}") for source in _open_file(file))
        elif file.stat().st_size:
            yield from _open_file(file)


def _open_file(path: Path) -> Iterator[Source]:
    try:
        file = path.open("rb", buffering=1 << 17)
    except FileNotFoundError as error:
        raise ArchiveError(f"there is no archive {path}", "check the path") from error
    except OSError as error:
        raise explain_os(error, f"read the archive {path}") from error
    if _start(file).startswith(b"PK"):
        file.close()
        yield from _open_wacz(path)
        return
    yield Source(path.name, file)


def _open_wacz(path: Path) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(path) as container:
            members = [info for info in container.infolist() if info.filename.lower().endswith(_SUFFIXES)]
            if not members:
                raise ArchiveError(
                    f"{path} is a ZIP file without any WARC in it",
                    "a WACZ keeps its records in archive/*.warc.gz",
                )
            for info in sorted(members, key=lambda info: info.filename):
                yield Source(info.filename, _member_file(path, container, info))
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise explain_os(error, f"read the archive {path}") from error
        raise ArchiveError(f"{path} is a damaged WACZ: {error}", "fetch or make the file again") from error


def _member_file(path: Path, container: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    """A WACZ stores its WARCs uncompressed, so that a record can be read in place; else they are unpacked."""
    if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
        file = path.open("rb", buffering=0)
        file.seek(info.header_offset + 26)
        name_size, extra_size = struct.unpack("<HH", file.read(4))
        start = info.header_offset + 30 + name_size + extra_size
        return cast(BinaryIO, io.BufferedReader(Window(cast(BinaryIO, file), start, info.file_size), 1 << 17))
    spool = cast(BinaryIO, TemporaryFile())  # noqa: SIM115
    with container.open(info) as packed:
        _copy(packed, spool)
    return spool


def _copy(source: io.RawIOBase | IO[bytes], target: BinaryIO) -> None:
    while (piece := source.read(_COPY)) and target.tell() <= _SPOOL_LIMIT:
        target.write(piece)


def _start(file: BinaryIO, offset: int = 0) -> bytes:
    file.seek(offset)
    return file.read(16)


def _clear_start(file: BinaryIO) -> bytes:
    """The first decompressed bytes; a member torn before the first of them may well have been a record."""
    member = GzipMember(file, 0)
    with io.BufferedReader(member, 512) as stream:
        clear = stream.read(16)
        return clear if clear or member.broken != CUT else b"WARC/"


def _no_archive(name: str, start: bytes) -> ArchiveError:
    if not start:
        return ArchiveError(f"{name} is empty", "fetch or make the file again")
    if start.startswith(_ZSTD):
        return ArchiveError(
            f"{name} is compressed with zstandard, which this program does not read",
            "recompress it with gzip, one record per member (warcio recompress)",
        )
    return ArchiveError(
        f"{name} is no web archive: it begins with {start[:12]!r}",
        "give a WARC (.warc, .warc.gz), ARC or WACZ file",
    )
