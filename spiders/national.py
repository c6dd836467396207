"""The spider for national portals."""

from __future__ import annotations

from spiders.portal import PortalSpider


class NationalSpider(PortalSpider):
    """A country's portal: it gathers many offices, so that more pages are worth a look."""

    name = "national"
    kind = "national"
    max_pages = 300
