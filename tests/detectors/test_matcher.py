"""The automaton finds what a slow reading of the rules finds, no more and no less."""

from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.matcher import Matcher
from detectors.normalise import normalise

WORDS = ["bud", "budget", "plan", "haus", "haushalt", "open", "a", "da", "data"]
TERM_WORD = st.tuples(st.sampled_from(["", "*"]), st.sampled_from(WORDS), st.sampled_from(["", "*"])).map("".join)
TERMS = st.lists(st.lists(TERM_WORD, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=5, unique=True)
LINE = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("".join), max_size=8).map(" ".join)
TEXTS = st.lists(LINE, min_size=1, max_size=3).map("\n".join)


def slowly(term: str, text: str) -> set[int]:
    """Numbers of the words at which the term begins, by comparing word by word."""
    patterns = [re.compile(word.replace("*", "[^ \n]*")) for word in term.split()]
    found, number = set(), 0
    for line in text.split("\n"):
        words = line.split()
        for first in range(len(words) - len(patterns) + 1):
            if all(p.fullmatch(w) for p, w in zip(patterns, words[first:], strict=False)):
                found.add(number + first)
        number += len(words)
    return found


def quickly(terms: list[str], text: str) -> dict[str, set[int]]:
    """The same with the matcher."""
    found: dict[str, set[int]] = {term: set() for term in terms}
    for start, end, term in Matcher((t, t) for t in terms).find(text):
        assert 0 <= start < end <= len(text)
        found[term].add(len(text[:start].split()) - (0 if start == 0 or text[start - 1] in " \n" else 1))
    return found


@given(TERMS, TEXTS)
def test_the_automaton_finds_what_a_slow_search_finds(terms: list[str], text: str) -> None:
    fast = quickly(terms, text)
    for term in terms:
        if len(term.split()) == 1 or "*" not in term.rstrip("*").lstrip("*"):
            assert fast[term] == slowly(term, text), term


@given(TERMS, TEXTS)
def test_terms_with_inner_stars_are_found_where_a_slow_search_finds_them(terms: list[str], text: str) -> None:
    fast = quickly(terms, text)
    for term in terms:
        slow = slowly(term, text)
        assert fast[term] <= slow, term
        assert bool(fast[term]) == bool(slow), term


@pytest.mark.parametrize(
    ("term", "text", "spans"),
    [
        ("budget", "the budget of 2026", ["budget"]),
        ("budget", "budgets and a budgetary rule", []),
        ("budget*", "budgets and a budgetary rule", ["budget", "budget"]),
        ("*haushalt", "der stadthaushalt", ["haushalt"]),
        ("*haushalt", "haushaltsplan", []),
        ("open data", "open data", ["open data"]),
        ("open data", "open\ndata", []),
        ("публичн* обсужден*", "о публичных обсуждениях", ["публичных обсуждениях"]),
        ("minister of *", "the minister of health", ["minister of"]),
        ("minister of *", "the minister offers", []),
        ("* minister", "a health minister", ["minister"]),
        ("* minister", "an administer", []),
        ("*gewerbe*amt", "landesgewerbeaufsichtsamt", ["landesgewerbeaufsichtsamt"]),
        ("gewerbe*amt*", "gewerbeaufsichtsamtes", ["gewerbeaufsichtsamtes"]),
        ("gewerbe*amt", "landesgewerbeamt und gewerbeamtes", []),
        ("tam*tam", "tamtamtam", ["tamtamtam"]),
        ("予算", "pdf予算xls", ["予算"]),
        ("about * municipality", "about the municipality", ["about the municipality"]),
        ("about * municipality", "about this small municipality", []),
        ("payment* service*", "payments for services payments services", ["payments services"]),
        ("payment* service*", "services paid payments serviced", ["payments serviced"]),
        ("mayor* of the town*", "mayors of the towns", ["mayors of the towns"]),
        ("haus*plan", "der haushaltsplan 2026", ["haushaltsplan"]),
        ("c'est-à-dire*", "c est a dire", ["c est a dire"]),
        ("予算", "市の予算を公表", ["予算"]),
        ("งบประมาณ", "แผนงบประมาณปี", ["งบประมาณ"]),
        ("예산", "시 예산 공개", ["예산"]),
        ("예산", "시예산공개", []),
    ],
)
def test_rules_by_example(term: str, text: str, spans: list[str]) -> None:
    assert [text[start:end] for start, end, _ in Matcher([(term, 0)]).find(text)] == spans


