"""From the sources of the demo city to the responses that its servers would give."""

from __future__ import annotations

import json
import struct
import tomllib
import zlib
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from scripts.demo_site import budget

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

_HERE = Path(__file__).parent
_MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
_DEFAULTS: Mapping[str, Any] = {
    "description": "",
    "alternates": {},
    "crumbs": [],
    "jsonld": "",
    "vars": {},
    "variants": [],
    "headers": {},
    "status": "200 OK",
}
_HTTP_DATE = "%a, %d %b %Y 07:00:00 GMT"
_LANGUAGES = {"city_en": "en"}
_NUL_MARK = "¤"


@dataclass(frozen=True, slots=True)
class Capture:
    """One response as received: the body may be chunked or gzipped, as its headers say."""

    url: str
    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def captures() -> list[Capture]:
    """Every capture of the demo city, ordered by URL."""
    pages = [_read(path) for path in sorted((_HERE / "pages").iterdir())]
    made = dict(budget.makers())
    for code in ("es", "en"):
        made[f"sitemap-{code}"] = partial(_sitemap, pages, code)
    table = tomllib.loads((_HERE / "responses.toml").read_text(encoding="utf-8"))["capture"]
    found = [_response(row, made) for row in table]
    found += [capture for page in pages for capture in _rendered(page)]
    return sorted(found, key=lambda capture: capture.url)


def _read(path: Path) -> dict[str, Any]:
    """A page: its facts (TOML) up to a line `---`, then the body; `variants` are more URLs of that body."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    page = {**_DEFAULTS, **tomllib.loads(head), "source": body.rstrip("\n")}
    page.setdefault("lang", _LANGUAGES.get(page["layout"], "es"))
    day: date = page["modified"]
    page["shown"] = f"{day.day} de {_MONTHS[day.month - 1]} de {day.year}"
    if page["jsonld"]:
        json.loads(page["jsonld"])
    return page


@cache
def _templates() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(_HERE / "layouts")
    made = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    made.globals.update(budget=budget.load(), euros=budget.euros, air=budget.air())
    return made


def _rendered(page: Mapping[str, Any]) -> Iterator[Capture]:
    for variant in ({}, *page["variants"]):
        words = variant.get("vars", page["vars"])
        body = _templates().from_string(page["source"]).render(page=page, **words)
        html = _templates().get_template(f"{page['layout']}.html").render(page=page, body=body)
        yield _page_capture(page, variant.get("url", page["url"]), html)


def _page_capture(page: Mapping[str, Any], url: str, html: str) -> Capture:
    if page.get("nul"):
        html = html.replace(_NUL_MARK, "\0")
    body = html.encode(page.get("charset", "utf-8"))
    headers = {
        "Server": "nginx",
        "Content-Type": page.get("content_type", "text/html; charset=utf-8"),
        "Last-Modified": page["modified"].strftime(_HTTP_DATE),
        **page["headers"],
    }
    return _coded(Capture(url, page["status"], tuple(headers.items()), body), page)


def _coded(capture: Capture, page: Mapping[str, Any]) -> Capture:
    if page.get("encoding") == "gzip":
        coding = ("Content-Encoding", "gzip")
        return replace(capture, headers=(*capture.headers, coding), body=stored_gzip(capture.body))
    if page.get("transfer") == "chunked":
        coding = ("Transfer-Encoding", "chunked")
        return replace(capture, headers=(*capture.headers, coding), body=_chunked(capture.body))
    return capture


def _chunked(body: bytes, size: int = 1500) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"


def stored_gzip(body: bytes) -> bytes:
    """A gzip member of stored blocks (RFC 1951, 3.2.4): the same bytes from every zlib."""
    blocks, step = b"", 65_000
    for at in range(0, len(body), step):
        part = body[at : at + step]
        blocks += struct.pack("<BHH", at + step >= len(body), len(part), len(part) ^ 0xFFFF) + part
    tail = struct.pack("<II", zlib.crc32(body), len(body))
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + blocks + tail


def _response(row: Mapping[str, Any], made: Mapping[str, Any]) -> Capture:
    if "redirect" in row:
        status, target = row["redirect"]
        headers = (("Server", "nginx"), ("Location", target), ("Content-Type", "text/html"))
        return Capture(row["url"], status, headers, b"")
    body = made[row["made"]]() if "made" in row else (_HERE / "static" / row["source"]).read_bytes()
    return Capture(row["url"], "200 OK", (("Server", "nginx"), ("Content-Type", row["content_type"])), body)


def _sitemap(pages: Iterable[Mapping[str, Any]], code: str) -> bytes:
    listed = [page for page in pages if page["layout"] == f"city_{code}" and page["status"] == "200 OK"]
    row = "<url><loc>{url}</loc><lastmod>{modified}</lastmod></url>\n"
    rows = "".join(row.format_map(page) for page in listed)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{space}">\n{rows}</urlset>\n'.encode()
    return stored_gzip(text) if code == "es" else text
