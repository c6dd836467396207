"""The statements of the footer: privacy, cookies, terms, accessibility."""

from __future__ import annotations

from detectors.topic import TopicDetector


class PrivacyPolicy(TopicDetector):
    """A statement on the handling of personal data, or a link to it."""

    name = "privacy-policy"
    features = ("policy.privacy",)
    text_as_proof = True


class CookiePolicy(TopicDetector):
    """A cookie notice or policy."""

    name = "cookie-policy"
    features = ("policy.cookies",)
    text_as_proof = True


class TermsOfUse(TopicDetector):
    """Legal notice, imprint, terms of use or licence of the content."""

    name = "terms-of-use"
    features = ("policy.terms",)


class AccessibilityStatement(TopicDetector):
    """An accessibility statement, or a link to it; reading it is not a check of accessibility."""

    name = "accessibility-statement"
    features = ("policy.accessibility_statement",)


DETECTORS = (
    PrivacyPolicy,
    CookiePolicy,
    TermsOfUse,
    AccessibilityStatement,
)
