"""Holds the detectors to the precision and recall measured on labelled snippets of pages in many languages."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from detectors.inspector import Inspector
from survey.features import features

SNIPPETS = tuple(
    Path(__file__).with_name(name)
    for name in (
        "snippets.toml",
        "snippets_menus.toml",
        "snippets_wordings.toml",
        "snippets_real.toml",
        "snippets_fronts.toml",
        "snippets_more_languages.toml",
        "snippets_indian_languages.toml",
        "snippets_compounds.toml",
    )
)
MIN_PRECISION = 0.985
MIN_RECALL = 0.98
MIN_RECALL_OF_A_LANGUAGE = 0.5
ENOUGH_PAIRS = 5


@dataclass(frozen=True, slots=True)
class Snippet:
    """A few lines of a page with the features it proves, and those it only seems to prove."""

    number: int
    language: str
    html: str
    present: tuple[str, ...]
    absent: tuple[str, ...]

    @property
    def document(self) -> str:
        head = f'<!DOCTYPE html><html lang="{self.language}"><head><title>Villa</title></head>'
        return f"{head}<body>{self.html}</body></html>"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One labelled pair of snippet and feature, and what the detectors said of it."""

    snippet: Snippet
    feature: str
    expected: bool
    found: bool

    def __str__(self) -> str:
        error = "missed" if self.expected else "wrongly found"
        return f"snippet {self.snippet.number} ({self.snippet.language}): {self.feature} {error}"


@pytest.fixture(scope="module")
def snippets() -> list[Snippet]:
    rows = [row for file in SNIPPETS for row in tomllib.loads(file.read_text(encoding="utf-8"))["snippet"]]
    return [
        Snippet(number, row["language"], row["html"], tuple(row["present"]), tuple(row["absent"]))
        for number, row in enumerate(rows, start=1)
    ]


@pytest.fixture(scope="module")
def verdicts(snippets: list[Snippet]) -> list[Verdict]:
    inspector = Inspector.default()
    out = [verdict for snippet in snippets for verdict in judge(inspector, snippet)]
    assert inspector.problems == []
    return out


def judge(inspector: Inspector, snippet: Snippet) -> list[Verdict]:
    page = inspector.page(
        "https://www.villa.example/", snippet.document.encode(), content_type="text/html; charset=utf-8"
    )
    proved = {o.feature for o in inspector.inspect(page) if o.is_proof}
    return [Verdict(snippet, feature, True, feature in proved) for feature in snippet.present] + [
        Verdict(snippet, feature, False, feature in proved) for feature in snippet.absent
    ]


def precision(verdicts: Iterable[Verdict]) -> float:
    found = [v.expected for v in verdicts if v.found]
    return sum(found) / len(found)


def recall(verdicts: Iterable[Verdict]) -> float:
    expected = [v.found for v in verdicts if v.expected]
    return sum(expected) / len(expected)


def errors(verdicts: Iterable[Verdict]) -> str:
    return "\n".join(str(v) for v in verdicts if v.expected != v.found)


def test_the_set_is_large_and_balanced(snippets: list[Snippet]) -> None:
    present = sum(len(s.present) for s in snippets)
    absent = sum(len(s.absent) for s in snippets)
    assert len(snippets) >= 250
    assert len({s.language for s in snippets}) >= 35
    assert 0.4 <= absent / (present + absent) <= 0.6


def test_labels_are_known_features_and_given_once(snippets: list[Snippet]) -> None:
    labels = Counter((s.number, feature) for s in snippets for feature in (*s.present, *s.absent))
    assert {feature for _, feature in labels} <= features().keys()
    assert [pair for pair, times in labels.items() if times > 1] == []


def test_precision_does_not_fall(verdicts: list[Verdict]) -> None:
    measured = precision(verdicts)
    assert measured >= MIN_PRECISION, f"precision {measured:.3f}\n{errors(v for v in verdicts if v.found)}"


def test_recall_does_not_fall(verdicts: list[Verdict]) -> None:
    measured = recall(verdicts)
    assert measured >= MIN_RECALL, f"recall {measured:.3f}\n{errors(v for v in verdicts if v.expected)}"


def test_no_language_is_left_behind(verdicts: list[Verdict]) -> None:
    behind = {}
    for language in sorted({v.snippet.language for v in verdicts}):
        own = [v for v in verdicts if v.snippet.language == language]
        if len(own) >= ENOUGH_PAIRS and recall(own) < MIN_RECALL_OF_A_LANGUAGE:
            behind[language] = errors(v for v in own if v.expected)
    assert behind == {}, "\n".join(behind.values())
