"""The arithmetic of conclusions: more support never lowers confidence, and order never matters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.conclude import combined, is_front, standing
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet
from detectors.observation import Observation
from detectors.registry import Registry
from tests.detectors.concluding import (
    SIGHTING,
    STRENGTHS,
    SUPPORT,
    Words,
    finding,
    seen,
    tally,
)


@given(SUPPORT, SIGHTING)
def test_more_support_never_lowers_confidence(support: list[Observation], more: Observation) -> None:
    before, after = tally(*support), tally(*support, more)
    assert combined(after.best("a.b")) >= combined(before.best("a.b")) - 1e-12


@given(SUPPORT, SIGHTING)
def test_support_never_turns_present_to_anything_else(support: list[Observation], more: Observation) -> None:
    registry = Registry((Words(),), ())
    words = Inspector(registry, LexiconSet({}))
    before, after = finding(words, *support), finding(words, *support, more)
    if before.state == "present":
        assert after.state == "present"
        assert after.confidence >= before.confidence


@given(SUPPORT, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(support: list[Observation], random: Any) -> None:
    shuffled = support[:]
    random.shuffle(shuffled)
    one, other = tally(*support), tally(*shuffled)
    assert one.best("a.b") == other.best("a.b")
    assert one.against("a.b") == other.against("a.b")


@given(SUPPORT, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_for_what_is_settled(support: list[Observation], random: Any) -> None:
    fixed = [seen(0.8, quote="proof"), *(seen(0.45, quote=f"hint{n}") for n in range(3)), *support]
    shuffled = fixed[:]
    random.shuffle(shuffled)
    ends = [sorted(fixed, key=lambda o: o.strength), sorted(fixed, key=lambda o: -o.strength), shuffled]
    assert len({frozenset(tally(*end).settled) for end in ends}) == 1


def test_the_order_of_detectors_does_not_matter() -> None:
    one, other = seen(detector="one", why="rule one"), seen(detector="other", why="rule two")
    assert tally(one, other).best("a.b") == tally(other, one).best("a.b")


@given(st.lists(STRENGTHS, max_size=10))
def test_a_combination_is_a_probability_of_at_least_its_best(strengths: list[float]) -> None:
    value = combined([seen(s) for s in strengths])
    assert 0.0 <= value < 1.0
    assert value >= min(max(strengths, default=0.0), 0.49) - 1e-12


def test_a_sighting_deep_in_the_content_says_less_of_the_portal() -> None:
    deep, front, menu = seen(0.6, zone="main"), seen(0.6, zone="main", url="https://www.villa.example/es/"), seen(0.6)
    assert standing(deep) < standing(front) == standing(menu) == 0.6
    assert combined([deep]) < combined([front])


def test_what_was_measured_of_the_portal_stands_nowhere_and_counts_in_full() -> None:
    measured = seen(0.6, kind="portal", zone="", url="https://www.villa.example/a/b")
    assert standing(measured) == 0.6


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("https://www.villa.example", True),
        ("https://www.villa.example/", True),
        ("https://www.villa.example/es/", True),
        ("https://www.villa.example/index.php", True),
        ("https://www.villa.example/pt-BR", True),
        ("https://www.villa.example/eng/index.jsp", True),
        ("https://www.villa.example/EN/Index.HTML", True),
        ("https://www.villa.example/pt_BR/", True),
        ("https://www.villa.example/zh-Hant/", True),
        ("https://www.villa.example/home/affairs", False),
        ("https://www.villa.example/indexation", False),
        ("https://www.villa.example/es-cultura", False),
        ("https://www.villa.example/?page=5", False),
        ("https://www.villa.example/es/budget", False),
        ("https://www.villa.example/budget", False),
        ("http://[bad", False),
    ],
)
def test_front_pages(url: str, front: bool) -> None:
    assert is_front(url) == front


@pytest.mark.parametrize("path", ["tax", "faq", "foi", "map"])
def test_a_short_section_is_no_front_page(path: str) -> None:
    assert not is_front(f"https://www.villa.example/{path}")
