"""What kind of document a body is, by its first bytes."""

from __future__ import annotations

import codecs
import re
from typing import Literal

PageKind = Literal["html", "pdf", "office", "text", "other"]

_HTML_START = re.compile(
    rb"\s*+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body|\?xml[^>]*>\s*+<(?:!doctype\s+)?html)",
    re.I | re.S,
)
_ANY_TAG = re.compile(rb"<(?:a|div|p|table|title|meta|script|body|ul|h1)\b", re.I)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x1f\x8b", b"\x00\x00\x01\x00", b"wOF")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WINDOW = 2048


def sniff(body: bytes, content_type: str) -> PageKind:
    """What kind of document the bytes are; the Content-Type only decides where they do not tell."""
    kind = content_type.partition(";")[0].strip().lower()
    head = _narrow(body[:_WINDOW])
    if head.lstrip()[:5] == b"%PDF-":
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "office"
    if _HTML_START.match(head):
        return "html"
    if head.startswith(_PICTURES):
        return "other"
    return _by_type(head, kind)


def _narrow(head: bytes) -> bytes:
    """The beginning without its byte-order mark, and without the NULs of UTF-16."""
    if head.startswith(_WIDE):
        return head[2:].replace(b"\x00", b"")
    return head.removeprefix(codecs.BOM_UTF8)


def _by_type(head: bytes, kind: str) -> PageKind:
    if "html" in kind or ((not kind or kind in ("text/plain", "application/octet-stream")) and _ANY_TAG.search(head)):
        return "html"
    if kind.startswith("text/") and kind not in ("text/css", "text/javascript"):
        return "html" if _ANY_TAG.search(head) and kind == "text/xml" and b"<html" in head.lower() else "text"
    if "xml" in kind and b"<html" in head.lower():
        return "html"
    if not kind and b"\x00" not in head:
        return "html" if b"<" in head else "text"
    return "other"
