"""Runs the detectors over pages and portals: the one way in for live crawls, replays, reruns and saved files."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from detectors import lexicon_set, registry
from detectors.page import Page
from detectors.page.texts import urljoin_safe
from detectors.told import told_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from detectors.base import Detector, PageDetector
    from detectors.facts import PortalFacts
    from detectors.lexicon_set import LexiconSet
    from detectors.observation import Observation
    from detectors.registry import Registry

logger = logging.getLogger(__name__)

Failures = tuple[tuple[str, str], ...]
"""Detectors that failed, by name, with the page and the error."""


class Look(NamedTuple):
    """What came of one page: what was seen, strongest first; which detectors failed; the names of all that were asked,
    those that need words which the page does not hold left out."""

    observations: list[Observation]
    failures: Failures
    asked: tuple[str, ...]


class Inspector:
    """A set of detectors with the lexicons they read. It keeps no state but what went wrong."""

    def __init__(self, detectors: Registry, lexicons: LexiconSet) -> None:
        self.detectors = detectors
        self.lexicons = lexicons
        self._needs = tuple((detector, detector.needs()) for detector in detectors.page)
        self._failures: dict[str, str] = {}
        self._asked: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    @property
    def problems(self) -> list[str]:
        """What went wrong: plug-ins that did not load, lexicons that could not be read, detectors that failed (each of
        them once, with its first failure and how many more there were)."""
        return [*self.detectors.problems, *self.lexicons.problems, *map(self._failure, self._failures)]

    def _failure(self, detector: str) -> str:
        more = self._failed[detector] - 1
        others = f" (and on {more} more page{'s' if more > 1 else ''})" if more else ""
        return f"detector {detector} failed on {self._failures[detector]}{others}"

    def fails(self, detector: Detector) -> bool:
        """Whether the detector failed on most of what it was asked of, so that its silence says nothing: pages without
        the words that it needs are none of these."""
        return self._failed[detector.name] * 2 > self._asked[detector.name]

    @classmethod
    def default(cls, names: Iterable[str] | None = None) -> Inspector:
        """Every installed detector (or the named ones) with the installed lexicons."""
        found = registry.load()
        return cls(found.only(names) if names is not None else found, lexicon_set.installed())

    def page(
        self,
        url: str,
        body: bytes,
        *,
        status: int = 200,
        content_type: str = "",
        fetched_at: datetime | None = None,
        capture: int | None = None,
        located: bool = True,
    ) -> Page:
        """The page view of a content-decoded body, with these lexicons; `located`, whether observations say where on
        the page they stand."""
        return Page(
            url,
            body,
            status=status,
            content_type=content_type,
            fetched_at=fetched_at,
            capture=capture,
            lexicons=self.lexicons,
            located=located,
        )

    def inspect(self, page: Page) -> list[Observation]:
        """What every page detector sees on the page, strongest first. A detector that fails is reported and skipped."""
        look = self.look(page)
        self.take(look.failures, look.asked)
        return look.observations

    def look(self, page: Page) -> Look:
        """The same, with the detectors that failed on the page; it is not counted until `take` is told of it."""
        out: list[Observation] = []
        failures = []
        concerned = self._concerned(page)
        for detector in concerned:
            try:
                seen = [_based(_sound(o), page) for o in detector.observe(page)]
                out += [o.signed(detector.name, detector.version, page.url, page.capture) for o in seen]
            except Exception as error:
                failures.append((detector.name, f"{page.url}: {error!r}"))
        out.sort(key=lambda o: (-o.strength, o.feature))
        return Look(out, tuple(failures), tuple([detector.name for detector in concerned]))

    def _concerned(self, page: Page) -> Sequence[PageDetector]:
        """The detectors that may see something on the page, all of them where its words cannot be read."""
        try:
            told = told_on(page).names
        except Exception:
            return self.detectors.page
        return [detector for detector, needs in self._needs if needs is None or not told.isdisjoint(needs)]

    def take(self, failures: Failures, asked: Iterable[str]) -> None:
        """Counts one page that was looked at, here or in another process, with the detectors that failed on it and the
        names of those that were asked."""
        self._asked.update(asked)
        for name, message in failures:
            self._report(name, message)

    def portal(self, facts: PortalFacts) -> list[Observation]:
        """What every portal detector concludes from the portal's facts."""
        out: list[Observation] = []
        for detector in self.detectors.portal:
            self._asked[detector.name] += 1
            try:
                seen = [_sound(o) for o in detector.observe(facts)]
                out += [o.signed(detector.name, detector.version, facts.url, None) for o in seen]
            except Exception as error:
                self._report(detector.name, f"{facts.url}: {error!r}")
        return out

    def _report(self, detector: str, message: str) -> None:
        """Counts a failure; a detector's first is logged and kept."""
        self._failed[detector] += 1
        if detector not in self._failures:
            logger.warning("detector %s failed on %s", detector, message)
            self._failures[detector] = message


def _sound(observation: Observation) -> Observation:
    """The observation as its type promises it, which a plug-in's need not be; raises TypeError or ValueError."""
    feature, kind, strength, quote, why, href, selector, _, gloss, polarity, _, _, url, _, zone, language, _ = (
        observation
    )
    for text in (feature, kind, quote, why, href, selector, gloss, polarity, url, zone, language):
        if not isinstance(text, str):
            raise TypeError(f"an observation holds {text!r} where a text belongs")
    if not isinstance(strength, (int, float)):
        raise TypeError(f"the strength {strength!r} of an observation is no number")
    if not 0.0 <= strength <= 1.0:
        raise ValueError(f"the strength {strength!r} of an observation is not between 0 and 1")
    return observation


def _based(observation: Observation, page: Page) -> Observation:
    """The observation, its target made absolute where the page's own address is not what targets are relative to."""
    if not observation.href or page.base == page.url:
        return observation
    return observation._replace(href=urljoin_safe(page.base, observation.href))
