"""Where a word stands decides what it is worth: boxes, menus, addresses, papers, hosts of several products."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.hosts import listed
from detectors.inspector import Inspector
from detectors.observation import PROOF
from detectors.single_items import is_below_single_items, names_single_item
from detectors.telling import leads_to_guide

Strength = Callable[..., float]


@pytest.fixture(scope="module")
def worth() -> Strength:
    """The strength of the best sighting on a page of the bundled lexicons."""
    inspector = Inspector.default()

    def best(feature: str, body: str, language: str = "en", url: str = "https://www.villa.example/") -> float:
        html = f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"></head><body>{body}</body></html>'
        page = inspector.page(url, html.encode(), content_type="text/html")
        return max((o.strength for o in inspector.inspect(page) if o.feature == feature), default=0.0)

    return best


def test_a_common_word_over_a_box_names_no_section(worth: Strength) -> None:
    assert 0 < worth("budget.publication", "<main><h3>Budget</h3><p>34 000 000</p></main>") < PROOF
    assert worth("budget.publication", "<main><h1>Budget</h1><p>34 000 000</p></main>") >= PROOF
    assert worth("budget.publication", "<main><h3>Municipal budget</h3></main>") >= PROOF


@pytest.mark.parametrize(("feature", "word"), [("info.news", "News"), ("info.events", "Events")])
def test_what_a_box_shows_itself_stays(worth: Strength, feature: str, word: str) -> None:
    assert worth(feature, f"<main><h3>{word}</h3><p>Something.</p></main>") >= PROOF


@pytest.mark.parametrize("feature", ["participation.feedback", "participation.deliberation"])
def test_a_paper_about_a_tool_is_not_the_tool(worth: Strength, feature: str) -> None:
    label = {"participation.feedback": "Complaints procedure", "participation.deliberation": "Citizen participation"}
    words = label[feature]
    page, paper = (
        worth(feature, f'<nav><a href="/p">{words}</a></nav>'),
        worth(feature, f'<a href="/p.pdf">{words}</a>'),
    )
    assert paper < PROOF <= page


def test_a_form_on_paper_still_is_a_form(worth: Strength) -> None:
    assert worth("participation.feedback", '<a href="/c.pdf">Complaint form</a>') >= PROOF


def test_a_chat_is_opened_or_has_a_number(worth: Strength) -> None:
    assert worth("support.live_chat", "<main><h2>Let's chat</h2><p>Write to us.</p></main>") < PROOF
    assert worth("support.live_chat", '<main><a href="/chat">Chat</a></main>') >= PROOF
    assert worth("support.live_chat", "<footer><p>WhatsApp number: +39 320 123 4567</p></footer>") >= PROOF
    assert worth("support.live_chat", "<footer><p>WhatsApp number: see below</p></footer>") < PROOF
    assert listed("https://wa.link/abc123", "chat") == "wa.link"
    share = '<footer><a href="https://api.whatsapp.com/send?text=x">{}</a></footer>'
    assert worth("support.live_chat", share.format("Live chat")) < PROOF
    assert worth("support.live_chat", share.format("Live chat").replace("send?text=x", "send?phone=1")) >= PROOF


def test_a_mailing_list_is_no_alert(worth: Strength) -> None:
    href = "https://public.govdelivery.com/accounts/VILLA/subscriber/new"
    assert worth("alerts.subscription", f'<footer><a href="{href}">Mailing list</a></footer>') < PROOF
    assert worth("alerts.subscription", f'<footer><a href="{href}">Emergency alerts</a></footer>') >= PROOF
    assert worth("alerts.subscription", '<footer><a href="https://villa.genasys.com/x">Join</a></footer>') >= PROOF


def test_a_host_of_several_products_proves_no_budget(worth: Strength) -> None:
    link = '<nav><a href="https://villa-cleardoc.cleargov.com/6468/d">{}</a></nav>'
    assert worth("budget.publication", link.format("Strategic planning")) < PROOF
    assert worth("budget.publication", link.format("Budget book")) >= PROOF


def test_legal_in_the_menu_is_a_field_of_work(worth: Strength) -> None:
    link = '<a href="/legal">Legal</a>'
    assert worth("policy.terms", f"<nav>{link}</nav>") < PROOF <= worth("policy.terms", f"<footer>{link}</footer>")
    assert worth("policy.terms", '<nav><a href="/t">Terms of use</a></nav>') >= PROOF


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Disclaimer : The links are provided for the convenience of visitors, and nothing more.", "en"),
        ("Penafian: Kerajaan tidak bertanggungjawab atas kehilangan atau kerosakan.", "ms"),
    ],
)
def test_a_text_that_begins_with_the_name_of_a_notice_is_the_notice(worth: Strength, text: str, language: str) -> None:
    assert worth("policy.terms", f"<p>{text}</p>", language) >= PROOF
    assert worth("policy.terms", f"<p>{text.replace(':', '')}</p>", language) < PROOF


def test_access_to_a_building_is_no_accessibility_statement(worth: Strength) -> None:
    assert (
        worth("policy.accessibility_statement", '<a href="/town-hall-accessibility">Town hall accessibility</a>')
        < PROOF
    )
    assert worth("policy.accessibility_statement", '<a href="/accessibility">Accessibility</a>') >= PROOF
    badge = '<footer><a href="https://achecker.ca/checker/index.php">WCAG</a></footer>'
    assert worth("policy.accessibility_statement", badge, "pl") < PROOF


def test_a_form_that_lists_ministries_links_none(worth: Strength) -> None:
    form = '<form action="/s"><p>Ministries</p><select name="m"><option>All</option></select></form>'
    assert worth("institution.agency_links", f"<main>{form}</main>") < PROOF


@pytest.mark.parametrize(
    ("feature", "label", "href"),
    [
        ("info.education", "Education", "/careers/education"),
        ("info.vulnerable_groups", "People with disabilities", "/vacancies/people-with-disabilities"),
        ("info.health", "Public health", "/reforms/public-health"),
        ("info.emergency", "Fire service", "/projects-by-agency/fire-service"),
        ("info.social_welfare", "Poverty reduction working group", "/groups/poverty"),
    ],
)
def test_what_stands_below_another_section_is_no_section(worth: Strength, feature: str, label: str, href: str) -> None:
    assert worth(feature, f'<nav><a href="{href}">{label}</a></nav>') < PROOF


def test_a_question_is_no_section(worth: Strength) -> None:
    assert worth("info.health", '<nav><a href="/health">Public health?</a></nav>') < PROOF
    assert worth("info.health", '<nav><a href="/health">Public health</a></nav>') >= PROOF


@pytest.mark.parametrize(
    ("url", "below"),
    [
        ("https://v.example/en/reforms/health", True),
        ("https://v.example/projekte-der-stadt/schule", True),
        ("https://v.example/reforms", False),
        ("https://v.example/health/projects", False),
        ("https://v.example/school-projects/a", False),
        ("http://[broken", False),
        ("http://[broken/reforms/health", False),
    ],
)
def test_steps_above_the_last_name_lists_of_single_items(url: str, below: bool) -> None:
    assert is_below_single_items(url) is below


@pytest.mark.parametrize(
    ("path", "guide"),
    [
        ("/business-guide/taxes", True),
        ("/a/checklist-for-moving.html", True),
        ("/how-to-apply", True),
        ("/Business-Guide/Taxes", True),
        ("/guided-tours", False),
        ("]/guide/", False),
    ],
)
def test_steps_that_name_a_guide(path: str, guide: bool) -> None:
    assert leads_to_guide(f"https://v.example{path}") is guide


@pytest.mark.parametrize(
    ("label", "single"),
    [
        ("Cost Principles for Educational Institutions", True),
        ("Audits of Local Governments and Non-Profit Organizations", True),
        ("Committee on Health", True),
        ("Health and care", False),
    ],
)
def test_names_of_one_measure_or_body(label: str, single: bool) -> None:
    assert names_single_item(label, "en") is single


@pytest.mark.parametrize(
    ("host", "label", "told"),
    [
        ("villa.gov.example", "About Villa", True),
        ("cityofvilla.example", "ABOUT VILLA", True),
        ("ayto-lavilla.example", "Sobre La Villa", True),
        ("villa.example", "Om Villa", True),
        ("villa.example", "Get to know Villa", True),
        ("grad-villa.example", "Upoznajte Villa", True),
        ("villakab.example", "Sekilas Villa", False),
        ("villa.example", "Villa in figures", True),
        ("villatx.example", "About Villa", True),
        ("villa.example", "About Villa Water Works", False),
        ("nitda.gov.example", "About NITDA", False),
        ("villahealth.example", "About VillaHealth", False),
        ("portal.gov.example", "About the portal", False),
        ("gouvernement.example", "Le gouvernement", False),
        ("villa.example", "Villa", False),
    ],
)
def test_about_the_city_by_its_name(worth: Strength, host: str, label: str, told: bool) -> None:
    nav = f'<nav><a href="/x/1">{label}</a></nav>'
    assert (worth("info.municipality", nav, url=f"https://www.{host}/") >= PROOF) is told
    assert worth("info.municipality", f"<main>{nav[5:-6]}</main>", url=f"https://www.{host}/") < PROOF


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("<nav><a href=/the-city/villa.aspx>Villa</a></nav>", True),
        ("<nav><a href=/perfil-da-vill%C3%A0/1>Villa</a></nav>", True),
        ("<nav><a href=/>Villa</a></nav>", False),
        ("<nav><a href=/profile>Villa</a></nav>", False),
        ("<footer><a href=/villa>Villa</a></footer>", False),
        ("<nav><a href=/villa>Villa Hall</a></nav>", False),
        ("<nav><a href='http://[x/the-town'>Villa</a></nav>", False),
    ],
)
def test_the_city_s_name_alone_where_the_address_says_it_too(worth: Strength, link: str, told: bool) -> None:
    assert (worth("info.municipality", link, url="https://www.villa.example/") >= PROOF) is told


def test_a_question_below_frequent_questions_is_one_of_them(worth: Strength) -> None:
    question = "<main><h1>When is the rubbish fetched?</h1><p>On Mondays.</p></main>"
    assert worth("support.faq", question, url="https://www.villa.example/FAQ.aspx?QID=7") >= PROOF
    assert worth("support.faq", question, url="https://www.villa.example/faq/7") >= PROOF
    assert worth("support.faq", question, url="https://www.villa.example/x/7") < PROOF
    assert worth("support.faq", "<main><h1>Rubbish</h1></main>", url="https://www.villa.example/faq/7") < PROOF


@pytest.mark.parametrize(("questions", "told"), [(3, True), (2, False)])
def test_several_links_that_ask_below_frequent_questions(worth: Strength, questions: int, told: bool) -> None:
    links = "".join(f'<li><a href="/q/{n}">Where is place {n}?</a></li>' for n in range(questions))
    page = f"<main><h1>Computers</h1><ul>{links}</ul></main>"
    assert (worth("support.faq", page, url="https://www.villa.example/faqs/computers.html") >= PROOF) is told
    assert worth("support.faq", page, url="https://www.villa.example/x/computers.html") < PROOF


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        (
            "en",
            "City Council meetings are held on the first and third Mondays of each month at 5:30 PM in room 2",
            True,
        ),
        (
            "en",
            "City Council meetings are held on the first and third Mondays of each month in the old town hall",
            False,
        ),
        (
            "en",
            "City Council meetings of the year 2017 cost 5:30 hours of the clerk's time, the report says today",
            False,
        ),
        ("fr", "Les séances du conseil municipal ont lieu le premier mardi du mois à 18h30 en mairie", True),
    ],
)
def test_a_text_that_says_when_the_council_meets(worth: Strength, language: str, text: str, told: bool) -> None:
    body = f"<main><p>{text}. {'The people of the town are invited to listen. ' * 4}</p></main>"
    assert (worth("participation.council_meetings", body, language) >= PROOF) is told


def test_what_is_named_after_an_office_is_no_list_of_heads(worth: Strength) -> None:
    permits = "".join(
        f"<li>Issuance of Mayor's {what} in {place} Hall</li>"
        for what, place in (("Permit", "Elm"), ("Clearance", "Oak"), ("Licence", "Ash"))
    )
    assert worth("institution.department_heads", f"<main><ul>{permits}</ul></main>") < PROOF


def test_a_language_without_words_is_read_with_its_neighbours(worth: Strength) -> None:
    assert worth("budget.publication", '<nav><a href="/x">Presupuesto municipal</a></nav>', "gl") >= PROOF


def test_what_the_page_s_own_language_denies_english_does_not_say(worth: Strength) -> None:
    share = '<main><a href="https://www.facebook.com/sharer/sharer.php?u=x">{}</a></main>'
    assert worth("social.networks", share.format("Auf Facebook teilen"), "de") < PROOF


def test_a_host_is_no_language(worth: Strength) -> None:
    link = '<header><a href="https://www.{0}/">{0}</a></header>'
    assert worth("language.foreign", link.format("slovensko.sk"), "sk") < PROOF
    assert worth("language.foreign", '<header><a href="/en/">English</a></header>', "sk") >= PROOF


@pytest.mark.parametrize(
    ("notice", "told"),
    [
        ("Public hearing on the draft master plan of the northern quarter along the old river harbour", True),
        ("Children of the northern quarter paint the old river harbour before the public hearing about it", False),
    ],
)
def test_a_long_notice_says_first_what_it_is(worth: Strength, notice: str, told: bool) -> None:
    for page in (f"<main><h2>{notice}</h2></main>", f'<main><a href="/n/7">{notice}</a></main>'):
        assert (worth("participation.announcements", page, url="https://www.villa.example/") >= PROOF) is told


@pytest.mark.parametrize(
    ("label", "told"),
    [("Radfahren und Ausflugsziele", True), ("Radfahren und lange Ausflugsziele", False)],
)
def test_terms_of_one_feature_that_make_up_a_label(worth: Strength, label: str, told: bool) -> None:
    page = f'<nav><a href="/x/1">{label}</a></nav>'
    assert (worth("info.culture_sport", page, language="de", url="https://www.villa.example/") >= PROOF) is told


def test_a_denial_with_any_ending_reaches_to_the_end_of_the_word(worth: Strength) -> None:
    page = '<nav><a href="/x/1">Benefit payments</a></nav>'
    assert worth("payment.fees", page, url="https://www.villa.example/") < PROOF


MENU = '<nav><ul><li><a href="#">{}</a><div><ul><li><a href="/x/9">{}</a></li></ul></div></li></ul></nav>'


@pytest.mark.parametrize(
    ("menu", "told"),
    [("Apply for", True), ("Apply online", True), ("Departments", False), ("How we apply rules", False)],
)
def test_a_service_is_told_by_the_menu_it_stands_in(worth: Strength, menu: str, told: bool) -> None:
    assert (worth("service.building_permit", MENU.format(menu, "Building permit")) >= PROOF) is told


CAPTIONED = (
    '<nav><ul><li>{}</li><li><a href="/x/8">Catalogue</a></li><li><a href="/x/9">Building permit</a></li></ul></nav>'
)


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("Apply for", True),
        ("<span>Apply online</span>", True),
        ('<a href="/x/7">Apply for</a>', False),
        ("Find", False),
    ],
)
def test_the_first_item_of_a_list_without_a_link_is_its_caption(worth: Strength, first: str, told: bool) -> None:
    assert (worth("service.building_permit", CAPTIONED.format(first)) >= PROOF) is told


def test_a_menu_of_payments_makes_the_bill_payable(worth: Strength) -> None:
    assert worth("payment.water", MENU.format("Pay", "Water bill")) >= PROOF
    assert worth("service.building_permit", MENU.format("Pay", "Building permit")) < PROOF


@pytest.mark.parametrize(
    ("label", "told"),
    [("<img src=1.png>", True), ("<img src=1.png alt='Ministry of Magic'>", False), ("Our work", False)],
)
def test_an_address_speaks_where_no_label_does(worth: Strength, label: str, told: bool) -> None:
    assert (worth("budget.publication", f'<main><a href="/budget">{label}</a></main>') >= PROOF) is told


def test_the_folder_of_a_whole_site_lists_no_single_items(worth: Strength) -> None:
    link = '<li><a href="/project/{}">{}</a></li>'
    few = link.format(1, "Education")
    all_of_it = few + "".join(link.format(number, f"Entry {number}") for number in range(2, 12))
    others = "".join(f'<li><a href="/x/{number}">Entry {number}</a></li>' for number in range(2, 14))
    assert worth("info.education", f"<nav><ul>{few}{others}</ul></nav>") < PROOF
    assert worth("info.education", f"<nav><ul>{all_of_it}</ul></nav>") >= PROOF


@pytest.mark.parametrize(
    ("label", "feature", "language"),
    [
        ("Health - portal", "info.health", "en"),
        ("Zdrowie - serwis", "info.health", "pl"),
        ("Education (opens in a new window)", "info.education", "en"),
        ("교육 (새창)", "info.education", "ko"),
    ],
)
def test_words_that_say_no_more_than_link_are_none(worth: Strength, label: str, feature: str, language: str) -> None:
    assert worth(feature, f'<nav><a href="/x/1">{label}</a></nav>', language) >= PROOF


def test_what_an_image_is_titled_is_read_beside_its_alternative(worth: Strength) -> None:
    image = '<nav><a href="/x/1"><img src=1.png alt="{}" title="Budget execution"></a></nav>'
    assert worth("budget.publication", image.format("")) >= PROOF
    assert worth("budget.publication", image.format("Picture")) >= PROOF


@pytest.mark.parametrize(
    ("feature", "bare", "said"),
    [
        ("info.public_transport", "Transport", "Bus timetables"),
        ("info.roads", "Traffic", "Road works"),
        ("service.housing", "Housing", "Apply for social housing"),
        ("participation.land_use_plan", "Master plan", "Master plan: public consultation"),
    ],
)
def test_a_bare_subject_is_no_service(worth: Strength, feature: str, bare: str, said: str) -> None:
    assert 0 < worth(feature, f'<nav><a href="/x/1">{bare}</a></nav>') < PROOF
    assert worth(feature, f'<nav><a href="/x/1">{said}</a></nav>') >= PROOF


@pytest.mark.parametrize(
    ("label", "language"),
    [("Департамент освіти і науки", "uk"), ("Ministarstvo obrazovanja", "hr"), ("Odbor školstva a mládeže", "sk")],
)
def test_a_department_is_no_section(worth: Strength, label: str, language: str) -> None:
    assert worth("info.education", f'<nav><a href="/x/1">{label}</a></nav>', language) < PROOF


def test_a_mailbox_is_no_section(worth: Strength) -> None:
    link = '<nav><a href="mailto:x@villa.example">{}</a></nav>'
    assert worth("info.culture_sport", link.format("tourism.office@villa.example")) < PROOF
    assert worth("info.culture_sport", link.format("Tourism office").replace("mailto:x@", "/x/")) >= PROOF


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<header><a href="/"><img alt="Harbour Pilots Authority" src="l.png"></a></header>', True),
        ('<header><a href="/transit"><img alt="Harbour Pilots Authority" src="l.png"></a></header>', False),
        ("<div>© 2024 Elm County Conservation District</div>", True),
        ("<div>Photographs by courtesy of the Elm County Conservation District ©</div>", False),
        ("<div>© 2024 Elm and Sons</div>", False),
    ],
)
def test_a_logo_or_a_line_of_copyright_names_the_public_body(worth: Strength, body: str, told: bool) -> None:
    assert (worth("portal.official", body) >= PROOF) is told


def test_a_preposition_behind_the_city_s_name_says_nothing_of_the_city(worth: Strength) -> None:
    for label, told in (("Rreth Villa", False), ("Për Villa", True), ("Villa per", False), ("Villa at a glance", True)):
        markup = f'<footer><a href="/v/1">{label}</a></footer>'
        assert (worth("info.municipality", markup, url="https://www.villa.example/") >= PROOF) is told


@pytest.mark.parametrize(("target", "proved"), [("/projects", False), ("https://www.region.example/", True)])
def test_a_heading_over_the_site_s_own_pages_collects_no_agencies(worth: Strength, target: str, proved: bool) -> None:
    markup = f"<footer><h4>Useful links</h4><ul><li><a href='{target}'>Projects</a></li></ul></footer>"
    assert (worth("institution.agency_links", markup, url="https://www.villa.example/") >= PROOF) is proved
