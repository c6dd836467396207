"""What is kept of a run's observations: the best of each feature, in bounded memory."""

from __future__ import annotations

from detectors.conclude import Tally
from tests.detectors.test_conclude import KEEP, seen, tally


def test_a_menu_on_every_page_is_one_sighting() -> None:
    kept = tally(
        *(seen(0.9, quote="Budget", href="/budget", url=f"https://www.villa.example/{n}", capture=n) for n in (7, 3, 9))
    )
    (best,) = kept.best("a.b")
    assert best.capture == 3


def test_memory_is_bounded() -> None:
    kept = Tally(["a.b"])
    for number in range(20_000):
        kept.add("es", [seen(number % 97 / 100, quote=f"q{number}"), seen(0.5, quote=f"n{number}", polarity="against")])
    assert len(kept.best("a.b")) == KEEP
    assert len(kept.held("a.b")) == 2 * KEEP
    assert len(kept.against("a.b")) == KEEP
    assert kept.pages == 20_000
    assert kept.languages == {"es": 20_000}


def test_features_nobody_asked_for_are_passed_over() -> None:
    kept = tally(seen(feature="no.such"))
    assert kept.settled == set()


def test_enough_proof_settles_a_feature() -> None:
    assert set(tally(seen(0.9)).settled) == {"a.b"}
    assert set(tally(*(seen(0.8, quote=quote) for quote in "abcde")).settled) == {"a.b"}
    assert set(tally(seen(0.7)).settled) == set()
    assert set(tally(seen(0.99, polarity="against")).settled) == set()


def test_facts_of_no_page_are_no_pages() -> None:
    kept = tally()
    kept.note([seen(feature="e.f", kind="portal")])
    assert (kept.pages, [o.kind for o in kept.best("e.f")]) == (1, ["portal"])
