"""Content provision: what the portal informs about, by sector."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from detectors.hits import Hit
from detectors.hosts import host_of
from detectors.observation import Observation
from detectors.page import Page
from detectors.place_names import about_city, about_country, city_names, country_names, is_of_city, letters
from detectors.procedure import service_sheet
from detectors.section import SectionDetector
from detectors.strengths import Strengths
from detectors.targets import as_proof, targets_of
from detectors.topic import TopicDetector
from detectors.views import view

_MAX_LABEL = 50
_FOR_VISITORS = re.compile(
    r"^(?:www\.)?(?:visit|discover)-?[a-z]{4,}|\.travel$|(?:^|[.-])\w*(?:touris[mt]|turism|turizm)"
)
_MENUS = ("header", "nav", "footer", "aside")
_NAME_ALONE = 0.55
_HEADS = "institution.department_heads"
"""An office may give its site the name ("premier-ministre.example")."""


class MunicipalityInformation(TopicDetector):
    """A page or section about the city or country itself: history, geography, population, economy, symbols; also a
    menu's link that says "about" it, or no more than the country's name, or the city's where its address says it, too.
    """

    name = "municipality-information"
    version = "5"
    features = ("info.municipality",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Words first, then the name as a label: the country's, or the city's as its host tells it."""
        yield from super().observe(page)
        names, cities = country_names(page.host.rpartition(".")[2], page.languages), city_names(page.host)
        if not (names or cities):
            return
        told = letters(" ".join(link.label for link in page.links if link.zone in _MENUS))
        if not any(name in told for name in (*map(letters, names), *cities)):
            return
        heads = {hit.segment.link.url for hit in page.hits.feature(_HEADS) if hit.segment.link is not None}
        for link in page.links:
            if len(link.label) > _MAX_LABEL or link.zone not in _MENUS:
                continue
            strength = about_country(link.label, names) or about_city(link.label, cities)
            if not strength and link.zone == "nav" and link.url not in heads:
                strength = _NAME_ALONE if is_of_city(link.label, link.url, cities) else 0.0
            if strength:
                why = f"link in the {link.zone}: the name of the country or city"
                yield as_proof(page, link, self.features[0], strength, why)
                return


class AlertSubscription(TopicDetector):
    """A way to receive warnings (SMS, e-mail, push, app) of weather, disaster or pollution; a linked external
    platform counts. A newsletter of news does not."""

    name = "alert-subscription"
    features = ("alerts.subscription",)


_SHEET = (0.0, 0.55, 0.62, 0.72, 0.72)
"""Strength by the number of parts of a service's description."""


_OF_CALL = 0.45
_CALLS = ("service.vacancies", "procurement.announcements", "procurement.results", "service.e_procurement")


def _calls(page: Page) -> bool:
    """Whether title or headings speak of a vacancy or a tender: they ask for documents, too."""
    return any(hit.segment.kind in ("title", "heading") for name in _CALLS for hit in page.hits.feature(name))


@view
def _is_call(page: Page) -> bool:
    """Whether the page is itself a vacancy or a tender, by its title or main heading."""
    told = (hit for name in _CALLS for hit in page.hits.feature(name) if hit.term.role == "strong")
    return any(hit.segment.number in page.hits.tops for hit in told)


class ServicesInformation(TopicDetector):
    """A catalogue or sheets of services that say what, how, with which documents, when and at what cost. The
    bare word "Services" proves nothing; a page with documents, or time and cost, as captions describes a service. A
    vacancy or a tender, which ask for documents within a time too, is none."""

    name = "services-information"
    version = "4"
    features = ("services.information",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Words first, then the captions of a service's description."""
        yield from super().observe(page)
        parts, places = service_sheet(page)
        if parts and not (_is_call(page) if len(parts) > 1 else _calls(page)):
            first = places[0].heading or places[0].block
            quote = " \u00b7 ".join(place.text[:80] for place in places[:3])
            why = f"description of a service: captions for {', '.join(sorted(parts))}"
            selector = page.selector(first.element) if first is not None else ""
            strength = _SHEET[len(parts)]
            yield Observation(self.features[0], "content", strength, quote, why, selector=selector, zone=places[0].zone)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic; what the content of a vacancy or a tender asks for is no service's."""
        value = super().weigh(page, hit, table)
        own = hit.segment.link is None and hit.segment.zone == "main"
        return min(value, _OF_CALL) if own and _is_call(page) else value


class HealthInformation(SectionDetector):
    """A section on health: services, hospitals, prevention. A news item that mentions health is not the
    section."""

    name = "health-information"
    features = ("info.health",)


class EnvironmentInformation(SectionDetector):
    """A section on the environment: protection, climate, energy, green areas."""

    name = "environment-information"
    version = "2"
    features = ("info.environment",)


class EducationInformation(SectionDetector):
    """A section on education: early childhood, schools, universities."""

    name = "education-information"
    features = ("info.education",)


class SocialWelfareInformation(SectionDetector):
    """A section on benefits and social programmes."""

    name = "social-welfare-information"
    features = ("info.social_welfare",)


@lru_cache(maxsize=1024)
def _is_for_visitors(host: str) -> bool:
    return _FOR_VISITORS.search(host) is not None


class CultureSportInformation(SectionDetector):
    """A section on leisure, culture, sport or tourism; a link in a menu to a site for visitors,
    told by its host's name, counts."""

    name = "culture-sport-information"
    version = "2"
    features = ("info.culture_sport",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Words first, then the hosts of links."""
        yield from super().observe(page)
        hosts = frozenset(host for host in targets_of(page).hosts if _is_for_visitors(host))
        for link in page.links if hosts else ():
            if link.zone != "main" and host_of(link.url) in hosts:
                why = f"link to a site for visitors: {host_of(link.url)}"
                yield as_proof(page, link, self.features[0], 0.6, why)
                return


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
    are another question, though one address may hold both ("/jobs/training")."""

    name = "labour-information"
    features = ("info.labour",)
    others = ()


class SmartCityInformation(SectionDetector):
    """Smart-city projects, a strategy or services under that name. A congress or an award of that name is none."""

    name = "smart-city-information"
    version = "2"
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
    """Timetables, maps or fares of public transport, or a link to its portal; the bare word "Transport" is none."""

    name = "public-transport"
    version = "2"
    features = ("info.public_transport",)
    common_words_prove = False


class WasteRecycling(SectionDetector):
    """How and where to reduce, reuse or recycle waste; collection calendars."""

    name = "waste-recycling"
    features = ("info.waste_recycling",)


class RoadMatters(SectionDetector):
    """Road works, closures, traffic and road safety; the bare subject ("Traffic") is none."""

    name = "road-matters"
    version = "2"
    features = ("info.roads",)
    common_words_prove = False


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
