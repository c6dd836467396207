"""The demo portal is what its sources make it, hangs together, and holds every word that its truth quotes."""

from __future__ import annotations

import gzip
import io
import re
import subprocess
import sys
import tomllib
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin, urlsplit

import openpyxl
import pypdfium2
import pytest
from lxml import etree, html
from protego import Protego
from warcio.archiveiterator import ArchiveIterator

from losi import demo

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SIZE_LIMIT = 400_000
STATES = {"present", "absent", "manual", "unknown"}
FEATURES_2024, FURTHER = 95, 4


@dataclass(frozen=True, slots=True)
class Stored:
    url: str
    status: int
    media_type: str
    location: str
    body: bytes


@cache
def archive() -> dict[str, Stored]:
    found = {}
    with demo.archive().open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            if record.rec_type == "response":
                stored = _stored(record)
                assert stored.url not in found
                found[stored.url] = stored
    return found


def _stored(record: Any) -> Stored:
    http = record.http_headers
    url = record.rec_headers.get_header("WARC-Target-URI")
    media_type = (http.get_header("Content-Type") or "").partition(";")[0]
    body = record.content_stream().read()
    return Stored(url, int(http.get_statuscode()), media_type, http.get_header("Location") or "", body)


@cache
def truth() -> dict[str, Any]:
    return tomllib.loads(demo.truth().read_text(encoding="utf-8"))


def pages() -> Iterator[Stored]:
    return (stored for stored in archive().values() if stored.media_type == "text/html" and stored.body)


def tree(stored: Stored) -> html.HtmlElement:
    charset = "windows-1252" if "/antiguo/" in stored.url else "utf-8"
    return html.document_fromstring(stored.body.replace(b"\0", b""), parser=html.HTMLParser(encoding=charset))


def plain(text: str) -> str:
    return " ".join(text.split())


def text_of(stored: Stored) -> str:
    if stored.media_type == "application/pdf":
        document = pypdfium2.PdfDocument(stored.body)
        return plain(" ".join(page.get_textpage().get_text_range() for page in document))
    if stored.media_type == "text/html" and stored.body:
        return plain(" ".join(tree(stored).xpath("//text()[not(parent::script)]")))
    return plain(stored.body.decode())


def link_texts(stored: Stored) -> list[str]:
    return [plain(link.text_content()) for link in tree(stored).xpath("//a[@href]")]


def references(stored: Stored) -> Iterator[str]:
    """Absolute addresses of what the page leads to or loads, GET forms included; no unclosed attributes."""
    document = tree(stored)
    found = document.xpath("//@href | //@src | //form[not(@method) or @method='get']/@action")
    for reference in found:
        if "\n" not in reference and not reference.startswith(("mailto:", "tel:", "javascript:", "#")):
            yield urldefrag(urljoin(stored.url, reference.replace("&amp;", "&"))).url


def patterns() -> list[re.Pattern[str]]:
    return [re.compile(trap["links"]) for trap in truth()["traps"] if "links" in trap]


def own_hosts() -> set[str]:
    return {urlsplit(url).netloc for url in archive()}


def dangling() -> Iterator[tuple[str, str]]:
    for stored in pages():
        for target in references(stored):
            if urlsplit(target).netloc in own_hosts() and target not in archive():
                yield stored.url, target


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    out = tmp_path_factory.mktemp("demo") / "site.warc.gz"
    subprocess.run([sys.executable, "-m", "scripts.build_demo", "--out", str(out)], cwd=ROOT, check=True)
    return out.read_bytes()


def test_the_archive_holds_the_records_that_the_sources_make(rebuilt: bytes) -> None:
    assert gzip.decompress(rebuilt) == gzip.decompress(demo.archive().read_bytes())


@pytest.mark.skipif("ng" in zlib.ZLIB_RUNTIME_VERSION, reason="zlib-ng packs the same records into other bytes")
def test_a_rebuild_gives_the_same_bytes(rebuilt: bytes) -> None:
    assert rebuilt == demo.archive().read_bytes()


def test_the_archive_is_a_small_warc_with_one_gzip_member_a_record() -> None:
    raw = demo.archive().read_bytes()
    assert len(raw) <= SIZE_LIMIT
    records = []
    while raw:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        records.append(member.decompress(raw))
        raw = member.unused_data
    assert all(record.startswith(b"WARC/1.1\r\n") for record in records)
    assert len(records) == len(archive()) + 1


def test_links_within_the_city_are_archived_or_lead_into_a_listed_trap() -> None:
    lost = [(page, link) for page, link in dangling() if not any(p.fullmatch(link) for p in patterns())]
    assert lost == []


