"""From the bytes of a page to its text: BOM, HTTP header, meta, detection, and what to do when they disagree."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

import cchardet
from w3lib.encoding import resolve_encoding

_META = re.compile(rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([a-zA-Z0-9_:.-]+)""", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]+)", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MULTIBYTE = frozenset(
    ("utf-8 utf_8 cp932 shift_jis euc_jp euc-jp iso2022_jp cp949 euc_kr gb18030 gbk big5 big5hkscs").split()
)
_DEFAULTS = frozenset(("ascii", "cp1252"))
"""What servers send for pages of which they know nothing."""

_EXPERIMENTAL = re.compile(r"^(?:x-)+", re.I)
_PROBE = rb"xn--bcher-kva.<\x41\u0041 +AGE->"
_META_WINDOW = 4096
_DETECT_WINDOW = 65_536
_TOLERATED = 0.002
"""Share of undecodable bytes up to which a declared encoding is still believed."""


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """Text of `body` and the encoding used. Never fails: what cannot be decoded becomes U+FFFD.

    Order: BOM; NULs and escapes that only UTF-16 and ISO-2022-JP write; valid UTF-8 (its multi-byte sequences do not
    occur by chance, so it beats a lying header); the declared encodings, of which one that can fail and does not is
    believed before one that cannot fail; detection.
    """
    marked, body = _unmarked(body)
    encoding = marked or _wide(body) or _escaped(body)
    if encoding:
        return body.decode(encoding, "replace"), encoding
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        encoding = _legacy(body, error, _declared(body, content_type))
    return body.decode(encoding, "replace"), encoding


def _unmarked(body: bytes) -> tuple[str, bytes]:
    """The encoding that a byte-order mark names (empty without one, or if it lies), and the body without the mark."""
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            rest = body[len(bom) :]
            return encoding if encoding != "utf-8" or _damage(rest, encoding) <= _TOLERATED else "", rest
    return "", body


def _wide(body: bytes) -> str:
    """UTF-16 without a mark: every other byte of the markup is NUL."""
    sample = body[:1024]
    if b"<" not in sample or sample.count(0) * 4 < len(sample):
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return "utf-16-be" if even > 8 * odd else "utf-16-le" if odd > 8 * even else ""


def _escaped(body: bytes) -> str:
    """ISO-2022-JP: seven bits and escape sequences that nothing else on the web writes."""
    found = 0x1B in body and b"\x1b$" in body and body.isascii() and _damage(body, "iso2022_jp") <= _TOLERATED
    return "iso2022_jp" if found else ""


def _declared(body: bytes, content_type: str) -> list[str]:
    """Python codec names declared by the header, then by the document, without repeats; a server's default last."""
    names = [match[1] for match in [_HEADER.search(content_type)] if match]
    first = [_codec(name) for name in names]
    second = [_codec(match.decode("ascii")) for match in _META.findall(body[:_META_WINDOW])]
    found = [*second, *first] if _DEFAULTS.issuperset(first) else [*first, *second]
    return list(dict.fromkeys(name for name in found if name))


@lru_cache(maxsize=256)
def _codec(name: str) -> str:
    """The Python codec of a charset's name; empty for an unknown one, and for codecs that do not read text in which
    ASCII is ASCII, as every charset of the web does: transforms, escapes, EBCDIC, UTF-7. Old names begin with `x-`."""
    codec = resolve_encoding(name) or resolve_encoding(_EXPERIMENTAL.sub("", name)) or ""
    try:
        return codec if _PROBE.decode(codec) == _PROBE.decode("ascii") else ""
    except (LookupError, UnicodeError, ValueError):
        return ""


def _legacy(body: bytes, error: UnicodeDecodeError, declared: list[str]) -> str:
    """The encoding of a body that is not valid UTF-8, judged from the first bytes that are not."""
    if _nearly_utf8(body, error, "utf-8" in declared):
        return "utf-8"
    start = max(0, body.rfind(b"<", 0, error.start))
    sample = body[start : start + _DETECT_WINDOW]
    named = sorted(declared, key=lambda name: name not in _MULTIBYTE)
    for encoding in (*named, _codec(cchardet.detect(sample)["encoding"] or "")):
        if encoding not in ("", "utf-8", "ascii") and _damage(sample, encoding) <= _TOLERATED:
            return encoding
    return "cp1252"


def _nearly_utf8(body: bytes, error: UnicodeDecodeError, declared: bool) -> bool:
    """Whether the page is UTF-8 but for a few broken bytes (cut text, pasted Latin-1): the valid sequences outnumber
    them, by far where nobody says that it is UTF-8."""
    if declared and error.reason == "unexpected end of data":
        return True
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    valid = len(text) - broken - len(text.encode("ascii", "ignore"))
    return valid > broken * (1 if declared else 10)


def _damage(body: bytes, encoding: str) -> float:
    """Share of the sample that the encoding cannot decode."""
    sample = body[:_DETECT_WINDOW]
    return sample.decode(encoding, "replace").count("\ufffd") / max(1, len(sample))
