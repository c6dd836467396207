"""The spider for city portals."""

from __future__ import annotations

from spiders.portal import PortalSpider


class CitySpider(PortalSpider):
    """A city's portal: most functions are within a few links of the home page."""

    name = "city"
    kind = "city"
    max_pages = 200
