"""Renders templates: escaped, in the reader's language, with what every page needs."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from review.access import context_of
from review.errors import ReviewError
from review.formats import add_formats
from review.i18n import LANGUAGES, accepted, direction, translations
from review.service.accounts import RANK
from review.service.sessions import Viewer

LANGUAGE_COOKIE = "losi_lang"


def render(
    request: Request, template: str, viewer: Viewer | None = None, /, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """The page of a template."""
    text = rendered(request, template, viewer, **values)
    language = viewer.language if viewer else chosen_language(request)
    return HTMLResponse(text, status, headers={"Content-Language": language, "Vary": "Accept-Language, Cookie"})


def rendered(request: Request, template: str, viewer: Viewer | None = None, /, **values: Any) -> str:
    """The text of a template, which sees `values`, `viewer`, `csrf`, `lang`, `dir`, `languages`, `now`, `path` and
    `may(role)`."""
    language = viewer.language if viewer else chosen_language(request)
    return (
        environment(language)
        .get_template(template)
        .render(
            viewer=viewer,
            csrf=viewer.csrf if viewer else "",
            lang=language,
            dir=direction(language),
            languages=LANGUAGES,
            now=context_of(request).clock(),
            path=request.url.path,
            may=lambda role: viewer is not None and RANK[viewer.role] >= RANK[role],
            **values,
        )
    )


def chosen_language(request: Request) -> str:
    """The language of somebody who is not logged in: what they chose here, or what their browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else accepted(request.headers.get("accept-language", ""))


def refusal(request: Request, viewer: Viewer | None, error: ReviewError) -> str:
    """What was refused and what mends it, in the reader's language: for the form that then keeps what was typed."""
    language = viewer.language if viewer else chosen_language(request)
    return "; ".join(filter(None, error.told(translations(language).gettext)))


def place_in(count: int, start: int, listed: int) -> int:
    """The place from which a list of `count` is shown, `listed` on a page: where its last page begins if it ends before
    `start`, as it may since the link there was made."""
    return start if start < count else max(0, count - 1) // listed * listed


def came_from(request: Request) -> str:
    """The page of this app that led here; the first page if there was none."""
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    here = came.netloc == request.url.netloc and is_here(came.path)
    same = request.method == "GET" and came.path == request.url.path
    return urlunsplit(("", "", came.path, came.query, "")) if here and not same else "/"


def is_here(path: str) -> bool:
    """Whether it is a path of this app, and no other site's address."""
    return path.startswith("/") and path[1:2] not in ("/", "\\")


@cache
def environment(language: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=PackageLoader("review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    add_formats(made, language)
    return made