@pytest.mark.parametrize("text", ["よくある質問faq", "市民faqコーナー", "คำถามfaq"])
def test_a_latin_term_inside_unspaced_text(text: str) -> None:
    assert [text[start:end] for start, end, _ in Matcher([("faq", 0)]).find(text)] == ["faq"]


def test_words_with_unspaced_text_between_do_not_make_a_term() -> None:
    assert Matcher([("open data", 0)]).find("open市data open\ndata") == []


def test_an_inner_star_in_unspaced_text() -> None:
    assert [term for *_, term in Matcher([("予算*公表", 1)]).find("市の予算案を公表する")] == [1]
    assert [
        term for *_, term in Matcher([("予算*公表*", 1)]).find("市の予算案を公表することについての市民への長い説明文書")
    ] == [1]


@pytest.mark.parametrize("term", ["contract* & tender*", "contract* – tender*", "contract* / tender*"])
def test_signs_between_words_are_spaces(term: str) -> None:
    text = normalise("Contracts & tenders")
    assert [text[start:end] for start, end, _ in Matcher([(term, 0)]).find(text)] == ["contracts tenders"]


def test_a_match_is_told_once() -> None:
    assert len(list(Matcher([("open* open*", 0)]).find("opened openly"))) == 1


def test_one_pass_tells_every_term_with_its_value() -> None:
    matcher = Matcher([("open data", "a"), ("open data", "b"), ("data", "c"), ("open", "d")])
    assert sorted(value for *_, value in matcher.find("open data")) == ["a", "b", "c", "d"]


def test_terms_that_begin_alike_for_long_are_told_apart() -> None:
    terms = ["public procurement", "public procurement plan", "public procurement plans of the year", "public proc*"]
    matcher = Matcher((term, term) for term in terms)
    text = normalise("public procurement plan and public procurement plans of the years, public processions")
    assert [(text[start:end], value) for start, end, value in matcher.find(text)] == [
        ("public proc", "public proc*"),
        ("public procurement", "public procurement"),
        ("public procurement plan", "public procurement plan"),
        ("public proc", "public proc*"),
        ("public procurement", "public procurement"),
        ("public proc", "public proc*"),
    ]


def test_minor_values_can_be_passed_over() -> None:
    matcher = Matcher([("tax", 1), ("tax", 2), ("tax office", 3), ("fee", 1)], minor=lambda value: value == 1)
    found = matcher.find("tax office fee")
    assert sorted(value for _, _, value in found) == [1, 1, 2, 3]
    assert matcher.find("tax office fee", with_minor=False) == [each for each in found if each[2] != 1]


def test_no_terms_find_nothing() -> None:
    assert list(Matcher[int]([]).find("anything")) == []


def test_marks_kept_or_folded() -> None:
    assert list(Matcher([("bán", 1)], fold=False).find(normalise("ban bán bàn", False))) == [(4, 7, 1)]
    assert len(list(Matcher([("bán", 1)]).find(normalise("ban bán bàn")))) == 3


def test_ten_thousand_terms_over_a_long_text_are_quick() -> None:
    matcher = Matcher((f"term{n}* of{n % 7}*", n) for n in range(10_000))
    text = " ".join(f"term{n} other words of{n % 7}" for n in range(5_000))
    start = process_time()
    list(matcher.find(text))
    assert process_time() - start < 2.0
