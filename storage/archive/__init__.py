"""The archive of captures: writing WARC 1.1, reading WARC, ARC and WACZ of any tool, replay by URL."""

from __future__ import annotations

from storage.archive.body import DecodedBody, decoded_body
from storage.archive.reader import ArchiveReader, Problem
from storage.archive.replay import ReplayIndex
from storage.archive.response import ArchivedResponse
from storage.archive.revisit import Original, Sameness
from storage.archive.surt import surt
from storage.archive.writer import ArchiveWriter, RecordPlace

__all__ = [
    "ArchiveReader",
    "ArchiveWriter",
    "ArchivedResponse",
    "DecodedBody",
    "Original",
    "Problem",
    "RecordPlace",
    "ReplayIndex",
    "Sameness",
    "decoded_body",
    "surt",
]
