"""What national portals inform about and let people do online, beyond what a city offers."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.composite import ComposedDetector, TopicOrComposedDetector
from detectors.hits import Hit
from detectors.observation import Observation
from detectors.page import Page
from detectors.platform_kinds import of_kind
from detectors.strengths import Strengths
from detectors.together import composed
from detectors.topic import OnlineServiceDetector, TopicDetector


class Scholarships(TopicDetector):
    """Information on government scholarships, grants or loans for studies; applying online is another question."""

    name = "scholarships"
    features = ("info.scholarships",)


class YouthEmployment(TopicOrComposedDetector):
    """Programmes for the employment of young people: words for young people beside words for work."""

    name = "youth-employment"
    features = ("info.youth_employment",)


class WorkersCompensation(TopicDetector):
    """Compensation or insurance for injury or illness at work; unemployment benefits are another question."""

    name = "workers-compensation"
    features = ("info.workers_compensation",)


class LongTermCare(TopicDetector):
    """Long-term care, at home or in institutions; health care in general is another question."""

    name = "long-term-care"
    features = ("info.long_term_care",)


class IncomeTax(OnlineServiceDetector):
    """Filing or paying personal income tax online. Rates and explanations of the tax are information."""

    name = "income-tax"
    features = ("tax.income_online",)
    acts = ("online", "apply", "pay")


class ValueAddedTax(OnlineServiceDetector):
    """Filing or paying value added, goods or sales tax online."""

    name = "value-added-tax"
    features = ("tax.vat_online",)
    acts = ("online", "apply", "pay")


class BusinessTax(OnlineServiceDetector):
    """Filing or paying the taxes of businesses online."""

    name = "business-tax"
    features = ("tax.business_online",)
    acts = ("online", "apply", "pay")


class VisaApplication(OnlineServiceDetector):
    """Applying for a visa online. Who needs one is information."""

    name = "visa-application"
    features = ("service.visa",)


class CompanyRegistration(OnlineServiceDetector):
    """Registering a company or business online. A licence to trade is another question."""

    name = "company-registration"
    features = ("service.company_registration",)


class IdentityCard(OnlineServiceDetector):
    """Applying for or renewing a personal identity card online. Logging in with one is another question."""

    name = "identity-card"
    features = ("service.identity_card",)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a service, but the card's bare name above a form is how one logs in."""
        value = super().weigh(page, hit, table)
        bare = hit.segment.kind == "heading" and not page.hits.marks(hit.segment) & set(self.acts)
        return min(value, 0.4) if bare and hit.term.role == "weak" else value


class EInvoicing(TopicDetector):
    """Invoices to or from government in electronic form: the system's name, or its entry."""

    name = "e-invoicing"
    features = ("service.e_invoicing",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """The system first, then words."""
        yield from of_kind(page, self.features[0], "e-invoicing")
        yield from super().observe(page)


class Retirement(OnlineServiceDetector):
    """A service for retiring: applying for a pension online, or calculating it. Information on pensions is none."""

    name = "retirement"
    features = ("service.retirement",)


class ScholarshipApplication(ComposedDetector):
    """Applying online for a scholarship or loan for studies: words for it beside the act."""

    name = "scholarship-application"
    features = ("service.scholarships",)


class BenefitApplication(ComposedDetector):
    """Where benefits may be applied for online. OSI 2024 asks of five benefits that it does not name, so this helps the
    person who answers and concludes nothing."""

    name = "benefit-application"
    features = ("service.benefits",)


class CitizenshipResidence(OnlineServiceDetector):
    """Applying online for citizenship, or for a residence permit."""

    name = "citizenship-residence"
    features = ("service.citizenship_residence",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Citizenship by its words; residence by those of the permit beside a word for online."""
        yield from super().observe(page)
        yield from composed(page, self.features)


class CriminalRecord(OnlineServiceDetector):
    """Asking online for a certificate of criminal record or of good conduct."""

    name = "criminal-record"
    features = ("service.criminal_record",)


class AccessToJustice(OnlineServiceDetector):
    """Opening or following a court case, or asking for legal aid, online. A list of courts is information."""

    name = "access-to-justice"
    features = ("service.access_to_justice",)


DETECTORS = (
    Scholarships,
    YouthEmployment,
    WorkersCompensation,
    LongTermCare,
    IncomeTax,
    ValueAddedTax,
    BusinessTax,
    VisaApplication,
    CompanyRegistration,
    IdentityCard,
    EInvoicing,
    Retirement,
    ScholarshipApplication,
    BenefitApplication,
    CitizenshipResidence,
    CriminalRecord,
    AccessToJustice,
)
