"""From observations to findings: the one place where a state is decided."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from detectors.base import PageDetector
from detectors.packaged import data

if TYPE_CHECKING:
    from detectors.base import Detector
    from detectors.inspector import Inspector
    from detectors.observation import Observation

State = Literal["present", "absent", "unknown", "manual", "not_applicable"]
Reason = Literal["", "blocked", "unreachable", "budget", "robots", "login", "language", "error", "tool"]
_INDEX = re.compile(r"(?:index|default|home)(?:\.\w{2,5})?")
_MENUS = frozenset(("nav", "header", "footer", "breadcrumb", "consent"))
_Verdict: TypeAlias = tuple[State, Reason, float, str]
_FAILED: dict[str, Reason] = {"blocked": "blocked", "unreachable": "unreachable", "no_portal": "unreachable"}


@dataclass(frozen=True, slots=True)
class SearchCertificate:
    """What was searched: the basis of every `absent`.

    `pages` counts pages read by detectors; `languages` the same by language; `exhausted` says that no in-scope page was
    left unvisited; `sitemap` that one was read; `site_search` lists the terms asked of the portal's own search;
    `left` counts known but unvisited pages; `outcome` and `cause` are the run's.
    """

    pages: int = 0
    languages: tuple[tuple[str, int], ...] = ()
    exhausted: bool = False
    sitemap: bool = False
    site_search: tuple[str, ...] = ()
    left: int = 0
    outcome: str = "ok"
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The conclusion on one feature of one portal in one run. `confidence` is the probability that `state` is right."""

    feature: str
    state: State
    reason: Reason
    confidence: float
    evidence: tuple[Observation, ...] = ()
    against: tuple[Observation, ...] = ()
    detectors: tuple[tuple[str, str], ...] = ()
    certificate: SearchCertificate = SearchCertificate()
    note: str = ""


def _rules() -> Mapping[str, Any]:
    return data("conclusions")


@dataclass(slots=True)
class _Kept:
    """The best observations of one feature, one per page and target, in memory that does not grow."""

    best: list[Observation] = field(default_factory=list)
    against: list[Observation] = field(default_factory=list)

    def add(self, observation: Observation, keep: int) -> None:
        kept = self.best if observation.polarity == "for" else self.against
        key = _key(observation)
        for index, other in enumerate(kept):
            if _key(other) == key:
                if _order(observation) < _order(other):
                    kept[index] = observation
                    kept.sort(key=_order)
                return
        kept.append(observation)
        kept.sort(key=_order)
        del kept[keep:]


def _key(observation: Observation) -> tuple[str, str]:
    """Sightings with the same words and target (a menu on every page) are one."""
    return observation.quote, observation.href or observation.url


