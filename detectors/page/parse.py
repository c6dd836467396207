"""From text to an element tree: lxml, and other roads where lxml gives up on a page."""

from __future__ import annotations

import re

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

MAX_HTML_CHARS = 6_000_000
"""Markup beyond this is not parsed: no page that a person reads is longer, and memory stays bounded."""

_MAX_DEPTH = 256
_CLASSES = etree.ElementDefaultClassLookup(element=HtmlElement)
"""Every element is a plain HtmlElement: lxml.html's own lookup asks Python for the class of each."""

_CONTROL = bytes(code for code in range(32) if chr(code) not in "\t\n\r\v\f")
_BREAKS = bytes.maketrans(b"\v\f", b"  ")
"""Breaks between words and, the second, between attributes (HTML, 13.2.5), of which libxml2 does not know."""

_STRANGE = b"\v\f" + _CONTROL
_LETTERS = re.compile(r"\w{3,}")
_TAGS = re.compile(r"<(script|style)\b(?>.*?</\1\s*>|.*)|<[^>]*>", re.I | re.S)
_END = re.compile(rb"</(?:html|body)\s*>", re.I)
_NESTING = re.compile(
    r"<(/?)(?!(?:area|a|base|br|button|col|embed|form|frame|h[1-6]|hr|html|head|body|iframe|img|input|label|link|meta"
    r"|option|param|p|script|select|source|style|textarea|title|track|wbr)\b)[a-z][^<>]*>",
    re.I,
)
"""Tags of elements that hold others; not those that are empty by nature, hold text alone or are read by detectors."""


def parse(html: str) -> HtmlElement:
    """The root element of the document; an empty `<html>` where there is nothing to parse."""
    markup = html[:MAX_HTML_CHARS].encode("utf-8", "ignore")
    if any(code in markup for code in _STRANGE):
        markup = markup.translate(_BREAKS, _CONTROL)
    markup = _END.sub(b"", markup)
    root, whole = _lxml(markup)
    if not whole:
        root, _ = _lxml(_flattened(markup.decode("utf-8")).encode("utf-8"))
    if root is None or _lost_text(root, markup):
        root, _ = _lxml(_mended(markup.decode("utf-8")[:1_000_000]).encode("utf-8"))
    return root if root is not None else lxml.html.Element("html")


def _lxml(markup: bytes) -> tuple[HtmlElement | None, bool]:
    """The tree, and whether it is whole: libxml2 drops what follows the first element beyond its limit of depth."""
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    parser.set_element_class_lookup(_CLASSES)
    try:
        root: HtmlElement = lxml.html.document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None, True
    return root, all(error.type != etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)


def _mended(text: str) -> str:
    """The markup as Python's own parser understands it. Few pages need it, so few wait until it is loaded."""
    from bs4 import BeautifulSoup

    return str(BeautifulSoup(text, "html.parser"))


def _flattened(text: str) -> str:
    """The markup without the tags of elements that lie deeper than _MAX_DEPTH; their text and links stay."""
    depth = 0

    def kept(tag: re.Match[str]) -> str:
        nonlocal depth
        closing = bool(tag[1])
        depth = max(0, depth - 1) if closing else depth + 1
        return tag[0] if depth + closing <= _MAX_DEPTH else " "

    return _NESTING.sub(kept, text)


def _lost_text(root: HtmlElement, markup: bytes) -> bool:
    """Whether lxml dropped the page's text: almost no elements from a long document that has words outside its tags."""
    if next(root.iter("a", "p", "div", "table", "li", "h1"), None) is not None:
        return False
    text = markup.decode("utf-8")
    kept = sum(len(part) for part in root.itertext())
    return len(text) >= 500 and kept < 200 and len(_LETTERS.findall(_TAGS.sub(" ", text[:200_000]))) > 40
