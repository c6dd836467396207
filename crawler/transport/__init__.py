"""How a portal answers on the wire: HTTPS, its certificate, the way from http to https, HSTS, versions, IPv6."""

from __future__ import annotations

from crawler.transport.archived import archived_facts
from crawler.transport.dial import Dialer
from crawler.transport.places import http_twin, places
from crawler.transport.probe import Probe
from crawler.transport.report import unless_read

__all__ = ["Dialer", "Probe", "archived_facts", "http_twin", "places", "unless_read"]
