"""Proof in the content of one page among many may stand there by accident; in menus, or said apart, it does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.accidents import Apart
from detectors.observation import Observation
from detectors.packaged import data

SITE = "https://www.villa.example"


def proof(path: str = "/news/1", strength: float = 0.8, **fields: Any) -> Observation:
    """A link in the content that proves a feature."""
    given = {"kind": "link", "quote": "Drug Court", "matched": ((0, 10),), "why": "a rule", "zone": "main"}
    return Observation(feature="a.b", strength=strength, url=SITE + path, **(given | fields))


def sure(*proofs: Observation, pages: int = 200) -> float:
    """How sure the proofs are among so many pages."""
    apart = Apart()
    for one in proofs:
        apart.add(one)
    return apart.surest(pages)


def test_a_lone_sighting_is_less_sure_the_more_pages_were_read() -> None:
    by_pages = [sure(proof(), pages=pages) for pages in (1, 10, 50, 200, 2_000, 100_000)]
    assert by_pages == sorted(by_pages, reverse=True)
    assert by_pages[0] > 0.98
    assert 0.5 <= by_pages[-1] < by_pages[3] < 0.75


def test_what_stands_in_a_menu_on_the_front_page_or_was_measured_is_no_accident() -> None:
    for placed in (proof(zone="nav"), proof(zone="footer"), proof("/"), proof("/en/"), proof(kind="portal")):
        assert sure(placed) == 1.0
        assert sure(proof(), placed) == sure(placed, proof()) == 1.0


def test_no_proof_takes_nothing_away() -> None:
    assert sure() == 1.0


def test_pages_of_one_kind_repeat_each_other() -> None:
    assert sure(*(proof(f"/presidents/{number}/") for number in range(9))) == sure(proof("/presidents/1/"))


def test_proof_in_another_folder_or_in_other_words_makes_it_surer() -> None:
    alone = sure(proof("/a/1"))
    assert sure(proof("/a/1"), proof("/b/1")) > alone
    assert sure(proof("/a/1"), proof("/a/2", quote="Courts of law", matched=((0, 6),))) > alone


def test_the_same_words_in_other_sentences_of_one_folder_are_one_sighting() -> None:
    other = proof("/news/2", quote="The DRUG COURT sits", matched=((4, 14),))
    assert sure(proof(), other) == sure(proof())
    assert sure(proof(matched=()), other._replace(quote="Another sentence", matched=())) > sure(proof())


@pytest.mark.parametrize(("count", "accident"), [(1, 0.7981), (2, 0.4751), (3, 0.2166)])
def test_accidents_are_poisson_distributed(count: int, accident: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """1.6 are expected on 400 pages; the chances of 1, 2, 3 or more are those of the tables."""
    monkeypatch.setitem(data("conclusions"), "accident", {"strength": [0.5, 0.9], "per_page": [0.004, 0.004]})
    several = [proof(f"/{folder}/1") for folder in range(count)]
    assert sure(*several, pages=400) == pytest.approx(1 / (1 + accident), abs=1e-4)


def test_two_are_as_sure_as_the_surer_or_as_two_of_the_weaker() -> None:
    strong, weak, weaker = (proof(f"/{strength}/1", strength) for strength in (0.95, 0.55, 0.551))
    assert sure(strong, weak) == max(sure(strong), sure(weak, weaker))


def test_memory_does_not_grow_and_keeps_the_strongest() -> None:
    many = [proof(f"/{number}/1", 0.5 + number / 1000) for number in range(400)]
    rising, falling = Apart.of(many), Apart.of(reversed(many))
    assert rising == falling
    assert (len(rising.strongest) < 10, max(rising.strongest)[0]) == (True, f"{SITE}/399")


def test_a_stronger_sighting_is_surer() -> None:
    assert sure(proof(strength=0.6)) < sure(proof(strength=0.75)) < sure(proof(strength=0.98))


PROOFS = st.lists(
    st.builds(
        proof,
        path=st.sampled_from([f"/{folder}/{page}" for folder in "abcdefgh" for page in "12"]),
        strength=st.floats(0.5, 0.99).map(lambda x: round(x, 2)),
        quote=st.sampled_from(["drug court", "civil court"]),
        zone=st.sampled_from(["main"] * 30 + ["nav"]),
    ),
    max_size=20,
)


@given(PROOFS, PROOFS, st.integers(1, 3_000))
def test_more_proof_never_makes_it_less_sure(proofs: list[Observation], more: list[Observation], pages: int) -> None:
    if proofs:
        assert sure(*proofs, *more, pages=pages) >= sure(*proofs, pages=pages)


@given(PROOFS, st.randoms(use_true_random=False), st.integers(1, 3_000))
def test_the_order_does_not_matter(proofs: list[Observation], random: Any, pages: int) -> None:
    shuffled = proofs[:]
    random.shuffle(shuffled)
    assert sure(*shuffled, pages=pages) == sure(*proofs, pages=pages)
