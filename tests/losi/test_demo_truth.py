"""The pre-filled answers of the bundled portal, held against what a careful assessor found in the same archive."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from losi import demo

KNOWN_MISSES = {"payment.water", "participation.announcements", "access.assisted_points"}
"""Present by the assessor, not found so far: said nowhere in words that the lexicons hold."""


@pytest.fixture(scope="module")
def judged(checked: Any) -> dict[str, tuple[str, set[str]]]:
    """By feature: the state that was concluded, and the states that the assessor accepts."""
    truth = tomllib.loads(demo.truth().read_text(encoding="utf-8"))["features"]
    states = {finding["feature"]: finding["state"] for finding in checked.document["findings"]}
    return {key: (states[key], {row["state"], *row.get("accept", ())}) for key, row in truth.items() if key in states}


def test_every_question_of_the_edition_is_judged(judged: dict[str, tuple[str, set[str]]]) -> None:
    assert len(judged) >= 95


def test_what_is_claimed_is_there(judged: dict[str, tuple[str, set[str]]]) -> None:
    claimed = {key for key, (state, accepted) in judged.items() if state == "present" and state not in accepted}
    assert claimed == set()


def test_what_is_there_is_found(judged: dict[str, tuple[str, set[str]]]) -> None:
    missed = {key for key, (state, accepted) in judged.items() if state != "present" and state not in accepted}
    assert missed <= KNOWN_MISSES
