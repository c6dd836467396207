"""What OSI 2024 asks for six groups of people: services, consultations, decisions, co-creation."""

from __future__ import annotations

from detectors.composite import GroupDetector


class GroupService(GroupDetector):
    """An online service meant for the group: a label that names the group beside doing a thing online or applying.
    A section of information for the group is another question."""

    name = "group-service"
    family = "service"


class GroupConsultation(GroupDetector):
    """An online consultation meant for the group: a label that names both, or a consultation in the content of a page
    that is about this group alone. A poll or forum without a word of consulting says too little."""

    name = "group-consultation"
    family = "consultation"


class GroupDecision(GroupDetector):
    """What came of the group's input: results of a consultation in a label that names the group, or on a page that is
    about this group alone."""

    name = "group-decision"
    family = "decision"


class GroupCoCreation(GroupDetector):
    """The group took part in designing online services: a label that names the group beside co-creation, co-design or
    testing with users. A consultation on policy is another question."""

    name = "group-co-creation"
    family = "co_creation"


DETECTORS = (GroupService, GroupConsultation, GroupDecision, GroupCoCreation)
