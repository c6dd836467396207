"""The strengths of sightings by place, role and extra words, drawn from labelled pages towards the hand-set ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.isotonic import IsotonicRegression

from detectors.strengths import strengths
from detectors.topic import TopicDetector
from losi.labels import unmeasurable
from scripts.fitting.pages import f1, folds, judge

if TYPE_CHECKING:
    from detectors.inspector import Inspector
    from scripts.fitting.pages import Judged, LabelledPage

Cell = tuple[str, str, int]
"""Table, role and number of extra words (the last column stands for all beyond)."""

PRIOR_WEIGHT = 20.0
"""The hand-set strength counts as so many sightings."""
LEAST = 10
"""A row is fitted from so many sightings on."""
_LOW, _HIGH = 0.05, 0.95


def counted(pages: Sequence[LabelledPage], inspector: Inspector) -> tuple[Counter[Cell], Counter[Cell]]:
    """Per cell, on how many pages a feature's best sighting stood there, and on how many of them readers agreed."""
    seen: Counter[Cell] = Counter()
    right: Counter[Cell] = Counter()
    ignored = unmeasurable()
    plain = [d for d in _plain(inspector) if d.feature not in ignored]
    for page in pages:
        for detector in plain:
            best = max(_cells(page, detector), default=None)
            if best is not None:
                seen[best[1]] += 1
                right[best[1]] += detector.feature in page.labels
    return seen, right


def _plain(inspector: Inspector) -> Iterator[TopicDetector]:
    """The detectors whose strengths are those of the table, unrefined."""
    for detector in inspector.detectors.page:
        if isinstance(detector, TopicDetector) and type(detector).weigh is TopicDetector.weigh:
            yield detector


def _cells(page: LabelledPage, detector: TopicDetector) -> Iterator[tuple[float, Cell]]:
    table = strengths()
    for hit in page.page.hits.feature(detector.feature):
        name = table.table_of(hit.segment.kind, hit.term.feature, detector.text_as_proof)
        column = min(hit.extra, len(table.tables[name][hit.term.role]) - 1)
        yield table.of(hit, detector.text_as_proof), (name, hit.term.role, column)
    for hit in page.page.hits.url_hits(detector.feature):
        if hit.segment.link is not None:
            yield table.of_url(hit), ("url", "alone", min(hit.extra, len(table.tables["url"]["alone"]) - 1))


def fit(pages: Sequence[LabelledPage], inspector: Inspector, hand: Mapping[str, Any]) -> dict[str, Any]:
    """The tables with every row that has sightings enough drawn towards what was seen, falling with the extra words."""
    seen, right = counted(pages, inspector)
    tables = deepcopy(dict(hand))
    for name, role in sorted({cell[:2] for cell in seen}):
        cells = [(name, role, column) for column in range(len(hand[name][role]))]
        if sum(seen[cell] for cell in cells) >= LEAST:
            tables[name][role] = drawn(
                hand[name][role], [seen[cell] for cell in cells], [right[cell] for cell in cells]
            )
    return tables


def drawn(prior: Sequence[float], seen: Sequence[int], right: Sequence[int]) -> list[float]:
    """Posterior means under a beta prior, made to fall by isotonic regression."""
    weights = np.array(seen) + PRIOR_WEIGHT
    means = (np.array(right) + PRIOR_WEIGHT * np.array(prior)) / weights
    model = IsotonicRegression(increasing=False, y_min=_LOW, y_max=_HIGH)
    falling = model.fit_transform(np.arange(len(prior)), means, sample_weight=weights)
    return [round(float(value), 2) for value in falling]


@contextmanager
def using(tables: Mapping[str, Any]) -> Iterator[None]:
    """The detectors weigh by these tables meanwhile."""
    current = strengths().tables
    before = deepcopy(current)
    current.update(deepcopy(dict(tables)))
    try:
        yield
    finally:
        current.update(before)


def cross_validate(
    pages: Sequence[LabelledPage], inspector: Inspector, hand: Mapping[str, Any], number: int
) -> tuple[float, float]:
    """F1 over all folds with the hand-set strengths, and with those fitted on the other folds."""
    old: list[Judged] = []
    new: list[Judged] = []
    for fitted_on, tested_on in folds(pages, number):
        old += judge(tested_on, inspector)
        with using(fit(fitted_on, inspector, hand)):
            new += judge(tested_on, inspector)
    return f1(old), f1(new)
