"""Open data: the datasets, and what is said of each."""

from __future__ import annotations

import re
from collections.abc import Iterable

from detectors.observation import Observation
from detectors.page import Page
from detectors.page.selector import css_selector
from detectors.topic import TopicDetector

_FORMATS = re.compile(r"\.(?:csv|json|geojson|jsonld|rdf|ttl|kml|gpkg|shp|parquet|tsv|gtfs|ods)(?:\.zip|\.gz)?$", re.I)
_WIDGET = re.compile(r"manifest\.json|wp-json|oembed|package\.json|feed", re.I)


class OpenDataProvision(TopicDetector):
    """Datasets in open formats, or the link to an open-data portal. A single table for download is a hint; several
    files in machine formats are proof."""

    name = "open-data"
    features = ("open_data.provision",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Files in machine formats, then words."""
        files = [k for k in page.links if _FORMATS.search(k.url.partition("?")[0]) and not _WIDGET.search(k.url)]
        if files:
            strength = 0.65 if len(files) >= 3 else 0.45
            labels = ", ".join(link.label or link.href for link in files[:3])[:200]
            why = f"{len(files)} files in machine-readable formats"
            yield Observation(
                self.features[0],
                "link",
                strength,
                labels,
                why,
                href=files[0].href,
                selector=css_selector(files[0].element),
            )
        yield from super().observe(page)


class OpenDataMetadata(TopicDetector):
    """A dataset described: what it holds, its date, author, licence. Structured data of type Dataset, DCAT, or a
    table of such fields on a dataset's page."""

    name = "open-data-metadata"
    features = ("open_data.metadata",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Structured data, then words."""
        for item in page.jsonld:
            if "Dataset" in str(item.get("@type", "")):
                quote = f"{item.get('name', '')}: {str(item.get('description', ''))[:120]}"
                yield Observation(self.features[0], "content", 0.85, quote, "structured data of type Dataset")
                break
        yield from super().observe(page)


DETECTORS = (OpenDataProvision, OpenDataMetadata)
