"""Which portals a cycle is about, as people type it."""

from __future__ import annotations

import pytest

from crawler.cycle.plan import Choice, choice


def test_a_choice_as_typed() -> None:
    assert choice("kind=city country=PER,Chile lima norte") == Choice("city", ("PER", "CHL"), "lima norte")
    with pytest.raises(ValueError, match="kind"):
        choice("kind=town")
