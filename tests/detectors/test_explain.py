"""Conclusions in words: what was seen and where, what speaks against, what was searched, what a person can do."""

from __future__ import annotations

import re
from typing import Any

import pytest

from detectors.base import PageDetector
from detectors.conclude import SearchCertificate, Tally, conclude
from detectors.explain import in_words, mend
from detectors.inspector import Inspector
from detectors.lexicon import GENERAL, parse
from detectors.lexicon_set import LexiconSet
from detectors.observation import Observation
from detectors.page import Page
from detectors.registry import Registry
from detectors.sightings import told

HOME = "https://www.villa.example/"
SPANISH = 'language = "es"\nname = "Spanish"\n[general]\n' + "".join(f"{n} = []\n" for n in GENERAL)


class Shape(PageDetector):
    name = "shape"
    features = ("a.b",)
    uses_lexicon = False

    def observe(self, page: Page) -> list[Observation]:
        return []


def seen(quote: str = "Presupuesto 2020", **fields: Any) -> Observation:
    given: dict[str, Any] = {"kind": "link", "strength": 0.9, "why": "link: strong term", "zone": "nav", "url": HOME}
    return Observation("a.b", quote=quote, **(given | fields))


def explained(*observations: Observation, proof: str = "page", **certificate: Any) -> str:
    searched: dict[str, Any] = {"pages": 60, "languages": (("es", 55), ("gn", 5)), "left": 12}
    inspector = Inspector(Registry((Shape(),), ()), LexiconSet({"es": parse(SPANISH, "es.toml")}))
    tally = Tally(["a.b"])
    tally.add("es", observations)
    (found,) = conclude(tally, SearchCertificate(**(searched | certificate)), inspector, {"a.b": proof})
    return found.explanation


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        (seen(href="/transparencia/presupuesto"), "menu link “Presupuesto 2020” to /transparencia/presupuesto"),
        (seen(href="/p", gloss="budget", zone="footer"), "footer link “Presupuesto 2020” [budget] to /p"),
        (seen(href="https://pay.example/x?y=1", zone="main"), "link “Presupuesto 2020” to pay.example/x?y=1"),
        (seen("Ver", href="/docs/2021.pdf", zone="main"), "link “Ver” to a PDF of 2021, /docs/2021.pdf"),
        (seen("Ver", href="/docs/cuentas.XLSX", zone="main"), "link “Ver” to a spreadsheet, /docs/cuentas.XLSX"),
        (seen(kind="content", why="heading: strong term", url=f"{HOME}x"), "heading “Presupuesto 2020” on /x"),
        (seen("a@villa.example", kind="content", why="e-mail address in the text"),
         "e-mail address in the text: “a@villa.example” on /"),
        (seen("https://villa.example", kind="portal", why="HTTPS works"), "HTTPS works (https://villa.example)"),
        (seen("Ver", href="mailto:a@b.example", zone="main"), "link “Ver” to mailto:a@b.example"),
        (seen("Ver", href="http://[bad", zone="main"), "link “Ver” to http://[bad"),
    ],
)  # fmt: skip
def test_an_observation_in_words(observation: Observation, words: str) -> None:
    assert told([observation]) == [words]


def test_what_stands_alike_on_several_pages_is_told_once() -> None:
    pages = [seen("Actas", kind="content", why="heading: weak term", url=f"{HOME}{n}") for n in range(3)]
    assert told(pages) == ["heading “Actas” on /0 and 2 more pages"]


def test_a_long_quote_is_cut_around_the_words_that_matched() -> None:
    quote = "a " * 200 + "presupuesto" + " z" * 200
    (words,) = told([seen(quote, href="/p", matched=((400, 411),))])
    assert "presupuesto" in words
    assert len(words) < 150


def test_present_lists_proof_what_speaks_against_and_the_confidence() -> None:
    words = explained(
        seen(href="/presupuesto"),
        seen("hint", strength=0.2, href="/hint"),
        seen("Presupuesto de 1990", strength=0.3, href="/viejo", polarity="against"),
    )
    assert words.startswith("Menu link “Presupuesto 2020” to /presupuesto. ")
    assert "Against it: menu link “Presupuesto de 1990” to /viejo." in words
    assert "hint" not in words
    assert re.search(r"Confidence: (?:very )?likely \([78]\d%\)\.$", words)


def test_absent_tells_what_was_searched_and_the_chance_of_a_miss() -> None:
    words = explained(seen("Cuentas", strength=0.3, href="/c"), sitemap=True, site_search=("presupuesto",), pages=5_000)
    assert words.startswith("Not found on 5,000 pages read (55 in Spanish, 5 in gn). ")
    assert "12 known pages were not visited; a sitemap was read." in words
    assert "The portal's own search was asked for “presupuesto”." in words
    assert "No link promised it." in words
    assert "Hints that are no proof: menu link “Cuentas” to /c." in words
    assert "Estimated chance of having missed it: " in words


def test_absent_counts_the_likely_places() -> None:
    words = explained(pages=5_000, exhausted=True, likely=(("a.b", 4, 0),))
    assert "Every known page was visited; no sitemap was read. The portal's own search was not asked." in words
    assert "4 links that promised it were followed, none left." in words


def test_unknown_tells_the_reason_and_the_mend() -> None:
    words = explained(likely=(("a.b", 1, 2),), cause="budget")
    assert words == f"Links that promise it were not followed: 2. {mend('budget')}"


@pytest.mark.parametrize(
    ("cause", "reason", "advice"),
    [
        ("budget", "budget", "more time"),
        ("interrupted", "interrupted", "Run it again."),
        ("timeout", "broken_off", "Run it again later"),
        ("block_page", "broken_off", "Run it again later"),
        ("script_only", "script_only", "with a browser"),
        ("error", "error", "problems of the run"),
        ("", "unread", "look at the problems of the run, or by hand"),
    ],
)
def test_the_mend_fits_what_kept_pages_from_being_read(cause: str, reason: str, advice: str) -> None:
    words = explained(likely=(("a.b", 1, 2),), cause=cause)
    assert advice in words
    assert words.endswith(mend(reason))
    assert ("Allow more" in words) == (cause == "budget")


def test_more_pages_are_no_way_out_where_there_are_none() -> None:
    assert explained(pages=1, exhausted=True).endswith(mend("exhausted"))


def test_manual_tells_what_helps() -> None:
    addresses = [seen(f"{n}@villa.example", kind="content", why="address to write to", strength=0.4) for n in "ab"]
    query = seen("Villa Nueva", kind="content", why="query to try", strength=0.3)
    words = explained(*addresses, query, proof="manual")
    assert words == (
        "Only a person can tell. Address to write to: a@villa.example, b@villa.example. Query to try: Villa Nueva."
    )


@pytest.mark.parametrize(("confidence", "words"), [(0.97, "almost certain"), (0.7, "likely"), (0.2, "doubtful")])
def test_probabilities_in_words(confidence: float, words: str) -> None:
    assert in_words(confidence) == words
