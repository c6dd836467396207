"""From observations to findings: the one place where a state is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from detectors.accidents import remark
from detectors.base import PageDetector
from detectors.calibration import chance_of_miss, probability, proves, rules
from detectors.explain import COUNTERED, NOWHERE, SEEN, explain
from detectors.finding import Finding, Reason, SearchCertificate, State
from detectors.gone import seen_of
from detectors.standing import is_front, standing
from detectors.tally import Tally, combined

if TYPE_CHECKING:
    from detectors.accidents import Apart
    from detectors.base import Detector
    from detectors.gone import IsGone, Seen
    from detectors.inspector import Inspector
    from detectors.observation import Observation

__all__ = [
    "Finding", "Reason", "SearchCertificate", "State", "Tally", "combined", "conclude", "is_front", "standing",
]  # fmt: skip

_Verdict: TypeAlias = tuple[State, Reason, float, str]
"""State, reason, confidence, and what is to be said of it beyond the proof and the search."""

_FAILED: dict[str, Reason] = {"blocked": "blocked", "unreachable": "unreachable", "no_portal": "unreachable"}


def conclude(
    tally: Tally,
    certificate: SearchCertificate,
    inspector: Inspector,
    features: Mapping[str, str],
    is_gone: IsGone = lambda _: False,
) -> tuple[Finding, ...]:
    """A finding for every feature; `features` maps each to how it is proved: page, portal, browser or manual. `is_gone`
    tells the links to pages that do not exist."""
    return tuple(
        _conclude(feature, proof, tally, certificate, inspector, is_gone) for feature, proof in features.items()
    )


def _conclude(
    feature: str, proof: str, tally: Tally, certificate: SearchCertificate, inspector: Inspector, is_gone: IsGone
) -> Finding:
    seen, against = seen_of(tally, feature, is_gone), tuple(tally.against(feature))
    made_by = tuple((d.name, d.version) for d in inspector.detectors.of_feature(feature))
    own = certificate.about(feature)
    state, reason, confidence, said = _state(feature, proof, seen, against, own, inspector)
    words = explain(Finding(feature, state, reason, confidence, seen.best, against, made_by, own), said, inspector)
    return Finding(feature, state, reason, round(confidence, 3), seen.best, against, made_by, own, words)


def _state(
    feature: str,
    proof: str,
    seen: Seen,
    against: Sequence[Observation],
    certificate: SearchCertificate,
    inspector: Inspector,
) -> _Verdict:
    """What is proved, then what keeps absence from being said, then absence: measured, or searched for in vain."""
    strength = max(0.0, combined(seen.best) - combined(against) * 0.5)
    if proof == "manual":
        return "manual", "", 0.0, "only a person can tell"
    if proves(strength, feature):
        return _presence(feature, strength, seen.apart, certificate.pages)
    detectors = inspector.detectors.of_feature(feature)
    obstacle = _obstacle(detectors, certificate, inspector)
    if obstacle is not None:
        return obstacle
    measured = proof == "browser" or not any(isinstance(detector, PageDetector) for detector in detectors)
    if measured and combined(against) >= rules()["present_from"]:
        return "absent", "", probability(combined(against)), "measured"
    if measured and seen.best:
        return "manual", "", 0.0, "measured in part: a person must judge what was seen"
    if measured:
        return "unknown", "tool", 0.0, "not measured: needs a browser, a validator or an answer of the server"
    doubt = _doubt(feature, seen)
    if doubt:
        return "unknown", "budget", 0.0, doubt
    pages = certificate.pages
    if any(d.uses_lexicon for d in detectors):
        legible = _legible(feature, certificate, inspector)
        if legible * 2 <= sum(count for _, count in certificate.languages):
            return "unknown", "language", 0.0, ""
        pages = min(pages, legible)
    return _absence(feature, certificate, pages, combined(seen.best))


def _presence(feature: str, strength: float, apart: Apart, pages: int) -> _Verdict:
    """Present, as surely as the proof tells, and less so where it may stand on one of so many pages by accident."""
    told, most = probability(strength, feature), apart.surest(pages)
    return "present", "", min(told, most), remark(pages) if most < told else ""


def _obstacle(detectors: Sequence[Detector], certificate: SearchCertificate, inspector: Inspector) -> _Verdict | None:
    """What keeps any absence from being said: nothing that could see the feature, or a portal that was not read."""
    if not detectors:
        return "unknown", "tool", 0.0, "no detector for this feature is installed"
    if certificate.outcome in _FAILED:
        return "unknown", _FAILED[certificate.outcome], 0.0, f"the portal could not be read: {certificate.cause}"
    failing = [detector.name for detector in detectors if inspector.fails(detector)]
    if failing:
        return "unknown", "error", 0.0, f"failed on most pages that it was asked of: {', '.join(failing)}"
    return None


def _legible(feature: str, certificate: SearchCertificate, inspector: Inspector) -> int:
    """How many pages are in a language whose lexicon has words for the feature."""
    known = 0
    for language, pages in certificate.languages:
        lexicon = inspector.lexicons.resolve(language) if language else None
        if lexicon is not None and feature in lexicon.features:
            known += pages
    return known


def _doubt(feature: str, seen: Seen) -> str:
    """Why neither presence nor absence is said of what was seen, however much was searched; empty if there is none."""
    if combined(seen.best) >= rules()["present_from"]:
        return COUNTERED if proves(combined(seen.best), feature) else SEEN
    return NOWHERE if proves(seen.promised, feature) else ""


def _absence(feature: str, certificate: SearchCertificate, pages: int, hints: float) -> _Verdict:
    """Absent, if enough was searched and no likely place was left, less surely where hints were seen; else unknown for
    want of budget (or what stopped the search). `pages` counts those that could have shown it."""
    rule = rules()["absent"]
    if certificate.cause == "robots":
        return "unknown", "robots", 0.0, "robots.txt keeps a part of the portal from being read"
    if pages < (rule["min_pages_exhausted"] if certificate.exhausted else rule["min_pages"]):
        told = "" if pages == certificate.pages else " in a language with words for it"
        return "unknown", "budget", 0.0, f"too few pages were read{told}: {pages}"
    _, left = certificate.likely_places(feature)
    if left:
        return "unknown", "budget", 0.0, f"links that promise it were not followed: {left}"
    doubt = probability(hints) if hints else 0.0
    sure = (1.0 - chance_of_miss(pages, certificate.exhausted)) * (1.0 - doubt)
    if sure < rule["least_sure"]:
        return "unknown", "budget", 0.0, "what was searched does not make its absence likely"
    return "absent", "", sure, ""
