"""Revisit records (WARC 1.1, 6.7): a page that is as it was at an earlier visit points at the record that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from storage.archive.record import warc_date
from storage.errors import ArchiveError

if TYPE_CHECKING:
    from storage.archive.framing import RawRecord

Sameness = Literal["identical-payload-digest", "server-not-modified"]
"""Why a page counts as unchanged: it was sent again with the same bytes, or the server said so (HTTP 304)."""

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
_NUMBER = len("-00000.warc.gz")
_LONGEST_NAME = 255
"""Bytes that file systems take."""
_LONGEST_OFFSET = 12
"""Digits, so a terabyte: some file systems refuse to look behind the end of the longest file that they take."""


@dataclass(frozen=True, slots=True)
class Original:
    """The response that a revisit repeats: its record, and the file and byte where it lies. `length` is its body's."""

    url: str
    record_id: str
    fetched_at: datetime
    file: str
    offset: int
    digest: str
    length: int


def revisit_fields(original: Original, why: Sameness) -> dict[str, str | None]:
    """The headers of a revisit record that name its original, the file and byte included (as Heritrix writes them)."""
    return {
        "WARC-Profile": _PROFILE + why,
        "WARC-Payload-Digest": original.digest,
        "WARC-Refers-To": f"<{original.record_id}>",
        "WARC-Refers-To-Target-URI": original.url,
        "WARC-Refers-To-Date": warc_date(original.fetched_at),
        "WARC-Refers-To-Filename": original.file,
        "WARC-Refers-To-File-Offset": str(original.offset),
    }


def original_place(record: RawRecord) -> tuple[str, int]:
    """File name and byte of what a revisit repeats. Raises `ArchiveError` where it does not tell them."""
    name = record.headers.get("warc-refers-to-filename", "")
    offset = record.headers.get("warc-refers-to-file-offset", "")
    if not _is_file_name(name) or not (offset.isascii() and offset.isdigit() and len(offset) <= _LONGEST_OFFSET):
        raise ArchiveError(f"a revisit of {record.url} does not tell where the page lies")
    return name, int(offset)


def _is_file_name(name: str) -> bool:
    short = len(name.encode("utf-8", "replace")) <= _LONGEST_NAME
    return short and name not in ("", "..") and PurePath(name).name == name


def archive_beside(path: Path, name: str) -> Path:
    """Where file `name` lies: beside the archive at `path`, or in the folder of the run that wrote it, beside that.

    Raises `ArchiveError` if it is gone.
    """
    folder = path if path.is_dir() else path.parent
    for candidate in (folder / name, folder.parent / name[:-_NUMBER] / name):
        if candidate.is_file():
            return candidate
    raise ArchiveError(
        f"{path} repeats pages of {name}, which is not beside it",
        "keep the archives of a portal's earlier runs in the same data folder, or restore them",
    )
