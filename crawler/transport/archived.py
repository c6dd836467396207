"""What an archive tells of a portal's transport: certificates it does not hold, answers and their headers it does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.transport.ask import Head
from crawler.transport.headers import hsts, security_headers
from crawler.transport.judge import Domain, Seen
from crawler.transport.places import Place, places
from detectors.facts.transport import EndpointFacts, TransportFacts

if TYPE_CHECKING:
    from storage.archive import ReplayIndex


def archived_facts(seed: str, index: ReplayIndex, final_url: str, secure_header: bool | None) -> TransportFacts:
    """Pages captured over https, and what the endpoints' home pages answered, as far as they were archived.

    `secure_header` is what the crawl saw of HSTS. Whether a certificate was good no archive can tell; a page that an
    archiving tool took over https is taken for an answer.
    """
    url = final_url or seed
    host = urlsplit(url).hostname or ""
    heads = {place: head for place in places(url) if (head := _head(place, index)) is not None}
    domain = Domain(
        tuple(Seen(place, EndpointFacts(place.url, True, h.status, h.location)) for place, h in heads.items())
    )
    secure = next((True for one in index.urls() if one.startswith("https://") and urlsplit(one).hostname == host), None)
    shown = next((head for place, head in heads.items() if place.scheme == "https" and place.host == host), None)
    policy = hsts(shown.value("strict-transport-security")) if shown else None
    return TransportFacts(
        https_works=secure,
        http_redirects_to_https=domain.leads_to_https(host),
        hsts=policy.active if policy else secure_header,
        final_url=final_url,
        hsts_policy=policy,
        headers=security_headers(shown) if shown else None,
        endpoints=tuple(one.facts for one in domain.seen),
    )


def _head(place: Place, index: ReplayIndex) -> Head | None:
    """The archived head of the answer at the place itself: archives look http and https up as one."""
    found = index.lookup(place.url)
    if found is None or urlsplit(found.url).scheme != place.scheme or not found.status:
        return None
    return Head(place.url, found.status, found.headers)
