"""Official host, agencies, heads, news, events, open data, technology: what is seen beyond words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.facts import PortalFacts, TransportFacts
from detectors.inspector import Inspector
from detectors.observation import PROOF, Observation

Strength = Callable[..., float]


# --- official portal --------------------------------------------------------------------------------------------------


def test_a_reserved_host_is_official(strength: Strength) -> None:
    assert strength("<p>x</p>", "portal.official", url="https://www.villa.gov.xx/") >= 0.9


@pytest.mark.parametrize(
    "markup",
    [
        "<title>City council of Villa</title>",
        "<h1>Official website</h1>",
        "<footer>© 2026 City council of Villa</footer>",
    ],
)
def test_a_page_that_names_its_body_is_official(strength: Strength, markup: str) -> None:
    assert strength(markup, "portal.official") >= PROOF


def test_a_shop_is_not_official(strength: Strength) -> None:
    assert strength("<title>Shoes</title><p>Buy shoes</p><footer>© 2026 Shoes Ltd</footer>", "portal.official") < PROOF


def test_a_copyright_line_of_somebody_else(sightings: Callable[..., list[Observation]]) -> None:
    seen = sightings("<h3>City council</h3><footer>© 2026 Acme Web Design Ltd</footer>", "portal.official")
    assert [o.quote for o in seen if o.why == "copyright line"] == []


def test_a_newspaper_that_writes_about_the_council_is_not_official(strength: Strength) -> None:
    markup = (
        "<title>The Daily Herald</title><p>On Monday the city council of a distant town met to talk about dogs.</p>"
    )
    assert strength(markup, "portal.official") < PROOF


@pytest.mark.parametrize("host", ["president-hotel.example", "grad-school.example", "town-and-country.example"])
def test_a_common_word_in_a_private_host(strength: Strength, host: str) -> None:
    assert strength("<p>Rooms</p>", "portal.official", url=f"https://www.{host}/") < PROOF


def test_tenders_budgets_and_heads_make_no_company_official(strength: Strength) -> None:
    links = ("Pay fines online", "Municipal budget", "Heads of department")
    markup = "".join(f"<a href=/{place}>{label}</a>" for place, label in enumerate(links))
    assert strength(f"<title>Acme</title><nav>{markup}</nav>", "portal.official") < PROOF


# --- agencies ---------------------------------------------------------------------------------------------------------


def links(*hosts: str) -> str:
    """Links to the hosts."""
    return "".join(f"<a href='https://{host}/'>{host}</a>" for host in hosts)


def test_links_to_three_other_bodies(strength: Strength) -> None:
    markup = links("www.health.gov.xx", "tax.gov.xx", "police.gob.yy", "shop.example")
    assert strength(markup, "institution.agency_links") >= PROOF


def test_a_country_s_own_portal_is_another_body(strength: Strength) -> None:
    markup = links("www.gov.uk", "www.nhs.uk", "www.police.uk")
    assert strength(markup, "institution.agency_links", url="https://www.villa.gov.uk/") >= PROOF


def test_two_bodies_or_none_are_too_few(strength: Strength) -> None:
    assert strength(links("health.gov.xx", "tax.gov.xx"), "institution.agency_links") < PROOF
    assert strength(links("a.example", "b.example", "c.example", "d.example"), "institution.agency_links") < PROOF


def test_the_body_s_own_hosts_are_no_others(strength: Strength) -> None:
    markup = links("a.villa.gov.xx", "b.villa.gov.xx", "www.villa.gov.xx", "c.villa.gov.xx")
    assert strength(markup, "institution.agency_links", url="https://www.villa.gov.xx/") < PROOF


def test_hosts_below_the_body_s_own_are_no_others(strength: Strength) -> None:
    own = links("service.berlin.de", "mein.berlin.de", "daten.berlin.de", "karten.berlin.de")
    assert strength(own, "institution.agency_links", url="https://www.berlin.de/") < PROOF
    others = links("service.berlin.de", "www.hamburg.de", "www.bund.de", "www.bayern.de")
    assert strength(others, "institution.agency_links", url="https://www.berlin.de/") >= PROOF


def test_hosts_below_a_country_s_shared_domain_are_others(strength: Strength) -> None:
    markup = links("health.gov.xx", "tax.gov.xx", "police.gov.xx")
    for url in ("https://gov.xx/", "https://www.gov.xx/"):
        assert strength(markup, "institution.agency_links", url=url) >= PROOF


def test_the_body_s_own_hosts_under_a_short_suffix(strength: Strength) -> None:
    markup = links("a.villa.gov", "b.villa.gov", "c.villa.gov", "d.villa.gov")
    assert strength(markup, "institution.agency_links", url="https://www.villa.gov/") < PROOF


# --- heads ------------------------------------------------------------------------------------------------------------

HEADS = (
    "<ul><li>Minister of Health: Anna Bell</li><li>Minister of Finance: Carl Dunn</li>"
    "<li>Minister of Justice: Eva Fox</li></ul>"
)


def test_a_list_of_heads(strength: Strength) -> None:
    assert strength(f"<main>{HEADS}</main>", "institution.department_heads") >= PROOF
    assert strength("<nav><a href=/x>Heads of department</a></nav>", "institution.department_heads") >= PROOF


@pytest.mark.parametrize(
    ("language", "texts", "is_list"),
    [
        ("ru", ["Министр здравоохранения открыл больницу", "Министр образования посетил школу",
                "Министр финансов рассказал о налогах"], False),
        ("ru", ["Министр здравоохранения Иванов Иван", "Министр образования Петрова Анна",
                "Министр финансов Сидоров Пётр"], True),
        ("el", ["Ο δήμαρχος επισκέφθηκε το σχολείο", "Ο υπουργός υγείας εγκαινίασε το νοσοκομείο",
                "Ο υπουργός παιδείας μίλησε σε μαθητές"], False),
        ("ka", ["მერი გიორგი ბერიძე", "მინისტრი ნინო კაპანაძე", "მინისტრი დავით ლომიძე"], True),
    ],
)  # fmt: skip
def test_small_letters_name_nobody(language: str, texts: list[str], is_list: bool) -> None:
    inspector = Inspector.default(["department-heads"])
    items = "".join(f"<li>{text}</li>" for text in texts)
    html = f'<meta charset="utf-8"><html lang="{language}"><main><ul>{items}</ul></main></html>'
    page = inspector.page("https://www.villa.example/", html.encode(), content_type="text/html")
    assert any("titles of office" in seen.why for seen in inspector.inspect(page)) is is_list


@pytest.mark.parametrize(
    ("markup", "is_proof"),
    [
        ("<nav><a href=/x>Mayor Fritz Kuhn</a></nav>", True),
        ("<nav><a href=/x>Mayor Fritz Kuhn opens a school</a></nav>", False),
        ("<nav><a href=/x>With Mayor Fritz Kuhn</a></nav>", False),
        ("<main><a href=/x>Mayor Fritz Kuhn</a></main>", False),
        ("<nav><a href=/x>Mayor Fritz</a></nav>", False),
    ],
)
def test_a_menu_names_who_holds_an_office(strength: Strength, markup: str, is_proof: bool) -> None:
    assert (strength(markup, "institution.department_heads") >= PROOF) is is_proof


def test_one_minister_in_the_text_is_no_list(strength: Strength) -> None:
    assert (
        strength("<p>The Minister of Health opened a school on Monday morning.</p>", "institution.department_heads")
        < PROOF
    )


def test_news_about_one_minister_are_no_list(strength: Strength) -> None:
    items = "".join(
        f"<li>The Minister of Health visits hospital number {n} in the northern district</li>" for n in range(6)
    )
    assert strength(f"<main><ul>{items}</ul></main>", "institution.department_heads") < PROOF


# --- news and events --------------------------------------------------------------------------------------------------


def data(text: str) -> str:
    """A page with structured data."""
    return f'<head><script type="application/ld+json">{text}</script></head><body>'


@pytest.mark.parametrize(
    ("feature", "text"),
    [
        ("info.news", '{"@type": "NewsArticle", "headline": "Bridge opened"}'),
        ("info.news", '{"@graph": [{"@type": ["Thing", "BlogPosting"]}]}'),
        ("info.events", '{"@type": "MusicEvent", "name": "Concert"}'),
        ("open_data.metadata", '{"@type": "Dataset", "name": "Trees", "description": "All trees"}'),
    ],
)
def test_structured_data_is_proof(strength: Strength, feature: str, text: str) -> None:
    assert strength(data(text), feature) >= PROOF
    assert strength(data('{"@type": "WebSite"}'), feature) < PROOF


@pytest.mark.parametrize(
    "text",
    [
        '{"@type": null}',
        '{"@type": [{"x": 1}]}',
        '{"@type": 5}',
        '{"address": {"@type": "x"}, "name": ["a"]}',
        "[[1]]",
        '{"@graph": {}}',
    ],
)
def test_odd_structured_data_breaks_nothing(sightings: Callable[..., list[Observation]], text: str) -> None:
    assert [o for o in sightings(data(text), "info.events") if o.is_proof] == []


# --- open data --------------------------------------------------------------------------------------------------------


def test_files_in_machine_formats(strength: Strength) -> None:
    three = "<a href=/a.csv>Trees</a><a href=/b.json>Benches</a><a href=/c.geojson?v=1>Roads</a>"
    assert strength(three, "open_data.provision") >= PROOF
    assert strength("<a href=/a.csv>Trees</a>", "open_data.provision") < PROOF
    assert (
        strength(
            "<a href=/manifest.json>x</a><a href=/feed.json>x</a><a href=/wp-json/x.json>x</a>", "open_data.provision"
        )
        < PROOF
    )
    feeds = "<a href=/news.rdf>RSS</a><a href=/press.rdf>RSS</a><a href=/topics.rdf>RSS 1.0</a>"
    assert strength(feeds, "open_data.provision") < PROOF
    tables = "".join(f"<a href=/{name}.csv>Forssa: {name} (RSS)</a>" for name in ("trees", "budget", "roads"))
    assert strength(tables, "open_data.provision") >= PROOF, "a feed is written as RDF alone"
    town = "".join(f"<a href=/{name}.rdf>Forssan {name}</a>" for name in ("trees", "budget", "roads"))
    assert strength(town, "open_data.provision") >= PROOF, "RSS is a word"


# --- technology -------------------------------------------------------------------------------------------------------


def https(inspector: Inspector, **facts: object) -> list[tuple[str, float]]:
    """What is seen of HTTPS with these facts."""
    transport = TransportFacts(**facts)  # type: ignore[arg-type]
    seen = inspector.portal(PortalFacts("https://www.villa.example/", transport=transport))
    return [(o.polarity, o.strength) for o in seen if o.feature == "technology.https"]


def test_https(inspector: Inspector) -> None:
    assert https(inspector, https_works=True) == [("for", 0.97)]
    assert https(inspector, https_works=True, certificate_error="expired") == [("against", 0.95)]
    assert https(inspector, https_works=False) == [("against", 0.95)]
    assert https(inspector) == []


def test_a_viewport_for_phones(sightings: Callable[..., list[Observation]]) -> None:
    def polarity(markup: str) -> list[str]:
        return [o.polarity for o in sightings(markup, "technology.mobile")]

    assert polarity("<meta name=viewport content='width=device-width, initial-scale=1'>") == ["for"]
    assert polarity("<meta name=viewport content='width = device-width'>") == ["for"]
    assert polarity("<meta name=viewport content='width=980'>") == []
    assert polarity("<p>x") == ["against"]


# --- policies ---------------------------------------------------------------------------------------------------------


def test_a_vendor_s_policy_is_not_the_portal_s(strength: Strength) -> None:
    own = "<a href=/privacy>Privacy policy</a>"
    assert strength(own, "policy.privacy") >= PROOF
    assert strength("<a href='https://policies.google.com/privacy'>Privacy policy</a>", "policy.privacy") < PROOF
    assert strength(f"<a href='https://policies.google.com/privacy'>Privacy</a>{own}", "policy.privacy") >= PROOF


@pytest.mark.parametrize(
    "markup",
    [
        "<div id=cookie-banner><p>This site keeps small files on your device to count visits.</p></div>",
        "<script src='/js/cookieconsent.min.js'></script>",
        "<a href=/c>Cookie policy</a>",
    ],
)
def test_a_cookie_notice(strength: Strength, markup: str) -> None:
    assert strength(markup, "policy.cookies") >= PROOF


@pytest.mark.parametrize(
    "markup",
    [
        "<script src='/js/jquery.cookie.js'></script>",
        "<script src='/js/js.cookie.min.js'></script>",
        "<p>Bake cookies at the fair.</p>",
    ],
)
def test_a_library_or_a_recipe_is_no_cookie_notice(strength: Strength, markup: str) -> None:
    assert strength(markup, "policy.cookies") < PROOF


# --- sectors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("feature", "label"),
    [
        ("expenditure.health", "Health budget"),
        ("budget_data.health", "Budget for health"),
        ("mobile_service.health", "Mobile app for health"),
        ("service.health", "Health services online"),
        ("open_data.health", "Open data portal: health"),
    ],
)
def test_an_act_beside_the_word_of_its_sector(strength: Strength, feature: str, label: str) -> None:
    assert strength(f"<nav><a href=/x>{label}</a></nav>", feature) >= PROOF


@pytest.mark.parametrize(
    ("feature", "markup"),
    [
        ("expenditure.health", "<a href=/x>Health</a><a href=/y>Budget</a>"),
        ("expenditure.health", "<p>The budget speaks of health as well.</p>"),
        ("expenditure.education", "<a href=/x>Health budget</a>"),
        ("service.health", "<a href=/x>Health</a><a href=/y>Apply online</a>"),
    ],
)
def test_the_two_apart_or_in_passing_are_none(strength: Strength, feature: str, markup: str) -> None:
    assert strength(markup, feature) < PROOF
