"""HTML pages that open from disk: one file each with its style inside, no scripts, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from review.marks import clipped, safe_link
from review.publish.scores import in_percent
from survey.countries import countries
from survey.questionnaire import language_of


def page(name: str, **values: Any) -> str:
    """A page from the template `name`."""
    style = _style()
    digest = "sha256-" + base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return _environment().get_template(name).render(style=Markup(style), digest=digest, **values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("review.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        clipped=clipped,
        safe_link=safe_link,
        index=_index,
        percent=_percent,
        country=_country,
        px=lambda x: f"{x:.1f}",
        tongue=language_of,
    )
    return made


@cache
def _style() -> str:
    return files("review.publish").joinpath("templates").joinpath("atlas.css").read_text(encoding="utf-8")


def _index(value: float | None, places: int = 4) -> str:
    return "–" if value is None else f"{value:.{places}f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{in_percent(value)}\u202f%"


def _country(iso3: str | None) -> str:
    found = countries().get(iso3 or "")
    return found.name if found else iso3 or ""
