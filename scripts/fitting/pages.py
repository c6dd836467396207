"""Labelled pages, opened once, and the folds of a cross-validation that keeps each country together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from detectors.inspector import Inspector
from detectors.tally import Tally, combined
from losi.errors import Failure
from losi.labels import read_labels, unmeasurable
from losi.manifest import Row, open_page, read_jsonl, read_manifest

if TYPE_CHECKING:
    from detectors.observation import Observation
    from detectors.page import Page


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with the features that readers saw proof of; pages of one `group` are never split between folds."""

    id: str
    group: str
    page: Page
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """What detectors say of a page: the combined strength per feature, and those with a sighting that is proof."""

    page: LabelledPage
    strengths: dict[str, float]
    proved: frozenset[str]


def read(labels: Path, manifest: Path) -> list[LabelledPage]:
    """The labelled pages of a manifest, in its order; the group is the row's `country`, else the host.

    Raises Failure, naming the line, on a row that cannot be used: a fit without its page would go unnoticed.
    """
    known = read_labels(labels)
    rows = list(_usable(manifest))
    countries = {row["id"]: row.get("country") for _, row in read_jsonl(manifest)}
    ignored = unmeasurable()
    return [
        LabelledPage(
            row.id,
            str(countries.get(row.id) or urlsplit(row.url).hostname or row.id),
            open_page(row.file, row.url),
            frozenset(label.feature for label in known[row.id][1]) - ignored,
        )
        for row in rows
        if row.id in known
    ]


def _usable(manifest: Path) -> Iterator[Row]:
    for row in read_manifest(manifest):
        if row.error:
            raise Failure(f"{manifest}:{row.line}: {row.error}", "mend that line")
        yield row


def folds(pages: Sequence[LabelledPage], number: int) -> Iterator[tuple[list[LabelledPage], list[LabelledPage]]]:
    """Pairs (fitted on, tested on). Groups go to the smallest fold, largest first: the split is always alike."""
    sizes = Counter(page.group for page in pages)
    fold_of: dict[str, int] = {}
    filled = [0] * number
    for group in sorted(sizes, key=lambda group: (-sizes[group], group)):
        fold_of[group] = filled.index(min(filled))
        filled[fold_of[group]] += sizes[group]
    for fold in range(number):
        yield (
            [page for page in pages if fold_of[page.group] != fold],
            [page for page in pages if fold_of[page.group] == fold],
        )


def judge(pages: Sequence[LabelledPage], inspector: Inspector) -> list[Judged]:
    """What the detectors say now of each page, features that labels cannot speak of left out."""
    ignored = unmeasurable()
    return [_judged(page, inspector.look(page.page)[0], ignored) for page in pages]


def _judged(page: LabelledPage, seen: list[Observation], ignored: frozenset[str]) -> Judged:
    wanted = sorted({o.feature for o in seen if o.polarity == "for"} - ignored)
    tally = Tally(wanted)
    tally.add(page.page.language, seen)
    strengths = {feature: combined(tally.best(feature)) for feature in wanted}
    proved = frozenset(o.feature for o in seen if o.is_proof and o.feature in strengths)
    return Judged(page, strengths, proved)


def f1(judged: Sequence[Judged]) -> float:
    """F1 over page x feature, a feature being predicted when a sighting by itself is proof."""
    hits = sum(len(each.proved & each.page.labels) for each in judged)
    wrong = sum(len(each.proved ^ each.page.labels) for each in judged)
    return 2 * hits / (2 * hits + wrong) if hits else 0.0
