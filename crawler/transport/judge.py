"""Judges a portal by its endpoints, with the meanings that CISA's pshtt documents (README, "What's Checked?").

The canonical endpoint is found by the rules of pshtt's `canonical_endpoint`; most judgements are about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from crawler.transport.places import Place
from crawler.urls import domain
from detectors.facts.transport import EndpointFacts


@dataclass(frozen=True, slots=True)
class Seen:
    """An endpoint and what it did. One that could not be measured counts as down."""

    place: Place
    facts: EndpointFacts

    @property
    def live(self) -> bool:
        return bool(self.facts.live)

    @property
    def redirects(self) -> bool:
        return self.live and bool(self.facts.location)

    @property
    def ok(self) -> bool:
        return self.live and 200 <= self.facts.status < 300

    @property
    def bad_hostname(self) -> bool:
        return "wrong_host" in self.facts.problems

    @property
    def down(self) -> bool:
        """Nothing that a visitor could use: no answer, another host's certificate, or an error."""
        return not self.live or self.bad_hostname or not 200 <= self.facts.status < 400

    @property
    def to_scheme(self) -> str:
        return urlsplit(self.facts.location).scheme if self.redirects else ""

    @property
    def to_host(self) -> str:
        return _host(self.facts.location) if self.redirects else ""

    @property
    def stays(self) -> bool:
        """Whether it redirects within the registered domain."""
        return self.redirects and _registered(self.to_host) == _registered(self.place.host)


@dataclass(frozen=True)
class Domain:
    """The endpoints of one portal; those that do not exist (an address has no `www.`) are left out."""

    seen: tuple[Seen, ...]

    @cached_property
    def canonical(self) -> Seen | None:
        """The endpoint that the portal itself leads to; None if there is none at all."""
        group = [one for one in self.seen if one.place.host == self._host]
        wanted = "https" if self._on_https else "http"
        return next((one for one in group if one.place.scheme == wanted), group[0] if group else None)

    @cached_property
    def canonical_https(self) -> Seen | None:
        """The https endpoint of the canonical host."""
        return self._endpoint("https", self._host)

    @property
    def measured(self) -> bool:
        """Whether anything answered, so that a missing answer says something."""
        return any(one.live for one in self.seen)

    @property
    def defaults_to_https(self) -> bool | None:
        """The canonical endpoint uses HTTPS."""
        return self.canonical.place.scheme == "https" if self._complete and self.canonical else None

    @property
    def downgrades_https(self) -> bool | None:
        """The canonical HTTPS endpoint redirects at once, within the domain, to plain HTTP."""
        https = self.canonical_https
        return None if https is None or not self.measured else https.to_scheme == "http" and https.stays

    @property
    def strictly_forces_https(self) -> bool | None:
        """Some HTTPS endpoint is live, and each HTTP endpoint is down or redirects at once to any HTTPS address."""
        if not self._complete:
            return None
        forced = all(not one.live or one.to_scheme == "https" for one in self._of("http"))
        return forced and any(one.live for one in self._of("https"))

    @property
    def http_leads_to_https(self) -> bool | None:
        """`leads_to_https` of the canonical host."""
        return self.leads_to_https(self._host)

    def leads_to_https(self, host: str) -> bool | None:
        """Whether who asks the host by http ends up on https, over however many of the endpoints; None if it does not
        answer by http, or leads out of sight."""
        at, passed = self._endpoint("http", host), list[Seen]()
        while at is not None and at.redirects and at not in passed:
            if at.to_scheme == "https":
                return True
            passed.append(at)
            at = self._endpoint("http", at.to_host)
        return False if at is not None and at.ok else None

    def any_https(self, *problems: str) -> bool | None:
        """Whether an HTTPS endpoint has one of the problems; None if none showed a certificate."""
        shown = [one for one in self._of("https") if one.live or one.facts.problems]
        return any(set(problems) & set(one.facts.problems) for one in shown) if shown else None

    @property
    def bare_https(self) -> Seen | None:
        """The https endpoint without `www.`."""
        return next(iter(self._of("https")), None)

    @property
    def _complete(self) -> bool:
        return self.measured and bool(self._of("http"))

    @cached_property
    def _host(self) -> str:
        """The canonical host: `www.` only if it answers, and the bare endpoints are down or lead to it."""
        bare, www = self._by_host()
        if not www or not any(one.live for one in www):
            return bare[0].place.host if bare else ""
        unused = all(one.redirects or one.bad_hostname or not one.ok for one in bare)
        leads = any(one.to_host == www[0].place.host for one in bare)
        return www[0].place.host if unused and (leads or all(one.down for one in bare)) else bare[0].place.host

    @cached_property
    def _on_https(self) -> bool:
        """HTTPS is usable, and the HTTP endpoints are all down or all lead away, one of them to HTTPS within."""
        plain = self._of("http")
        usable = any(one.live and not one.bad_hostname for one in self._of("https"))
        unused = all(one.redirects or not one.ok for one in plain)
        upgrades = any(one.to_scheme == "https" and one.stays for one in plain)
        return usable and unused and (upgrades or not any(one.live for one in plain))

    def _by_host(self) -> tuple[list[Seen], list[Seen]]:
        first = self.seen[0].place.host if self.seen else ""
        bare = [one for one in self.seen if one.place.host == first]
        return bare, [one for one in self.seen if one.place.host != first]

    def _of(self, scheme: str) -> list[Seen]:
        return [one for one in self.seen if one.place.scheme == scheme]

    def _endpoint(self, scheme: str, host: str) -> Seen | None:
        return next((one for one in self._of(scheme) if one.place.host == host), None)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _registered(host: str) -> str:
    found = domain(host)
    return found.registered or host
