"""The index inside a WACZ: CDXJ lines in compressed blocks, and a second index of the blocks, so that a reader on the
web fetches only what it needs (the ZipNum layout, which ReplayWeb.page and pywb read)."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from hashlib import sha256
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO

from storage.archive.message import header
from storage.archive.reader import ArchivedRecord, ArchiveReader
from storage.archive.record import gzipped
from storage.archive.response import is_revisit, message_of, record_date
from storage.archive.shared_key import shared_key
from storage.archive.surt import without_fragment

DATA_NAME = "index.cdx.gz"
BLOCK_LINES = 1024
_SORTED_AT_ONCE = 50_000
_HEAD = 1 << 16
_LEVEL = 9
_KINDS = ("response", "revisit", "resource")


def cdxj_lines(folder: Path, sizes: Mapping[str, int]) -> Iterator[bytes]:
    """A line for every response and file of its own in the archive files of `folder`, in the order of the files, as far
    as they go by `sizes`: a run that goes on may have added to them. A `conversion`, such as a rendered page, bears the
    URL of what it was made from, in whose place it must not be shown.
    """
    with ArchiveReader(folder) as reader:
        for item in reader.records(keep=_HEAD):
            within = item.record.offset + item.record.length <= sizes.get(item.file, 0)
            if within and item.record.kind in _KINDS and item.record.url:
                yield _line(item)


def _line(item: ArchivedRecord) -> bytes:
    record = item.record
    url = without_fragment(record.url)
    fields = {"url": url, "mime": "warc/revisit"}
    if not is_revisit(record):
        message = message_of(record)
        kind = header(message.headers, "Content-Type") or ""
        fields["mime"] = kind.partition(";")[0].strip().lower() or "unk"
        fields["status"] = str(message.status)
    fields |= {
        "digest": record.headers.get("warc-payload-digest", ""),
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": item.file,
    }
    line = f"{shared_key(url)} {record_date(record):%Y%m%d%H%M%S} {json.dumps(fields)}\n"
    return line.encode("utf-8", "replace")


def in_order(lines: Iterable[bytes], at_once: int = _SORTED_AT_ONCE) -> Iterator[bytes]:
    """The lines in byte order; what is more than `at_once` of them waits on disk."""
    remaining = iter(lines)
    with ExitStack() as stack:
        runs: list[Iterable[bytes]] = []
        while batch := sorted(islice(remaining, at_once)):
            if len(batch) < at_once:
                runs.append(batch)
                break
            spool = stack.enter_context(TemporaryFile())
            spool.writelines(batch)
            spool.seek(0)
            runs.append(spool)
        yield from heapq.merge(*runs)


def write_index(lines: Iterable[bytes], data: BinaryIO | IO[bytes], index: BinaryIO | IO[bytes]) -> int:
    """Writes sorted lines to `data`, one gzip member a block, and the blocks' first keys to `index`; their number."""
    index.write(f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': DATA_NAME})}\n".encode())
    remaining = iter(lines)
    offset = count = 0
    while block := list(islice(remaining, BLOCK_LINES)):
        packed = gzipped(b"".join(block), _LEVEL)
        place = {"offset": offset, "length": len(packed), "digest": f"sha256:{sha256(packed).hexdigest()}"}
        index.write(block[0].partition(b" {")[0] + b" " + json.dumps(place).encode() + b"\n")
        data.write(packed)
        offset += len(packed)
        count += len(block)
    return count
