"""Institutional framework: who governs, how it is organised, what rights to know there are."""

from __future__ import annotations

from detectors.section import SectionDetector
from detectors.topic import TopicDetector


class OrganizationChart(TopicDetector):
    """A diagram or page of departments and hierarchy, or a link that names it. The word "structure" alone, in a menu of
    the institution, is how many portals label it."""

    name = "organization-chart"
    features = ("institution.organization_chart",)


class AccessToInformation(TopicDetector):
    """A section, form or law on the right to access government information (FOI, RTI, transparency law). "Transparency"
    alone proves nothing: the words must name the right or the request."""

    name = "access-to-information"
    version = "2"
    features = ("institution.access_to_information",)


class OpenDataPolicy(TopicDetector):
    """A policy, strategy, statement or licence for open government data; the data themselves are another question."""

    name = "open-data-policy"
    features = ("open_data.policy",)
    text_as_proof = True


class Partnerships(SectionDetector):
    """Work with NGOs, companies, universities or other third parties: a section, a call, a programme. A minister's
    portfolio for the voluntary sector is none."""

    name = "partnerships"
    version = "3"
    names_bodies = frozenset()
    features = ("institution.partnerships",)


DETECTORS = (OrganizationChart, AccessToInformation, OpenDataPolicy, Partnerships)
