"""The page as every detector sees it: built from a live response, an archive record or a file, parsed once, lazily."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from detectors.page import documents, head, language
from detectors.page.charset import decode
from detectors.page.dom import Outline, Walk
from detectors.page.kind import PageKind, sniff
from detectors.page.parse import parse
from detectors.page.selector import Selectors
from detectors.page.texts import urljoin_safe

if TYPE_CHECKING:
    from datetime import date, datetime

    from lxml.html import HtmlElement

    from detectors.hits import PageHits, Segment
    from detectors.lexicon_set import LexiconSet
    from detectors.page.elements import Block, Form, Heading, Link
    from detectors.platforms import Platform

__all__ = ["MAX_TEXT", "Page", "PageKind", "sniff"]

MAX_TEXT = 200_000
"""Characters of running text that detectors read of one page."""


class Page:
    """One captured page. `body` is the content-decoded body; every view is computed on first use and kept.

    `fetched_at` is the capture's time: what a detector compares dates with. `capture` is its number in the run.
    """

    def __init__(
        self,
        url: str,
        body: bytes,
        *,
        status: int = 200,
        content_type: str = "",
        fetched_at: datetime | None = None,
        capture: int | None = None,
        lexicons: LexiconSet | None = None,
        located: bool = True,
    ) -> None:
        self.url = url
        self.body = body
        self.status = status
        self.content_type = content_type
        self.fetched_at = fetched_at
        self.capture = capture
        self.lexicons = lexicons
        self.located = located

    @cached_property
    def kind(self) -> PageKind:
        """What the body is, by its first bytes; the Content-Type only decides where they do not tell."""
        return sniff(self.body, self.content_type)

    @cached_property
    def host(self) -> str:
        """Host name, lower case, without port."""
        try:
            return urlsplit(self.url).hostname or ""
        except ValueError:
            return ""

    @cached_property
    def _decoded(self) -> tuple[str, str]:
        return decode(self.body, self.content_type) if self.kind in ("html", "text") else ("", "")

    @property
    def html(self) -> str:
        """The decoded markup."""
        return self._decoded[0]

    @property
    def encoding(self) -> str:
        """The encoding the markup was decoded with."""
        return self._decoded[1]

    @cached_property
    def tree(self) -> HtmlElement:
        """The parsed document; an empty one for anything but HTML."""
        return parse(self.html if self.kind == "html" else "")

    @cached_property
    def base(self) -> str:
        """The URL that relative links are resolved against."""
        return head.base_of(self.tree, self.url)

    @cached_property
    def outline(self) -> Outline:
        """Links, headings, forms, blocks ... of the document."""
        return Walk(self.base, self.url).outline(self.tree)

    @cached_property
    def _selectors(self) -> Selectors:
        return Selectors(self.outline.idents)

    def selector(self, element: HtmlElement | None) -> str:
        """A CSS selector that finds an element of the document again; empty for None, and where nobody asks. See
        `Selectors.of`."""
        return self._selectors.of(element) if element is not None and self.located else ""

    @property
    def links(self) -> list[Link]:
        """Every link with a target, in document order."""
        return self.outline.links

    @property
    def headings(self) -> list[Heading]:
        """Headings, captions and legends, in document order."""
        return self.outline.headings

    @property
    def forms(self) -> list[Form]:
        """Forms; controls outside any form come last as one loose form."""
        return self.outline.forms

    @property
    def blocks(self) -> list[Block]:
        """Runs of text, in document order; for documents the pages' text."""
        return self.outline.blocks if self.kind == "html" else self._document_blocks

    @cached_property
    def _document(self) -> documents.DocumentText:
        if self.kind == "pdf":
            return documents.pdf_text(self.body)
        if self.kind == "text":
            return documents.DocumentText("", tuple(self.html[:MAX_TEXT].splitlines()[:2000]))
        return documents.DocumentText("", ())

    @cached_property
    def _document_blocks(self) -> list[Block]:
        return documents.blocks(self._document)

    @cached_property
    def title(self) -> str:
        """The document's title."""
        return head.title_of(self.tree) if self.kind == "html" else self._document.title

    @cached_property
    def text(self) -> str:
        """Running text, blocks joined by newlines, at most MAX_TEXT characters."""
        parts, size = [], 0
        for block in self.blocks:
            if size >= MAX_TEXT:
                break
            parts.append(block.text)
            size += len(block.text)
        return "\n".join(parts)[:MAX_TEXT]

    @cached_property
    def meta(self) -> dict[str, str]:
        """`<meta>` by lower-case name, property or http-equiv."""
        return head.meta_of(self.tree)

    @cached_property
    def refresh(self) -> str:
        """Target of a meta refresh of at most ten seconds, absolute; empty if there is none. One for visitors without
        scripts counts where the page has no links of its own to go on by."""
        target = head.refresh_of(self.tree, without_scripts=not self.links)
        url = urljoin_safe(self.base, target) if target else ""
        return url if url.startswith(("http://", "https://")) else ""

    @cached_property
    def alternates(self) -> tuple[tuple[str, str], ...]:
        """(hreflang, url) of the alternate versions named in the head."""
        named = ((lang, href) for rel, lang, href in head.rel_links(self.tree) if lang and "alternate" in rel)
        return tuple((lang, urljoin_safe(self.base, href)) for lang, href in named)

    @property
    def iframes(self) -> list[tuple[str, str]]:
        """(absolute src, title) of the frames."""
        return self.outline.iframes

    @property
    def images(self) -> list[tuple[str, str]]:
        """(src as written, alt) of the images."""
        return self.outline.images

    @property
    def scripts(self) -> list[str]:
        """Absolute URLs of the scripts."""
        return self.outline.scripts

    @property
    def inline_scripts(self) -> list[str]:
        """Beginnings of the inline scripts."""
        return self.outline.inline_scripts

    @cached_property
    def jsonld(self) -> list[dict[str, Any]]:
        """JSON-LD objects, `@graph` unpacked; broken ones are left out."""
        return list(head.structured(self.outline.jsonld))

    @cached_property
    def lang_attribute(self) -> str:
        """The language the document declares: `lang`, `xml:lang`, Content-Language or og:locale."""
        root = self.tree
        value = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang")
        return value or self.meta.get("content-language", "") or self.meta.get("og:locale", "")

    @cached_property
    def _language(self) -> language.Guess:
        return language.identify(self._language_sample(), self.lang_attribute)

    def _language_sample(self) -> str:
        """Running text of the main zone first, menus last: menus of many languages would blur it."""
        best = [b.text for b in self.blocks if b.zone == "main" and b.link_chars * 2 < len(b.text) and len(b.text) > 20]
        sample = " ".join(best)[: 2 * language.SAMPLE]
        if len(sample) < 200:
            sample = f"{self.title} {sample} {self.text[: 2 * language.SAMPLE]}"
        return sample

    @property
    def language(self) -> str:
        """The page's language (BCP 47), empty when it cannot be told."""
        return self._language.code

    @property
    def language_confidence(self) -> float:
        """How sure that is, 0..1."""
        return self._language.confidence

    @cached_property
    def menu_language(self) -> str:
        """The language of the menus, which on translated pages often stays the site's own; empty when unsure."""
        labels = [link.label for link in self.links if link.zone in ("nav", "header", "footer") and link.label]
        text = " ".join(labels)[: 2 * language.SAMPLE]
        if len(text) < 150:
            return ""
        guess = language.identify(text, self.lang_attribute)
        return guess.code if guess.confidence >= 0.6 else ""

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages to read the page in: its own, its menus', and the declared one, where they differ."""
        said = language.declared(self.lang_attribute)
        found = (self.language, self.menu_language, said, *language.taken_for(self.language, said))
        return tuple(dict.fromkeys(code for code in found if code))

    @cached_property
    def platforms(self) -> tuple[tuple[Platform, str], ...]:
        """The systems the page is made with or embeds, each with the mark it is known by."""
        from detectors.platforms import platforms_of_page

        return tuple(platforms_of_page(self))

    @cached_property
    def dated(self) -> tuple[tuple[date, Segment], ...]:
        """The days named in the content, headings and links outside head and menus, with where they stand."""
        from detectors.dated import dated

        return tuple(dated(self))

    @cached_property
    def linked_platforms(self) -> tuple[tuple[Link, Platform], ...]:
        """The links that lead to a known system, each with it, in document order."""
        from detectors.platforms import linked_platforms

        return tuple(linked_platforms(self))

    @cached_property
    def hits(self) -> PageHits:
        """Lexicon terms found on the page, by feature."""
        from detectors.hits import PageHits

        return PageHits(self)
