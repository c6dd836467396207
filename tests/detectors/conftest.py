"""Small lexicons of a fictional vocabulary, and pages and inspections made with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from detectors import registry
from detectors.inspector import Inspector
from detectors.lexicon import GENERAL, parse
from detectors.lexicon_set import LexiconSet
from detectors.observation import Observation
from detectors.page import Page

URL = "https://www.villa.example/"

GENERAL_WORDS: dict[str, dict[str, list[str]]] = {
    "en": {
        "online": ["online", "e-service*"],
        "apply": ["apply", "application*"],
        "pay": ["pay", "payment*"],
        "form": ["form", "forms", "download*"],
        "search": ["search"],
        "contact": ["phone", "tel", "address"],
        "language_names": ["language"],
    },
    "es": {
        "online": ["en línea", "sede electrónica"],
        "apply": ["solicitar", "solicitud*"],
        "pay": ["pagar", "pago*"],
        "form": ["formulario*", "descargar"],
        "search": ["buscar"],
        "contact": ["teléfono", "dirección"],
    },
    "ja": {"online": ["オンライン"], "apply": ["申請"], "search": ["検索"], "contact": ["電話"]},
    "ko": {"online": ["온라인"], "apply": ["신청"], "search": ["검색"], "contact": ["전화"]},
    "vi": {"online": ["trực tuyến"], "apply": ["đăng ký"], "search": ["tìm kiếm"], "contact": ["điện thoại"]},
    "ar": {"online": ["إلكتروني*"], "apply": ["طلب"], "search": ["بحث"], "contact": ["هاتف"]},
    "ru": {"online": ["онлайн"], "apply": ["заявлени*"], "search": ["поиск"], "contact": ["телефон*"]},
}

FEATURE_WORDS: dict[str, dict[str, dict[str, list[str]]]] = {
    "en": {
        "budget.publication": {
            "strong": ["municipal budget", "budget execution"],
            "weak": ["budget"],
            "not": ["participatory budget*", "budget hotel*"],
            "url": ["budget"],
        },
        "participation.budgeting": {"strong": ["participatory budget*"]},
        "info.news": {"weak": ["news"]},
        "info.health": {"strong": ["public health services"], "weak": ["health"]},
        "service.building_permit": {
            "strong": ["apply for a building permit"],
            "weak": ["building permit*"],
            "url": ["building-permit"],
        },
        "payment.fines": {"strong": ["pay fines online"], "weak": ["fines"]},
        "policy.cookies": {"strong": ["cookie policy"]},
        "policy.privacy": {"strong": ["privacy policy", "protection of personal data"], "weak": ["privacy"]},
        "institution.department_heads": {"strong": ["heads of department"], "weak": ["minister of *", "mayor"]},
        "portal.official": {"strong": ["city council", "official website"]},
        "institution.agency_links": {"strong": ["government links"]},
        "search.internal": {"weak": ["search"]},
        "search.advanced": {"strong": ["advanced search"]},
        "navigation.sitemap": {"strong": ["site map", "sitemap"], "url": ["sitemap"]},
        "account.authentication": {"strong": ["log in to your account"], "weak": ["log in"], "not": ["staff log in"]},
        "contact.details": {"weak": ["contact"]},
        "open_data.provision": {"strong": ["open data portal"]},
        "portal.mobile_apps": {"weak": ["mobile app*"]},
    },
    "es": {
        "budget.publication": {
            "strong": ["presupuesto municipal", "ejecución presupuestaria"],
            "weak": ["presupuesto*"],
            "not": ["presupuesto* participativo*"],
            "url": ["presupuesto"],
        },
        "participation.budgeting": {"strong": ["presupuesto* participativo*"]},
        "info.news": {"weak": ["noticias"]},
        "service.building_permit": {"strong": ["solicitar licencia de obra"], "weak": ["licencia* de obra*"]},
    },
    "ja": {"budget.publication": {"strong": ["予算書"], "weak": ["予算"]}, "support.faq": {"strong": ["FAQ"]}},
    "ko": {"budget.publication": {"strong": ["예산서"], "weak": ["예산"]}},
    "vi": {"budget.publication": {"strong": ["ngân sách thành phố"], "weak": ["ngân sách"]}},
    "ar": {"budget.publication": {"strong": ["ميزانية البلدية"], "weak": ["الميزانية"]}},
    "ru": {"budget.publication": {"strong": ["бюджет* город*"], "weak": ["бюджет*"]}},
}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def lexicon_text(
    language: str, features: Mapping[str, Mapping[str, list[str]]], general: Mapping[str, list[str]]
) -> str:
    """A lexicon file: features -> role -> terms, and the general lists (the missing ones empty)."""
    lines = [f'language = "{language}"', f'name = "{language}"', "[general]"]
    lines += [f"{name} = [{', '.join(_quoted(w) for w in general.get(name, []))}]" for name in GENERAL]
    for feature, roles in features.items():
        for role, terms in roles.items():
            lines.append(f'[features."{feature}".{role}]')
            lines += [f"{_quoted(term)} = {_quoted('' if language == 'en' else 'gloss')}" for term in terms]
    return "\n".join(lines)


@pytest.fixture(scope="session")
def make_lexicons() -> Callable[..., LexiconSet]:
    """Lexicons from {language: {feature: {role: [terms]}}}, with the usual general vocabulary."""

    def make(**words: Mapping[str, Mapping[str, list[str]]]) -> LexiconSet:
        texts = {lang: lexicon_text(lang, table, GENERAL_WORDS.get(lang, {})) for lang, table in words.items()}
        return LexiconSet({lang: parse(text, f"{lang}.toml") for lang, text in texts.items()})

    return make


@pytest.fixture(scope="session")
def lexicons(make_lexicons: Callable[..., LexiconSet]) -> LexiconSet:
    return make_lexicons(**FEATURE_WORDS)


@pytest.fixture(scope="session")
def inspector(lexicons: LexiconSet) -> Inspector:
    """Every built-in detector, reading the small lexicons."""
    return Inspector(registry.load(), lexicons)


@pytest.fixture(scope="session")
def make_page(lexicons: LexiconSet) -> Callable[..., Page]:
    """A page of markup (text or bytes)."""

    def make(markup: str | bytes, url: str = URL, content_type: str = "text/html", lang: str = "") -> Page:
        if isinstance(markup, str):
            opened = f'<html lang="{lang}">{markup}</html>' if lang else markup
            return Page(url, opened.encode(), content_type=content_type, lexicons=lexicons)
        return Page(
            url, markup, content_type=content_type, fetched_at=datetime(2026, 11, 1, tzinfo=UTC), lexicons=lexicons
        )

    return make


@pytest.fixture(scope="session")
def sightings(inspector: Inspector, make_page: Callable[..., Page]) -> Callable[..., list[Observation]]:
    """What the built-in detectors see of one feature on a page, strongest first."""

    def see(markup: str, feature: str, lang: str = "en", url: str = URL) -> list[Observation]:
        found = inspector.inspect(make_page(markup, url=url, lang=lang))
        assert inspector.problems == []
        return [o for o in found if o.feature == feature]

    return see


@pytest.fixture(scope="session")
def strength(sightings: Callable[..., list[Observation]]) -> Callable[..., float]:
    """The strength of the best sighting for a feature (0.0 if there is none)."""

    def best(markup: str, feature: str, lang: str = "en", url: str = URL) -> float:
        found = sightings(markup, feature, lang, url)
        return max((o.strength for o in found if o.polarity == "for"), default=0.0)

    return best
