"""Packs a run's archive into a WACZ 1.1.1 (specs.webrecorder.net/wacz/1.1.1): WARC files, index, list of pages, hashes.

The same run gives the same bytes: every date in the file is one that it is told.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from storage.archive.originals import copy_originals
from storage.archive.wacz_index import DATA_NAME, cdxj_lines, in_order, write_index
from storage.drafts import whole_file
from storage.errors import ArchiveError, explain_os

VERSION = "1.1.1"
_PIECE = 1 << 20
_SMALL_ZIP = 1 << 31
_FIRST_YEAR = 1980


@dataclass(frozen=True, slots=True)
class WaczPage:
    """A page for a reader's table of contents; `text` is for its full-text search and may be empty."""

    url: str
    at: datetime
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class WaczAbout:
    """What the package says of itself. `created` is the run's date; `main` the page to open first."""

    title: str
    created: datetime
    software: str
    description: str = ""
    main: WaczPage | None = None


def write_wacz(target: Path, folder: Path, pages: Iterable[WaczPage], about: WaczAbout) -> None:
    """Writes `target` from the WARC files in `folder`, whole or not at all; memory does not grow with the archive.

    Raises `ArchiveError` if the folder holds no WARC file, `StorageError` if the disk refuses.
    """
    warcs = sorted(folder.glob("*.warc.gz")) + sorted(folder.glob("*.warc"))
    if not warcs:
        raise ArchiveError(f"{folder} holds no WARC file", "the archive was moved or deleted; check the portal again")
    try:
        with whole_file(target) as file, TemporaryDirectory() as beside:
            originals = copy_originals(folder, Path(beside))
            _Package(file, about).fill(folder, [*warcs, *([originals] if originals else [])], pages)
    except OSError as error:
        raise explain_os(error, f"write {target}") from error


class _Package:
    """The ZIP file as it grows, and what its resources are."""

    def __init__(self, file: IO[bytes], about: WaczAbout) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._about = about
        self._resources: list[dict[str, Any]] = []

    def fill(self, folder: Path, warcs: list[Path], pages: Iterable[WaczPage]) -> None:
        with self._zip:
            sizes = {}
            for warc in warcs:
                with warc.open("rb") as source:
                    sizes[warc.name] = self._add(f"archive/{warc.name}", source)
            with TemporaryFile() as data, TemporaryFile() as index:
                write_index(in_order(_indexed(folder, warcs, sizes)), data, index)
                self._add(f"indexes/{DATA_NAME}", data)
                self._add("indexes/index.idx", index)
            with TemporaryFile() as listed:
                listed.writelines(_page_lines(pages))
                self._add("pages/pages.jsonl", listed)
            package = _json(self._datapackage())
            self._zip.writestr(self._entry("datapackage.json"), package)
            digest = {"path": "datapackage.json", "hash": f"sha256:{sha256(package).hexdigest()}"}
            self._zip.writestr(self._entry("datapackage-digest.json"), _json(digest))

    def _add(self, path: str, source: IO[bytes]) -> int:
        """Packs a file; its size in bytes."""
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        digest = sha256()
        with self._zip.open(self._entry(path), "w", force_zip64=size >= _SMALL_ZIP) as entry:
            while piece := source.read(_PIECE):
                digest.update(piece)
                entry.write(piece)
        name = path.rpartition("/")[2].lower()
        self._resources.append(
            {"name": name, "path": path, "hash": f"sha256:{digest.hexdigest()}", "bytes": source.tell()}
        )
        return source.tell()

    def _entry(self, path: str) -> zipfile.ZipInfo:
        moment = self._about.created.astimezone(UTC)
        stamp = moment.timetuple()[:6] if moment.year >= _FIRST_YEAR else (_FIRST_YEAR, 1, 1, 0, 0, 0)
        entry = zipfile.ZipInfo(path, stamp)
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        return entry

    def _datapackage(self) -> dict[str, Any]:
        about = self._about
        said: dict[str, Any] = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": about.title,
            "description": about.description,
            "created": _iso(about.created),
            "software": about.software,
        }
        if about.main is not None:
            said |= {"mainPageUrl": about.main.url, "mainPageDate": _iso(about.main.at)}
        return {**{key: value for key, value in said.items() if value}, "resources": self._resources}


def _indexed(folder: Path, warcs: list[Path], sizes: Mapping[str, int]) -> Iterator[bytes]:
    """The index lines of the run's archive and of what was taken along from others."""
    yield from cdxj_lines(folder, sizes)
    for warc in warcs:
        if warc.parent != folder:
            yield from cdxj_lines(warc, sizes)


def _page_lines(pages: Iterable[WaczPage]) -> Iterable[bytes]:
    yield _json({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}, indent=None)
    for page in pages:
        moment = _iso(page.at)
        number = sha256(f"{moment} {page.url}".encode("utf-8", "replace")).hexdigest()[:20]
        line = {"id": number, "url": page.url, "ts": moment, "title": page.title, "text": page.text}
        yield _json({key: value for key, value in line.items() if value}, indent=None)


def _json(document: object, indent: int | None = 2) -> bytes:
    return (json.dumps(document, indent=indent) + "\n").encode()


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
