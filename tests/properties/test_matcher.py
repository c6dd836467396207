"""The automaton beside a search word by word, in scripts that part words by blanks, for terms of every form."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detectors.normalise import normalise
from tests.detectors.test_matcher import quickly, slowly
from tests.properties.profile import tried

WORD = st.text("abßäøяшب1", min_size=1, max_size=4).map(normalise).filter(lambda word: word and not word.isspace())
STARS = st.tuples(st.sampled_from(["", "*"]), WORD, st.sampled_from(["", "*"])).map("".join)
TERMS = st.lists(st.lists(STARS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=12, unique=True)
TEXTS = st.lists(st.lists(WORD, max_size=20).map(" ".join), min_size=1, max_size=4).map("\n".join)


@tried
@given(TERMS, TEXTS, st.data())
def test_it_finds_what_a_slow_search_finds(terms: list[str], text: str, data: st.DataObject) -> None:
    alike = data.draw(st.lists(WORD, max_size=4).map(" ".join))
    terms = [*terms, *dict.fromkeys(f"{alike} {term}" for term in terms[:5] if alike)]
    planted = [term.replace("*", "") for term in data.draw(st.lists(st.sampled_from(terms), max_size=3))]
    cut = [term[: data.draw(st.integers(1, len(term)))] for term in planted]
    text = "\n".join((text, *planted, *map(normalise, cut)))
    fast = quickly(terms, text)
    for term in terms:
        slow = slowly(term, text)
        assert fast[term] <= slow, term
        assert bool(fast[term]) == bool(slow), term
