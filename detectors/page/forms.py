"""Forms and their controls: what belongs together, and the words that caption a control."""

from __future__ import annotations

from lxml.html import HtmlElement

from detectors.page.elements import Field, Form, Zone
from detectors.page.texts import RunningText, squeeze, urljoin_safe

CONTROLS = frozenset(("input", "select", "textarea", "button"))
_BUTTONS = frozenset(("submit", "button", "reset"))
_CHOICES = frozenset(("checkbox", "radio"))
_MAX_CAPTION = 300
_MAX_OPTIONS = 200


class Captions:
    """What labels and buttons say, by control; labels may stand before, around or behind what they caption."""

    def __init__(self) -> None:
        self.buttons: dict[HtmlElement, str] = {}
        self._around: dict[HtmlElement, str] = {}
        self._by_id: dict[str, str] = {}
        self._label: int | None = None
        self._inside: list[tuple[HtmlElement, str]] = []

    def open(self, text: RunningText) -> None:
        """A label begins."""
        self._label = text.position
        self._inside.clear()

    def met(self, control: HtmlElement, text: RunningText) -> None:
        """A control is met, perhaps inside a label: what stands before it there is its caption."""
        if self._label is not None:
            self._inside.append((control, text.since(self._label, _MAX_CAPTION)))

    def close(self, label: HtmlElement, text: str) -> None:
        """The label ends; what it says captions the control it names, or those inside it."""
        self._label = None
        self._by_id.setdefault(label.get("for", ""), text)
        for control, before in self._inside:
            self._around[control] = before or text

    def label(self, control: HtmlElement) -> str:
        """The label of the control; empty without one."""
        ident = control.get("id")
        return (self._by_id.get(ident, "") if ident else "") or self._around.get(control, "")


class OpenForm:
    """A form whose end has not been met yet; `element` is None for the controls outside any form."""

    __slots__ = ("controls", "element", "start", "text", "zone")

    def __init__(self, element: HtmlElement | None, zone: Zone, start: int) -> None:
        self.element = element
        self.zone = zone
        self.start = start
        self.text = ""
        self.controls: list[HtmlElement] = []

    def built(self, base: str, url: str, captions: Captions) -> Form:
        """The finished form; one that names no address sends to the page's own, whatever its base (HTML, 4.10.22.3)."""
        element = self.element
        get = element.get if element is not None else (lambda _name, default="": default)
        fields = tuple(_field(control, captions) for control in self.controls)
        return Form(
            action=urljoin_safe(base, action) if (action := get("action", "").strip()) else url.partition("#")[0],
            method="post" if (get("method", "") or "").lower() == "post" else "get",
            fields=fields,
            text=_without_options(self.text, fields),
            zone=self.zone,
            ident=f"{get('id', '')} {get('name', '')} {get('class', '')} {get('role', '')}".strip(),
            loose=element is None,
            element=element,
        )


def _without_options(text: str, fields: tuple[Field, ...]) -> str:
    """The form's text without what can be chosen in it: a choice is no statement of the form."""
    for option in (option for field in fields for option in field.options if option):
        text = text.replace(option, " ", 1)
    return squeeze(text)


def _field(element: HtmlElement, captions: Captions) -> Field:
    get = element.get
    tag = str(element.tag)
    kind = (get("type") or ("submit" if tag == "button" else "text" if tag == "input" else tag)).lower()
    words = [get("placeholder"), get("aria-label"), get("title"), get("alt")]
    if kind not in _CHOICES:
        words.insert(0, captions.label(element))
    if tag == "button" or kind in _BUTTONS:
        words += [get("value"), captions.buttons.get(element)]
    caption = squeeze(" ".join(word for word in words if word))[:_MAX_CAPTION] if kind != "hidden" else ""
    options = tuple(squeeze("".join(o.itertext())) for o in element.iter("option")) if tag == "select" else ()
    return Field(tag, kind, f"{get('name', '')} {get('id', '')}".strip(), caption, options[:_MAX_OPTIONS], element)
