"""Our WACZ in the hands of other tools, and theirs in ours."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from storage.archive import ArchiveWriter, ReplayIndex
from storage.archive.shared_key import shared_key
from storage.archive.wacz import WaczAbout, WaczPage, write_wacz
from tests.storage.replay_tools import fetch, pywb, run, tool

AT = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
PAGES = {
    "https://www.villa.example/": "<title>Inicio</title><h1>Página de inicio</h1>",
    "https://www.villa.example/Noticias/?b=2&a=1": "<title>Noticias</title><h1>Dos noticias</h1>",
    "https://www.villa.example/entrar?back=%2FNoticias%2F": "<title>Entrar</title><h1>Su contraseña</h1>",
    "https://sede.villa.example/Trámites/": "<title>Trámites</title><h1>Pagar un tributo</h1>",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The archive of a run."""
    place = tmp_path / "run"
    with ArchiveWriter(place, "run") as writer:
        for url, html in PAGES.items():
            head = ((b"Content-Type", b"text/html; charset=utf-8"),)
            writer.write_response(url, 200, "OK", head, html.encode(), AT)
    return place


@pytest.fixture
def made(folder: Path, tmp_path: Path) -> Path:
    """That archive as our WACZ."""
    pages = [WaczPage(url, AT, html[7:15]) for url, html in PAGES.items()]
    write_wacz(tmp_path / "ours.wacz", folder, pages, WaczAbout("Villa", AT, "losi-scout/test", main=pages[0]))
    return tmp_path / "ours.wacz"


def test_wacz_finds_it_valid(made: Path, tmp_path: Path) -> None:
    assert "the passed WACZ is valid" in run("wacz", "validate", "-f", made, cwd=tmp_path)


def test_wacz_finds_a_changed_one_invalid(made: Path, tmp_path: Path) -> None:
    validate = tool("wacz")
    changed = tmp_path / "changed.wacz"
    changed.write_bytes(made.read_bytes().replace(b'"title": "All Pages"', b'"title": "All pages"'))
    with pytest.raises(AssertionError, match=r"invalid|Bad CRC"):
        run(validate, "validate", "-f", changed, cwd=tmp_path)


def test_pywb_replays_every_page_by_our_index(made: Path, tmp_path: Path) -> None:
    tool("wb-manager")
    (tmp_path / "pywb").mkdir()
    with pywb(tmp_path / "pywb", made) as address:
        for url, html in PAGES.items():
            quoted = url.replace("á", "%C3%A1")
            assert fetch(f"{address}/20260301123015id_/{quoted}") == html


def test_our_keys_are_those_of_the_package_surt(tmp_path: Path) -> None:
    urls = [
        *PAGES,
        "http://WWW.Villa.example:80/A//b/c.php?Z=1&a=%C3%B1&a=&b",
        "https://www3.villa.example/?",
        "https://villa.example/x/?q=a+b&p=1#top",
        "http://villa.example:8080/",
        "https://xn--maana-pta.example/index.html",
        "https://192.0.2.7/estado/",
        "https://villa.example/./x/%2E%2E/A%2Fb//?back=%2Fhome%2F%3Fq%3D1%26r&a=%2525",
        "https://villa.example/a.php?PHPSESSID=0123456789abcdef0123456789ABCDEF&b=1",
        "https://villa.example/(S(4hqa0555fwsecu455xqckv45))/a.aspx?cfid=1&cftoken=2",
    ]
    python = Path(tool("wacz")).with_name("python")
    program = "import sys, surt\nfor url in sys.argv[1:]: print(surt.surt(url))"
    theirs = run(str(python), "-c", program, *urls, cwd=tmp_path).splitlines()
    assert [shared_key(url) for url in urls] == theirs


def test_theirs_is_read_here(folder: Path, tmp_path: Path) -> None:
    run("wacz", "create", "-o", "theirs.wacz", "--detect-pages", *folder.glob("*.warc.gz"), cwd=tmp_path)
    with ReplayIndex([tmp_path / "theirs.wacz"]) as index:
        assert sorted(index.urls()) == sorted(PAGES)
        for url, html in PAGES.items():
            found = index.lookup(url)
            assert found is not None
            assert found.body.decode() == html


def test_a_browser_shows_the_page_with_its_parts_and_asks_nobody_else(tmp_path: Path) -> None:
    tool("wb-manager")
    program = chromium()
    site = "https://www.villa.example/"
    parts = {
        site: (
            "text/html",
            '<link rel=stylesheet href=a.css><p id=p>Hola</p><script src="https://cdn.example/a.js"></script>',
        ),
        f"{site}a.css": ("text/css", "p { color: rgb(1, 2, 3) }"),
        "https://cdn.example/a.js": ("text/javascript", "document.getElementById('p').textContent += ', vecina'"),
    }
    with ArchiveWriter(tmp_path / "run", "run") as writer:
        for url, (kind, body) in parts.items():
            writer.write_response(url, 200, "OK", ((b"Content-Type", kind.encode()),), body.encode(), AT)
    write_wacz(tmp_path / "page.wacz", tmp_path / "run", [WaczPage(site, AT)], WaczAbout("Villa", AT, "test"))
    (tmp_path / "pywb").mkdir()
    asked: list[str] = []
    with pywb(tmp_path / "pywb", tmp_path / "page.wacz") as address, sync_playwright() as playwright:
        rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=program, args=[rules, "--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/20260301123015/{site}", wait_until="load")
        assert page.inner_text("#p") == "Hola, vecina"
        assert page.evaluate("getComputedStyle(document.getElementById('p')).color") == "rgb(1, 2, 3)"
        browser.close()
    assert all(url.startswith(address.rpartition("/")[0]) for url in asked)


def chromium() -> str:
    """A Chromium of this machine; without one the test is skipped."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None:
        pytest.skip("no Chromium in PATH")
    return found
