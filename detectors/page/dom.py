"""One walk over the element tree that gathers everything detectors read of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml.html import HtmlElement

from detectors.page.elements import Block, Form, Heading, Link, Zone, made
from detectors.page.forms import CONTROLS, Captions, OpenForm
from detectors.page.scripted import opened_by, tiles
from detectors.page.texts import RunningText, alternative, has_words, squeeze, text_of, urljoin_safe, without_remark
from detectors.page.zones import ZONED, zone_opened

if TYPE_CHECKING:
    from collections.abc import Iterator

_SKIPPED = frozenset("script style template svg math canvas title desc metadata noembed noframes rt rp".split())
"""What is no text of the page; the readings beside Chinese characters would tear words apart."""

_DRAWN = frozenset(("svg", "math"))
_IN_DRAWINGS = ("a", "br", "center", "dl", "div", "h1", "h2", "h3", "h4", "img", "li", "p", "span", "table", "ul")
"""Links of a drawing, and HTML: that in it, and that with which browsers end a drawing that the page leaves open (HTML,
13.2.6.5)."""
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "caption": 6, "legend": 6, "summary": 6}
_BLOCKS = frozenset(
    (
        "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section "
        "summary table tbody td tfoot th thead tr ul"
    ).split()
)
_FRAMES = frozenset(("iframe", "frame"))
_EMBEDDED = frozenset(("area", "img", *_FRAMES, *CONTROLS))
_PARTS = frozenset(("article", "form"))
_SPOKEN = frozenset(("a", "button", "label", *_HEADINGS))
"""Elements whose whole text is read when they end."""

_LEADS = re.compile(r"\s*(?:https?://|/\w)", re.I)
"""Values of options that are addresses: menus that open are made of them ("Departments", "Agendas of 2025")."""

_MAX_BLOCKS = 20_000
_MAX_LINKS = 20_000
_MAX_LABEL = 300
_MAX_NAMES = 8
_MAX_FORM_TEXT = 600
_INLINE_SCRIPT = 2_000


@dataclass(slots=True)
class Outline:
    """What the walk gathered, in document order."""

    links: list[Link] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)
    iframes: list[tuple[str, str]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    inline_scripts: list[str] = field(default_factory=list)
    jsonld: list[str] = field(default_factory=list)
    idents: list[str] = field(default_factory=list)


def _is_shown(element: HtmlElement, tag: str) -> bool:
    """Whether an element of a sort that is passed over is part of the page: a drawing with links or HTML in it, a
    template that becomes the content of the element around it (HTML, 4.12.3)."""
    if tag in _DRAWN:
        return next(element.iter(*_IN_DRAWINGS), None) is not None
    return tag == "template" and element.get("shadowrootmode") is not None


def _target(element: HtmlElement) -> str | None:
    """What a link names as its target, in a drawing perhaps in the old way (SVG 2, 16.2), or what its script opens. An
    empty address is the page itself, as an empty fragment is: what a script puts its own in place of."""
    target: str | None = element.get("href")
    found = opened_by(element, element.get("xlink:href") if target is None else target)
    return "#" if found is not None and not found.strip() else found


class Walk:
    """Visits each element once; see `outline`."""

    def __init__(self, base: str, url: str) -> None:
        self._base = base
        self._url = url
        self._out = Outline()
        self._zones: list[tuple[HtmlElement | None, Zone]] = [(None, "main")]
        self._headings: dict[Zone, str] = {}
        self._text = RunningText()
        self._spoken: list[tuple[HtmlElement | None, int, str | None]] = [(None, 0, None)]
        self._in_link = 0
        self._card = ""
        self._articles = 0
        self._block: HtmlElement | None = None
        self._runs: list[tuple[Zone, int, HtmlElement | None]] = []
        self._forms: list[OpenForm] = []
        self._open_forms: list[OpenForm] = []
        self._loose = OpenForm(None, "main", 0)
        self._captions = Captions()
        self._unnamed: list[int] = []
        self._choices: list[tuple[HtmlElement, Zone]] = []
        self._tiles: dict[HtmlElement, str] = {}
        self._before_tile = 0

    def outline(self, root: HtmlElement) -> Outline:
        """Everything gathered from `root`."""
        self._tiles = tiles(root)
        self._visit(root)
        if self._text.is_filled:
            self._flush()
        self._name_by_others(root)
        self._out.links += self._chosen()
        self._out.blocks = list(self._blocks())
        self._forms += [self._loose] if self._loose.controls else []
        self._out.forms = [form.built(self._base, self._url, self._captions) for form in self._forms]
        return self._out

    def _visit(self, root: HtmlElement) -> None:
        """Starts every element, and ends it before the first that is not inside it; what is passed over has no start,
        and what is in it neither."""
        opened: list[HtmlElement | None] = [root.getparent()]
        passed: set[HtmlElement] = set()
        for element in root.iter("*"):
            parent, tag, ident = element.getparent(), element.tag, element.get("id")
            if ident:
                self._out.idents.append(ident)
            if parent in passed:
                passed.add(element)
                continue
            while opened[-1] is not parent:
                self._end(opened.pop(), opened[-1])
            opened.append(element)
            if tag in _SKIPPED and not _is_shown(element, tag):
                passed.add(element)
                self._skip(element, tag)
            else:
                self._start(element, tag)
        while len(opened) > 1:
            self._end(opened.pop(), opened[-1])

    def _start(self, element: HtmlElement, tag: str) -> None:
        running, role = self._text, element.get("role")
        if tag in _BLOCKS:
            if running.is_filled:
                self._flush()
            self._block = element
            if role or tag in ZONED:
                self._open_zone(element, tag, role)
            elif tag == "option" and _LEADS.match(element.get("value", "")):
                self._choices.append((element, self._zones[-1][1]))
        elif tag in _EMBEDDED:
            self._embed(element, tag)
        if tag in _SPOKEN or role == "heading" or (self._tiles and element in self._tiles):
            self._listen(element, tag)
        text = element.text
        if text and tag not in _FRAMES:
            running.add(text, self._in_link > 0)

    def _end(self, element: HtmlElement, parent: HtmlElement | None) -> None:
        running, tag = self._text, element.tag
        if element is self._spoken[-1][0]:
            self._say(element, tag)
        if tag in _BLOCKS:
            if running.is_filled:
                self._flush()
            self._block = parent
            if tag in _PARTS:
                self._close_part(tag)
            if element is self._zones[-1][0]:
                self._zones.pop()
        text = element.tail
        if text:
            running.add(text, self._in_link > 0)

    def _listen(self, element: HtmlElement, tag: str) -> None:
        """Notes where the text of an element begins that is read when it ends."""
        href = _target(element) if tag == "a" else None
        if self._tiles and not self._in_link and element in self._tiles:
            href, self._before_tile = self._tiles[element], len(self._out.links)
        self._spoken.append((element, self._text.position, href))
        if tag == "a" or href is not None:
            self._in_link += href is not None
            self._card = ""
        elif tag == "label":
            self._captions.open(self._text)

    def _say(self, element: HtmlElement, tag: str) -> None:
        """Notes an element whose text is now complete."""
        _, position, href = self._spoken.pop()
        text = self._text.since(position, _MAX_LABEL)
        if tag == "a" or href is not None:
            if href is not None:
                self._in_link -= 1
                if tag == "a" or len(self._out.links) == self._before_tile:
                    self._link(element, href, self._card or text or (tag == "input" and element.get("value")) or "")
            self._card = ""
        elif tag == "label":
            self._captions.close(element, text)
        elif tag == "button":
            self._captions.buttons[element] = text
            self._link(element, opened_by(element, None) or "", text)
        elif text:
            zone = self._zones[-1][1]
            if self._in_link and not self._card:
                self._card = text
            self._headings[zone] = text
            self._out.headings.append(Heading(text, _HEADINGS.get(tag, 3), zone, element))

    def _embed(self, element: HtmlElement, tag: str) -> None:
        """Notes what stands in the text without being text."""
        if tag == "area":
            self._link(element, _target(element) or "", "")
        elif tag == "img":
            self._out.images.append((element.get("src", ""), squeeze(element.get("alt"))))
        elif tag in _FRAMES:
            self._out.iframes.append((urljoin_safe(self._base, element.get("src", "")), element.get("title", "")))
        else:
            (self._open_forms[-1] if self._open_forms else self._loose).controls.append(element)
            self._captions.met(element, self._text)

    def _open_zone(self, element: HtmlElement, tag: str, role: str | None) -> None:
        self._articles += tag == "article"
        if tag != "body":
            zone = zone_opened(element, tag, role, self._zones[-1][1], self._articles > 0)
            if zone is not None:
                self._zones.append((element, zone))
        if tag == "form":
            self._open_forms.append(OpenForm(element, self._zones[-1][1], self._text.position))
            self._forms.append(self._open_forms[-1])

    def _close_part(self, tag: str) -> None:
        if tag == "article":
            self._articles -= 1
        elif tag == "form":
            form = self._open_forms.pop()
            form.text = self._text.since(form.start, _MAX_FORM_TEXT)

    def _skip(self, element: HtmlElement, tag: str) -> None:
        """Scripts are noted, everything else without readable text is passed over; the text behind it counts.

        A `<head>` is walked: lxml leaves in it what follows the title of a page that names no `<body>`.
        """
        if tag != "script":
            return
        source, text = element.get("src"), element.text or ""
        if source:
            self._out.scripts.append(urljoin_safe(self._base, source))
        elif element.get("type", "").partition(";")[0].strip().lower().endswith("ld+json"):
            self._out.jsonld.append(text)
        elif text:
            self._out.inline_scripts.append(text[:_INLINE_SCRIPT])

    def _flush(self) -> None:
        """Ends a run of text: it belongs to the block that is open, which is the last one met or the one around it."""
        link_chars = self._text.cut()
        if len(self._runs) < _MAX_BLOCKS:
            self._runs.append((self._zones[-1][1], link_chars, self._block))

    def _blocks(self) -> Iterator[Block]:
        """The blocks of text that the walk went through."""
        for text, (zone, link_chars, element) in zip(self._text.runs(), self._runs, strict=False):
            tag = str(element.tag) if element is not None else "body"
            yield made(Block, (text, zone, tag, min(link_chars, len(text)), element))

    def _link(self, element: HtmlElement, target: str, text: str) -> None:
        get, href = element.get, target.strip()
        if not href or len(self._out.links) >= _MAX_LINKS:
            return
        label = without_remark(text if has_words(text) else alternative(element)[:_MAX_LABEL] or text)
        zone = self._zones[-1][1]
        context, title = self._headings.get(zone, ""), get("title")
        url, title = urljoin_safe(self._base, href), squeeze(title) if title else ""
        if not label and get("aria-labelledby"):
            self._unnamed.append(len(self._out.links))
        self._out.links.append(made(Link, (url, href, label, zone, context, title, get("hreflang", ""), element)))

    def _chosen(self) -> list[Link]:
        """The links of menus that open and of which one chooses, but for those that stand on the page, too."""
        seen = {link.url for link in self._out.links}
        found: list[Link] = []
        for option, zone in self._choices[: max(0, _MAX_LINKS - len(self._out.links))]:
            href = option.get("value", "").strip()
            url = urljoin_safe(self._base, href)
            if url not in seen:
                label = squeeze("".join(option.itertext()))[:_MAX_LABEL]
                found.append(Link(url, href, label, zone, element=option))
        return found

    def _name_by_others(self, root: HtmlElement) -> None:
        """Labels the links without any that name other elements, by their ids, as what says it."""
        if not self._unnamed:
            return
        said = {each.get("id"): each for each in reversed([*root.iter("*")]) if each.get("id")}
        known: dict[str, str] = {}
        for place in self._unnamed:
            link = self._out.links[place]
            names = link.element.get("aria-labelledby", "").split()[:_MAX_NAMES] if link.element is not None else []
            for name in (name for name in names if name in said and name not in known):
                known[name] = text_of(said[name], _MAX_LABEL)
            label = " ".join(filter(None, map(known.get, names)))[:_MAX_LABEL]
            self._out.links[place] = link._replace(label=label)
