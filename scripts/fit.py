"""Fits the numbers behind strengths and conclusions on labelled pages and whole sites, and says whether that helps.

    python -m scripts.fit --labels LABELS.jsonl --manifest PAGES.jsonl [--unseen LABELS.jsonl PAGES.jsonl]
        [--site START SITE.warc.gz ...] [--write DATE]

With --unseen, the curve and the share that is not recognised are fitted on pages from which no lexicon was mended.
Every fit starts from the hand-set numbers of `scripts/fitting/prior.toml` and stands against them in a cross-validation
that keeps the pages of a country together. With --write, the better of the two goes into `detectors/data`, with the
date and the number of labels. The same input gives the same output. docs/accuracy.md holds the figures of the last fit.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Sequence
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

from detectors.inspector import Inspector
from detectors.strengths import strengths
from losi.errors import Failure
from scripts.fitting import curve as curves
from scripts.fitting import misses as sites
from scripts.fitting import reliability as reliabilities
from scripts.fitting import strengths as places
from scripts.fitting.pages import LabelledPage, judge, read
from scripts.fitting.tables import put, rewrite

DATA = Path(__file__).resolve().parent.parent / "detectors" / "data"
PRIOR = Path(__file__).resolve().parent / "fitting" / "prior.toml"
FOLDS = 5
_HARMLESS = 0.0005
"""So much F1 is no difference."""


def main() -> int:
    """Fit, compare, and write if asked."""
    options = _options()
    inspector = Inspector.default()
    pages = read(options.labels, options.manifest)
    source = f"fitted on {sum(len(page.labels) for page in pages)} labels of {len(pages)} pages"
    print(f"{source} of {len({page.group for page in pages})} countries or hosts; {FOLDS} folds")
    prior = tomllib.loads(PRIOR.read_text(encoding="utf-8"))
    tables = fit_strengths(pages, inspector, prior["strengths"], source, options.write)
    if options.unseen:
        pages = read(*options.unseen)
        source = f"fitted on {sum(len(page.labels) for page in pages)} labels of {len(pages)} unseen pages"
        print(f"{source} of {len({page.group for page in pages})} countries or hosts")
    with places.using(tables):
        curve = fit_curve(pages, inspector, prior["curve"], source, options.write)
        fit_reliability(pages, inspector, curve, source, options.write)
        fit_unrecognised(pages, inspector, options.write)
    if options.site:
        fit_misses([(start, Path(file)) for start, file in options.site], prior["absent"], options.write)
    return 0


def fit_strengths(
    pages: Sequence[LabelledPage], inspector: Inspector, prior: dict[str, Any], source: str, write: str
) -> dict[str, Any]:
    """Strengths by place, role and extra words: the fitted ones if they give a better F1 on the other folds."""
    hand = {name: {**table, **prior.get(name, {})} for name, table in _sections(strengths().tables)}
    old, new = places.cross_validate(pages, inspector, hand, FOLDS)
    better = new > old + _HARMLESS
    print(f"strengths: F1 out of fold {old:.4f} hand-set, {new:.4f} fitted: {_verdict(better)}")
    fitted = places.fit(pages, inspector, hand)
    rows = [(name, role) for name, table in fitted.items() for role in table if table[role] != hand[name][role]]
    for name, role in rows:
        print(f"  [{name}] {role} = {fitted[name][role]} (hand-set {hand[name][role]})")
    chosen = fitted if better else hand
    if write:
        for name, role in rows:
            put(DATA / "strengths.toml", name, role, chosen[name][role])
        _sign("strengths.toml", better, source, write)
    return chosen


def _sections(tables: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, deepcopy(table)) for name, table in tables.items() if isinstance(table, dict)]


def fit_curve(
    pages: Sequence[LabelledPage], inspector: Inspector, prior: dict[str, Any], source: str, write: str
) -> curves.Curve:
    """Strength to probability: the fitted curve if it has a lower Brier score on the other folds."""
    hand = curves.Curve(tuple(prior["strength"]), tuple(prior["probability"]))
    trial = curves.cross_validate(pages, inspector, hand, FOLDS)
    better = trial.after[0] < trial.before[0]
    print(f"curve, {trial.pairs} pages x features of which something was seen, out of fold: {_verdict(better)}")
    _print({"hand-set": trial.before, "fitted": trial.after})
    chosen = curves.fit(judge(pages, inspector), hand) if better else hand
    print(f"  probability = {list(chosen.probability)} at {list(chosen.strength)}")
    if write:
        put(DATA / "conclusions.toml", "curve", "strength", chosen.strength)
        put(DATA / "conclusions.toml", "curve", "probability", chosen.probability)
        _sign("conclusions.toml", better, source, write)
    return chosen


def fit_reliability(
    pages: Sequence[LabelledPage], inspector: Inspector, curve: curves.Curve, source: str, write: str
) -> None:
    """How much more or less proof of one feature is worth than of all, if that lowers the Brier score elsewhere."""
    trial = reliabilities.cross_validate(pages, inspector, curve, FOLDS)
    better = trial.after[0] < trial.before[0]
    print(f"the curve moved feature by feature, out of fold: {_verdict(better)}")
    _print({"curve alone": trial.before, "moved by feature": trial.after})
    fitted = reliabilities.fit(judge(pages, inspector), curve) if better else {}
    for feature, log_odds in sorted(fitted.items(), key=lambda row: row[1]):
        print(f"  {log_odds:+.2f} {feature}")
    if write:
        rewrite(DATA / "reliability.toml", "log_odds", fitted)
        _sign("reliability.toml", better, source, write)


def _print(trials: dict[str, tuple[float, float]]) -> None:
    for name, (brier, error) in trials.items():
        print(f"  {name}: Brier {brier:.4f}, expected calibration error {error:.4f}")


def fit_unrecognised(pages: Sequence[LabelledPage], inspector: Inspector, write: str) -> None:
    """The chance that proof on a page that was read goes unseen, without so much as a hint: what hints leave open, the
    curve tells."""
    judged = judge(pages, inspector)
    labels = sum(len(each.page.labels) for each in judged)
    missed = sum(len(each.page.labels - each.proved) for each in judged)
    unseen = sum(len(each.page.labels - each.strengths.keys()) for each in judged)
    print(f"not recognised: {missed} of {labels} labels, of {unseen} ({unseen / labels:.3f}) nothing was seen")
    if write:
        put(DATA / "conclusions.toml", "absent", "unrecognised", round(unseen / labels, 3))


def fit_misses(found_at: Sequence[tuple[str, Path]], prior: dict[str, Any], write: str) -> None:
    """The chance of a miss by pages read, pooled with the hand-set one; sites are too few to test it on others."""
    measured = sites.measure(found_at)
    fitted = sites.fit(measured, prior["miss_at"], prior["miss"])
    for place, depth in enumerate(sites.DEPTHS):
        print(f"miss at {depth} pages: {measured.missed[depth]} of {measured.found[depth]} features; {fitted[place]}")
    if write:
        put(DATA / "conclusions.toml", "absent", "miss_at", sites.DEPTHS)
        put(DATA / "conclusions.toml", "absent", "miss", fitted)


def _sign(name: str, fitted: bool, source: str, day: str) -> None:
    words = f"{source}, with the hand-set values as prior" if fitted else f"set by hand; {source} they were no better"
    put(DATA / name, "", "source", f"{words}; see docs/accuracy.md")
    put(DATA / name, "", "date", day)


def _verdict(better: bool) -> str:
    return "the fitted ones are better" if better else "the hand-set ones stay"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, required=True, help="readers' labels, as for `losi quality`")
    parser.add_argument("--manifest", type=Path, required=True, help="the labelled pages, as for `losi quality`")
    parser.add_argument("--unseen", nargs=2, type=Path, metavar=("LABELS", "PAGES"), help="such pages for the curve")
    parser.add_argument("--site", nargs=2, action="append", metavar=("START", "FILE"), help="a whole archived site")
    parser.add_argument("--write", type=_day, metavar="DATE", help="write into detectors/data, dated so")
    return parser.parse_args()


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as error:
        sys.exit(f"fit: {error.format_message()}")
