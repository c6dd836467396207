"""Asks the portal's own search for what is still unsettled late in the crawl: a handful of questions, politely."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from crawler.frontier import Entry
from crawler.urls import read_data
from detectors.calibration import proves
from detectors.tally import combined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.reading import Reading
    from crawler.scope import Scope
    from detectors.conclude import Tally
    from detectors.inspector import Inspector
    from detectors.search_form import SearchForm

_LATE = 0.7
"""From this share of the page budget on the search is asked, or as soon as the frontier has nothing left."""
_PROMISE = 0.3


class SiteSearch:
    """The questions of one crawl; a page of results is no evidence by itself."""

    def __init__(self, inspector: Inspector, limit: int) -> None:
        self._inspector = inspector
        self._limit = limit
        self._form: SearchForm | None = None
        self._tried: set[str] = set()
        self._asked: dict[str, str] = {}

    @property
    def asked(self) -> tuple[str, ...]:
        """The terms that were asked for, in order, but for those to which no answer came."""
        return tuple(self._asked.values())

    def unanswered(self, entry: Entry) -> None:
        """Takes that a question had no answer."""
        self._asked.pop(entry.url, None)

    def learn(self, reading: Reading, scope: Scope) -> None:
        """Takes the first search form of the portal that leads to the portal itself."""
        if self._form is None and reading.search is not None and scope.contains(reading.search.action):
            self._form = reading.search

    def is_due(self, share: float, left: int) -> bool:
        """Whether a question may be asked now. `share` of the page budget is spent, `left` links wait or are
        under way."""
        return self._form is not None and len(self._tried) < self._limit and (share >= _LATE or left == 0)

    def next(self, tally: Tally, may_fetch: Callable[[Entry], bool]) -> Entry | None:
        """The next question that may be fetched, None if there is none; in the language of most pages read so far, as
        far as their language is known."""
        for feature, term in self._questions(tally):
            if self._form is None or len(self._tried) >= self._limit:
                return None
            if term not in self._tried:
                self._tried.add(term)
                entry = Entry(self._form.url(term), "search", ((feature, _PROMISE),))
                if may_fetch(entry):
                    self._asked[entry.url] = term
                    return entry
        self._limit = len(self._tried)
        return None

    def _questions(self, tally: Tally) -> Iterator[tuple[str, str]]:
        known = [language for language, _ in tally.languages.most_common() if language]
        lexicon = next(iter(self._inspector.lexicons.for_languages(known[:1])), None)
        for feature in _order():
            if lexicon is None:
                return
            if not proves(combined(tally.best(feature)), feature):
                term = lexicon.best_term(feature)
                if term:
                    yield feature, term


@cache
def _order() -> tuple[str, ...]:
    return tuple(read_data("site_search.toml")["features"])
