"""Open data: the datasets, and what is said of each."""

from __future__ import annotations

import re
from collections.abc import Iterable

from detectors.composite import ComposedDetector, TopicOrComposedDetector
from detectors.hosts import host_of
from detectors.observation import Observation
from detectors.page import Link, Page
from detectors.targets import as_proof, targets_of
from detectors.together import within
from detectors.topic import TopicDetector

_ENDINGS = (".csv", ".json", ".geojson", ".rdf", ".ttl", ".kml", ".gpkg", ".shp", ".parquet", ".tsv", ".gtfs", ".ods")
_FORMATS = re.compile(rf"(?:{'|'.join(map(re.escape, (*_ENDINGS, '.jsonld')))})(?:\.zip|\.gz)?$", re.I)
_LICENCE = re.compile(
    r"creativecommons\.org/(?:licenses/|publicdomain/)|opendatacommons\.org/|open-government-licence|govdata\.de/dl-de"
    r"|etalab\.gouv\.fr/licence|/licence-ouverte",
    re.I,
)
_RSS = re.compile(r"\bRSS\b", re.I)
_WIDGET = re.compile(r"manifest\.json|wp-json|oembed|package\.json|feed", re.I)


def _is_other(link: Link) -> bool:
    """Whether a file in an open format serves the page itself, or is a feed of news, which RSS 1.0 writes as RDF."""
    return bool(_WIDGET.search(link.url)) or (".rdf" in link.url.lower() and bool(_RSS.search(link.label)))


class OpenDataProvision(TopicDetector):
    """Datasets in open formats, or the link to an open-data portal. A single table for download is a hint; several
    files in machine formats are proof."""

    name = "open-data"
    features = ("open_data.provision",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Files in machine formats, then words."""
        told = any(map(targets_of(page).addresses.lower().__contains__, _ENDINGS))
        links = page.links if told else ()
        files = [k for k in links if _FORMATS.search(k.url.partition("?")[0]) and not _is_other(k)]
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
                selector=page.selector(files[0].element),
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


class DatasetRequest(TopicDetector):
    """Asking for a dataset that is not published yet. A request for information under the right to know is another
    question."""

    name = "dataset-request"
    features = ("open_data.request",)


class OpenDataEvents(TopicDetector):
    """Hackathons, competitions or training on the use of open data."""

    name = "open-data-events"
    features = ("open_data.events",)


class ExpenditureDatasets(ComposedDetector):
    """Government spending as datasets: a file in a machine format whose label speaks of the budget, or the budget
    beside open data in one label. A budget in PDF is another question."""

    name = "expenditure-datasets"
    features = ("open_data.expenditure",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Files first, then words."""
        for hit in page.hits.feature("budget.publication"):
            link = hit.segment.link
            if link is not None and _FORMATS.search(link.url.partition("?")[0]):
                yield as_proof(page, link, self.features[0], 0.72, "file in a machine format that speaks of the budget")
                break
        yield from super().observe(page)


class OpenDataLicence(TopicOrComposedDetector):
    """The licence of open data: words for licence beside open data, or a link to a public licence on a page that
    describes data. The licence of the site's own text is another question."""

    name = "open-data-licence"
    features = ("open_data.licence",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Links to public licences on pages of data, then words."""
        if _speaks_of_data(page):
            link = next((link for link in page.links if _LICENCE.search(link.url)), None)
            if link is not None:
                yield as_proof(page, link, self.features[0], 0.7, f"link to a public licence at {host_of(link.url)}")
            yield from within(page, self.features[0], "open_data.policy", "licence")
        yield from super().observe(page)


class RealTimeData(TopicDetector):
    """Datasets or interfaces that are updated in real time."""

    name = "real-time-data"
    features = ("open_data.real_time",)


class OpenDataGuidance(TopicOrComposedDetector):
    """Guidance on finding and using open data: a guide, help or questions and answers in a label that names open
    data."""

    name = "open-data-guidance"
    features = ("open_data.guidance",)


def _speaks_of_data(page: Page) -> bool:
    """Whether the page is one of data: by its platform, its structured data, its title or its main heading."""
    if any(platform.kind == "open data" for platform, _ in page.platforms):
        return True
    if any("Dataset" in str(item.get("@type", "")) for item in page.jsonld):
        return True
    return not page.hits.tops.isdisjoint(page.hits.speaking("open_data.provision", "open_data.metadata"))


DETECTORS = (
    OpenDataProvision,
    OpenDataMetadata,
    DatasetRequest,
    OpenDataEvents,
    ExpenditureDatasets,
    OpenDataLicence,
    RealTimeData,
    OpenDataGuidance,
)
