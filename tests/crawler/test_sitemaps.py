"""Sitemaps: their forms, faults and limits, and which of the addresses that they name are asked for."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.scope import Scope
from crawler.sitemaps import SitemapReader, parse_sitemap
from detectors.inspector import Inspector

HOME = "https://t.example/"


def test_sitemap_forms() -> None:
    entries = b"<url><loc>https://t.example/a</loc><lastmod>2026</lastmod></url><url><loc>\n b </loc></url>"
    urls = b"<?xml version='1.0'?><urlset>" + entries + b"</urlset>"
    assert parse_sitemap(urls) == (["https://t.example/a", "b"], [])
    assert parse_sitemap(gzip.compress(urls))[0] == ["https://t.example/a", "b"]
    assert parse_sitemap(b"<sitemapindex><sitemap><loc>https://t.example/s</loc></sitemap></sitemapindex>")[1] == [
        "https://t.example/s"
    ]
    assert parse_sitemap(b"\xef\xbb\xbfhttps://t.example/a\r\nnonsense\r\n")[0] == ["https://t.example/a"]
    assert parse_sitemap(b"<html><body><url>x</body>") == ([], [])
    assert parse_sitemap(gzip.compress(urls)[:-30])[0] in ([], ["https://t.example/a"], ["https://t.example/a", "b"])
    members = gzip.compress(urls[:60]) + gzip.compress(urls[60:])
    assert parse_sitemap(members)[0] == parse_sitemap(members + b"\0\0")[0] == ["https://t.example/a", "b"]


def test_a_faulty_entry_takes_no_other_with_it() -> None:
    entries = ("<loc>a</loc>", "<loc/>", "<loc>b</lok>", "<loc>c</loc>")
    faulty = f"<urlset>{''.join(f'<url>{entry}</url>' for entry in entries)}</urlset>"
    assert [page for page in parse_sitemap(faulty.encode())[0] if page != "b"] == ["a", "c"]


def test_the_addresses_of_pictures_are_no_pages() -> None:
    """Google's extension: an image, with a `loc` of its own, within the entry of its page."""
    image = "<i:image xmlns:i='http://www.google.com/schemas/sitemap-image/1.1'><i:loc>a.png</i:loc></i:image>"
    listed = f"<urlset><url><loc>a</loc>{image}</url><url>{image}<loc>b</loc></url></urlset>"
    assert parse_sitemap(listed.encode()) == (["a", "b"], [])


