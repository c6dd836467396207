"""What an archive's revisits repeat, taken along, so that a package of it can be replayed alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from storage.archive.reader import ArchiveReader
from storage.archive.response import is_revisit
from storage.archive.revisit import archive_beside, original_place
from storage.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "originals-00000.warc.gz"


def copy_originals(folder: Path, target: Path) -> Path | None:
    """Writes the records that the archive in `folder` repeats from archives beside it to a file in `target`.

    None if it repeats none. Each is copied once, byte by byte. What is gone is left out.
    """
    wanted = sorted(set(_elsewhere(folder)))
    if not wanted:
        return None
    path = target / NAME
    with path.open("wb") as out:
        for name, offset in wanted:
            data = _member(folder, name, offset)
            out.write(data)
    return path if path.stat().st_size else None


def repeated_files(folder: Path) -> set[str]:
    """The names of the files of other archives whose records the archive in `folder` repeats.

    Raises `ArchiveError` where it is not here, or is damaged, so that not all that it repeats is known.
    """
    if not folder.is_dir():
        raise ArchiveError(f"{folder} is not here")
    with ArchiveReader(folder) as reader:
        found = {name for name, _ in _repeated(reader)}
        if reader.problems:
            raise ArchiveError(f"{folder} is damaged: {reader.problems[0]}")
    return found


def _elsewhere(folder: Path) -> Iterator[tuple[str, int]]:
    with ArchiveReader(folder) as reader:
        yield from _repeated(reader)


def _repeated(reader: ArchiveReader) -> Iterator[tuple[str, int]]:
    for item in reader.records(keep=0):
        if not is_revisit(item.record):
            continue
        try:
            name, offset = original_place(item.record)
        except ArchiveError:
            continue
        if not (reader.path / name).is_file():
            yield name, offset


def _member(folder: Path, name: str, offset: int) -> bytes:
    """The gzip member of one record; empty if it is gone."""
    try:
        path = archive_beside(folder, name)
        with ArchiveReader(path) as reader:
            length = reader.record(name, offset).length
    except ArchiveError:
        return b""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)
