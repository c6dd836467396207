"""Content provision: what the portal informs about, by sector."""

from __future__ import annotations

from detectors.topic import SectionDetector, TopicDetector


class MunicipalityInformation(TopicDetector):
    """A page or section about the city or country itself: history, geography, population, economy, symbols."""

    name = "municipality-information"
    features = ("info.municipality",)


class AlertSubscription(TopicDetector):
    """A way to receive warnings (SMS, e-mail, push, app) of weather, disaster or pollution; a linked external
    platform counts. A newsletter of news does not."""

    name = "alert-subscription"
    features = ("alerts.subscription",)


class ServicesInformation(TopicDetector):
    """A catalogue or sheets of services that say what, how, with which documents, when and at what cost. The
    bare word "Services" proves nothing."""

    name = "services-information"
    features = ("services.information",)


class HealthInformation(SectionDetector):
    """A section on health: services, hospitals, prevention. A news item that mentions health is not the
    section."""

    name = "health-information"
    features = ("info.health",)


class EnvironmentInformation(SectionDetector):
    """A section on the environment: protection, climate, energy, green areas."""

    name = "environment-information"
    features = ("info.environment",)


class EducationInformation(SectionDetector):
    """A section on education: early childhood, schools, universities."""

    name = "education-information"
    features = ("info.education",)


class SocialWelfareInformation(SectionDetector):
    """A section on benefits and social programmes."""

    name = "social-welfare-information"
    features = ("info.social_welfare",)


class CultureSportInformation(SectionDetector):
    """A section on leisure, culture, sport or tourism."""

    name = "culture-sport-information"
    features = ("info.culture_sport",)


class VulnerableGroupsInformation(SectionDetector):
    """A section for women, children, youth, persons with disabilities, older or indigenous people, or on
    poverty."""

    name = "vulnerable-groups-information"
    features = ("info.vulnerable_groups",)


class JusticeInformation(SectionDetector):
    """A section on justice: courts, appeals against fines and taxes, mediation, legal aid."""

    name = "justice-information"
    features = ("info.justice",)


class LabourInformation(SectionDetector):
    """A section on the labour market: employment services, training, unemployment. The body's own vacancies
    are another question."""

    name = "labour-information"
    features = ("info.labour",)


class SmartCityInformation(TopicDetector):
    """Smart-city projects, a strategy or services under that name."""

    name = "smart-city-information"
    features = ("info.smart_city",)


class EmergingTechnologies(TopicDetector):
    """Services that use artificial intelligence, blockchain, the internet of things and the like."""

    name = "emerging-technologies"
    features = ("info.emerging_technologies",)


class SdgData(TopicDetector):
    """Data on the Sustainable Development Goals, or a Voluntary Local Review."""

    name = "sdg-data"
    features = ("info.sdg_data",)


class PublicTransport(SectionDetector):
    """Timetables, maps or fares of public transport, or a link to its portal."""

    name = "public-transport"
    features = ("info.public_transport",)


class WasteRecycling(SectionDetector):
    """How and where to reduce, reuse or recycle waste; collection calendars."""

    name = "waste-recycling"
    features = ("info.waste_recycling",)


class RoadMatters(SectionDetector):
    """Road works, closures, traffic and road safety."""

    name = "road-matters"
    features = ("info.roads",)


class EmergencyInformation(SectionDetector):
    """A section or portal on emergencies, disasters, civil protection, a pandemic."""

    name = "emergency-information"
    features = ("info.emergency",)


class AirPolicy(TopicDetector):
    """A policy or measures against air pollution."""

    name = "air-policy"
    features = ("info.air_policy",)


class AirMeasurements(TopicDetector):
    """Measured air quality: values, index, map or graph."""

    name = "air-measurements"
    features = ("info.air_measurements",)


class SatisfactionMethod(TopicDetector):
    """A survey, rating or poll on satisfaction with the site or its services ("was this page useful?")."""

    name = "satisfaction-method"
    features = ("satisfaction.method",)
    text_as_proof = True


class SatisfactionResults(TopicDetector):
    """Published results of a satisfaction survey."""

    name = "satisfaction-results"
    features = ("satisfaction.results",)
    text_as_proof = True


DETECTORS = (
    MunicipalityInformation,
    AlertSubscription,
    ServicesInformation,
    HealthInformation,
    EnvironmentInformation,
    EducationInformation,
    SocialWelfareInformation,
    CultureSportInformation,
    VulnerableGroupsInformation,
    JusticeInformation,
    LabourInformation,
    SmartCityInformation,
    EmergingTechnologies,
    SdgData,
    PublicTransport,
    WasteRecycling,
    RoadMatters,
    EmergencyInformation,
    AirPolicy,
    AirMeasurements,
    SatisfactionMethod,
    SatisfactionResults,
)
