"""What helps with questions that only a person can answer: whom to write to, what to search for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from idna import decode

from detectors.base import PageDetector
from detectors.hosts import host_of
from detectors.observation import Observation
from detectors.page import Page
from detectors.standing import is_front
from detectors.targets import targets_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from detectors.page.elements import Form

_EMAIL = re.compile(r"[\w.+-]{2,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_TITLE_BREAK = re.compile(r"\s+[|–—·•»›:-]+\s+|\s*[|»›]\s*")
_MAX_QUERY = 100
_MAX_PER_PAGE = 3
_OWN, _OTHER, _FORM = 0.4, 0.2, 0.35


class WhomToWriteTo(PageDetector):
    """E-mail addresses and contact forms to which an assessor can write.

    The set question is sent by a person, and the time and quality of the reply are judged by one (LOSI 2024
    questions on responsiveness and quality of the reply), so nothing here is proof. An address on the portal's own
    domain is told before others.
    """

    name = "whom-to-write-to"
    version = "2"
    features = ("contact.responsiveness", "contact.reply_quality")
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """The page's addresses and forms to write to, as hints for both questions."""
        found = [*self._addresses(page), *self._forms(page)]
        for feature in self.features:
            for strength, quote, why, href, selector in found:
                yield Observation(feature, "content", strength, quote, why, href=href, selector=selector)

    def _addresses(self, page: Page) -> Iterator[tuple[float, str, str, str, str]]:
        found: dict[str, tuple[str, HtmlElement | None]] = {}
        host = host_of(page.url)
        for link in targets_of(page).beyond_web:
            if link.href[:7].lower() == "mailto:" and (match := _EMAIL.search(unquote(link.href[7:]))):
                found.setdefault(match[0].lower(), (link.href, link.element))
        for block in page.blocks:
            if "@" in block.text and (match := _EMAIL.search(block.text)):
                found.setdefault(match[0].lower(), ("", block.element))
        others = {address for address in found if not _is_own(address.partition("@")[2], host)}
        for address in islice(sorted(found, key=others.__contains__), _MAX_PER_PAGE):
            href, element = found[address]
            strength = _OTHER if address in others else _OWN
            yield strength, address, "address to write to", href, page.selector(element)

    def _forms(self, page: Page) -> Iterator[tuple[float, str, str, str, str]]:
        form = next((form for form in page.forms if _writes(form)), None)
        if form is not None:
            yield _FORM, page.url, "page with a form to write with", "", page.selector(form.element)


class QueriesToTry(PageDetector):
    """The queries with which an assessor can try to find the portal in search engines.

    Whether search engines lead to the portal only a person can tell, on the spot (LOSI 2024 question on the ease of
    finding the portal). The names that the portal gives itself on its front pages, one in each of its languages, and
    the words of its host are what people would type.
    """

    name = "queries-to-try"
    version = "2"
    features = ("technology.findability",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """The names on a front page, and the host's words."""
        if page.kind != "html" or not is_front(page.url):
            return
        names = [page.meta.get("og:site_name", ""), *_TITLE_BREAK.split(page.title), _host_words(host_of(page.url))]
        told = dict.fromkeys(" ".join(name.split()) for name in names)
        for place, query in enumerate(query for query in told if 2 < len(query) <= _MAX_QUERY):
            yield Observation(
                self.features[0], "content", 0.4 - 0.05 * min(place, 5), query, "query to try in search engines"
            )


def _writes(form: Form) -> bool:
    """Whether a message can be written with the form: several lines of text beside a way to reply."""
    types = {field.type for field in form.fields}
    return form.method == "post" and "textarea" in types and bool(types & {"email", "text", "tel"})


def _is_own(domain: str, host: str) -> bool:
    """Whether mail to the domain goes to the body whose portal has this host: one is a part of the other."""
    return domain == host or domain.endswith(f".{host}") or host.endswith(f".{domain}")


def _host_words(host: str) -> str:
    """The words of the host's first name, in letters as people type it."""
    name = host.partition(".")[0]
    with suppress(UnicodeError):
        name = decode(name)
    return " ".join(name.split("-"))


DETECTORS = (WhomToWriteTo, QueriesToTry)