def test_every_trap_is_in_the_archive_and_the_endless_ones_lead_out_of_it() -> None:
    targets = {link for _, link in dangling()}
    for trap in truth()["traps"]:
        if "links" in trap:
            pattern = re.compile(trap["links"])
            assert any(pattern.fullmatch(link) for link in targets), trap
            assert any(pattern.fullmatch(url) for url in archive()), trap
        else:
            assert trap["url"] in archive()


def test_every_page_is_reached_by_links_or_is_an_answer_to_a_search() -> None:
    seen, waiting = set(), [demo.url(), "http://www.ciudad-valdeluna.example/"]
    while waiting:
        url = waiting.pop()
        if url in seen or url not in archive():
            continue
        seen.add(url)
        stored = archive()[url]
        waiting += [urljoin(url, stored.location)] if stored.location else []
        waiting += references(stored) if stored.media_type == "text/html" and stored.body else []
    left = {url for url in archive() if url not in seen and archive()[url].media_type == "text/html"}
    assert {urlsplit(url).path for url in left} == {"/es/buscar"}


def test_the_truth_judges_every_question_and_leaves_many_out() -> None:
    features = truth()["features"]
    states = [feature["state"] for feature in features.values()]
    assert len(features) == FEATURES_2024 + FURTHER
    assert set(states) == STATES
    assert states.count("absent") >= 25
    assert all(set(feature.get("accept", [])) <= STATES for feature in features.values())


@pytest.mark.parametrize("feature", sorted(truth()["features"]))
def test_the_words_that_the_truth_quotes_are_in_the_archive(feature: str) -> None:
    judged = truth()["features"][feature]
    assert judged["why"]
    assert bool(judged.get("proof")) == (judged["state"] == "present")
    assert bool(judged.get("near")) == (judged["state"] == "absent")
    for quoted in (*judged.get("proof", ()), *judged.get("near", ())):
        stored = archive()[quoted["url"]]
        match quoted.get("kind", "content"):
            case "content":
                assert quoted["words"] in text_of(stored)
            case "link":
                assert any(quoted["words"] in text for text in link_texts(stored))
            case "redirect":
                assert stored.location == quoted["words"]


def test_the_proof_lies_on_good_answers_that_robots_may_read() -> None:
    robots = Protego.parse(archive()[f"{demo.url()}robots.txt"].body.decode())
    assert not robots.can_fetch(f"{demo.url()}interno/acceso", "any")
    for feature in truth()["features"].values():
        for quoted in feature.get("proof", ()):
            assert archive()[quoted["url"]].status in {200, 301}
            assert robots.can_fetch(quoted["url"], "any")


def locations(sitemap: bytes) -> list[str]:
    return [element.text or "" for element in etree.fromstring(sitemap).iter("{*}loc")]


def test_sitemaps_name_archived_pages_only() -> None:
    listed: list[str] = []
    for location in locations(archive()[f"{demo.url()}sitemap.xml"].body):
        body = archive()[location].body
        listed += locations(gzip.decompress(body) if location.endswith(".gz") else body)
    assert len(listed) > 40
    assert set(listed) <= set(archive())


def test_the_documents_open_and_agree() -> None:
    budget = archive()[f"{demo.url()}descargas/presupuesto-2026.pdf"]
    assert len(pypdfium2.PdfDocument(budget.body)) == 5
    book = openpyxl.load_workbook(
        io.BytesIO(archive()["https://datos.ciudad-valdeluna.example/descargas/presupuesto-2026.xlsx"].body)
    )
    rows = list(book["Datos"].iter_rows(min_row=2, values_only=True))
    totals = {kind: sum(int(str(row[3])) for row in rows if row[0] == kind) for kind in ("ingreso", "gasto")}
    assert totals["ingreso"] == totals["gasto"]
    assert f"{totals['gasto']:,}".replace(",", " ") in text_of(budget)


def test_the_odd_pages_are_odd() -> None:
    at = archive()
    site = demo.url()
    with pytest.raises(UnicodeDecodeError):
        at[f"{site}antiguo/historia.htm"].body.decode()
    assert "“aquí hallaron pan, leña y agua”" in text_of(at[f"{site}antiguo/historia.htm"])
    assert b"\0" in at[f"{site}es/asociaciones"].body
    assert tree(at[f"{site}en/tourism"]).get("lang") == "de"
    assert at[f"{site}es/oficina-consumo"].status == 200
    assert at[f"{site}descargas/plano-2018.pdf"].status == 404
    assert at[f"{site}es/callejero"].status == 500
    assert urljoin(site, at[f"{site}es/galeria/"].location) == f"{site}es/galeria"
    assert tree(at[f"{site}es/mapa-interactivo"]).xpath("string(//div)") == ""
