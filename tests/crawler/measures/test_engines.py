"""Engines compared by what they show of one page."""

from __future__ import annotations

from crawler.browser.measures import Look, compare
from detectors.builtin.technology import BrowserCompatibility
from detectors.facts import BrowserFacts, PortalFacts
from detectors.facts.browser import EngineMeasures
from detectors.observation import PROOF, Observation

URL = "https://villa.example/"


def shown(engine: str, words: str, *errors: str) -> Look:
    """What an engine shows."""
    return Look(URL, engine, "1", len(words), 3, frozenset(words.split()), errors)


def concluded(*looks: Look) -> Observation:
    """What the detector says of them."""
    facts = BrowserFacts("chromium", engines=compare(looks))
    (seen,) = BrowserCompatibility().observe(PortalFacts(URL, browser=facts))
    return seen


def test_engines_that_show_the_same() -> None:
    seen = concluded(shown("chromium", "town hall fees"), shown("firefox", "town hall fees"))
    assert (seen.polarity, seen.is_proof) == ("for", True)


def test_an_engine_that_shows_little() -> None:
    seen = concluded(shown("chromium", "town hall fees news"), shown("firefox", "town"))
    assert seen.polarity == "against"
    assert seen.strength >= PROOF
    assert "firefox shows 25%" in seen.why


def test_the_same_words_with_script_errors_are_a_hint() -> None:
    seen = concluded(shown("chromium", "town hall"), shown("firefox", "town hall", "x is not defined"))
    assert (seen.polarity, seen.is_proof) == ("for", False)
    assert "1 script error: x is not defined" in seen.quote


def test_one_engine_is_a_hint_and_a_person_must_try_the_others() -> None:
    well, badly = concluded(shown("chromium", "town hall")), concluded(shown("chromium", "town hall", "TypeError"))
    assert (well.is_proof, badly.is_proof) == (False, False)
    assert badly.strength < well.strength
    assert "a person must try" in well.why


def test_a_page_that_shows_nothing_speaks_against() -> None:
    seen = concluded(shown("chromium", ""))
    assert (seen.polarity, seen.strength >= PROOF) == ("against", True)


def test_the_share_is_of_all_words_seen_anywhere() -> None:
    found: tuple[EngineMeasures, ...] = compare([shown("chromium", "a b c d"), shown("firefox", "c d e")])
    assert [one.shared for one in found] == [0.8, 0.6]
