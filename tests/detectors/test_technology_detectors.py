"""From what a browser and a validator measured to a state: phones, accessibility, validity."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from detectors.builtin import conformance, technology
from detectors.conclude import Finding, SearchCertificate, Tally, conclude
from detectors.facts import BrowserFacts, PortalFacts, ValidityFacts
from detectors.facts.browser import (
    AccessibilityMeasures,
    EngineMeasures,
    LoadMeasures,
    MixedContent,
    Offender,
    PhoneMeasures,
    Violation,
    Weight,
)
from detectors.facts.validity import Message, Validity
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet
from detectors.observation import PROOF
from detectors.packaged import data
from detectors.page import Page
from detectors.registry import Registry

URL = "https://villa.example/"
MOBILE, ACCESSIBLE = "technology.mobile", "technology.accessibility"
MARKUP, CSS = "technology.markup_validity", "technology.css_validity"
TAGS = ("wcag2a",)


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    """The detectors of this subject alone."""
    page = (technology.DeclaredMobile(),)
    portal = (
        technology.MeasuredMobile(),
        technology.BrowserCompatibility(),
        *(detector() for detector in conformance.DETECTORS),
    )
    return Inspector(Registry(page, portal), LexiconSet({}))


@pytest.fixture
def state(inspector: Inspector) -> Callable[..., Finding]:
    """The finding on a feature of a portal with these facts; `declared` pages with a responsive viewport were read."""

    def of(feature: str, declared: int = 0, proof: str = "browser", **facts: Any) -> Finding:
        tally = Tally([feature])
        for number in range(declared):
            markup = b"<html><meta name=viewport content='width=device-width'><p>x</p></html>"
            page = Page(f"{URL}{number}", markup, content_type="text/html")
            tally.add("en", inspector.inspect(page))
        tally.note(inspector.portal(PortalFacts(URL, **facts)))
        (found,) = conclude(tally, SearchCertificate(pages=30, exhausted=True), inspector, {feature: proof})
        assert inspector.problems == []
        return found

    return of


def phone(**changes: Any) -> PhoneMeasures:
    """A page that is fit for a phone, but for the changes."""
    numbers: dict[str, Any] = {"layout_width": 390, "characters": 1000, "targets": 40, "tight": 12}
    return PhoneMeasures(URL, 390, 844, "width=device-width", **{**numbers, **changes})


def violation(impact: str = "serious") -> Violation:
    """A rule that fails."""
    first = (Offender("#logo", "<img id=logo>"),)
    return Violation(
        "image-alt", impact, ("1.1.1",), "Images must have alternative text", "https://x.example/", 2, first
    )


def checked(*violations: Violation, url: str = URL) -> AccessibilityMeasures:
    """A page checked."""
    return AccessibilityMeasures(url, "axe-core", "4.12.1", TAGS, violations, 3, 20)


# --- phones -----------------------------------------------------------------------------------------------------------


def test_a_page_that_fits_a_phone(state: Callable[..., Finding]) -> None:
    found = state(MOBILE, browser=BrowserFacts("chromium", phone=(phone(),)))
    assert (found.state, found.confidence > 0.8) == ("present", True)
    assert "12 under 48 px" in found.evidence[0].quote


def test_what_is_measured_outweighs_what_is_declared(state: Callable[..., Finding]) -> None:
    assert state(MOBILE, declared=20).state == "present"
    wide = BrowserFacts("chromium", phone=(phone(overflow=300, widest=(Offender("table", "Fees"),)),))
    found = state(MOBILE, declared=20, browser=wide)
    assert found.state == "absent"
    assert found.against[0].selector == "table"


def test_every_check_that_fails_takes_its_share() -> None:
    verdicts = [
        technology.MeasuredMobile().observe(PortalFacts(URL, browser=BrowserFacts("x", phone=(one,))))
        for one in (phone(), phone(zoom=False), phone(small=500), phone(small=500, missed=20), phone(layout_width=980))
    ]
    signed = [o.strength if o.polarity == "for" else -o.strength for seen in verdicts for o in seen]
    assert signed == sorted(signed, reverse=True)
    assert len(set(signed)) == 5
    assert signed[3] < 0 < signed[2]


def test_nothing_measured_nothing_said(inspector: Inspector) -> None:
    assert inspector.portal(PortalFacts(URL)) == []


# --- accessibility ----------------------------------------------------------------------------------------------------


def test_a_rule_that_fails_means_no(state: Callable[..., Finding]) -> None:
    found = state(
        ACCESSIBLE, browser=BrowserFacts("chromium", accessibility=(checked(violation()), checked(url=f"{URL}2")))
    )
    assert (found.state, found.confidence > 0.8) == ("absent", True)
    proof = found.against[0]
    assert (proof.selector, proof.href, proof.url) == ("#logo", "https://x.example/", URL)
    assert "image-alt (serious) fails on 2 elements; WCAG 1.1.1; axe-core 4.12.1" in proof.why


def test_the_worse_the_impact_the_stronger() -> None:
    said = [
        next(iter(conformance.MeasuredAccessibility().observe(
            PortalFacts(URL, browser=BrowserFacts("x", accessibility=(checked(violation(impact)),)))
        ))).strength
        for impact in ("critical", "serious", "moderate", "minor")
    ]  # fmt: skip
    assert said == sorted(said, reverse=True)
    assert said[-1] >= PROOF


def test_nothing_found_is_weak_proof_that_names_its_limits(state: Callable[..., Finding]) -> None:
    one = state(ACCESSIBLE, browser=BrowserFacts("x", accessibility=(checked(),)))
    five = state(ACCESSIBLE, browser=BrowserFacts("x", accessibility=tuple(checked(url=f"{URL}{n}") for n in range(5))))
    assert one.state == five.state == "present"
    assert PROOF <= one.evidence[0].strength < five.evidence[0].strength <= 0.6
    assert one.confidence < 0.85
    assert "30-40 % of barriers" in one.evidence[0].why


def test_unmeasured_accessibility_is_unknown(state: Callable[..., Finding]) -> None:
    assert (state(ACCESSIBLE).state, state(ACCESSIBLE).reason) == ("unknown", "tool")


# --- validity ---------------------------------------------------------------------------------------------------------


def validity(*documents: Validity) -> ValidityFacts:
    """What the validator said."""
    return ValidityFacts("Nu Html Checker", "26.9.27", documents)


def test_an_error_means_not_valid(state: Callable[..., Finding]) -> None:
    wrong = Validity(URL, "markup", 2, 1, (Message(7, "Unclosed element"),))
    found = state(MARKUP, proof="portal", validity=validity(wrong, Validity(f"{URL}2", "markup", 0, 0)))
    assert found.state == "absent"
    assert found.against[0].quote == "line 7: Unclosed element"
    assert found.against[0].why == "2 errors, 1 warning; Nu Html Checker 26.9.27"


def test_warnings_are_no_errors(state: Callable[..., Finding]) -> None:
    found = state(MARKUP, proof="portal", validity=validity(Validity(URL, "markup", 0, 9)))
    assert (found.state, found.evidence[0].quote) == ("present", "1 document checked, no error")


def test_markup_and_style_sheets_are_judged_apart(state: Callable[..., Finding]) -> None:
    facts = validity(Validity(URL, "markup", 3, 0), Validity(URL, "css", 0, 0), Validity(f"{URL}a.css", "css", 0, 0))
    assert state(MARKUP, proof="portal", validity=facts).state == "absent"
    assert state(CSS, proof="portal", validity=facts).state == "present"


def test_style_sheets_that_were_not_at_hand_leave_it_open(state: Callable[..., Finding]) -> None:
    found = state(CSS, proof="portal", validity=validity(Validity(URL, "css", 0, 0, missing=2)))
    assert (found.state, found.reason) == ("manual", "")
    assert "2 style sheets not at hand" in found.evidence[0].why


def test_without_the_validator_validity_is_unknown(state: Callable[..., Finding]) -> None:
    assert (state(MARKUP, proof="portal").state, state(CSS, proof="portal").reason) == ("unknown", "tool")


def test_facts_survive_being_stored() -> None:
    """A run keeps its facts as JSON; a rerun of the detectors reads them again."""
    browser = BrowserFacts(
        "chromium",
        "156",
        (phone(widest=(Offender("table"),)),),
        (checked(violation()),),
        (LoadMeasures(URL, 3, 900, (Weight("image", 2, 800),), loaded=81.5),),
        (EngineMeasures(URL, "chromium", "156", 900, 12, ("x is not defined",)),),
        (MixedContent(URL, active=("http://a.example/x.js",)),),
    )
    facts = PortalFacts(URL, browser=browser, validity=validity(Validity(URL, "css", 1, 0, (Message(1, "x"),))))
    stored = json.loads(json.dumps(asdict(facts)))
    assert TypeAdapter(PortalFacts).validate_python(stored) == facts


def test_the_page_on_measures_tells_every_check_with_its_numbers() -> None:
    text = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")
    rows = {cells[1].strip(" `"): cells for line in text.splitlines() if len(cells := line.split("|")) == 5}
    for name, rule in data("mobile")["checks"].items():
        assert float(rows[name][3]) == rule["weight"]
        told = {number for word in rows[name][2].split() if (number := word.strip("%,")).replace(".", "").isdigit()}
        limit = rule["limit"]
        assert not limit or told & {f"{limit:g}", f"{limit * 100:g}"}, name
