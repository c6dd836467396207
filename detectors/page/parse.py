"""From text to an element tree: lxml, and BeautifulSoup where lxml gives up on a page."""

from __future__ import annotations

import re

import lxml.html
from bs4 import BeautifulSoup
from lxml import etree
from lxml.html import HtmlElement

MAX_HTML_CHARS = 6_000_000
"""Markup beyond this is not parsed: no page that a person reads is longer, and memory stays bounded."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_LETTERS = re.compile(r"\w{3,}")
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.I | re.S)


def parse(html: str) -> HtmlElement:
    """The root element of the document; an empty `<html>` where there is nothing to parse."""
    text = _CONTROL.sub("", html[:MAX_HTML_CHARS])
    root = _lxml(text)
    if root is None or _lost_text(root, text):
        root = _soup(text)
    return root if root is not None else lxml.html.Element("html")


def _lxml(text: str) -> HtmlElement | None:
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root: HtmlElement = lxml.html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return root


def _lost_text(root: HtmlElement, text: str) -> bool:
    """Whether lxml dropped the page's text: almost no elements from a long document that has words outside its tags."""
    if len(text) < 500 or next(root.iter("a", "p", "div", "table", "li", "h1"), None) is not None:
        return False
    kept = sum(len(part) for part in root.itertext())
    return kept < 200 and len(_LETTERS.findall(_TAGS.sub(" ", text[:200_000]))) > 40


def _soup(text: str) -> HtmlElement | None:
    return _lxml(str(BeautifulSoup(text[:1_000_000], "html.parser")))
