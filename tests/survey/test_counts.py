"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from survey.counts import count_of


@pytest.mark.parametrize(("number", "said"), [(0, "0 pages"), (1, "1 page"), (2, "2 pages"), (12345, "12,345 pages")])
def test_a_noun_goes_with_its_number(number: int, said: str) -> None:
    assert count_of(number, "page") == said


def test_other_words_change_with_the_noun() -> None:
    assert [count_of(number, "portal is", "portals are") for number in (1, 2)] == ["1 portal is", "2 portals are"]
