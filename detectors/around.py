"""What stands around the bare name of a service and says that it is done there: a heading, a menu, a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detectors.rows import menus_of
from detectors.views import view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.hits import Segment
    from detectors.page import Page
    from detectors.page.elements import Form

_FIELDS_OF_APPLICATION = 2


def is_act_around(page: Page, segment: Segment, acts: Sequence[str]) -> bool:
    """Whether the heading above a link or its menu names one of the acts (lists of general vocabulary), or the page
    under a heading is itself a form about it."""
    if segment.link is not None:
        if segment.link.context in _online_headings(page):
            return True
        menus = menus_of(segment.link)
        marks = _marks_of_texts(page) if menus else {}
        return any(not marks[menu].isdisjoint(acts) for menu in menus if menu in marks)
    if segment.heading is None or segment.heading.level > 2:
        return False
    return any(form.method == "post" and not form.loose and form.zone == "main" and _asks(form) for form in page.forms)


@view
def _online_headings(page: Page) -> frozenset[str]:
    """The headings that hold a word for doing something online."""
    marked = (page.hits.segments[number] for number, marks in page.hits.general.items() if "online" in marks)
    return frozenset(place.text for place in marked if place.kind == "heading")


@view
def _marks_of_texts(page: Page) -> dict[str, set[str]]:
    """The lists of general vocabulary that each text touches, wherever it stands."""
    found: dict[str, set[str]] = {}
    for number, marks in page.hits.general.items():
        found.setdefault(page.hits.segments[number].text, set()).update(marks)
    return found


def _asks(form: Form) -> bool:
    """Whether the form asks for several things, as an application does, and is no login."""
    asked = [field for field in form.fields if field.type not in ("hidden", "submit", "button", "reset", "image")]
    return len(asked) >= _FIELDS_OF_APPLICATION and not form.has("password")
