"""Many saved pages at once: reads a manifest, inspects each page, in several processes if asked."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from losi.detector_problems import tell_failures
from losi.errors import Failure

if TYPE_CHECKING:
    from detectors.observation import Observation
    from detectors.page import Page

MAX_BODY = 50_000_000
"""Bytes of a saved page that are read, decompressed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a manifest; `error` is set instead of the rest when the line cannot be used."""

    line: int
    id: str = ""
    file: Path = Path()
    url: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What came of one row: the observations that speak for a feature, or `error`."""

    line: int
    id: str
    url: str = ""
    language: str = ""
    observations: tuple[Observation, ...] = ()
    error: str = ""


def read_jsonl(path: Path) -> Iterator[tuple[int, Any]]:
    """The lines of a JSON Lines file, numbered from 1; a line that is no JSON comes as its ValueError."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _parsed(line)
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}", "check the path") from error


def is_web_address(url: str) -> bool:
    """Whether links can be resolved against the address of a page; without, most of them say nothing."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def read_manifest(path: Path) -> Iterator[Row]:
    """The rows `{"id", "file", "url"}` of a manifest; `file` is relative to the manifest's folder."""
    seen: set[str] = set()
    for number, value in read_jsonl(path):
        row = _row(number, value, path.parent)
        if not row.error and row.id in seen:
            row = Row(number, row.id, error=f"the id {row.id!r} is given twice")
        seen.add(row.id)
        yield row


def inspect_rows(rows: Iterable[Row], processes: int = 1) -> Iterator[Inspected]:
    """Inspect the rows, in order; a row that fails carries its `error`, and the rest goes on."""
    if processes <= 1:
        yield from map(inspect_row, rows)
        return
    spawn = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(processes, mp_context=spawn, initializer=tell_failures) as pool:
            yield from pool.map(inspect_row, rows, chunksize=4)
    except BrokenProcessPool as error:
        raise Failure("a worker process died, perhaps for want of memory", "try again with -j 1") from error


def inspect_row(row: Row) -> Inspected:
    """Run all page detectors on one saved page."""
    from detectors.inspector import Inspector

    if row.error:
        return Inspected(row.line, row.id, error=row.error)
    try:
        page = open_page(row.file, row.url)
        observations = tuple(o for o in Inspector.default().inspect(page) if o.polarity == "for")
        return Inspected(row.line, row.id, page.url, page.language, observations)
    except OSError as error:
        return Inspected(row.line, row.id, error=f"cannot read {row.file}: {error.strerror}")
    except Exception as error:
        return Inspected(row.line, row.id, error=f"{row.file}: {type(error).__name__}: {error}")


def open_page(file: Path, url: str) -> Page:
    """The saved page as detectors see it; a body that is still compressed is decoded. Raises OSError."""
    from detectors.inspector import Inspector
    from storage.archive.body import decoded_body

    with file.open("rb") as stream:
        body = stream.read(MAX_BODY)
    decoded = decoded_body(((b"Content-Type", b"text/html"),), body, MAX_BODY).body
    return Inspector.default().page(url, decoded, status=200, content_type="", fetched_at=None, capture=None)


def row_document(inspected: Inspected) -> dict[str, Any]:
    """A line of the output: `{"id", "language", "observations": [{"feature", "kind", "strength", ...}]}`."""
    return {
        "id": inspected.id,
        "language": inspected.language,
        "observations": [
            {
                "feature": observation.feature,
                "kind": observation.kind,
                "strength": round(observation.strength, 4),
                "quote": observation.quote,
                "href": observation.href,
            }
            for observation in inspected.observations
        ],
    }


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        return error
    except RecursionError:
        return ValueError("it is nested too deep")


def _row(number: int, value: Any, folder: Path) -> Row:
    if isinstance(value, ValueError):
        return Row(number, error=f"no JSON: {value}")
    if not isinstance(value, dict):
        return Row(number, error='not an object with "id", "file" and "url"')
    missing = [name for name in ("id", "file", "url") if not isinstance(value.get(name), str) or not value[name]]
    if missing:
        return Row(number, str(value.get("id", "")), error=f"{', '.join(missing)} missing or no text")
    if not is_web_address(value["url"]):
        return Row(
            number, value["id"], error=f"the url {value['url']!r} is no web address, such as https://www.example.gov"
        )
    return Row(number, value["id"], folder / value["file"], value["url"])
