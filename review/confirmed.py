"""How right the program was, by what people confirmed: each settled answer against the suggestion it began with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from storage.models import Card, Finding, Portal, Run, Sheet, Task
from storage.repository.sheets import DECIDED, deciding, findings_by_feature
from survey.questionnaire import load

Outcome = Literal["hit", "false positive", "miss", "true negative", "left open"]
View = Literal["shown", "hidden"]
_OUTCOMES: Mapping[tuple[str, str], Outcome] = {
    ("present", "yes"): "hit",
    ("present", "no"): "false positive",
    ("absent", "yes"): "miss",
    ("absent", "no"): "true negative",
}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One settled answer beside the suggestion of run `run`.

    `features` and `detectors` are those that the outcome counts for: of a present answer the feature and the detector
    of the best proof; of any other all features of the question and all detectors that looked for them. `confidence` is
    the probability that the suggested state was right; None where nothing was suggested.
    """

    portal: str
    edition: str
    code: str
    language: str
    state: str
    verdict: str
    outcome: Outcome
    confidence: float | None
    features: tuple[str, ...]
    detectors: tuple[str, ...]
    run: int
    url: str
    quote: str
    why: str


@dataclass(frozen=True, slots=True)
class Confirmations:
    """All settled answers, and the outcomes of single decisions by whether the suggestion was in view."""

    answers: tuple[Confirmed, ...]
    views: Mapping[View, Counter[Outcome]]

    @property
    def left_open(self) -> Counter[str]:
        """What people said where the program suggested nothing: they count neither for nor against it."""
        return Counter(each.verdict for each in self.answers if each.outcome == "left open")


def confirmations(session: Session, *, cycle_id: int | None = None) -> Confirmations:
    """The settled answers of all sheets, or of one cycle's; those settled as unsure say nothing and are left out."""
    chosen: list[ColumnElement[bool]] = [] if cycle_id is None else [Sheet.cycle_id == cycle_id]
    query = (
        select(Card, Sheet, Portal)
        .join(Sheet, Sheet.id == Card.sheet_id)
        .join(Portal, Portal.id == Sheet.portal_id)
        .where(Card.verdict.in_(("yes", "no")), *chosen)
        .order_by(Card.run_id, Card.sheet_id, Card.position)
    )
    return Confirmations(tuple(_answers(session, query)), _views(session, chosen))


def outcome(state: str, verdict: str) -> Outcome:
    """What a suggestion came to. `unknown`, `manual` and `not_applicable` claim nothing, so they are left open."""
    return _OUTCOMES.get((state, verdict), "left open")


def _answers(session: Session, query: Any) -> Iterable[Confirmed]:
    number, found, language = 0, dict[str, Finding](), ""
    for card, sheet, portal in session.execute(query):
        if card.run_id != number:
            number, found = card.run_id, findings_by_feature(session, card.run_id)
            run = session.get_one(Run, number)
            language = (run.languages or [""])[0]
        yield _confirmed(card, sheet, portal, found, language)


def _confirmed(card: Card, sheet: Sheet, portal: Portal, found: dict[str, Finding], language: str) -> Confirmed:
    asked = load(sheet.edition).indicator(card.code)
    best = deciding(asked, found)
    proof: Mapping[str, Any] = best.evidence[0] if best and best.evidence and card.state == "present" else {}
    searched = [found[key] for key in asked.features if key in found]
    claimed = card.state in ("present", "absent")
    return Confirmed(
        portal=portal.url,
        edition=sheet.edition,
        code=card.code,
        language=_language(str(proof.get("language") or portal.language or language)),
        state=card.state,
        verdict=card.verdict or "",
        outcome=outcome(card.state, card.verdict or ""),
        confidence=card.confidence if claimed else None,
        features=(best.feature,) if best and proof else asked.features,
        detectors=(str(proof["detector"]),) if proof.get("detector") else _looked(searched),
        run=card.run_id,
        url=str(proof.get("url") or card.evidence_url or ""),
        quote=str(proof.get("quote") or ""),
        why=str(proof.get("why") or (best.explanation if best else "")),
    )


def _looked(found: Iterable[Finding]) -> tuple[str, ...]:
    """The detectors that looked for features, in alphabetical order."""
    return tuple(sorted({str(each["name"]) for finding in found for each in finding.detectors}))


def _language(code: str) -> str:
    """The first language (of `es, qu`) without script and country; `und` (BCP 47) if none is known."""
    return code.partition(",")[0].strip().replace("_", "-").split("-")[0].lower() or "und"


def _views(session: Session, chosen: list[ColumnElement[bool]]) -> Mapping[View, Counter[Outcome]]:
    """The outcomes of every assessor's own decisions: those made in view of the suggestion, and those made without."""
    query = (
        select(Task.hidden, Task.verdict, Card.state)
        .join(Card, Card.id == Task.card_id)
        .join(Sheet, Sheet.id == Task.sheet_id)
        .where(Task.stage == DECIDED, Task.verdict.in_(("yes", "no")), *chosen)
    )
    views: dict[View, Counter[Outcome]] = {"shown": Counter(), "hidden": Counter()}
    for hidden, verdict, state in session.execute(query):
        views["hidden" if hidden else "shown"][outcome(state, str(verdict))] += 1
    return views
