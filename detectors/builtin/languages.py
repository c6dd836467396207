"""A version of the portal in another language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from detectors.base import PageDetector, PortalDetector
from detectors.facts import PortalFacts
from detectors.hosts import listed
from detectors.lexicon import Lexicon
from detectors.normalise import normalise
from detectors.observation import Kind, Observation
from detectors.packaged import data
from detectors.page import Page
from detectors.page.elements import Link
from detectors.page.language import declared
from detectors.page.selector import css_selector

_SWITCH = re.compile(r"lang|locale|idioma|sprache|langue|wpml|polylang|dil|jezik", re.I)
_SWITCH_WORDS = frozenset(("version", "site", "website", "verzia", "versione", "versao", "versija", "verze"))
_MAX_NAME = 40


class ForeignLanguage(PageDetector):
    """A language switcher or a version in another language: a link labelled with another language's own name or
    code, an alternate version named in the head, a choice of languages, or a translation widget."""

    name = "foreign-language"
    features = ("language.foreign",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """Links, then the head, then choices and widgets."""
        own = page.language.split("-")[0]
        yield from self._links(page, own)
        yield from self._head(page, own)
        yield from self._choices(page)
        yield from self._captions(page)
        for source in page.scripts:
            if listed(source, "translate"):
                yield Observation(self.features[0], "content", 0.6, source, "translation widget", href=source)
                return

    def _links(self, page: Page, own: str) -> Iterator[Observation]:
        number = 0
        for link in page.links:
            why = _names_language(link, own)
            if why and number < 3:
                number += 1
                strength = 0.9 if link.zone in ("header", "nav", "footer") or "name" in why else 0.7
                yield Observation(
                    self.features[0],
                    "link",
                    strength,
                    link.label or link.title or link.hreflang,
                    why,
                    href=link.href,
                    selector=css_selector(link.element),
                    zone=link.zone,
                )

    def _head(self, page: Page, own: str) -> Iterator[Observation]:
        others = {declared(lang).split("-")[0] for lang, _ in page.alternates} - {"", own}
        if others:
            quote = ", ".join(f"{lang}: {url}" for lang, url in page.alternates[:4])
            yield Observation(
                self.features[0], "link", 0.7, quote[:240], "alternate versions named in the head (hreflang)"
            )

    def _captions(self, page: Page) -> Iterator[Observation]:
        """Captions of a switcher in the page's language: "Translate", "Select language"."""
        lexicons = page.lexicons.for_languages(page.languages) if page.lexicons else ()
        captions = frozenset[str]().union(*(_captions_in(lexicon) for lexicon in lexicons))
        for segment in page.hits.segments:
            if segment.kind not in ("link", "control", "heading", "form") or segment.zone == "main":
                continue
            text = normalise(segment.text) if len(segment.text) < _MAX_NAME else ""
            if text in captions and _language_of_name(text) != page.language.split("-")[0]:
                href = segment.link.href if segment.link else ""
                kind: Kind = "link" if segment.link else "content"
                yield Observation(
                    self.features[0], kind, 0.6, segment.text, "caption of a language switcher", href=href
                )
                return

    def _choices(self, page: Page) -> Iterator[Observation]:
        for form in page.forms:
            for control in form.fields:
                named = [option for option in control.options if _is_endonym(option)]
                if len(named) >= 2 or (named and _SWITCH.search(control.name)):
                    yield Observation(
                        self.features[0],
                        "content",
                        0.8,
                        ", ".join(named[:8])[:200],
                        "choice of languages",
                        selector=css_selector(control.element),
                        zone=form.zone,
                    )
                    return


@lru_cache(maxsize=128)
def _captions_in(lexicon: Lexicon) -> frozenset[str]:
    """The captions of a switcher in the lexicon's language, in normal form, stems left out."""
    words = (term.text for term in lexicon.terms if term.feature == "general.language_names")
    return frozenset(normalise(word) for word in words if "*" not in word)


@cache
def _names() -> frozenset[str]:
    return frozenset(normalise(name) for name in data("endonyms")["switch"]["names"])


@cache
def _own_names() -> dict[str, str]:
    return {normalise(name): code for code, names in data("endonyms")["own"].items() for name in names}


@cache
def _codes() -> frozenset[str]:
    return frozenset(normalise(code) for code in data("endonyms")["switch"]["codes"])


@lru_cache(maxsize=4096)
def _is_endonym(text: str) -> bool:
    """Whether the text is a language's name, alone, with its code or country in brackets, or two names together."""
    plain = normalise(re.sub(r"[(\[].*?[)\]]", " ", text))
    if plain in _names():
        return True
    words = [word for word in plain.split() if word not in _codes() and word not in _SWITCH_WORDS]
    return 0 < len(words) < 3 and (" ".join(words) in _names() or all(word in _names() for word in words))


@lru_cache(maxsize=4096)
def _language_of_name(text: str) -> str:
    """The language whose own name the text is, where the text alone tells it; empty otherwise."""
    return str(_own_names().get(normalise(text), ""))


def _names_language(link: Link, own: str) -> str:
    """By what the link is known to lead to another language; empty if it is not."""
    if link.href.startswith(("mailto:", "tel:")):
        return ""
    other = declared(link.hreflang).split("-")[0]
    if other:
        return f"link with hreflang {link.hreflang}" if other != own else ""
    label = link.label or link.title
    if len(label) > _MAX_NAME:
        return ""
    if _is_endonym(label):
        return "" if _language_of_name(label) == own else "link labelled with a language's own name"
    return _by_code(link, label, own)


def _by_code(link: Link, label: str, own: str) -> str:
    """A bare code counts where address or class say that it switches the language."""
    code = normalise(label)
    if code not in _codes() or code[:2] == own or link.zone == "breadcrumb":
        return ""
    place = re.search(rf"(?:^|[/?&=._-]){re.escape(label.lower())}(?:$|[/?&=._-])", link.href.lower())
    switched = place or _SWITCH.search(f"{link.css} {link.href}")
    return "link labelled with a language's code" if switched or not code.isascii() else ""


class LanguagesOfPortal(PortalDetector):
    """Pages in a language that is not an official one of the country, found by reading them."""

    name = "languages-of-portal"
    features = ("language.foreign",)
    uses_lexicon = False

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """Languages of at least two pages each, other than the main or official ones."""
        known = {language.split("-")[0]: n for language, n in portal.languages.items() if language and n >= 2}
        if len(known) < 2:
            return
        main = max(known, key=lambda language: (known[language], language))
        home = {language.split("-")[0] for language in portal.official} or {main}
        others = sorted(set(known) - home - {main}) or (sorted(set(known) - {main}) if not portal.official else [])
        if others:
            text = ", ".join(f"{language}: {known[language]} pages" for language in others)
            yield Observation(self.features[0], "portal", 0.8, text, "pages written in another language")


DETECTORS = (ForeignLanguage, LanguagesOfPortal)
