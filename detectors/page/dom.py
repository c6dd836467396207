"""One walk over the element tree that gathers everything detectors read of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from detectors.page.elements import Block, Field, Form, Heading, Link, Zone
from detectors.page.zones import zone_opened

_SKIPPED = frozenset(("script", "style", "template", "svg", "math", "object", "canvas", "head"))
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "caption": 6, "legend": 6, "summary": 6}
_BLOCKS = frozenset(
    (
        "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section "
        "summary table tbody td tfoot th thead tr ul"
    ).split()
)
_CONTROLS = frozenset(("input", "select", "textarea", "button"))
_MAX_BLOCKS = 20_000
_MAX_LINKS = 20_000
_MAX_LABEL = 300
_MAX_FORM_TEXT = 600
_INLINE_SCRIPT = 2_000


def squeeze(text: str | None) -> str:
    """White space folded to single spaces."""
    return " ".join(text.split()) if text else ""


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


class _OpenForm:
    """A form whose end has not been met yet."""

    __slots__ = ("element", "fields", "zone")

    def __init__(self, element: HtmlElement | None, zone: Zone) -> None:
        self.element = element
        self.zone = zone
        self.fields: list[Field] = []


class Walk:
    """Visits each element once; see `outline`."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._out = Outline()
        self._zones: list[tuple[HtmlElement | None, Zone]] = [(None, "main")]
        self._headings: dict[Zone, str] = {}
        self._text: list[str] = []
        self._link_chars = 0
        self._in_link = 0
        self._block: HtmlElement | None = None
        self._form: _OpenForm | None = None
        self._loose = _OpenForm(None, "main")

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
        self._close_form(self._loose)
        return self._out

    def _start(self, element: HtmlElement, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
            self._block = element
            self._open_zone(element, tag)
            if tag == "form":
                self._form = _OpenForm(element, self._zones[-1][1])
        elif tag == "a":
            self._in_link += 1
        elif tag in _CONTROLS:
            (self._form or self._loose).fields.append(_field(element, tag))
        elif tag == "img":
            self._out.images.append((element.get("src", ""), squeeze(element.get("alt"))))
        elif tag == "iframe":
            self._out.iframes.append((urljoin_safe(self._base, element.get("src", "")), element.get("title", "")))
        if element.text:
            self._add(element.text)

    def _end(self, element: HtmlElement, tag: str) -> None:
        if tag == "a" or tag == "area":
            self._in_link = max(0, self._in_link - (tag == "a"))
            self._link(element)
        elif tag in _BLOCKS:
            self._flush()
            self._block = element.getparent()
            if tag == "form" and self._form is not None:
                self._close_form(self._form)
                self._form = None
        if tag in _HEADINGS or element.get("role") == "heading":
            self._heading(element, _HEADINGS.get(tag, 3))
        if self._zones[-1][0] is element:
            self._zones.pop()
        if element.tail:
            self._add(element.tail)

    def _skip(self, element: HtmlElement, tag: str) -> None:
        """Scripts are noted, everything else without readable text is passed over; the text behind it counts."""
        for script in element.iter("script") if tag == "head" else [element] if tag == "script" else []:
            self._script(script)

    def _script(self, element: HtmlElement) -> None:
        source, text = element.get("src"), element.text or ""
        if source:
            self._out.scripts.append(urljoin_safe(self._base, source))
        elif element.get("type", "").endswith("ld+json"):
            self._out.jsonld.append(text)
        elif text:
            self._out.inline_scripts.append(text[:_INLINE_SCRIPT])

    def _add(self, text: str) -> None:
        if text.isspace():
            self._text.append(" ")
            return
        self._text.append(text)
        if self._in_link:
            self._link_chars += len(text)

    def _flush(self) -> None:
        if self._text:
            text = squeeze("".join(self._text))
            if text and len(self._out.blocks) < _MAX_BLOCKS:
                tag = str(self._block.tag) if self._block is not None else "body"
                chars = min(self._link_chars, len(text))
                self._out.blocks.append(Block(text, self._zones[-1][1], tag, chars, self._block))
            self._text.clear()
        self._link_chars = 0

    def _open_zone(self, element: HtmlElement, tag: str) -> None:
        if tag == "body":
            return
        get = element.get
        zone = zone_opened(tag, get("role", ""), get("id", ""), get("class", ""), self._zones[-1][1])
        if zone is not None:
            self._zones.append((element, zone))

    def _heading(self, element: HtmlElement, level: int) -> None:
        text = squeeze(" ".join(element.itertext()))[:_MAX_LABEL]
        if text:
            zone = self._zones[-1][1]
            self._headings[zone] = text
            self._out.headings.append(Heading(text, level, zone, element))

    def _link(self, element: HtmlElement) -> None:
        href = (element.get("href") or "").strip()
        if not href or len(self._out.links) >= _MAX_LINKS:
            return
        zone = self._zones[-1][1]
        label = squeeze("".join(element.itertext()))[:_MAX_LABEL] or _substitute(element)
        get = element.get
        self._out.links.append(
            Link(
                url=urljoin_safe(self._base, href),
                href=href,
                label=label,
                zone=zone,
                context=self._headings.get(zone, ""),
                title=squeeze(get("title")),
                rel=get("rel", ""),
                hreflang=get("hreflang", ""),
                css=get("class", ""),
                block=len(self._out.blocks),
                element=element,
            )
        )

    def _close_form(self, form: _OpenForm) -> None:
        if form.element is None and not form.fields:
            return
        element = form.element
        get = element.get if element is not None else (lambda _name, default="": default)
        text = squeeze(" ".join(element.itertext()))[:_MAX_FORM_TEXT] if element is not None else ""
        ident = f"{get('id', '')} {get('name', '')} {get('class', '')} {get('role', '')}".strip()
        self._out.forms.append(
            Form(
                action=urljoin_safe(self._base, get("action", "") or ""),
                method="post" if (get("method", "") or "").lower() == "post" else "get",
                fields=tuple(form.fields),
                text=text,
                zone=form.zone,
                ident=ident,
                loose=element is None,
                element=element,
            )
        )


@lru_cache(maxsize=16_384)
def urljoin_safe(base: str, href: str) -> str:
    """`href` made absolute, without fragment; malformed targets stay as they are."""
    href = href.strip().replace("\n", "").replace("\r", "").replace("\t", "")
    try:
        url = urljoin(base, href)
        urlsplit(url)
    except ValueError:
        return href
    return url.partition("#")[0]


def _substitute(element: HtmlElement) -> str:
    """What stands for the text of a link that has none."""
    for image in element.iter("img"):
        if squeeze(image.get("alt")):
            return squeeze(image.get("alt"))[:_MAX_LABEL]
    for node in element.iter("title"):
        if squeeze(node.text):
            return squeeze(node.text)[:_MAX_LABEL]
    return squeeze(element.get("aria-label") or element.get("title") or element.get("alt"))[:_MAX_LABEL]


def _field(element: HtmlElement, tag: str) -> Field:
    get = element.get
    kind = (get("type") or ("submit" if tag == "button" else "text" if tag == "input" else tag)).lower()
    words = [get("placeholder"), get("aria-label"), get("title"), get("alt")]
    if tag == "button" or kind in ("submit", "button", "reset"):
        words += [get("value"), "".join(element.itertext()) if tag == "button" else None]
    caption = squeeze(" ".join(word for word in words if word))[:_MAX_LABEL]
    options = tuple(squeeze("".join(o.itertext())) for o in element.iter("option")) if tag == "select" else ()
    return Field(tag, kind, f"{get('name', '')} {get('id', '')}".strip(), caption, options[:200], element)
