"""Services provision: what can be done online, on the portal or on a platform it links."""

from __future__ import annotations

from detectors.hits import Hit
from detectors.page import Page
from detectors.section import SectionDetector
from detectors.strengths import Strengths
from detectors.telling import tells_of_service
from detectors.topic import OnlineServiceDetector, TopicDetector


class PoliceDeclaration(OnlineServiceDetector):
    """Reporting a theft, loss or offence to the police online."""

    name = "police-declaration"
    features = ("service.police_declaration",)


class DrivingLicence(OnlineServiceDetector):
    """Applying for or renewing a driving licence online."""

    name = "driving-licence"
    features = ("service.driving_licence",)


class BuildingPermit(OnlineServiceDetector):
    """Applying for a building or planning permit online."""

    name = "building-permit"
    features = ("service.building_permit",)


class EnvironmentPermit(OnlineServiceDetector):
    """Applying for a permit or licence that concerns the environment online."""

    name = "environment-permit"
    features = ("service.environment_permit",)


class BusinessLicence(OnlineServiceDetector):
    """Applying for a business or trade licence online."""

    name = "business-licence"
    features = ("service.business_licence",)


class ResidencyPermit(OnlineServiceDetector):
    """Applying for a residence permit or certificate of residence online."""

    name = "residency-permit"
    features = ("service.residency_permit",)


class BirthCertificate(OnlineServiceDetector):
    """Ordering a birth certificate or registering a birth online."""

    name = "birth-certificate"
    features = ("service.birth_certificate",)


class DeathCertificate(OnlineServiceDetector):
    """Ordering a death certificate or registering a death online."""

    name = "death-certificate"
    features = ("service.death_certificate",)


class MarriageCertificate(OnlineServiceDetector):
    """Ordering a marriage certificate or giving notice of marriage online."""

    name = "marriage-certificate"
    features = ("service.marriage_certificate",)


class AddressChange(OnlineServiceDetector):
    """Notifying a change of address online."""

    name = "address-change"
    features = ("service.address_change",)


class LandRegistration(OnlineServiceDetector):
    """Registering a land title, or cadastre services online."""

    name = "land-registration"
    features = ("service.land_registration",)


class VehicleRegistration(OnlineServiceDetector):
    """Registering a vehicle, or renewing its registration, online."""

    name = "vehicle-registration"
    features = ("service.vehicle_registration",)


class TaxFiling(OnlineServiceDetector):
    """Filing taxes of residents or businesses online. "Taxes online" counts here and as payment."""

    name = "tax-filing"
    features = ("service.tax_filing",)


class FeePayment(OnlineServiceDetector):
    """Paying any fee, tax or service of the government online."""

    name = "fee-payment"
    features = ("payment.fees",)
    acts = ("online", "pay")


class FinePayment(OnlineServiceDetector):
    """Paying fines or tickets online."""

    name = "fine-payment"
    features = ("payment.fines",)
    acts = ("online", "pay")


class WaterPayment(OnlineServiceDetector):
    """Paying the water bill online, on the portal or through its link."""

    name = "water-payment"
    features = ("payment.water",)
    acts = ("online", "pay")


class EnergyPayment(OnlineServiceDetector):
    """Paying electricity or gas online, on the portal or through its link."""

    name = "energy-payment"
    features = ("payment.energy",)
    acts = ("online", "pay")


class Vacancies(TopicDetector):
    """Job openings of the body, with or without an online application; a menu entry "Jobs" or "Careers" leads
    there."""

    name = "vacancies"
    version = "2"
    features = ("service.vacancies",)


class HomelessServices(SectionDetector):
    """Meals, shelter, hygiene or care for homeless people: a page or a link."""

    name = "homeless-services"
    version = "2"
    features = ("service.homeless",)


class LostAndFound(TopicDetector):
    """Reporting or asking for lost property online."""

    name = "lost-and-found"
    features = ("service.lost_found",)


_ACTS = frozenset(("online", "apply"))


class AffordableHousing(SectionDetector):
    """Affordable or social housing: finding what is available, or applying. The bare subject ("Housing"), the
    minister's portfolio and the rules of letting are none."""

    name = "affordable-housing"
    version = "3"
    features = ("service.housing",)

    def suffices(self, page: Page, hit: Hit) -> bool:
        """A word for the subject needs an act beside it ("Apply for housing")."""
        return not page.hits.marks(hit.segment).isdisjoint(_ACTS)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a section, but little where the label only tells of the service."""
        value = super().weigh(page, hit, table)
        return min(value, 0.4) if tells_of_service(page, hit) else value


DETECTORS = (
    PoliceDeclaration,
    DrivingLicence,
    BuildingPermit,
    EnvironmentPermit,
    BusinessLicence,
    ResidencyPermit,
    BirthCertificate,
    DeathCertificate,
    MarriageCertificate,
    AddressChange,
    LandRegistration,
    VehicleRegistration,
    TaxFiling,
    FeePayment,
    FinePayment,
    WaterPayment,
    EnergyPayment,
    Vacancies,
    HomelessServices,
    LostAndFound,
    AffordableHousing,
)
