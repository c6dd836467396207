"""One walk over the element tree that gathers everything detectors read of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from detectors.page.elements import Block, Form, Heading, Link, Zone
from detectors.page.forms import CONTROLS, Captions, OpenForm
from detectors.page.texts import RunningText, alternative, has_words, squeeze, urljoin_safe
from detectors.page.zones import zone_opened

_SKIPPED = frozenset(("script", "style", "template", "svg", "math", "object", "canvas", "title"))
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "caption": 6, "legend": 6, "summary": 6}
_BLOCKS = frozenset(
    (
        "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section "
        "summary table tbody td tfoot th thead tr ul"
    ).split()
)
_FRAMES = frozenset(("iframe", "frame"))
_SPOKEN = frozenset(("a", "button", "label", *_HEADINGS))
"""Elements whose whole text is read when they end."""

_MAX_BLOCKS = 20_000
_MAX_LINKS = 20_000
_MAX_LABEL = 300
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


class Walk:
    """Visits each element once; see `outline`."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._out = Outline()
        self._zones: list[tuple[HtmlElement | None, Zone]] = [(None, "main")]
        self._headings: dict[Zone, str] = {}
        self._text = RunningText()
        self._spoken: list[tuple[HtmlElement, int]] = []
        self._in_link = 0
        self._articles = 0
        self._block: HtmlElement | None = None
        self._is_block_open = False
        self._forms: list[OpenForm] = []
        self._open_forms: list[OpenForm] = []
        self._loose = OpenForm(None, "main", 0)
        self._captions = Captions()

    def outline(self, root: HtmlElement) -> Outline:
        """Everything gathered from `root`."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = element.tag
            if not isinstance(tag, str):
                continue
            if event == "start":
                if tag in _SKIPPED:
                    self._skip(element, tag)
                    walker.skip_subtree()
                else:
                    self._start(element, tag)
            else:
                self._end(element, tag)
        self._flush()
        self._forms += [self._loose] if self._loose.controls else []
        self._out.forms = [form.built(self._base, self._captions) for form in self._forms]
        return self._out

    def _start(self, element: HtmlElement, tag: str) -> None:
        running = self._text
        if tag in _BLOCKS:
            if running.is_filled:
                self._flush()
            self._block, self._is_block_open = element, True
            self._open_block(element, tag)
        elif tag in CONTROLS:
            (self._open_forms[-1] if self._open_forms else self._loose).controls.append(element)
            self._captions.met(element, running)
        elif tag == "img":
            self._out.images.append((element.get("src", ""), squeeze(element.get("alt"))))
        elif tag in _FRAMES:
            self._out.iframes.append((urljoin_safe(self._base, element.get("src", "")), element.get("title", "")))
        if tag in _SPOKEN or element.get("role") == "heading":
            self._spoken.append((element, running.position))
            if tag == "a":
                self._in_link += 1
            elif tag == "label":
                self._captions.open(running)
        text = element.text
        if text:
            running.add(text, self._in_link > 0)

    def _end(self, element: HtmlElement, tag: str) -> None:
        running = self._text
        if self._spoken and self._spoken[-1][0] is element:
            self._say(element, tag, running.since(self._spoken.pop()[1], _MAX_LABEL))
        elif tag == "area":
            self._link(element, "")
        if tag in _BLOCKS:
            if running.is_filled:
                self._flush()
            self._block, self._is_block_open = element, False
            self._close_block(element, tag)
        text = element.tail
        if text:
            running.add(text, self._in_link > 0)

    def _say(self, element: HtmlElement, tag: str, text: str) -> None:
        """Notes an element whose text is now complete."""
        if tag == "a":
            self._in_link -= 1
            self._link(element, text)
        elif tag == "label":
            self._captions.close(element, text)
        elif tag == "button":
            self._captions.buttons[element] = text
        elif text:
            zone = self._zones[-1][1]
            self._headings[zone] = text
            self._out.headings.append(Heading(text, _HEADINGS.get(tag, 3), zone, element))

    def _open_block(self, element: HtmlElement, tag: str) -> None:
        self._articles += tag == "article"
        if tag != "body":
            zone = zone_opened(element, tag, self._zones[-1][1], self._articles > 0)
            if zone is not None:
                self._zones.append((element, zone))
        if tag == "form":
            self._open_forms.append(OpenForm(element, self._zones[-1][1], self._text.position))
            self._forms.append(self._open_forms[-1])

    def _close_block(self, element: HtmlElement, tag: str) -> None:
        self._articles -= tag == "article"
        if tag == "form":
            form = self._open_forms.pop()
            form.text = self._text.since(form.start, _MAX_FORM_TEXT)
        if self._zones[-1][0] is element:
            self._zones.pop()

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
        text, link_chars = self._text.cut()
        if text and len(self._out.blocks) < _MAX_BLOCKS:
            block = self._block
            if block is not None and not self._is_block_open:
                block = block.getparent()
            tag = str(block.tag) if block is not None else "body"
            self._out.blocks.append(Block(text, self._zones[-1][1], tag, min(link_chars, len(text)), block))

    def _link(self, element: HtmlElement, text: str) -> None:
        href = (element.get("href") or "").strip()
        if not href or len(self._out.links) >= _MAX_LINKS:
            return
        zone = self._zones[-1][1]
        get = element.get
        self._out.links.append(
            Link(
                url=urljoin_safe(self._base, href),
                href=href,
                label=text if has_words(text) else alternative(element)[:_MAX_LABEL] or text,
                zone=zone,
                context=self._headings.get(zone, ""),
                title=squeeze(get("title")),
                rel=get("rel", ""),
                hreflang=get("hreflang", ""),
                css=get("class", ""),
                element=element,
            )
        )
