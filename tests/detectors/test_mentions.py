"""Words that only mention a topic, and structure that proves one without them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.inspector import Inspector

Proves = Callable[..., bool]
AGENCIES = "".join(
    f'<li><a href="https://www.{name}.gov.example-{name}.gov.pl/">{name.title()}</a></li>'
    for name in ("alpha", "beta", "gamma")
)


@pytest.fixture(scope="module")
def proves() -> Proves:
    inspector = Inspector.default()

    def proved(feature: str, body: str, language: str = "en", url: str = "https://www.villa.example/") -> bool:
        head = '<head><meta charset="utf-8"><title>Villa</title></head>'
        html = f'<!DOCTYPE html><html lang="{language}">{head}<body>{body}</body></html>'
        page = inspector.page(url, html.encode(), content_type="text/html")
        return any(o.feature == feature and o.is_proof for o in inspector.inspect(page))

    return proved


@pytest.mark.parametrize(
    ("language", "feature", "body"),
    [
        ("en", "info.health", '<main><a href="/news/41">Public health</a></main>'),
        ("en", "info.health", '<main><a href="/cabinet/portfolios/health">Health</a></main>'),
        ("es", "info.health", '<main><a href="/noticias/tag/salud">Salud</a></main>'),
        ("en", "info.health", '<nav><a href="/reform">Healthcare reform</a></nav>'),
        ("en", "info.environment", '<nav><a href="/c">Committee on sustainability</a></nav>'),
        ("fi", "info.health", '<nav><a href="/u">Terveyspalveluiden rakenneuudistus</a></nav>'),
        ("uz", "info.health", '<main><a href="/yangiliklar/3">Sog‘liqni saqlash</a></main>'),
    ],
)
def test_an_item_of_news_a_portfolio_or_one_measure_is_no_section(
    proves: Proves, language: str, feature: str, body: str
) -> None:
    assert not proves(feature, body, language)


def test_the_section_itself_is_one(proves: Proves) -> None:
    assert proves("info.health", '<nav><a href="/health">Public health</a></nav>')
    assert proves("info.health", '<main><a href="/living/health">Public health</a></main>')


def test_public_bodies_count_where_they_stand_together(proves: Proves) -> None:
    together = f"<footer><h2>Elsewhere</h2><ul>{AGENCIES}</ul></footer>"
    apart = AGENCIES.replace("</li><li>", "</li><h2>Next</h2><li>")
    assert proves("institution.agency_links", together)
    assert not proves("institution.agency_links", f"<footer><ul>{apart}</ul></footer>")


def test_public_bodies_named_in_sentences_are_references(proves: Proves) -> None:
    text = AGENCIES.replace("<li>", "<p>As the office in charge explained at some length last week, ").replace(
        "li>", "p>"
    )
    assert not proves("institution.agency_links", f"<main>{text}</main>")


def test_a_menu_entry_useful_links_says_nothing_of_where_it_leads(proves: Proves) -> None:
    assert not proves("institution.agency_links", '<nav><a href="/useful-links">Useful links</a></nav>')
    assert proves("institution.agency_links", "<main><h2>Useful links</h2></main>")


@pytest.mark.parametrize(
    ("label", "url", "proof"),
    [
        ("About Jordan", "https://www.portal.gov.jo/", True),
        ("Jordan", "https://www.portal.gov.jo/", True),
        ("Jordan", "https://www.portal.gov.lb/", False),
        ("Embassy of Jordan", "https://www.portal.gov.jo/", False),
        ("About Jordan Street works", "https://www.portal.gov.jo/", False),
    ],
)
def test_the_name_of_the_country_leads_to_what_is_told_of_it(proves: Proves, label: str, url: str, proof: bool) -> None:
    assert proves("info.municipality", f'<nav><a href="/a">{label}</a></nav>', url=url) is proof


@pytest.mark.parametrize(
    ("form", "proof"),
    [
        ('<select name="year"><option>1</select><select name="kind"><option>1</select><button name="btnSearch">', True),
        ('<input name="startDate"><input name="endDate"><input name="searchTerm">', True),
        ('<select name="topic"></select><select name="title"></select><textarea name="text"></textarea>', False),
        ('<input name="searchTerm"><select name="kind"></select>', False),
    ],
)
def test_a_search_sent_by_post_with_filters_is_an_advanced_one(proves: Proves, form: str, proof: bool) -> None:
    assert proves("search.advanced", f'<main><form method="post" action="/list">{form}</form></main>') is proof


@pytest.mark.parametrize(
    ("feature", "body"),
    [
        ("navigation.sitemap", '<nav><a href="/page#sitemap">Site map</a></nav>'),
        ("policy.privacy", "<footer><p>Protected by reCAPTCHA; the Google Privacy Policy applies.</p></footer>"),
        ("support.helpdesk_phone", "<main><p>The ministry speaks of a hotline for all who ask for one.</p></main>"),
        ("social.networks", '<nav><a href="https://example.org/share">Share</a></nav>'),
        ("account.authentication", '<nav><a href="/agents/login">Entrance</a></nav>'),
        ("service.building_permit", '<main><a href="/f/permit.pdf">Apply for a building permit</a></main>'),
        (
            "institution.department_heads",
            "<main><h3>Board meeting, May</h3><h3>Board meeting, June</h3><h3>Board meeting, July</h3></main>",
        ),
        (
            "institution.agency_links",
            '<main><form action="/q"><select name="a"><option>Ministries and agencies</select></form></main>',
        ),
    ],
)
def test_what_only_seems_to_be_proof(proves: Proves, feature: str, body: str) -> None:
    assert not proves(feature, body)


@pytest.mark.parametrize(
    ("feature", "body"),
    [
        ("account.authentication", '<nav><a href="/wps/portal/home/login">Entrance</a></nav>'),
        ("info.culture_sport", '<footer><a href="https://www.visitvilla.com/">visitvilla.com</a></footer>'),
        ("support.helpdesk_phone", "<footer><p>Citizens' helpline: 0800 555 0199</p></footer>"),
        ("budget.publication", '<main><a href="/f/b.pdf">Comprehensive Budget FY2026</a></main>'),
    ],
)
def test_what_addresses_hosts_and_numbers_prove(proves: Proves, feature: str, body: str) -> None:
    assert proves(feature, body)


def test_an_english_page_is_read_with_the_words_of_its_country_too(proves: Proves) -> None:
    body = f'<nav><a href="/a">Laus störf</a></nav><main><p>{"The town council meets every month. " * 9}</p></main>'
    assert proves("service.vacancies", body, url="https://www.villa.is/en")
    assert not proves("service.vacancies", body, url="https://www.villa.gov.uk/en")
