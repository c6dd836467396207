"""Builds the demo archive `losi/demo/site.warc.gz` from `demo_site/`: `python -m scripts.build_demo`."""

from __future__ import annotations

import argparse
import io
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import BufferWARCWriter

from scripts.demo_site.captures import Capture, captures

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from warcio.recordloader import ArcWarcRecord

ARCHIVE = Path(__file__).parents[1] / "losi" / "demo" / "site.warc.gz"
CAPTURED = datetime(2026, 3, 2, 8, tzinfo=UTC)
PACE = timedelta(seconds=1)


def _id(name: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"


def _iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _info(writer: BufferWARCWriter) -> ArcWarcRecord:
    facts = {
        "software": "losi scripts/build_demo.py",
        "format": "WARC File Format 1.1",
        "description": "The web portal of Valdeluna, a city that does not exist",
    }
    record = writer.create_warcinfo_record(ARCHIVE.name, facts)
    record.rec_headers.replace_header("WARC-Record-ID", _id("warcinfo"))
    record.rec_headers.replace_header("WARC-Date", _iso(CAPTURED))
    return record


def _record(writer: BufferWARCWriter, capture: Capture, when: datetime) -> ArcWarcRecord:
    dated = ("Date", when.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    chunked = any(name == "Transfer-Encoding" for name, _ in capture.headers)
    length = [] if chunked else [("Content-Length", str(len(capture.body)))]
    http = StatusAndHeaders(capture.status, [dated, *capture.headers, *length], protocol="HTTP/1.1")
    names = {"WARC-Record-ID": _id(capture.url), "WARC-Date": _iso(when), "WARC-Warcinfo-ID": _id("warcinfo")}
    return writer.create_warc_record(
        capture.url, "response", payload=io.BytesIO(capture.body), http_headers=http, warc_headers_dict=names
    )


def build(found: Iterable[Capture]) -> bytes:
    """A WARC 1.1 with one gzip member a record (ISO 28500:2017, annex D)."""
    writer = BufferWARCWriter(gzip=True, warc_version="1.1")
    writer.write_record(_info(writer))
    for number, capture in enumerate(found, 1):
        writer.write_record(_record(writer, capture, CAPTURED + number * PACE))
    archive: bytes = writer.get_contents()
    return archive


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ARCHIVE, help="where the archive goes (default: %(default)s)")
    out: Path = parser.parse_args(arguments).out
    found = captures()
    out.write_bytes(build(found))
    print(f"{out}: {len(found)} captures, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
