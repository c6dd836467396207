"""A check of markup that fails, or is cut short, costs its verdict and never the run."""

from __future__ import annotations

import asyncio

from crawler.markup_check import MarkupCheck
from crawler.wire import Wire
from detectors.facts import ValidityFacts

URLS = ("https://town.gov/",)


class Empty:
    """A shelf without captures."""

    def find(self, url: str) -> tuple[int, Wire] | None:
        return None


class Broken:
    """A shelf whose archive cannot be read."""

    def find(self, url: str) -> tuple[int, Wire] | None:
        raise ValueError(f"{url} is torn")


def test_nothing_captured_is_nothing_to_judge() -> None:
    check = MarkupCheck()
    assert asyncio.run(check.run(URLS, Empty())) == ""
    assert check.facts == ValidityFacts()


def test_what_fails_without_a_plan_is_told() -> None:
    check = MarkupCheck()
    told = asyncio.run(check.run(URLS, Broken()))
    assert told.startswith("validity of markup and style sheets was not measured: ValueError(")
    assert "town.gov/ is torn" in told
    assert check.facts == ValidityFacts()


def test_a_check_that_was_cut_short_before_it_began_is_not_begun() -> None:
    check = MarkupCheck()
    check.cut_short()
    assert asyncio.run(check.run(URLS, Broken())).endswith("it was cut short")
