"""Precision, recall, F1 and reliability of page detectors against labelled pages. Pure functions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from losi.reliability import Outcome, Reliability, reliability

Z95 = 1.959963984540054
Verdict = Literal["hit", "false positive", "miss"]


@dataclass(frozen=True, slots=True)
class Label:
    """A reader's statement that a page holds proof of a feature; `quote` is what the reader saw."""

    feature: str
    kind: str
    quote: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What detectors say of a feature on a page: their strongest observation for it."""

    feature: str
    strength: float
    kind: str = ""
    quote: str = ""
    href: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """One page with its labels and predictions; `language` is the reader's.

    `confidences` holds the probability that conclusions give to each feature of which something was seen.
    """

    id: str
    url: str
    language: str
    labels: tuple[Label, ...]
    predictions: tuple[Prediction, ...]
    confidences: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One page and feature that is labelled, predicted or both; `prediction` may be weaker than proof."""

    page: JudgedPage
    feature: str
    verdict: Verdict
    label: Label | None
    prediction: Prediction | None


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with its 95 % interval; `value` is None where nothing was counted."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over page x feature, and what follows from them."""

    hits: int = 0
    false_positives: int = 0
    misses: int = 0

    @property
    def precision(self) -> Interval:
        """Hits over all predictions."""
        return wilson(self.hits, self.hits + self.false_positives)

    @property
    def recall(self) -> Interval:
        """Hits over all labels."""
        return wilson(self.hits, self.hits + self.misses)

    @property
    def f1(self) -> Interval:
        """F1 = 2J / (1 + J), where J = hits / (hits + false positives + misses) is a share of its own.

        The interval is Wilson's for J, carried through this rising function.
        """
        jaccard = wilson(self.hits, self.hits + self.false_positives + self.misses)
        return Interval(None if jaccard.value is None else _f1(jaccard.value), _f1(jaccard.low), _f1(jaccard.high))


@dataclass(frozen=True, slots=True)
class Macro:
    """Means over `groups`, each counting alike; a group without predictions has no precision, one without labels no
    recall. None where no group has a value."""

    groups: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Measure:
    """All scores of one measurement, and the cases behind them."""

    pages: int
    overall: Score
    features: Mapping[str, Score]
    languages: Mapping[str, Score]
    cases: tuple[Case, ...] = field(repr=False)
    reliability: Reliability

    @property
    def by_feature(self) -> Macro:
        """The averages over features."""
        return macro(self.features.values())

    @property
    def by_language(self) -> Macro:
        """The averages over languages."""
        return macro(self.languages.values())

    @property
    def errors(self) -> tuple[Case, ...]:
        """False positives and misses, by feature, then by page."""
        wrong = [case for case in self.cases if case.verdict != "hit"]
        return tuple(sorted(wrong, key=lambda case: (case.feature, case.verdict, case.page.id)))


def wilson(successes: int, trials: int, z: float = Z95) -> Interval:
    """The Wilson score interval of a share (Wilson 1927); 0..1 without a value when nothing was tried."""
    if trials == 0:
        return Interval(None, 0.0, 1.0)
    share = successes / trials
    scale = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def measure(pages: Sequence[JudgedPage], *, threshold: float, ignored: frozenset[str] = frozenset()) -> Measure:
    """Compare predictions of at least `threshold` with the labels, page by feature, leaving out `ignored` features."""
    cases = tuple(case for page in pages for case in judge(page, threshold) if case.feature not in ignored)
    return Measure(
        pages=len(pages),
        overall=_score(cases),
        features=_scores(cases, lambda case: case.feature),
        languages=_scores(cases, lambda case: case.page.language),
        cases=cases,
        reliability=reliability([outcome for page in pages for outcome in _outcomes(page, ignored)]),
    )


def macro(scores: Iterable[Score]) -> Macro:
    """The macro average of the groups' scores."""
    known = list(scores)
    precision, recall, f1 = (
        _mean([interval.value for interval in column if interval.value is not None])
        for column in ([s.precision for s in known], [s.recall for s in known], [s.f1 for s in known])
    )
    return Macro(len(known), precision, recall, f1)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _outcomes(page: JudgedPage, ignored: frozenset[str]) -> list[Outcome]:
    labelled = {label.feature for label in page.labels}
    return [Outcome(value, feature in labelled) for feature, value in page.confidences if feature not in ignored]


def judge(page: JudgedPage, threshold: float) -> list[Case]:
    """The cases of one page, by feature."""
    labels: dict[str, Label] = {}
    for label in page.labels:
        labels.setdefault(label.feature, label)
    best: dict[str, Prediction] = {}
    for prediction in page.predictions:
        known = best.get(prediction.feature)
        if known is None or prediction.strength > known.strength:
            best[prediction.feature] = prediction
    predicted = {feature for feature, prediction in best.items() if prediction.strength >= threshold}
    return [
        Case(page, feature, _verdict(feature in labels, feature in predicted), labels.get(feature), best.get(feature))
        for feature in sorted(labels.keys() | predicted)
    ]


def _verdict(labelled: bool, predicted: bool) -> Verdict:
    if labelled and predicted:
        return "hit"
    return "miss" if labelled else "false positive"


def _scores(cases: Iterable[Case], key: Callable[[Case], str]) -> dict[str, Score]:
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[key(case)].append(case)
    return {name: _score(groups[name]) for name in sorted(groups)}


def _score(cases: Iterable[Case]) -> Score:
    verdicts = [case.verdict for case in cases]
    return Score(verdicts.count("hit"), verdicts.count("false positive"), verdicts.count("miss"))


def _f1(jaccard: float) -> float:
    return 2 * jaccard / (1 + jaccard)
