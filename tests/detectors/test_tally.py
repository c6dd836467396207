"""What is kept of a run's observations: the best of each feature, in bounded memory."""

from __future__ import annotations

from random import Random

import pytest

from detectors.calibration import rules
from detectors.conclude import Tally, combined
from detectors.packaged import data
from tests.detectors.concluding import KEEP, seen, tally


def test_a_menu_on_every_page_is_one_sighting() -> None:
    kept = tally(
        *(seen(0.9, quote="Budget", href="/budget", url=f"https://www.villa.example/{n}", capture=n) for n in (7, 3, 9))
    )
    (best,) = kept.best("a.b")
    assert best.capture == 3


def test_what_was_captured_is_kept_before_the_same_without_a_capture() -> None:
    kept = tally(seen(0.9, href="/budget"), seen(0.9, href="/budget", capture=7))
    assert [o.capture for o in kept.held("a.b")] == [7]


def test_the_same_words_on_two_pages_without_a_link_are_two_sightings() -> None:
    kept = tally(*(seen(0.9, quote="Budget", url=f"https://www.villa.example/{n}") for n in (1, 2)))
    assert len(kept.best("a.b")) == 2


def test_the_best_of_many_are_held_in_whatever_order_they_come() -> None:
    many = [seen(number / 100, quote=f"q{number}") for number in range(60)]
    for seed in range(5):
        kept = tally(*Random(seed).sample(many, len(many)))
        assert [o.strength for o in kept.held("a.b")] == [o.strength for o in many[: -2 * KEEP - 1 : -1]]


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


def test_what_proves_too_seldom_is_never_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search goes on for it: other pages may tell more."""
    monkeypatch.setitem(data("reliability")["log_odds"], "a.b", -9.0)
    assert set(tally(seen(0.9)).settled) == set()


def test_a_feature_is_settled_from_the_very_bound() -> None:
    assert set(tally(seen(float(rules()["settled_from"]))).settled) == {"a.b"}


def test_a_hint_in_a_menu_makes_proof_deep_in_the_content_no_surer() -> None:
    deep = seen(0.9, zone="main")
    assert tally(deep, seen(0.4, quote="hint")).apart("a.b").surest(400) == tally(deep).apart("a.b").surest(400) < 1.0


def test_what_speaks_against_makes_proof_deep_in_the_content_no_surer() -> None:
    deep = seen(0.9, zone="main")
    against = seen(0.9, quote="none", polarity="against")
    assert tally(deep, against).apart("a.b").surest(400) == tally(deep).apart("a.b").surest(400)


def test_each_further_sighting_adds_to_the_first_and_less_than_the_one_before() -> None:
    sightings = [seen(0.6, quote=quote) for quote in "abc"]
    one, two, three = (combined(sightings[:count]) for count in (1, 2, 3))
    assert one == pytest.approx(0.6)
    assert one < two < three
    assert two - one > three - two


def test_proof_at_the_very_bound_is_not_held_down_to_a_hint() -> None:
    assert combined([seen(float(rules()["present_from"]))]) > float(rules()["hint_ceiling"])
