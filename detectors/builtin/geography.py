"""Geographic information: the data, and services built on them."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.observation import Observation
from detectors.page import Page
from detectors.platform_kinds import of_kind
from detectors.topic import TopicDetector


class GeographicData(TopicDetector):
    """Maps or geographic data to view or download: geodata, spatial data, a geoportal. A drawing of how to reach the
    office is none."""

    name = "geographic-data"
    version = "2"
    features = ("gis.data",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Catalogues of geographic data first, then words."""
        yield from of_kind(page, self.features[0], "geographic data")
        yield from super().observe(page)


class GeographicServices(TopicDetector):
    """A service built on geographic information: a map viewer, an interactive map, the cadastre's map."""

    name = "geographic-services"
    version = "2"
    features = ("gis.services",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Map viewers first, then words."""
        yield from of_kind(page, self.features[0], "map viewer")
        yield from super().observe(page)


DETECTORS = (GeographicData, GeographicServices)
