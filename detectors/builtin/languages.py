"""A version of the portal in another language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

from detectors.base import PageDetector, PortalDetector
from detectors.facts import PortalFacts
from detectors.language_names import (
    MAX_NAME,
    SWITCH,
    are_codes,
    is_endonym,
    language_of_address,
    language_of_name,
    links_naming,
)
from detectors.lexicon import Lexicon
from detectors.normalise import normal_label, normalise
from detectors.observation import Kind, Observation
from detectors.page import Page
from detectors.page.elements import Link
from detectors.page.language import declared
from detectors.promise import is_document
from detectors.translators import Translator, strength, translators_of

_MOST_LINKS = 3
_ENOUGH_TEXT = 300
_SURE = 0.8
_BUTTONS = ("submit", "button")
_SWITCHES = ("link", "control", "heading", "form")
_Embedded: TypeAlias = Sequence[tuple[Translator, str]]


class ForeignLanguage(PageDetector):
    """A language switcher or a version in another language: a link labelled with another language's own name or
    code, an alternate version named in the head, a choice of languages. A flag without a name is none, but where it
    leads to the front page of a version whose address names the language. A service that translates by machine is told
    apart and weaker (`data/translators.toml`): an assessor may not let it count."""

    name = "foreign-language"
    version = "11"
    features = ("language.foreign",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """Links, then the head, then choices, captions and machine translation."""
        own = page.language.split("-")[0]
        embedded = translators_of(page)
        yield from self._links(page, own, embedded)
        yield from self._head(page, own, embedded)
        yield from self._choices(page, own, embedded)
        yield from self._buttons(page, own)
        yield from self._captions(page, embedded)
        for translator, told in embedded[:1]:
            why = f"machine translation: {translator.name} is embedded"
            href = told if "://" in told else ""
            yield Observation(self.features[0], "content", strength("widget"), told, why, href=href)

    def _links(self, page: Page, own: str, embedded: _Embedded) -> Iterator[Observation]:
        """The first links of the portal's own and the first of a service, so that neither hides the other."""
        number = {True: 0, False: 0}
        for link, why in links_naming(page, own):
            machine = _machine(link, page, embedded)
            number[bool(machine)] += 1
            if number[bool(machine)] <= (1 if machine else _MOST_LINKS):
                yield Observation(
                    self.features[0],
                    "link",
                    strength("link") if machine else _worth(link, why),
                    link.label or link.title or link.hreflang,
                    f"machine translation: {machine}, {why}" if machine else why,
                    href=link.href,
                    selector=page.selector(link.element),
                    zone=link.zone,
                )

    def _head(self, page: Page, own: str, embedded: _Embedded) -> Iterator[Observation]:
        others = {declared(lang).split("-")[0] for lang, _ in page.alternates} - {"", own}
        if others:
            quote = ", ".join(f"{lang}: {url}" for lang, url in page.alternates[:4])
            machine = next((one.name for one, _ in embedded if one.addresses), "")
            why = "alternate versions named in the head (hreflang)"
            worth, words = (strength("link"), f"machine translation: {machine}, {why}") if machine else (0.7, why)
            yield Observation(self.features[0], "link", worth, quote[:240], words)

    def _captions(self, page: Page, embedded: _Embedded) -> Iterator[Observation]:
        """Captions of a switcher in the page's language: "Translate", "Select language"."""
        lexicons = page.lexicons.for_languages(page.languages) if page.lexicons else ()
        captions = _captions_in(lexicons)
        own = page.language.split("-")[0]
        for segment in page.hits.segments:
            text = segment.text
            if len(text) >= MAX_NAME or segment.zone == "main" or normal_label(text) not in captions:
                continue
            if segment.link is not None and is_document(segment.link.url):
                continue
            if segment.kind in _SWITCHES and language_of_name(text) != own:
                href = segment.link.href if segment.link else ""
                kind: Kind = "link" if segment.link else "content"
                worth = strength("widget") if embedded else 0.6
                yield Observation(self.features[0], kind, worth, text, "caption of a language switcher", href=href)
                return

    def _choices(self, page: Page, own: str, embedded: _Embedded) -> Iterator[Observation]:
        for form in page.forms:
            for control in form.fields:
                named = [option for option in control.options if is_endonym(option)]
                coded = are_codes(control.options, own)
                if len(named) < 2 and not coded and not (named and SWITCH.search(control.name)):
                    continue
                machine = next((one.name for one, _ in embedded if one.owns(control.element)), "")
                yield Observation(
                    self.features[0],
                    "content",
                    strength("link") if machine else 0.8,
                    ", ".join((control.options if coded else named)[:8])[:200],
                    f"machine translation: {machine}, choice of languages" if machine else "choice of languages",
                    selector=page.selector(control.element),
                    zone=form.zone,
                )
                return

    def _buttons(self, page: Page, own: str) -> Iterator[Observation]:
        """A button with another language's own name."""
        for form in page.forms:
            for control in form.fields:
                caption = control.caption if control.type in _BUTTONS else ""
                if 0 < len(caption) < MAX_NAME and is_endonym(caption) and language_of_name(caption) != own:
                    yield Observation(
                        self.features[0],
                        "content",
                        0.8,
                        caption,
                        "button labelled with a language's own name",
                        selector=page.selector(control.element),
                        zone=form.zone,
                    )
                    return


