"""The HTML report of one run: one file, no external resources, safe whatever the crawled pages hold."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from crawler.prefill import prefill, summarise
from crawler.wire import CUTS
from detectors.plainly import plainly
from losi.searched import language_name, searched_words
from review.marks import Piece, link_target, pieces, safe_link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from jinja2 import Environment

    from crawler.prefill import Answer
    from crawler.result import RunResult
    from detectors.observation import Observation
    from survey.indicator import Questionnaire

STATES = ("present", "absent", "unknown", "manual", "not_applicable")
MAX_PROOFS = 5
"""Observations shown for, and as many against, one question."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One observation as the report shows it; links are empty where they would not be safe to follow."""

    pieces: list[Piece]
    gloss: str
    why: str
    url: str
    link: str
    target: str
    capture: int | None
    cut: str
    language: str
    share: int
    detector: str
    picture: str


@dataclass(frozen=True, slots=True)
class Question:
    """One indicator as the report shows it."""

    code: str
    title: str
    counts_as_yes: str
    explanation: str
    criterion: str
    state: str
    confidence: int | None
    proofs: list[Proof]
    against: list[Proof]
    searched: list[str]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The questions of one criterion, and how many are in which state."""

    name: str
    anchor: str
    questions: list[Question]
    counts: dict[str, int]


def report_html(result: RunResult, questionnaire: Questionnaire, made_at: datetime, data: Path | None = None) -> str:
    """The report of a run as HTML text; `made_at` is printed as its date, pictures of the proof come from `data`."""
    answers = prefill(questionnaire, result.findings)
    script, style = _asset("report.js"), _asset("report.css")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            portal_link=safe_link(result.portal.url),
            questionnaire=questionnaire,
            summary=summarise(questionnaire, answers),
            chapters=_chapters(questionnaire, answers, data, result.cuts),
            views=[(name, picture) for name, place in result.views if (picture := _picture(place, data))],
            states=STATES,
            languages=[language_name(code) for code in result.languages],
            searched=searched_words(result.findings[0].certificate) if result.findings else [],
            made_at=made_at,
            script=script,
            style=style,
            script_hash=_digest(script),
            style_hash=_digest(style),
        )
    )


def _chapters(
    questionnaire: Questionnaire, answers: Sequence[Answer], data: Path | None, cuts: Mapping[int, str]
) -> list[Chapter]:
    chapters = []
    for number, criterion in enumerate(questionnaire.criteria, 1):
        questions = [_question(answer, data, cuts) for answer in answers if answer.indicator.criterion == criterion]
        counts = {state: sum(1 for question in questions if question.state == state) for state in STATES}
        chapters.append(Chapter(criterion, f"c{number}", questions, counts))
    return chapters


def _question(answer: Answer, data: Path | None, cuts: Mapping[int, str]) -> Question:
    finding = answer.finding
    decided = finding.state in ("present", "absent")
    return Question(
        code=answer.indicator.code,
        title=answer.indicator.title,
        counts_as_yes=answer.indicator.counts_as_yes,
        explanation=finding.explanation,
        criterion=answer.indicator.criterion,
        state=finding.state,
        confidence=round(100 * finding.confidence) if decided else None,
        proofs=[_proof(observation, data, cuts) for observation in finding.evidence[:MAX_PROOFS]],
        against=[_proof(observation, data, cuts) for observation in finding.against[:MAX_PROOFS]],
        searched=searched_words(finding.certificate) if finding.state in ("absent", "unknown") else [],
    )


def _proof(observation: Observation, data: Path | None, cuts: Mapping[int, str]) -> Proof:
    return Proof(
        pieces=pieces(observation.quote, observation.matched),
        gloss=observation.gloss,
        why=str(plainly(observation.why, observation.quote, observation.matched)),
        url=observation.url,
        link=safe_link(observation.url),
        target=link_target(observation.url, observation.href),
        capture=observation.capture,
        cut=CUTS.get(cuts.get(observation.capture, ""), "") if observation.capture is not None else "",
        language=observation.language,
        share=round(100 * observation.strength),
        detector=f"{observation.detector} {observation.version}".strip(),
        picture=_picture(observation.screenshot, data),
    )


def _picture(place: str, data: Path | None) -> str:
    """A picture below the data folder as a data URI, so that the report stays one file; empty if there is none."""
    if not place or data is None:
        return ""
    try:
        return "data:image/webp;base64," + base64.b64encode((data / place).read_bytes()).decode("ascii")
    except OSError:
        return ""


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("losi"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _asset(name: str) -> Any:
    from markupsafe import Markup

    return Markup(files("losi").joinpath("templates").joinpath(name).read_text(encoding="utf-8"))


def _digest(text: str) -> str:
    """The source expression of a Content-Security-Policy for an inline script or style (CSP level 2)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
