"""The atlas: maps, plots and tables of a survey, and a plan for each portal, as HTML pages in one folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from review.publish.answers import PortalAnswers, portal_answers
from review.publish.claims import Beside, with_claims
from review.publish.figures import Gathered, Tile, histogram, level_cuts, tiles
from review.publish.folders import written_whole
from review.publish.models import Models
from review.publish.pages import page
from review.publish.plan import Plan, plan_of
from review.publish.scope import Scope
from review.publish.scores import Score, score_of
from review.publish.summary import KINDS, Line, Summary

ROWS = 400
"""Portals on a page."""
INDICES = {"losi": "Local Online Service Index", "osi_weighted": "weighted online service score"}
_MARKS = (b'<nav aria-label="Atlas">', b" by LOSI Scout.")
"""What every page of an atlas holds."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The figures of one measure as the front page shows them."""

    measure: str
    title: str
    total: Line
    summary: Summary
    cuts: list[tuple[float, str]]
    bins: list[tuple[float, int]]
    tiles: list[Tile]


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the portals' pages."""

    score: Score
    rank: int | None
    claims: int
    plan: str


def write_atlas(session: Session, scope: Scope, folder: Path, now: datetime, *, plans: bool = True) -> list[Path]:
    """Writes `index.html`, `features.html`, `portals-<n>.html` and, if wanted, `plans/<portal>.html`; the files' paths.

    Portals are read twice and written as they come; all files take their places at the end, and pages of an earlier
    atlas that this one has not are taken away. Raises OSError where the folder cannot be written to.
    """
    with written_whole(folder, _numbered) as draft:
        written = _atlas(session, scope, draft, now, plans)
    return [folder / path.name for path in written]


def _atlas(session: Session, scope: Scope, folder: Path, now: datetime, plans: bool) -> list[Path]:
    if plans:
        (folder / "plans").mkdir()
    figures, gathered, models = _gather(session, scope, plans)
    title = f"Survey cycle {scope.name}" if scope.name else "Newest visits"
    common = {"survey": title, "made": now.date().isoformat()}
    number = -(-sum(summary.total.portals for summary in figures.values()) // ROWS)
    chapters = [_chapter(measure, summary) for measure, summary in figures.items()]
    written = [
        _write(folder / "index.html", "index.html.j2", chapters=chapters, gathered=gathered, pages=number, **common),
        _write(folder / "features.html", "features.html.j2", gathered=gathered, pages=number, **common),
    ]
    listed = _listed(session, scope, folder, figures, models, common, plans)
    for at in range(1, number + 1):
        rows = list(islice(listed, ROWS))
        path = folder / f"portals-{at}.html"
        written.append(_write(path, "portals.html.j2", rows=rows, at=at, pages=number, **common))
    return written


def plan_page(plan: Plan, survey: str, now: datetime, back: str = "") -> str:
    """The improvement plan of a portal as a page of its own; `back` is the address of the page that lists it."""
    return page("plan.html.j2", plan=plan, survey=survey, made=now.date().isoformat(), back=back)


def _numbered(folder: Path) -> Iterator[Path]:
    """The numbered pages of an atlas in a folder; others' files, whatever their names, are none."""
    for path in (*folder.glob("portals-*.html"), *folder.glob("plans/*.html")):
        if path.stem.removeprefix("portals-").isdigit() and path.is_file():
            text = path.read_bytes()
            if all(mark in text for mark in _MARKS):
                yield path


def _gather(session: Session, scope: Scope, plans: bool) -> tuple[dict[str, Summary], Gathered, Models]:
    figures: dict[str, Summary] = {}
    gathered, models = Gathered(), Models()
    for portal in portal_answers(session, scope):
        score = score_of(portal)
        figures.setdefault(score.measure, Summary()).add(score)
        gathered.add(portal, score)
        if plans:
            models.add(portal)
    return dict(sorted(figures.items())), gathered, models


def _chapter(measure: str, summary: Summary) -> Chapter:
    index = "losi" if measure == "losi" else "egdi"
    made = tiles(summary.lines("country"), index)
    title = f"{KINDS[measure]}: {summary.own or INDICES[measure]}"
    return Chapter(measure, title, summary.total, summary, level_cuts(index), histogram(summary), made)


def _listed(
    session: Session,
    scope: Scope,
    folder: Path,
    figures: dict[str, Summary],
    models: Models,
    common: dict[str, str],
    plans: bool,
) -> Iterator[Listed]:
    for number, (portal, claims) in enumerate(with_claims(session, scope)):
        score = score_of(portal)
        back = f"../portals-{number // ROWS + 1}.html"
        link = _plan(session, portal, claims, folder, models, common, back) if plans and score.index is not None else ""
        yield Listed(score, figures[score.measure].rank(score), len(claims), link)


def _plan(
    session: Session,
    portal: PortalAnswers,
    claims: tuple[Beside, ...],
    folder: Path,
    models: Models,
    common: dict[str, str],
    back: str,
) -> str:
    link = f"plans/{portal.visit.portal}.html"
    _write(folder / link, "plan.html.j2", plan=plan_of(session, portal, models, claims), back=back, **common)
    return link


def _write(path: Path, template: str, **values: object) -> Path:
    text = page(template, **values)
    path.write_text(text.encode("utf-8", "replace").decode("utf-8"), encoding="utf-8")
    return path
