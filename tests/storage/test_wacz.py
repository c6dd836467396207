"""A run's archive as WACZ: whole, the same each time, and read back by warcio, by our own reader and by other tools."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from storage.archive import ArchiveWriter, ReplayIndex, wacz, wacz_index
from storage.archive.shared_key import shared_key
from storage.archive.wacz import WaczAbout, WaczPage, write_wacz
from storage.archive.wacz_index import cdxj_lines, in_order
from storage.errors import ArchiveError, StorageError

AT = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
HTML = ((b"Content-Type", b"text/html; charset=utf-8"),)
HOME = WaczPage("https://www.villa.example/", AT, "Inicio · Ayuntamiento")
NEWS = WaczPage("https://www.villa.example/Noticias/?b=2&a=1", AT + timedelta(seconds=9), "", "texto")
ABOUT = WaczAbout("Villa, 2026-03-01", AT, "losi-scout/test", "Run 7", HOME)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The archive of a small run: pages, a redirect, a failure, a rendered page, in two files."""
    place = tmp_path / "run-000007"
    with ArchiveWriter(place, "run-000007", rotate_at=1500) as writer:
        for number, page in enumerate((HOME, NEWS)):
            body = f"<title>{page.title}</title><h1>Página {number}</h1>".encode()
            kept = writer.write_response(page.url, 200, "OK", HTML, body, page.at)
        writer.write_response(
            "http://villa.example/", 301, "", ((b"Location", b"https://www.villa.example/"),), b"", AT
        )
        origin = kept.record_id
        writer.write_resource("urn:losi:dom:https://www.villa.example/", "text/html", b"<p>", AT, concurrent_to=origin)
        writer.write_metadata("https://gone.example/", {"fetch": "failed"}, AT)
    return place


@pytest.fixture
def made(folder: Path, tmp_path: Path) -> Path:
    """That archive as WACZ."""
    write_wacz(tmp_path / "out" / "villa.wacz", folder, [HOME, NEWS], ABOUT)
    return tmp_path / "out" / "villa.wacz"


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        assert {info.compress_type for info in package.infolist()} == {zipfile.ZIP_STORED}
        return {name: package.read(name) for name in package.namelist()}


