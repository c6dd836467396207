"""Saved pages are inspected one by one or by manifest; a bad row does not stop the rest."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Losi = Callable[..., Any]

PAGE = """<!doctype html><html lang="en"><title>City of Villa</title><body>
<nav><a href="/budget">Municipal budget</a> <a href="/sitemap">Site map</a></nav>
<form role="search"><input type="search" name="q"></form>
<main><p>Welcome to the official website of the city of Villa. Here you find news and services.</p></main>
</body></html>"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder with a page, plain and gzip."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "home.html").write_text(PAGE, encoding="utf-8")
    (folder / "home.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    return folder


def manifest(folder: Path, *rows: object) -> str:
    path = folder / "pages.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return str(path)


def test_one_page_as_json(offline: Losi, pages: Path) -> None:
    done = offline("inspect", str(pages / "home.html"), "--url", "https://www.villa.example/", "--json", "-")
    document = json.loads(done.out)
    assert (document["schema"], document["page"]["language"]) == (1, "en")
    budget = next(o for o in document["observations"] if o["feature"] == "budget.publication")
    assert (budget["kind"], budget["quote"], budget["href"]) == ("link", "Municipal budget", "/budget")
    assert budget["strength"] >= 0.5
    assert budget["detector"]["name"]


def test_one_page_for_people(offline: Losi, pages: Path) -> None:
    done = offline("inspect", str(pages / "home.html"), "--url", "https://www.villa.example/")
    assert "City of Villa" in done.out
    assert any("search.internal" in line for line in done.out.splitlines())


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_manifest_row_by_row(offline: Losi, pages: Path, tmp_path: Path, processes: str) -> None:
    rows = [{"id": str(n), "file": "home.html", "url": f"https://www.villa.example/{n}"} for n in range(9)]
    done = offline("inspect", "--manifest", manifest(pages, *rows), "--out", "out.jsonl", "-j", processes)
    assert (done.code, done.err) == (0, "")
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in written] == [str(n) for n in range(9)]
    assert list(written[0]) == ["id", "language", "observations"]
    assert set(written[0]["observations"][0]) == {"feature", "kind", "strength", "quote", "href"}
    assert {o["kind"] for row in written for o in row["observations"]} <= {"link", "content"}


def test_a_compressed_page_is_read_as_its_content(offline: Losi, pages: Path) -> None:
    rows = [{"id": name, "file": name, "url": "https://www.villa.example/"} for name in ("home.html", "home.html.gz")]
    done = offline("inspect", "--manifest", manifest(pages, *rows), "--out", "-")
    plain, compressed = (json.loads(line)["observations"] for line in done.out.splitlines())
    assert plain == compressed


def test_bad_rows_are_named_and_the_rest_goes_on(offline: Losi, pages: Path) -> None:
    path = manifest(
        pages,
        {"id": "a", "file": "home.html", "url": "https://www.villa.example/"},
        "{no json",
        {"id": "b", "file": "gone.html", "url": "https://www.villa.example/"},
        {"id": "c", "url": "https://www.villa.example/"},
        {"id": "a", "file": "home.html", "url": "https://www.villa.example/"},
        [],
        {"id": "d", "file": "home.html", "url": "https://www.villa.example/"},
    )
    done = offline("inspect", "--manifest", path, "--out", "-")
    assert done.code == 1
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == ["a", "d"]
    assert [line.split(": ")[1] for line in done.lines[:-1]] == [f"{path}:{number}" for number in (2, 3, 4, 5, 6)]
    assert "5 of 7 rows failed" in done.lines[-1]


def test_a_row_that_is_nested_without_end_is_a_bad_row(offline: Losi, pages: Path) -> None:
    path = manifest(
        pages, "[" * 100_000 + "]" * 100_000, {"id": "a", "file": "home.html", "url": "https://www.villa.example/"}
    )
    done = offline("inspect", "--manifest", path, "--out", "-")
    assert (done.code, [json.loads(line)["id"] for line in done.out.splitlines()]) == (1, ["a"])
    assert done.lines[0] == f"losi: {path}:1: no JSON: it is nested too deep"
