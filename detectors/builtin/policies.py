"""The statements of the footer: privacy, cookies, terms, accessibility."""

from __future__ import annotations

from detectors.hits import Hit
from detectors.hosts import listed
from detectors.page import Page
from detectors.strengths import Strengths
from detectors.topic import TopicDetector


class PolicyDetector(TopicDetector):
    """A policy of the portal's own: what a vendor's widget links (a captcha's privacy notice) is the vendor's."""

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic, but little where the link leads to a vendor's policy."""
        link = hit.segment.link
        return 0.1 if link is not None and listed(link.url, "vendor_policies") else super().weigh(page, hit, table)


class PrivacyPolicy(PolicyDetector):
    """A statement on the handling of personal data, or a link to it."""

    name = "privacy-policy"
    features = ("policy.privacy",)
    text_as_proof = True


class CookiePolicy(PolicyDetector):
    """A cookie notice or policy."""

    name = "cookie-policy"
    features = ("policy.cookies",)
    text_as_proof = True


class TermsOfUse(PolicyDetector):
    """Legal notice, imprint, terms of use or licence of the content."""

    name = "terms-of-use"
    features = ("policy.terms",)


class AccessibilityStatement(PolicyDetector):
    """An accessibility statement, or a link to it; reading it is not a check of accessibility."""

    name = "accessibility-statement"
    features = ("policy.accessibility_statement",)


DETECTORS = (
    PrivacyPolicy,
    CookiePolicy,
    TermsOfUse,
    AccessibilityStatement,
)
