"""From the bytes of a page to its text: BOM, HTTP header, meta, detection, and what to do when they disagree."""

from __future__ import annotations

import codecs
import re

from bs4.dammit import UnicodeDammit
from w3lib.encoding import resolve_encoding

_META = re.compile(rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([a-zA-Z0-9_:.-]+)""", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]+)", re.I)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MULTIBYTE = frozenset(
    ("utf-8 utf_8 cp932 shift_jis euc_jp euc-jp iso2022_jp cp949 euc_kr gb18030 gbk big5 big5hkscs").split()
)
_LATIN_META_WINDOW = 4096
_DETECT_WINDOW = 65_536
_TOLERATED = 0.002
"""Share of undecodable bytes up to which a declared encoding is still believed."""


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """Text of `body` and the encoding used. Never fails: what cannot be decoded becomes U+FFFD.

    Order: BOM; valid UTF-8 (its multi-byte sequences do not occur by chance, so it beats a lying header); the declared
    encodings, of which one that can fail and does not is believed before one that cannot fail; detection.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace"), encoding
    declared = _declared(body, content_type)
    if b"\x1b$" in body and "iso2022_jp" in declared:
        return body.decode("iso2022_jp", "replace"), "iso2022_jp"
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if _nearly_utf8(body, error, declared):
            return body.decode("utf-8", "replace"), "utf-8"
    return _believe(body, declared) or _detect(body)


def _declared(body: bytes, content_type: str) -> list[str]:
    """Python codec names declared by the header, then by the document, without repeats."""
    names = [match[1] for match in [_HEADER.search(content_type)] if match]
    names += [match.decode("ascii") for match in _META.findall(body[:_LATIN_META_WINDOW])]
    codecs_found = [resolve_encoding(name) for name in names]
    return list(dict.fromkeys(name for name in codecs_found if name))


def _nearly_utf8(body: bytes, error: UnicodeDecodeError, declared: list[str]) -> bool:
    """A page that says UTF-8 and has a few broken bytes (cut text, pasted Latin-1) is still UTF-8."""
    if not any(name in ("utf-8", "utf_8") for name in declared):
        return False
    return error.start >= len(body) - 4 or _damage(body, "utf-8") <= _TOLERATED * 5


def _damage(body: bytes, encoding: str) -> float:
    """Share of the sample that the encoding cannot decode."""
    sample = body[:_DETECT_WINDOW]
    text = sample.decode(encoding, "replace")
    return text.count("\ufffd") / max(1, len(sample))


def _believe(body: bytes, declared: list[str]) -> tuple[str, str] | None:
    for encoding in sorted(declared, key=lambda name: name not in _MULTIBYTE):
        if encoding in ("utf-8", "utf_8", "ascii"):
            continue
        if _damage(body, encoding) <= _TOLERATED:
            return body.decode(encoding, "replace"), encoding
    return None


def _detect(body: bytes) -> tuple[str, str]:
    guess = UnicodeDammit(body[:_DETECT_WINDOW], is_html=True).original_encoding or "windows-1252"
    encoding = resolve_encoding(guess) or "cp1252"
    return body.decode(encoding, "replace"), encoding
