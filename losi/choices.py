"""What a user typed, turned into what the program works with, or refused with the mend."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from losi.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from review.settings import ReviewSettings
    from survey.indicator import Questionnaire

_CONTACTS = (r"https?://[^\W_][\w.:-]*([/?#][!-'*-~]*)?", r"(mailto:)?[\w.+-]+@[\w-]+(\.[\w-]+)+")


def questionnaire_for(kind: str | None, edition: str | None) -> Questionnaire:
    """The questionnaire of an edition, or the newest one for a kind of portal (a city's if none is given)."""
    from survey.questionnaire import NEWEST, UnknownEditionError, load

    try:
        questionnaire = load(edition or NEWEST[kind or "city"])
    except UnknownEditionError as error:
        raise Misuse(str(error)) from error
    if kind and kind != questionnaire.kind:
        raise Misuse(
            f"{questionnaire.edition} is for {questionnaire.kind} portals, not {kind} ones",
            f"use --kind {questionnaire.kind}, or --edition {NEWEST[kind]}",
        )
    return questionnaire


def editions_by_kind(editions: Iterable[str]) -> dict[str, str]:
    """The editions by the kind of portal that each is for; raises Misuse where two are for the same."""
    named: dict[str, str] = {}
    for found in (questionnaire_for(None, edition) for edition in dict.fromkeys(editions)):
        if found.kind in named:
            both = f"{named[found.kind]} and {found.edition} are both for {found.kind} portals"
            raise Misuse(both, "a cycle asks each portal one questionnaire: begin another cycle for the other")
        named[found.kind] = found.edition
    return named


def country_code(text: str) -> str:
    """The ISO 3166 alpha-3 code of a code or English name; empty stays empty."""
    from survey.countries import UnknownCountryError, country

    if not text.strip():
        return ""
    try:
        return country(text).iso3
    except UnknownCountryError as error:
        raise Misuse(str(error)) from error


def portal_url(text: str) -> str:
    """A portal's address as typed, the scheme left open where none was given; refused when it is no web address."""
    from crawler.urls import UrlError, typed_url

    try:
        typed_url(text)
    except UrlError as error:
        raise Misuse(str(error)) from error
    return text.strip()


def contact(text: str) -> str:
    """Where webmasters learn who asks: a web address or an e-mail address, of characters that a user agent may have."""
    given = text.strip()
    if not any(re.fullmatch(form, given, re.ASCII | re.IGNORECASE) for form in _CONTACTS):
        raise Misuse(
            f"{text!r} is neither a web address nor an e-mail address for --contact",
            "for example: https://www.example.org/survey, or survey@example.org",
        )
    return given


def consenting_host(text: str) -> str:
    """The host, without `www.`, of a host or address whose owner agreed that robots.txt need not be obeyed."""
    from urllib.parse import urlsplit

    from crawler.urls import UrlError, typed_url

    try:
        url, _ = typed_url(text)
    except UrlError as error:
        raise Misuse(str(error)) from error
    return (urlsplit(url).hostname or "").removeprefix("www.")


def review_settings() -> ReviewSettings:
    """The settings of the review app as the environment names them; refused where one has no such value."""
    from pydantic import ValidationError

    from review.settings import PREFIX, ReviewSettings

    try:
        return ReviewSettings.of()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise Misuse(f"{name}: {first['msg']}", "docs/review.md lists the settings") from error


def known_detectors(wanted: Iterable[str]) -> None:
    """Refuses names of which some are no detector's: with those names, and which they may have meant."""
    from difflib import get_close_matches

    from detectors.registry import load

    known = sorted(detector.name for detector in load().all)
    wrong = sorted(set(wanted) - set(known))
    if not wrong:
        return
    meant = [name for name in known for typed in wrong if typed.casefold() in name.split("-")]
    alike = [name for typed in wrong for name in get_close_matches(typed.casefold(), known, 2)]
    found = list(dict.fromkeys([*meant, *alike]))[:4]
    mend = f"did you mean {', '.join(found)}?" if found else "docs/reference/detectors.md lists their names"
    raise Misuse(f"no such detector: {', '.join(wrong)}", mend)
