"""Labels that come close to a feature and are none: headlines, guides, boxes, papers, names of bodies. Each rule has a
near miss and a hit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from detectors.inspector import Inspector

Proves = Callable[..., bool]
URL = "https://www.villa.example/"


@pytest.fixture(scope="module")
def proves() -> Proves:
    inspector = Inspector.default()

    def proved(feature: str, body: str, language: str = "en", url: str = URL, title: str = "Villa") -> bool:
        head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
        html = f'<!DOCTYPE html><html lang="{language}">{head}<body>{body}</body></html>'
        fetched = datetime(2026, 3, 1, tzinfo=UTC)
        page = inspector.page(url, html.encode(), content_type="text/html", fetched_at=fetched)
        return any(o.feature == feature and o.is_proof for o in inspector.inspect(page))

    return proved


@pytest.mark.parametrize(
    ("language", "feature", "item"),
    [
        ("en", "info.smart_city", "<h2>Delegation attends smart cities fair</h2><p>18 February 2026</p>"),
        ("en", "info.smart_city", '<a href="/n/3">Pupils write on smart cities abroad</a> <time>3 days ago</time>'),
        ("en", "info.smart_city", '<a href="/n/4">Pupils speak on smart cities abroad</a> <time>2026-02-18</time>'),
        ("es", "info.smart_city", "<h3>Los alumnos visitan las ciudades inteligentes</h3><p>18/02/2026</p>"),
        (
            "de",
            "info.smart_city",
            '<p>18. Februar 2026</p><h2><a href="/n/4">Vorträge über Smart City begeistern</a></h2>',
        ),
    ],
)
def test_a_headline_beside_its_day_mentions(proves: Proves, language: str, feature: str, item: str) -> None:
    assert not proves(feature, f'<main><div class="item">{item}</div></main>', language)
    assert not proves(feature, f"<main><ul><li>{item}</li><li>Something else, of no day</li></ul></main>", language)


@pytest.mark.parametrize(
    ("feature", "title"),
    [
        ("info.smart_city", "Pupils write essays about smart cities abroad"),
        ("portal.mobile_apps", "Mobile application for firms that register staff abroad"),
    ],
)
def test_a_long_label_to_an_address_below_the_news_is_a_headline(proves: Proves, feature: str, title: str) -> None:
    link = f'<main><ul><li><a href="{{}}">{title}</a></li></ul></main>'
    assert not proves(feature, link.format("/news/41"))
    assert proves(feature, link.format("/plans/41"))


def test_the_title_of_a_news_item_mentions(proves: Proves) -> None:
    title = "Visitors praise smart city lights"
    item = f"<main><h1>{title}</h1><p>They came back yesterday.</p></main>"
    assert not proves("info.smart_city", item, url=f"{URL}news/2026-02-18-congress", title=title)
    assert proves("info.smart_city", item, url=f"{URL}strategies/smart-city", title=title)


@pytest.mark.parametrize(
    ("feature", "body"),
    [
        ("info.smart_city", "<main><h2>Smart city</h2><p>Updated 18 February 2026</p></main>"),
        ("info.smart_city", '<nav><a href="/smart">Villa smart city strategy</a></nav><p>18 February 2026</p>'),
        (
            "participation.council_meetings",
            '<main><li><a href="/m/9">Minutes of the council meeting</a> 3 May 2026</li></main>',
        ),
    ],
)
def test_sections_menus_and_dated_proof_stay(proves: Proves, feature: str, body: str) -> None:
    assert proves(feature, body)


@pytest.mark.parametrize(
    ("language", "feature", "label", "href"),
    [
        ("en", "service.building_permit", "How to apply for a building permit", "/permits"),
        ("en", "service.address_change", "Checklist for a change of address online", "/moving"),
        ("en", "service.tax_filing", "Pay taxes", "/business-guide/manage/pay-taxes"),
        ("de", "service.building_permit", "Wie beantrage ich eine Baugenehmigung online?", "/bauen"),
        ("es", "service.building_permit", "Cómo solicitar licencia de obra en línea", "/obras"),
        ("fr", "service.building_permit", "Comment demander un permis de construire en ligne", "/urbanisme"),
        ("en", "account.view_own_data", "How can I view your bill?", "/faq#4"),
    ],
)
def test_what_tells_of_a_service_is_not_the_service(
    proves: Proves, language: str, feature: str, label: str, href: str
) -> None:
    assert not proves(feature, f'<main><a href="{href}">{label}</a></main>', language)


def test_a_catalogue_that_calls_itself_a_guide_holds_services(proves: Proves) -> None:
    link = '<main><a href="/guia-de-tramites/obras">Solicitar licencia de obra en línea</a></main>'
    assert proves("service.building_permit", link, "es")


@pytest.mark.parametrize(
    ("language", "feature", "label"),
    [
        ("en", "service.building_permit", "Apply for a building permit online"),
        ("en", "service.tax_filing", "File taxes online"),
        ("de", "service.building_permit", "Baugenehmigung online beantragen"),
        ("en", "account.view_own_data", "View your bills"),
    ],
)
def test_the_act_is(proves: Proves, language: str, feature: str, label: str) -> None:
    assert proves(feature, f'<main><a href="/act">{label}</a></main>', language)


def test_what_stands_beside_a_login_can_be_done_behind_it(proves: Proves) -> None:
    said = "<p>In your account you can see all that the town knows of you, and view your bills.</p>"
    login = "<form method=post action=/in><input name=user><input type=password name=pass></form>"
    assert proves("account.view_own_data", f"<main>{said}{login}</main>")
    assert not proves("account.view_own_data", f"<main>{said}</main>")


@pytest.mark.parametrize(
    ("language", "near", "hit"),
    [
        (
            "es",
            '<p>En caso de emergencia llame al <a href="tel:112">112</a>.</p>',
            '<p>Para hacer trámites llame al <a href="tel:010">010</a>.</p>',
        ),
        ("en", "<p>In an emergency call our helpline on 999.</p>", "<p>Call our helpline on 311 311.</p>"),
    ],
)
def test_the_number_for_emergencies_is_no_helpdesk(proves: Proves, language: str, near: str, hit: str) -> None:
    assert not proves("support.helpdesk_phone", near, language)
    assert proves("support.helpdesk_phone", hit, language)


@pytest.mark.parametrize("label", ["Discrimination", "Anti-discrimination", "Discrimination law"])
def test_the_topic_of_discrimination_is_no_way_to_report_it(proves: Proves, label: str) -> None:
    assert not proves("participation.report_discrimination", f"<nav><a href=/x>{label}</a></nav>")
    assert proves("participation.report_discrimination", "<nav><a href=/x>Report discrimination</a></nav>")


@pytest.mark.parametrize(
    ("language", "title", "lets_in"),
    [
        ("fr", "Inscription scolaire", False),
        ("hi", "विवाह पंजीकरण", False),
        ("fr", "Inscription", True),
        ("fr", "Espace usager", True),
    ],
)
def test_what_is_registered_is_no_account(proves: Proves, language: str, title: str, lets_in: bool) -> None:
    body = f"<main><h1>{title}</h1></main>"
    assert proves("account.authentication", body, language, URL + "inscription/", title) == lets_in


@pytest.mark.parametrize(
    ("fields", "lets_in"),
    [
        ("<input type=email name=abo>", False),
        ("<input name=user_mail>", False),
        ("<input type=email name=abo><input type=password>", True),
        ("<input name=kennung>", True),
        ("", True),
    ],
)
def test_a_button_that_signs_up_for_a_newsletter_is_no_login(proves: Proves, fields: str, lets_in: bool) -> None:
    body = f"<form action=/los>{fields}<input type=submit value=Anmelden></form>"
    assert proves("account.authentication", body, "de") == lets_in


def test_a_line_of_text_that_is_one_strong_term_is_a_caption(proves: Proves) -> None:
    assert proves("support.faq", "<main><div>Frequently asked questions</div><div>Where do I pay?</div></main>")
    assert proves("policy.terms", "<footer><div>Terms of use</div></footer>")
    assert not proves("support.faq", "<main><p>There are frequently asked questions and seldom asked ones.</p></main>")
    assert not proves("budget.publication", "<main><div>Municipal budget</div><div>12,000</div></main>")


def test_a_messenger_that_a_script_opens_to_share_the_page_is_no_chat(proves: Proves) -> None:
    shared = "https://wa.me/?text=https://villa.example/news"
    assert not proves("support.live_chat", f"<a href='#' onclick=\"window.open('{shared}')\"><img src=x></a>")
    assert proves("support.live_chat", "<a href='#' onclick=\"window.open('https://wa.me/15550100')\"><img src=x></a>")


def test_headlines_about_office_holders_are_no_list_of_them(proves: Proves) -> None:
    holders = ("Mayor Ann Smith", "Mayor Joe Brown", "Mayor Eve Clark")
    told = "opens the new library in the old harbour of Villa"
    news = "".join(f"<li><a href=/n/{name}>{name} {told}</a>" for name in holders)
    people = "".join(f"<li><a href=/p/{name}>{name}</a>" for name in holders)
    assert not proves("institution.department_heads", f"<main><ul>{news}</ul></main>")
    assert proves("institution.department_heads", f"<main><ul>{people}</ul></main>")


def test_a_caption_and_the_number_behind_it_tell_a_helpline(proves: Proves) -> None:
    caption = "<footer><p>Citizens' helpline:</p><p>{}</p></footer>"
    assert proves("support.helpdesk_phone", caption.format("800 10 0050"))
    assert not proves("support.helpdesk_phone", caption.format("See the ministry's page on how to call us in 2026"))


def test_the_page_s_title_links_no_agencies(proves: Proves) -> None:
    assert not proves("institution.agency_links", "<main><p>News</p></main>", "en", URL, "Government agencies")


@pytest.mark.parametrize(
    ("language", "minister"), [("tr", "Sağlık Bakanı"), ("he", "שר החינוך"), ("az", "Təhsil naziri")]
)
def test_a_minister_is_no_section(proves: Proves, language: str, minister: str) -> None:
    features = ("info.health", "info.education")
    assert not any(proves(feature, f"<nav><a href=/x>{minister}</a></nav>", language) for feature in features)


def test_a_page_that_declares_no_south_slavic_language_is_read_with_the_words_of_all(proves: Proves) -> None:
    """No identifier tells them apart; a budget is "proračun" in Croatian, "budžet" in Bosnian and Serbian."""
    text = "<p>Dan je bio lijep i topao, pa smo dugo hodali kroz šumu i pjevali stare pjesme uz rijeku i jezero.</p>"
    assert proves("budget.publication", f"<nav><a href=/a>Budžet</a></nav>{text}", "")
    assert not proves("budget.publication", f"<nav><a href=/a>Budžet</a></nav>{text}", "hr")