def _order(observation: Observation) -> tuple[float, int, tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Strongest first; then the earliest capture; then by all that is written, so that the order of arrival never
    matters."""
    o = observation
    capture = o.capture if o.capture is not None else 1 << 60
    words = (o.url, o.quote, o.href, o.kind, o.zone, o.detector, o.version, o.why, o.gloss, o.language, o.selector)
    return -standing(o), capture, words, o.matched


class Tally:
    """Observations of a run as they come in: the best of each feature, and what is settled."""

    def __init__(self, features: Iterable[str]) -> None:
        self._kept: dict[str, _Kept] = {feature: _Kept() for feature in features}
        self._settled: set[str] = set()
        self.languages: Counter[str] = Counter()
        self.pages = 0

    def add(self, language: str, observations: Iterable[Observation]) -> None:
        """Count one page read in `language` (empty: unknown) with what was seen on it."""
        self.pages += 1
        self.languages[language] += 1
        self.note(observations)

    def note(self, observations: Iterable[Observation]) -> None:
        """Observations that belong to no page (transport, browser, site structure)."""
        keep, settled_from = int(_rules()["keep"]), float(_rules()["settled_from"])
        for observation in observations:
            kept = self._kept.get(observation.feature)
            if kept is not None:
                kept.add(observation, keep)
                if observation.feature not in self._settled and combined(kept.best) >= settled_from:
                    self._settled.add(observation.feature)

    @property
    def settled(self) -> Collection[str]:
        """Features with so much proof that more would change nothing."""
        return self._settled

    @property
    def features(self) -> Collection[str]:
        """The features that are tallied."""
        return self._kept.keys()

    def best(self, feature: str) -> list[Observation]:
        """The best observations for the feature, strongest first."""
        return self._kept[feature].best

    def against(self, feature: str) -> list[Observation]:
        """The best observations against the feature."""
        return self._kept[feature].against


def combined(observations: Sequence[Observation]) -> float:
    """Strength of several observations together, 0..1. More support never lowers it; order does not matter."""
    if not observations:
        return 0.0
    rules = _rules()
    ordered = sorted((standing(o) for o in observations), reverse=True)
    doubt = 1.0 - ordered[0]
    for strength in ordered[1:]:
        doubt *= 1.0 - strength * float(rules["second_weight"])
    value = 1.0 - doubt
    return value if ordered[0] >= float(rules["present_from"]) else min(value, float(rules["hint_ceiling"]))


def standing(observation: Observation) -> float:
    """The observation's strength for the whole portal: full on the front page and in menus, less deep in content."""
    rules = _rules()["standing"]
    if observation.kind == "portal" or is_front(observation.url):
        place = "front"
    elif observation.zone in _MENUS:
        place = "menu"
    else:
        place = observation.kind
    return observation.strength * float(rules[place])


@lru_cache(maxsize=4096)
def is_front(url: str) -> bool:
    """Whether the address is a portal's front page: no path but a language, `index` or both."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    steps = [step.lower() for step in parts.path.split("/") if step]
    if steps and steps[0].replace("_", "-").split("-")[0] in data("languages")["codes"] and len(steps[0]) <= 7:
        del steps[0]
    return not parts.query and (not steps or (len(steps) == 1 and _INDEX.fullmatch(steps[0]) is not None))


def conclude(
    tally: Tally,
    certificate: SearchCertificate,
    inspector: Inspector,
    features: Mapping[str, str],
) -> tuple[Finding, ...]:
    """A finding for every feature; `features` maps each to how it is proved: page, portal, browser or manual."""
    return tuple(_conclude(feature, proof, tally, certificate, inspector) for feature, proof in features.items())


def _conclude(feature: str, proof: str, tally: Tally, certificate: SearchCertificate, inspector: Inspector) -> Finding:
    best, against = tally.best(feature), tally.against(feature)
    made_by = tuple((d.name, d.version) for d in inspector.detectors.of_feature(feature))
    state, reason, confidence, note = _state(feature, proof, best, against, certificate, inspector)
    return Finding(
        feature, state, reason, round(confidence, 3), tuple(best), tuple(against), made_by, certificate, note
    )


def _state(
    feature: str,
    proof: str,
    best: Sequence[Observation],
    against: Sequence[Observation],
    certificate: SearchCertificate,
    inspector: Inspector,
) -> _Verdict:
    """What is proved, then what keeps absence from being said, then absence: measured, or searched for in vain."""
    present_from = float(_rules()["present_from"])
    strength = max(0.0, combined(best) - combined(against) * 0.5)
    if proof == "manual":
        return "manual", "", 0.0, "only a person can tell"
    if strength >= present_from:
        return "present", "", _curve(strength), ""
    detectors = inspector.detectors.of_feature(feature)
    obstacle = _obstacle(detectors, certificate, inspector)
    if obstacle is not None:
        return obstacle
    measured = proof == "browser" or not any(isinstance(detector, PageDetector) for detector in detectors)
    if measured and combined(against) >= present_from:
        return "absent", "", _curve(combined(against)), "measured"
    if measured:
        return "unknown", "tool", 0.0, "not measured: needs a browser, a validator or an answer of the server"
    if any(d.uses_lexicon for d in detectors) and not _covered(feature, certificate, inspector):
        return "unknown", "language", 0.0, "no lexicon of the portal's language names this feature"
    return _absence(certificate, combined(best))


def _obstacle(detectors: Sequence[Detector], certificate: SearchCertificate, inspector: Inspector) -> _Verdict | None:
    """What keeps any absence from being said: nothing that could see the feature, or a portal that was not read."""
    if not detectors:
        return "unknown", "tool", 0.0, "no detector for this feature is installed"
    if certificate.outcome in _FAILED:
        return "unknown", _FAILED[certificate.outcome], 0.0, f"the portal could not be read: {certificate.cause}"
    failing = [detector.name for detector in detectors if inspector.fails(detector)]
    if failing:
        return "unknown", "error", 0.0, f"failed on most pages: {', '.join(failing)}"
    return None


def _covered(feature: str, certificate: SearchCertificate, inspector: Inspector) -> bool:
    """Whether most pages are in a language whose lexicon has words for the feature."""
    known = 0
    for language, pages in certificate.languages:
        lexicon = inspector.lexicons.resolve(language) if language else None
        if lexicon is not None and feature in lexicon.features:
            known += pages
    return known * 2 > sum(pages for _, pages in certificate.languages)


def _absence(certificate: SearchCertificate, hints: float) -> _Verdict:
    """Absent, if enough was searched, less surely where hints were seen; else unknown for want of budget (or what
    stopped the search)."""
    rules = _rules()["absent"]
    miss = _interpolate(certificate.pages, rules["miss_at"], rules["miss"])
    if certificate.exhausted:
        miss *= float(rules["exhausted_factor"])
    enough = certificate.pages >= (rules["min_pages_exhausted"] if certificate.exhausted else rules["min_pages"])
    if certificate.cause == "robots":
        return "unknown", "robots", 0.0, "robots.txt keeps a part of the portal from being read"
    if not enough:
        return "unknown", "budget", 0.0, f"only {certificate.pages} pages were read"
    sure = (1.0 - miss) * (1.0 - float(rules["hint_doubt"]) * hints)
    return "absent", "", sure, f"estimated chance of having missed it: {1.0 - sure:.0%}"


def _curve(strength: float) -> float:
    rule = _rules()["curve"]
    return _interpolate(strength, rule["strength"], rule["probability"])


def _interpolate(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Piecewise linear through (xs, ys), level beyond both ends."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    index = bisect_right(xs, x)
    share = (x - xs[index - 1]) / (xs[index] - xs[index - 1])
    return ys[index - 1] + share * (ys[index] - ys[index - 1])
