"""Detectors of the features that an extension brings: a topic or a service whose words are in its lexicons needs no
code."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from detectors.topic import OnlineServiceDetector, TopicDetector
from survey.features import features

if TYPE_CHECKING:
    from survey.features import Feature

_BASES: dict[str, type[TopicDetector]] = {"topic": TopicDetector, "service": OnlineServiceDetector}


def own_detectors(flagged: Collection[str]) -> Iterator[TopicDetector]:
    """A detector of each feature of the extension that words tell, named like the feature; a feature that is flagged
    by a plug-in is left to that."""
    for feature in features().values():
        if feature.told_by and feature.key not in flagged:
            yield _made(feature)


def _made(feature: Feature) -> TopicDetector:
    says = {"__doc__": feature.counts_as_yes, "__module__": __name__, "name": feature.key, "features": (feature.key,)}
    made: type[TopicDetector] = type(feature.key, (_BASES[feature.told_by],), says)
    return made()