def _worth(link: Link, why: str) -> float:
    """Menus switch the whole site; a name says more than a code."""
    return 0.9 if link.zone in ("header", "nav", "footer") or "name" in why else 0.7


def _machine(link: Link, page: Page, embedded: _Embedded) -> str:
    """The service that makes what the link leads to; empty for a version of the portal's own.

    A link that leads nowhere by itself, on a page with a service, is worked by that service's script.
    """
    nowhere = link.href.startswith(("#", "javascript:")) or link.url in (page.url, f"{page.url}#")
    for translator, _ in embedded:
        if nowhere or translator.owns(link.element) or translator.serves(link.url):
            return translator.name
    return ""


@lru_cache(maxsize=256)
def _captions_in(lexicons: tuple[Lexicon, ...]) -> frozenset[str]:
    """The captions of a switcher in the lexicons' languages, in normal form, stems left out."""
    terms = (term for lexicon in lexicons for term in lexicon.terms if term.feature == "general.language_names")
    return frozenset(normalise(term.text) for term in terms if "*" not in term.text)


class PromisedLanguage(PageDetector):
    """What stands behind a language switch: a page whose address and markup both say one language while its text is in
    another speaks against a version in the first. Only running text that is long enough to tell is judged."""

    name = "promised-language"
    version = "2"
    features = ("language.foreign",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """One observation against, where the promise is broken."""
        promised, written = language_of_address(page.url), page.language.split("-")[0]
        if not promised or not written or promised == written or page.language_confidence < _SURE:
            return
        text = " ".join(b.text for b in page.blocks if b.zone == "main" and b.link_chars * 2 < len(b.text))
        if declared(page.lang_attribute).split("-")[0] == promised and len(text) >= _ENOUGH_TEXT:
            why = f"address and markup promise {promised}, the text is written in {written}"
            yield Observation(self.features[0], "content", 0.6, text[:200], why, polarity="against")


class LanguagesOfPortal(PortalDetector):
    """Pages in a language that is not an official one of the country, found by reading them: what is behind the
    switch, whatever the switch says."""

    name = "languages-of-portal"
    version = "2"
    features = ("language.foreign",)
    uses_lexicon = False

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """Languages of at least two pages each, other than the main or official ones; surer from five pages on."""
        read: Counter[str] = Counter()
        for language, pages in portal.languages.items():
            read[language.split("-")[0]] += pages
        known = {language: n for language, n in read.items() if language and n >= 2}
        if len(known) < 2:
            return
        main = max(known, key=lambda language: (known[language], language))
        home = {language.split("-")[0] for language in portal.official} or {main}
        others = sorted(set(known) - home - {main}) or (sorted(set(known) - {main}) if not portal.official else [])
        if others:
            text = ", ".join(f"{language}: {known[language]} pages" for language in others)
            worth = 0.9 if max(known[language] for language in others) >= 5 else 0.8
            yield Observation(self.features[0], "portal", worth, text, "pages written in another language")


DETECTORS = (ForeignLanguage, PromisedLanguage, LanguagesOfPortal)
