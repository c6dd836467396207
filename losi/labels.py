"""Readers' labels for saved pages, and the pages judged against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from detectors.calibration import probability
from detectors.tally import Tally, combined
from losi.errors import Failure
from losi.manifest import Inspected, read_jsonl
from losi.quality import JudgedPage, Label, Prediction
from survey.features import features
from survey.indicator import UnknownIndicatorError
from survey.questionnaire import load

EDITION = "losi-2024"
"""The edition whose codes the labels use."""

EXTRA_CODES: Mapping[str, str] = {
    "H1": "policy.accessibility_statement",
    "H2": "policy.cookies",
    "H3": "policy.terms",
}
"""Features that are labelled though no indicator of the edition asks for them."""


def read_labels(path: Path) -> dict[str, tuple[str, tuple[Label, ...]]]:
    """Language and labels of each page by its id, from rows `{"id", "language", "labels": [{"code", ...}]}`.

    Raise Failure, naming the line, on a row that is not of this form, an id that was given before, or a code that the
    edition lacks.
    """
    return {row["id"]: (str(row.get("language") or ""), tuple(_labels(row, path, line))) for line, row in _rows(path)}


def judged_pages(
    inspected: Iterable[Inspected], labels: Mapping[str, tuple[str, tuple[Label, ...]]]
) -> list[JudgedPage]:
    """Join what was seen with what was labelled; a page without labels row is left out."""
    return [
        JudgedPage(
            each.id,
            each.url,
            labels[each.id][0] or each.language,
            labels[each.id][1],
            _predictions(each),
            _confidences(each),
        )
        for each in inspected
        if not each.error and each.id in labels
    ]


def unmeasurable() -> frozenset[str]:
    """Features that the labels cannot speak of: without a code, or seen only in a browser or by a person."""
    coded = {*load(EDITION).features, *EXTRA_CODES.values()}
    seen = {key for key, feature in features().items() if feature.proof not in ("browser", "manual")}
    return frozenset(features().keys() - (coded & seen))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    seen: set[str] = set()
    for line, row in read_jsonl(path):
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("labels"), list):
            raise Failure(f'{path}:{line}: not an object with "id" and a list "labels"', "mend that line")
        if row["id"] in seen:
            raise Failure(
                f"{path}:{line}: the id {row['id']!r} is given twice", "put all labels of a page into one row"
            )
        seen.add(row["id"])
        yield line, row


def _labels(row: Mapping[str, Any], path: Path, line: int) -> Iterator[Label]:
    for label in row["labels"]:
        if not isinstance(label, dict) or not isinstance(label.get("code"), str):
            raise Failure(f'{path}:{line}: a label is not an object with "code"', "mend that line")
        for feature in _features(label["code"], path, line):
            yield Label(feature, *(str(label.get(name) or "") for name in ("kind", "quote", "href")))


def _features(code: str, path: Path, line: int) -> tuple[str, ...]:
    if code in EXTRA_CODES:
        return (EXTRA_CODES[code],)
    try:
        return load(EDITION).indicator(code).features
    except UnknownIndicatorError as error:
        raise Failure(f"{path}:{line}: {error}", "mend that label") from error


def _confidences(inspected: Inspected) -> tuple[tuple[str, float], ...]:
    """What a run over this page alone would conclude, as probabilities."""
    tally = Tally(sorted({observation.feature for observation in inspected.observations}))
    tally.add(inspected.language, inspected.observations)
    return tuple((feature, probability(combined(tally.best(feature)), feature)) for feature in tally.features)


def _predictions(inspected: Inspected) -> tuple[Prediction, ...]:
    return tuple(Prediction(o.feature, o.strength, o.kind, o.quote, o.href, o.why) for o in inspected.observations)
