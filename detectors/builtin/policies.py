"""The statements of the footer: privacy, cookies, terms, accessibility."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from detectors.hits import Hit
from detectors.hosts import listed
from detectors.observation import Observation
from detectors.page import Page
from detectors.strengths import Strengths
from detectors.topic import TopicDetector

_COOKIE_SCRIPT = re.compile(
    r"cookie[-_.]?(?:consent|bot|banner|notice|bar|law|control|first|yes|info|policy|script|hub|pro)|eu-?cookie|whcookies"
    r"|onetrust|usercentrics|klaro|tarteaucitron|iubenda|didomi|termly|quantcast|axeptio|complianz|osano|civicuk",
    re.I,
)
_COLONS = frozenset(":：")
_NOTICE = 0.6
_CAPTCHA = re.compile("captcha", re.I)


class PolicyDetector(TopicDetector):
    """A policy of the portal's own: what a vendor's widget links (a captcha's privacy notice) is the vendor's."""

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic, but little where the link leads to a vendor's policy or the text speaks of a vendor's widget."""
        link = hit.segment.link
        if listed(link.url, "vendor_policies") if link is not None else _CAPTCHA.search(hit.segment.text):
            return 0.1
        return super().weigh(page, hit, table)


class PrivacyPolicy(PolicyDetector):
    """A statement on the handling of personal data, or a link to it."""

    name = "privacy-policy"
    features = ("policy.privacy",)
    text_as_proof = True


class CookiePolicy(PolicyDetector):
    """A cookie notice or policy: a link or text of that name, or the banner or script that shows the notice."""

    name = "cookie-policy"
    features = ("policy.cookies",)
    text_as_proof = True

    def observe(self, page: Page) -> Iterable[Observation]:
        """Words first, then the banner, then its script."""
        yield from super().observe(page)
        banner = next((block for block in page.blocks if block.zone == "consent" and len(block.text) > 30), None)
        if banner is not None:
            selector = page.selector(banner.element)
            yield Observation(self.features[0], "content", 0.6, banner.text[:240], "cookie banner", selector=selector)
        script = next(filter(_shows_notice, page.scripts), "")
        if script:
            yield Observation(self.features[0], "content", 0.55, script, "script of a cookie notice", href=script)


@lru_cache(maxsize=4096)
def _shows_notice(script: str) -> bool:
    """Whether the script's address names a cookie notice. Pages of a site share their scripts."""
    return _COOKIE_SCRIPT.search(script) is not None


class TermsOfUse(PolicyDetector):
    """Legal notice, imprint, terms of use or licence of the content. A common word alone ("Legal", "Regulations") is a
    field of work in the main menu, the notice in the footer."""

    name = "terms-of-use"
    version = "4"
    features = ("policy.terms",)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a policy, but little for a weak term in the menu; and a text that begins with the name of a notice and a
        colon is the notice."""
        value, text = super().weigh(page, hit, table), hit.segment.text
        if hit.term.role == "weak":
            return min(value, 0.3) if hit.segment.zone == "nav" else value
        names = hit.segment.kind == "text" and hit.start == 0 and text[hit.span()[1] :].lstrip()[:1] in _COLONS
        return max(value, _NOTICE) if names else value


class AccessibilityStatement(PolicyDetector):
    """An accessibility statement, or a link to it; reading it is not a check of accessibility. Beside other words
    "accessibility" speaks of buildings, buses or schemes, whatever the address repeats."""

    name = "accessibility-statement"
    version = "3"
    features = ("policy.accessibility_statement",)
    address_completes = False


DETECTORS = (
    PrivacyPolicy,
    CookiePolicy,
    TermsOfUse,
    AccessibilityStatement,
)
