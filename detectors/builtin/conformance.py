"""Conformance: accessibility by an automatic checker, validity of markup and style sheets by a validator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from detectors.base import PortalDetector
from detectors.facts import PortalFacts
from detectors.facts.browser import AccessibilityMeasures, Violation
from detectors.observation import Observation
from detectors.packaged import data
from detectors.wording import counted

_MAX_QUOTE = 400


class MeasuredAccessibility(PortalDetector):
    """Rules of WCAG 2.1, levels A and AA, checked by axe-core on the home page and a sample of page types. One rule
    that fails speaks against, as the questionnaire has it; that none fails is weak proof, because a checker finds
    only about 30-40 % of barriers (`data/accessibility.toml`). Source: LOSI 2024 question 210."""

    name = "measured-accessibility"
    features = ("technology.accessibility",)
    uses_lexicon = False

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """One observation for each rule that fails on a page; one for all pages together where none fails."""
        measured = portal.browser.accessibility
        for measures in measured:
            for violation in measures.violations:
                yield self._failing(measures, violation)
        if measured and not any(measures.violations for measures in measured):
            yield self._clean(measured)

    def _failing(self, measures: AccessibilityMeasures, violation: Violation) -> Observation:
        criteria = ", ".join(violation.criteria)
        why = f"{violation.rule} ({violation.impact}) fails on {counted(violation.nodes, 'element')}"
        return Observation(
            self.features[0],
            "portal",
            data("accessibility")["against"].get(violation.impact, 0.6),
            " | ".join(dict.fromkeys([violation.help, *(one.text for one in violation.first)]))[:_MAX_QUOTE],
            f"{why}; WCAG {criteria}; {measures.tool} {measures.version}" if criteria else why,
            href=violation.help_url,
            selector=violation.first[0].selector if violation.first else "",
            polarity="against",
            url=measures.url,
            capture=measures.capture,
        )

    def _clean(self, measured: Sequence[AccessibilityMeasures]) -> Observation:
        rules, one = data("accessibility"), measured[0]
        (few, many), (low, high) = rules["clean"]["pages"], rules["clean"]["strength"]
        share = (min(len(measured), many) - few) / (many - few)
        undecided = max(measures.incomplete for measures in measured)
        return Observation(
            self.features[0],
            "portal",
            round(low + (high - low) * share, 3),
            f"no rule of WCAG 2.1 A or AA fails on {counted(len(measured), 'page')}; at most {undecided} undecided",
            f"{one.tool} {one.version} found nothing; {rules['limits']}",
            url=one.url,
            capture=one.capture,
        )


class Valid(PortalDetector):
    """Documents of one kind that a validator checked. An error speaks against, as the questionnaires have it."""

    uses_lexicon = False
    kind = ""

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """One observation for each document with errors; one for all together where there are none."""
        facts, rules = portal.validity, data("validity").get(self.kind, {})
        checked_ones = [one for one in facts.documents if one.kind == self.kind]
        tool = f"{facts.tool} {facts.version}".strip()
        wrong = [one for one in checked_ones if one.errors]
        for one in wrong:
            first = "; ".join(f"line {message.line}: {message.text}" for message in one.first[:3])
            why = f"{counted(one.errors, 'error')}, {counted(one.warnings, 'warning')}; {tool}"
            yield Observation(
                self.features[0], "portal", rules["errors"], first[:_MAX_QUOTE], why, polarity="against",
                url=one.url, capture=one.capture,
            )  # fmt: skip
        if checked_ones and not wrong:
            missing = sum(one.missing for one in checked_ones)
            why = f"{tool} found no error" + (f"; {counted(missing, 'style sheet')} not at hand" if missing else "")
            strength = rules["incomplete" if missing and self.kind == "css" else "clean"]
            quote = f"{counted(len(checked_ones), 'document')} checked, no error"
            yield Observation(self.features[0], "portal", strength, quote, why, url=checked_ones[0].url)


class ValidMarkup(Valid):
    """The markup of the home page and a sample of pages has no error by the Nu Html Checker, the engine behind W3C's
    own. Source: LOSI 2024 question 208, OSI 2024 question 196."""

    name = "valid-markup"
    features = ("technology.markup_validity",)
    kind = "markup"


class ValidCss(Valid):
    """The style sheets inside and beside those pages have no error by the CSS validator inside the Nu Html Checker.
    Source: LOSI 2024 question 209, OSI 2024 question 195."""

    name = "valid-css"
    features = ("technology.css_validity",)
    kind = "css"


DETECTORS = (MeasuredAccessibility, ValidMarkup, ValidCss)