def index_lines(held: dict[str, bytes]) -> list[tuple[str, str, dict[str, str]]]:
    """Key, time and fields of each line, found by way of the second index."""
    meta, *blocks = held["indexes/index.idx"].decode().splitlines()
    assert json.loads(meta.removeprefix("!meta 0 ")) == {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    lines: list[str] = []
    for block in blocks:
        first, _, fields = block.partition(" {")
        place = json.loads("{" + fields)
        packed = held["indexes/index.cdx.gz"][place["offset"] : place["offset"] + place["length"]]
        assert place["digest"] == f"sha256:{sha256(packed).hexdigest()}"
        text = gzip.decompress(packed).decode()
        assert text.startswith(first + " {")
        lines += text.splitlines()
    assert [line.encode() for line in lines] == sorted(line.encode() for line in lines)
    return [(key, time, json.loads(rest)) for key, time, rest in (line.split(" ", 2) for line in lines)]


def test_what_is_in_it(made: Path, folder: Path) -> None:
    held = contents(made)
    assert list(held) == [
        "archive/run-000007-00000.warc.gz",
        "archive/run-000007-00001.warc.gz",
        "indexes/index.cdx.gz",
        "indexes/index.idx",
        "pages/pages.jsonl",
        "datapackage.json",
        "datapackage-digest.json",
    ]
    for warc in folder.glob("*.warc.gz"):
        assert held[f"archive/{warc.name}"] == warc.read_bytes()
    assert [file.name for file in made.parent.iterdir()] == ["villa.wacz"]


def test_hashes_and_description(made: Path) -> None:
    held = contents(made)
    package: dict[str, Any] = json.loads(held["datapackage.json"])
    resources = package.pop("resources")
    assert package == {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": "Villa, 2026-03-01",
        "description": "Run 7",
        "created": "2026-03-01T12:30:15Z",
        "software": "losi-scout/test",
        "mainPageUrl": "https://www.villa.example/",
        "mainPageDate": "2026-03-01T12:30:15Z",
    }
    assert [one["path"] for one in resources] == list(held)[:5]
    for one in resources:
        data = held[one["path"]]
        assert (one["hash"], one["bytes"]) == (f"sha256:{sha256(data).hexdigest()}", len(data))
        assert one["name"] == one["path"].rpartition("/")[2]
    digest = f"sha256:{sha256(held['datapackage.json']).hexdigest()}"
    assert json.loads(held["datapackage-digest.json"]) == {"path": "datapackage.json", "hash": digest}


def test_pages(made: Path) -> None:
    head, *pages = [json.loads(line) for line in contents(made)["pages/pages.jsonl"].splitlines()]
    assert head == {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    assert len({page.pop("id") for page in pages}) == 2
    assert pages == [
        {"url": HOME.url, "ts": "2026-03-01T12:30:15Z", "title": "Inicio · Ayuntamiento"},
        {"url": NEWS.url, "ts": "2026-03-01T12:30:24Z", "text": "texto"},
    ]


def test_the_index_leads_to_the_records(made: Path) -> None:
    held = contents(made)
    lines = index_lines(held)
    assert [(key, fields.get("status")) for key, _, fields in lines] == [
        ("example,villa)/", "301"),
        ("example,villa)/", "200"),
        ("example,villa)/noticias?a=1&b=2", "200"),
        ("urn:losi:dom:https://www.villa.example/", "200"),
    ]
    for _, time, fields in lines:
        data = held[f"archive/{fields['filename']}"]
        piece = data[int(fields["offset"]) : int(fields["offset"]) + int(fields["length"])]
        (record,) = [
            (r.rec_headers.get_header("WARC-Target-URI"), r.rec_headers.get_header("WARC-Payload-Digest"))
            for r in ArchiveIterator(io.BytesIO(piece))
        ]
        assert record == (fields["url"], fields["digest"])
        assert time in ("20260301123015", "20260301123024")


def test_the_same_run_gives_the_same_bytes(made: Path, folder: Path, tmp_path: Path) -> None:
    os.utime(next(folder.glob("*.warc.gz")), (1, 1))
    write_wacz(tmp_path / "again.wacz", folder, [HOME, NEWS], ABOUT)
    assert (tmp_path / "again.wacz").read_bytes() == made.read_bytes()


def test_our_own_reader(made: Path) -> None:
    with ReplayIndex([made]) as index:
        assert index.problems == []
        found = index.lookup("http://www.villa.example/Noticias/?b=2&a=1")
        assert found is not None
        assert "Página 1" in found.body.decode()
        redirect = index.lookup("http://villa.example/")
        assert redirect is not None
        assert redirect.status == 301


def test_a_package_of_more_than_four_gigabytes_differs_only_in_its_headers(
    made: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wacz, "_SMALL_ZIP", 1)
    large = tmp_path / "large.wacz"
    write_wacz(large, folder, [HOME, NEWS], ABOUT)
    assert contents(large) == contents(made)
    with zipfile.ZipFile(large) as package:
        assert package.infolist()[0].extract_version == 45
    with ReplayIndex([large]) as index:
        assert HOME.url in index


def test_many_captures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wacz_index, "BLOCK_LINES", 100)
    with ArchiveWriter(tmp_path / "run", "run") as writer:
        for number in range(1050):
            writer.write_response(f"https://villa.example/{number % 1000}", 200, "OK", HTML, b"x", AT)
    write_wacz(tmp_path / "many.wacz", tmp_path / "run", [], ABOUT)
    held = contents(tmp_path / "many.wacz")
    assert len(held["indexes/index.idx"].splitlines()) == 12
    assert len(index_lines(held)) == 1050


def test_what_a_run_adds_while_it_is_packed_is_not_in_the_index(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "run", rotate_at=1500) as writer:
        writer.write_response(HOME.url, 200, "OK", HTML, b"<p>", AT)
        packed = {file.name: file.stat().st_size for file in tmp_path.glob("*.warc.gz")}
        before = list(cdxj_lines(tmp_path, packed))
        for number in range(9):
            writer.write_response(f"{HOME.url}{number}", 200, "OK", HTML, os.urandom(500), AT)
    assert len(list(tmp_path.glob("*.warc.gz"))) > 1
    assert len(before) == 1
    assert list(cdxj_lines(tmp_path, packed)) == before


@pytest.mark.parametrize("at_once", [1, 3, 7, 100])
def test_sorting_on_disk(at_once: int) -> None:
    lines = [f"{(number * 37) % 101:03d} \u00e9\n".encode() for number in range(101)]
    assert list(in_order(lines, at_once)) == sorted(lines)


KEYS = {
    "https://www.Villa.example/": "example,villa)/",
    "http://villa.example": "example,villa)/",
    "https://www2.villa.example/A/B.html#c": "example,villa)/a/b.html",
    "https://villa.example/a/?z=1&B=2&a=3": "example,villa)/a?a=3&b=2&z=1",
    "https://villa.example/a?": "example,villa)/a",
    "https://villa.example/./x/%2E%2E/A%2Fb//?back=%2Fhome%2F%3Fq%3D1%26r": "example,villa)/a/b?back=/home/?q=1&r",
    "https://villa.example/100%25%20caf%C3%A9%2525": "example,villa)/100%25%20caf%c3%a9%25",
    "https://villa.example/a.php?PHPSESSID=0123456789abcdef0123456789ABCDEF&b=1": "example,villa)/a.php?b=1",
    "https://villa.example/(S(4hqa0555fwsecu455xqckv45))/a.aspx": "example,villa)/a.aspx",
    "https://villa.example:8443/a/": "example,villa:8443)/a",
    "https://villa.example/?a-b=1&a=2": "example,villa)/?a=2&a-b=1",
    "https://wwwx.villa.example/x": "example,villa,wwwx)/x",
    "urn:losi:dom:https://www.villa.example/": "urn:losi:dom:https://www.villa.example/",
}


@pytest.mark.parametrize("url", KEYS)
def test_keys_that_all_tools_share(url: str) -> None:
    assert shared_key(url) == KEYS[url]


def test_a_key_of_escapes_without_end_is_made() -> None:
    assert len(shared_key("https://villa.example/%" + "25" * 50_000)) > 50_000


def test_an_archive_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArchiveError, match="holds no WARC file"):
        write_wacz(tmp_path / "x.wacz", tmp_path / "empty", [], ABOUT)
    assert not (tmp_path / "x.wacz").exists()


def test_a_failure_leaves_the_earlier_file_and_no_draft(made: Path, folder: Path) -> None:
    before = made.read_bytes()

    def pages() -> Any:
        yield HOME
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="the disk is full"):
        write_wacz(made, folder, pages(), ABOUT)
    assert [file.name for file in made.parent.iterdir()] == [made.name]
    assert made.read_bytes() == before


def test_links_rights_and_long_names_are_kept(made: Path, folder: Path) -> None:
    before = made.read_bytes()
    made.write_bytes(b"of yesterday")
    made.chmod(0o640)
    latest, long = made.with_name("latest.wacz"), made.with_name("n" * 250 + ".wacz")
    latest.symlink_to(made.name)
    for path in (latest, long):
        write_wacz(path, folder, [HOME, NEWS], ABOUT)
    assert latest.is_symlink()
    assert (made.read_bytes(), long.read_bytes()) == (before, before)
    assert made.stat().st_mode & 0o777 == 0o640