def test_ampersands_that_a_sitemap_does_not_escape() -> None:
    def listed(*addresses: str) -> list[str]:
        entries = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
        return parse_sitemap(f"<urlset>{entries}</urlset>".encode())[0]

    assert listed("a?b&c=1") == ["a?b&c=1"]
    assert listed("a?b&c=1&amp;d", "e?f&amp;g&#38;h", "&nbsp;") == ["a?b&c=1&d", "e?f&g&h", "&nbsp;"]
    assert listed("<![CDATA[a?b&c&amp;d]]>", "e?f&g", "<![CDATA[h&i]]>") == ["a?b&c&amp;d", "e?f&g", "h&i"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_sitemaps_in_wide_encodings(mark: str, codec: str) -> None:
    if mark or codec != "utf-32-be":  # whose first bytes are zeros
        told = codec.removesuffix("-le").removesuffix("-be").upper()
        text = f"<?xml version='1.0' encoding='{told}'?>\n<urlset><url><loc>https://t.example/ü</loc></url></urlset>"
        body = (mark + text).encode(codec)
        assert parse_sitemap(body) == (["https://t.example/ü"], [])
        assert parse_sitemap(gzip.compress(body)) == (["https://t.example/ü"], [])
        assert parse_sitemap(body[:-1])[0] == ["https://t.example/ü"]
    if mark:
        assert parse_sitemap(f"{mark}https://t.example/a\nx".encode(codec))[0] == ["https://t.example/a"]


def test_wide_sitemaps_are_bounded() -> None:
    very_many = "<urlset>" + "<url/>" * 4_000_000 + "<url><loc>https://t.example/</loc></url>"
    packed = gzip.compress(b"\xff\xfe" + very_many.encode("utf-16-le"))
    assert len(packed) < 400_000
    assert parse_sitemap(packed) == ([], [])
    many = "<urlset>" + "".join(f"<url><loc>https://t.example/{n}</loc></url>" for n in range(30_000)) + "</urlset>"
    assert 20_000 <= len(parse_sitemap(many.encode("utf-16"))[0]) < 25_000


@given(st.binary(max_size=300))
def test_any_bytes_are_a_sitemap_or_none(body: bytes) -> None:
    pages, further = parse_sitemap(body)
    assert all(isinstance(url, str) for url in (*pages, *further))


def test_long_sitemaps_are_read_to_the_limit() -> None:
    body = (
        b"<urlset>" + b"".join(b"<url><loc>https://t.example/%d</loc></url>" % n for n in range(30_000)) + b"</urlset>"
    )
    assert len(parse_sitemap(body)[0]) >= 20_000


@pytest.mark.parametrize("filling", [b"\n", b" "])
def test_a_text_file_that_unpacks_to_very_much_takes_little_memory(filling: bytes) -> None:
    packed = gzip.compress(b"https://t.example/a\n" + filling * (90_000_000 // len(filling)))
    tracemalloc.start()
    try:
        assert parse_sitemap(packed) == (["https://t.example/a"], [])
        assert tracemalloc.get_traced_memory()[1] < 250_000_000
    finally:
        tracemalloc.stop()


def _reader(inspector: Inspector, *languages: str) -> SitemapReader:
    return SitemapReader(inspector, languages)


def _read(reader: SitemapReader, url: str, *pages: str, further: tuple[str, ...] = ()) -> list[str]:
    entries = [f"<url><loc>{page}</loc></url>" for page in pages]
    entries += [f"<sitemap><loc>{each}</loc></sitemap>" for each in further]
    return asyncio.run(reader.read(url, f"<urlset>{''.join(entries)}</urlset>".encode(), Scope(HOME)))


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ((), ["sitemap.xml"]),
        (("/maps/a.xml", f"{HOME}b.xml", "/maps/a.xml"), ["maps/a.xml", "b.xml"]),
        (("ftp://t.example/a.xml", "mailto:a", "http://", "http://[t"), ["sitemap.xml"]),
    ],
)
def test_the_sitemaps_that_robots_txt_names_are_asked_for_or_else_the_usual_one(
    named: tuple[str, ...], asked: list[str], inspector: Inspector
) -> None:
    reader = _reader(inspector)
    assert reader.begin("https://t.example", named) == [f"{HOME}{path}" for path in asked]
    assert reader.begin("https://t.example", named) == [], "once"


def test_of_many_sitemaps_ten_are_asked_for(inspector: Inspector) -> None:
    reader = _reader(inspector)
    assert len(reader.begin("https://t.example", tuple(f"/{n}.xml" for n in range(8)))) == 8
    further = tuple(f"{HOME}further-{n}.xml" for n in range(5))
    assert _read(reader, f"{HOME}0.xml", further=further) == list(further[:2])
    assert reader.begin("https://other.t.example", ()) == []


def test_sitemaps_name_others_two_levels_down_and_within_the_portal(inspector: Inspector) -> None:
    reader = _reader(inspector)
    (url,) = reader.begin("https://t.example", ())
    for level in ("one", "two"):
        below = f"{HOME}{level}.xml"
        assert _read(reader, url, further=("https://elsewhere.example/s.xml", below)) == [below]
        url = below
    assert _read(reader, url, further=(f"{HOME}three.xml",)) == []


def test_a_portal_has_a_sitemap_once_one_names_something(inspector: Inspector) -> None:
    reader = _reader(inspector)
    found = []
    for pages in ((), (HOME,), ()):
        _read(reader, f"{HOME}sitemap.xml", *pages)
        found.append(reader.found)
    assert found == [False, True, True]


def test_pages_of_the_portal_are_taken_up_to_the_limit_and_told_once(inspector: Inspector) -> None:
    reader, foreign = _reader(inspector), [f"https://elsewhere.example/{n}" for n in range(2000)]
    own = [f"{HOME}{n}" for n in range(24_000)]
    _read(reader, f"{HOME}a.xml", *foreign, *own[:12_000])
    _read(reader, f"{HOME}b.xml", *own[12_000:])
    assert [url for url, _ in reader.pages()] == own[:20_000]
    assert list(reader.pages()) == []


@pytest.mark.parametrize(
    ("country", "seen", "promises"),
    [(("es",), (), True), ((), ("", "es"), True), (("fr",), ("es",), True), (("fr",), (), False), ((), (), False)],
)
def test_addresses_promise_in_the_languages_of_the_country_and_of_the_portal(
    country: tuple[str, ...], seen: tuple[str, ...], promises: bool, inspector: Inspector
) -> None:
    reader = _reader(inspector, *country)
    _read(reader, f"{HOME}sitemap.xml", f"{HOME}presupuesto-municipal", f"{HOME}municipal-budget")
    told = {url: "budget.publication" in dict(promise) for url, promise in reader.pages(seen)}
    assert told[f"{HOME}presupuesto-municipal"] is promises
    assert told[f"{HOME}municipal-budget"] is True
