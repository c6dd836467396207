"""What a crawl takes from one answer: made in the crawl's process or in another, the same either way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.browser.shell import Fullness, fullness
from crawler.garbage import paused
from crawler.gate import Print, Refusal, print_of, refusal_of
from crawler.nofollow import closes_links_by_meta
from detectors.platforms import likely_places
from detectors.promise import LinkPromise, promises
from detectors.search_form import SearchForm, search_form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from detectors.inspector import Inspector
    from detectors.observation import Observation
    from detectors.page import Page


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded answer, as it comes from the wire or an archive. `headers` by lower-case name; `nofollow` is what its
    headers ask of its links."""

    url: str
    body: bytes
    status: int
    content_type: str
    headers: Mapping[str, str]
    fetched_at: datetime | None
    capture: int | None
    nofollow: bool = False

    def page(self, inspector: Inspector) -> Page:
        """The page view of the answer."""
        return inspector.page(
            self.url,
            self.body,
            status=self.status,
            content_type=self.content_type,
            fetched_at=self.fetched_at,
            capture=self.capture,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer shows. Where it is `refused`, detectors have not looked at it.

    `print` is what it looks like, to compare with the site's "not found" page; `fullness` the numbers that tell whether
    it shows anything unless its scripts run; `nofollow` that its links are not to be followed; `places` where its
    platform usually keeps what; `search` how the site's own search is asked; `failures` what detectors failed on it, by
    name with the error; `asked` the names of all that were asked.
    """

    url: str
    status: int
    kind: str
    capture: int | None
    refused: Refusal | None
    title: str = ""
    language: str = ""
    print: Print | None = None
    fullness: Fullness | None = None
    refresh: str = ""
    nofollow: bool = False
    places: tuple[tuple[str, str], ...] = ()
    search: SearchForm | None = None
    observations: tuple[Observation, ...] = ()
    promises: tuple[LinkPromise, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def shell(self) -> bool:
        """Whether it shows nothing unless its scripts run."""
        return self.fullness is not None and self.fullness.is_shell


def read(answer: Answer, inspector: Inspector) -> Reading:
    """Parses the answer once and asks every page detector; an answer that is no content is not looked at further."""
    with paused(inspector.lexicons):
        return _read(answer, inspector)


def _read(answer: Answer, inspector: Inspector) -> Reading:
    page = answer.page(inspector)
    refused = refusal_of(page, answer.headers)
    if refused is not None:
        return Reading(page.url, page.status, page.kind, page.capture, refused)
    observations, failures, asked = inspector.look(page)
    return Reading(
        page.url,
        page.status,
        page.kind,
        page.capture,
        None,
        page.title,
        page.language,
        print_of(page) if page.kind == "html" else None,
        fullness(page),
        page.refresh,
        answer.nofollow or closes_links_by_meta(page.tree),
        likely_places(page),
        search_form(page),
        tuple(observations),
        tuple(promises(page)) if page.kind == "html" else (),
        failures,
        asked,
    )
