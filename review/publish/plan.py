"""The improvement plan of a portal: what is missing, what it takes, whom it serves, and who has it already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.publish.answers import PortalAnswers, Said
from review.publish.claims import Beside
from review.publish.models import Model, Models
from review.publish.scores import Score, index_of, score_of
from storage.models import Finding
from survey.indicator import Indicator
from survey.plan import GRADES, Effort, Target, effort_of, targets_of
from survey.scoring import level


@dataclass(frozen=True, slots=True)
class Example:
    """A portal to learn from, and the words on its page that prove it (empty where only the address is known)."""

    model: Model
    excerpt: str


@dataclass(frozen=True, slots=True)
class Step:
    """A question that a portal answers with no: what counts as yes, the least effort, goals, portals that have it.

    `confirmed` tells whether people settled the no; `claims` are what the government says about it.
    """

    indicator: Indicator
    confirmed: bool
    effort: Effort
    targets: tuple[Target, ...]
    examples: tuple[Example, ...]
    claims: tuple[Beside, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """Where a portal would stand with all steps up to a grade of effort done."""

    grade: str
    steps: int
    index: float
    level: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, the easy ones first; `open` are questions that nobody could answer, which are no steps.

    `gains` are told where the index is a plain share (`losi`).
    """

    score: Score
    title: str
    steps: tuple[Step, ...]
    open: tuple[Said, ...]
    gains: tuple[Gain, ...]

    @property
    def by_grade(self) -> list[tuple[str, list[Step]]]:
        """The steps of each grade of effort that has any, the easy ones first."""
        found = [(str(grade), [step for step in self.steps if step.effort.grade == grade]) for grade in GRADES]
        return [(grade, steps) for grade, steps in found if steps]


def plan_of(session: Session, portal: PortalAnswers, models: Models, claims: Sequence[Beside] = ()) -> Plan:
    """The plan of one portal; without steps if it was not assessed."""
    score = score_of(portal)
    if portal.questionnaire is None or score.index is None:
        return Plan(score, "", (), (), ())
    missing = [each for each in portal.said if each.value == 0 and (each.verdict or each.state != "not_applicable")]
    chosen = {each.indicator.code: models.of(each.indicator.id, portal.visit, score.level) for each in missing}
    excerpts = _excerpts(session, missing, chosen)
    steps = [_step(each, chosen[each.indicator.code], excerpts, claims) for each in missing]
    return Plan(
        score,
        portal.questionnaire.title,
        tuple(sorted(steps, key=lambda step: GRADES.index(step.effort.grade))),
        tuple(each for each in portal.said if each.value is None),
        _gains(portal, score, steps),
    )


def _step(said: Said, models: Iterable[Model], excerpts: dict[tuple[int, str], str], claims: Iterable[Beside]) -> Step:
    asked = said.indicator
    return Step(
        asked,
        said.basis == "confirmed",
        effort_of(asked),
        targets_of(asked),
        tuple(Example(model, _excerpt(model, asked, excerpts)) for model in models),
        tuple(each for each in claims if each.claim.code == asked.code),
    )


def _excerpts(
    session: Session, missing: Iterable[Said], chosen: dict[str, tuple[Model, ...]]
) -> dict[tuple[int, str], str]:
    """The quote of the best proof, by run and its page's address."""
    features = {key for each in missing for key in each.indicator.features}
    runs = {model.run for models in chosen.values() for model in models if model.run is not None}
    query = select(Finding.run_id, Finding.feature, Finding.evidence)
    query = query.where(Finding.run_id.in_(runs), Finding.feature.in_(features), Finding.state == "present")
    return {
        (run, f"{feature} {item.get('url')}"): str(item.get("quote") or "")
        for run, feature, evidence in session.execute(query)
        for item in reversed(evidence)
    }


def _excerpt(model: Model, asked: Indicator, excerpts: dict[tuple[int, str], str]) -> str:
    keys = ((model.run or 0, f"{feature} {model.evidence_url}") for feature in asked.features)
    return next((excerpts[key] for key in keys if excerpts.get(key)), "")


def _gains(portal: PortalAnswers, score: Score, steps: Sequence[Step]) -> tuple[Gain, ...]:
    if score.measure != "losi" or portal.questionnaire is None:
        return ()
    gains, done = [], 0
    for grade in GRADES:
        number = sum(step.effort.grade == grade for step in steps)
        done += number
        index = index_of(score.yes + done, portal.questionnaire)
        gains.append(Gain(grade, number, index, level(index)))
    return tuple(gains)


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON: `{"schema": 1, "portal", "index", "level", "gains", "steps", "open"}`."""
    visit, score = plan.score.visit, plan.score
    return {
        "schema": 1,
        "portal": {"id": visit.portal, "url": visit.url, "name": visit.name, "country": visit.country},
        "edition": visit.edition,
        "status": score.status,
        "basis": score.basis,
        "index": score.index,
        "level": score.level,
        "gains": [
            {"effort": each.grade, "steps": each.steps, "index": each.index, "level": each.level} for each in plan.gains
        ],
        "steps": [_step_document(step) for step in plan.steps],
        "open": [{"code": each.indicator.code, "title": each.indicator.title} for each in plan.open],
    }


def _step_document(step: Step) -> dict[str, Any]:
    asked, effort = step.indicator, step.effort
    return {
        "code": asked.code,
        "criterion": asked.criterion,
        "title": asked.title,
        "counts_as_yes": asked.counts_as_yes,
        "confirmed": step.confirmed,
        "effort": {"grade": effort.grade, "reason": effort.reason, "source": effort.source},
        "goals": [
            {"goal": each.goal, "title": each.title, "target": each.target, "source": each.source}
            for each in step.targets
        ],
        "examples": [_example_document(each) for each in step.examples],
        "claims": [
            {"source": each.claim.source, "says": each.claim.says, "url": each.claim.url, "comment": each.claim.comment}
            for each in step.claims
        ],
    }


def _example_document(example: Example) -> dict[str, Any]:
    model = example.model
    return {
        "portal": model.portal,
        "name": model.name,
        "url": model.url,
        "country": model.country,
        "shares": list(model.shared),
        "evidence_url": model.evidence_url,
        "excerpt": example.excerpt,
        "confirmed": model.confirmed,
    }
