"""Strategies and laws of the digital government: what OSI 2024 asks of the institutional framework."""

from __future__ import annotations

from detectors.composite import CompanionDetector, ComposedDetector
from detectors.hits import Hit
from detectors.page import Page
from detectors.section import SectionDetector
from detectors.strengths import Strengths
from detectors.topic import TopicDetector


class DigitalGovernmentStrategy(CompanionDetector):
    """A strategy, agenda or action plan for digital government. The subject alone ("digital government", "digital
    transformation") is a section or a news item: a word for strategy must stand beside it."""

    name = "digital-government-strategy"
    features = ("strategy.digital_government",)
    companions = frozenset(("strategy",))


class CloudStrategy(CompanionDetector):
    """A strategy, policy or rule of the government on cloud computing. A cloud service that is offered is none."""

    name = "cloud-strategy"
    features = ("strategy.cloud",)
    companions = frozenset(("strategy", "law"))


class ArtificialIntelligenceStrategy(CompanionDetector):
    """A strategy, policy or rule on artificial intelligence. News and services that use it are another question."""

    name = "artificial-intelligence-strategy"
    features = ("strategy.artificial_intelligence",)
    companions = frozenset(("strategy", "law"))


class DataProtectionLaw(CompanionDetector):
    """The law on the protection of personal data. The site's own privacy notice is another question, so the subject
    needs a word for law beside it."""

    name = "data-protection-law"
    features = ("law.data_protection",)
    companions = frozenset(("law",))


class CybersecurityLaw(CompanionDetector):
    """The law on cybersecurity or cybercrime. Advice on safe use of the internet is none."""

    name = "cybersecurity-law"
    features = ("law.cybersecurity",)
    companions = frozenset(("law",))


class MisinformationLaw(CompanionDetector):
    """A law, strategy or official measure against misinformation; a single denial of a rumour is none."""

    name = "misinformation-law"
    features = ("law.misinformation",)
    companions = frozenset(("law", "strategy"))


class EParticipationLaw(ComposedDetector):
    """A law, policy or strategy on the participation of the public: words for participation beside a word for law or
    strategy. A consultation on a draft law is another question."""

    name = "e-participation-law"
    features = ("law.e_participation",)


class ChiefInformationOfficer(TopicDetector):
    """The chief information or digital officer of the government, by office or title. The information officer of the
    right to know is another office."""

    name = "chief-information-officer"
    features = ("institution.chief_information_officer",)


class LocalGovernmentLinks(SectionDetector):
    """A directory of, or links to, the sites of local or regional governments. The minister for them, or a page whose
    title names one municipality, is none."""

    name = "local-government-links"
    features = ("institution.local_government_links",)
    names_bodies = frozenset(("institution.department_heads",))

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a section, but a weak term in a title must be all that it says."""
        value = super().weigh(page, hit, table)
        return min(value, 0.4) if hit.segment.kind == "title" and hit.extra and hit.term.role == "weak" else value


DETECTORS = (
    DigitalGovernmentStrategy,
    CloudStrategy,
    ArtificialIntelligenceStrategy,
    DataProtectionLaw,
    CybersecurityLaw,
    MisinformationLaw,
    EParticipationLaw,
    ChiefInformationOfficer,
    LocalGovernmentLinks,
)
