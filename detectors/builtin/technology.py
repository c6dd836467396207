"""Technology: what a page declares of its fitness for phones, and what a browser measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from detectors.base import PageDetector, PortalDetector
from detectors.facts import PortalFacts
from detectors.facts.browser import EngineMeasures, PhoneMeasures
from detectors.fitness import checked, strength_of
from detectors.observation import Observation
from detectors.packaged import data
from detectors.page import Page
from detectors.wording import counted

_MAX_QUOTE = 400


class DeclaredMobile(PageDetector):
    """The page declares a viewport of the device's width, as responsive pages do. Whether it then fits a phone only a
    browser can tell."""

    name = "declared-mobile"
    version = "2"
    features = ("technology.mobile",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """For, with a responsive viewport; against, without any."""
        if page.kind != "html":
            return
        rules = data("mobile")["declared"]
        viewport = page.meta.get("viewport", "")
        if "width=device-width" in viewport.replace(" ", "").lower():
            why = "viewport of the device's width declared"
            yield Observation(self.features[0], "content", rules["responsive"], viewport, why)
        elif not viewport:
            quote = page.title or page.url
            yield Observation(
                self.features[0], "content", rules["none"], quote, "no viewport declared", polarity="against"
            )


class MeasuredMobile(PortalDetector):
    """A page opened on a phone's screen: laid out for it, without sideways scrolling, with text that can be read and
    links that can be hit. What counts how much stands in `data/mobile.toml`, with its sources. Source: LOSI 2024
    question 204, OSI 2024 question 071."""

    name = "measured-mobile"
    features = ("technology.mobile",)
    uses_lexicon = False

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """One observation for each page that was measured and shows any text."""
        for measures in portal.browser.phone:
            if measures.characters:
                yield self._verdict(measures)

    def _verdict(self, measures: PhoneMeasures) -> Observation:
        checks = checked(measures)
        failed = sorted((check for check in checks if check.fails), key=lambda check: -check.weight)
        fit, strength = strength_of(checks)
        screen = f"opened {measures.width} px wide, as on a phone"
        first = next((check.first[0] for check in failed if check.first), None)
        return Observation(
            self.features[0],
            "portal",
            strength,
            "; ".join(check.words for check in checks)[:_MAX_QUOTE],
            f"{screen}: {'; '.join(check.words for check in failed) or 'every check holds'}"[:_MAX_QUOTE],
            selector=first.selector if first else "",
            polarity="for" if fit else "against",
            url=measures.url,
            capture=measures.capture,
        )


class BrowserCompatibility(PortalDetector):
    """The same page in several browser engines shows the same words. With one engine at hand, what it showed is a hint,
    and a person must try the others; a page that shows nothing speaks against. Source: LOSI 2024 question 201."""

    name = "browser-compatibility"
    features = ("technology.browser_compatibility",)
    uses_lexicon = False

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """One observation for each page that was opened."""
        for _, looks in groupby(portal.browser.engines, key=lambda one: one.url):
            same = list(looks)
            yield self._alone(same[0]) if len(same) == 1 else self._compared(same)

    def _compared(self, looks: Sequence[EngineMeasures]) -> Observation:
        rules = data("compatibility")
        worst = min(looks, key=lambda one: (one.shared or 0.0, one.engine))
        share, quote = worst.shared or 0.0, "; ".join(map(_look_words, looks))
        if share < rules["different"]["below"]:
            why = f"{worst.engine} shows {share:.0%} of the words that all engines show together"
            return self._said(worst, rules["different"]["strength"], quote, why, against=True)
        alike = share >= rules["alike"]["from"] and not any(one.errors for one in looks)
        strength = rules["alike"]["strength"] if alike else rules["alone"]["works"]
        return self._said(worst, strength, quote, f"every engine shows at least {share:.0%} of the same words")

    def _alone(self, one: EngineMeasures) -> Observation:
        rules = data("compatibility")["alone"]
        if not one.characters:
            return self._said(one, rules["empty"], _look_words(one), f"{one.engine} shows no text", against=True)
        why = f"tried in {one.engine} alone: a person must try the country's other browsers"
        return self._said(one, rules["errors" if one.errors else "works"], _look_words(one), why)

    def _said(
        self, one: EngineMeasures, strength: float, quote: str, why: str, *, against: bool = False
    ) -> Observation:
        return Observation(
            self.features[0],
            "portal",
            strength,
            quote[:_MAX_QUOTE],
            why,
            polarity="against" if against else "for",
            url=one.url,
            capture=one.capture,
        )


class MixedContentOfPortal(PortalDetector):
    """A page of HTTPS that loads scripts, styles or frames by plain HTTP, or sends a form there: a doubt about HTTPS,
    not its absence. Source: W3C Mixed Content."""

    name = "mixed-content"
    features = ("technology.https",)
    uses_lexicon = False

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """One observation for each page with active mixed content or a form in clear."""
        for mixed in portal.browser.mixed:
            named = [
                (words, urls)
                for words, urls in (("scripts, styles or frames", mixed.active), ("forms", mixed.forms))
                if urls and not mixed.upgraded
            ]
            if named:
                why = f"a page of HTTPS uses plain HTTP for {' and for '.join(words for words, _ in named)}"
                quote = ", ".join(url for _, urls in named for url in urls)[:_MAX_QUOTE]
                yield Observation(self.features[0], "portal", 0.3, quote, why, polarity="against", url=mixed.url)


def _look_words(one: EngineMeasures) -> str:
    errors = f", {counted(len(one.errors), 'script error')}: {one.errors[0]}" if one.errors else ", no script error"
    return f"{one.engine} {one.version}: {one.characters} characters, {counted(one.links, 'link')}{errors}"


DETECTORS = (DeclaredMobile, MeasuredMobile, BrowserCompatibility, MixedContentOfPortal)
