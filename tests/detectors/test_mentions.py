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

    def proved(
        feature: str, body: str, language: str = "en", url: str = "https://www.villa.example/", title: str = "Villa"
    ) -> bool:
        head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
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
        ("en", "info.health", '<main><a href="/tag/41">Public health</a></main>'),
        ("en", "info.health", '<aside><a href="/tags/41">Public health</a></aside>'),
        ("en", "info.health", '<main><a href="/list?a=2&amp;tag=41">Public health</a></main>'),
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
    assert proves("info.health", '<main><a href="/list?stag=41">Public health</a></main>')
    assert proves("info.vulnerable_groups", '<nav><a href="/y">Youth commission</a></nav>'), "a committee of its own"


@pytest.mark.parametrize(
    ("below", "beside", "elsewhere", "proof"),
    [(5, 3, 0, True), (4, 4, 0, False), (7, 0, 0, False), (8, 0, 20, True)],
)
def test_a_step_of_most_addresses_of_a_site_says_nothing_of_one(
    proves: Proves, below: int, beside: int, elsewhere: int, proof: bool
) -> None:
    """Some systems put a whole site below "/project/": then "Public health" there is no project."""
    hrefs = [*(f"/project/{n}" for n in range(below - 1)), *(f"/x/{n}" for n in range(beside))]
    hrefs += [f"https://other-{n}.example/" for n in range(elsewhere)]
    links = "".join(f'<a href="{href}">{n}</a>' for n, href in enumerate(hrefs))
    assert proves("info.health", f'<nav><a href="/project/a">Public health</a>{links}</nav>') is proof


@pytest.mark.parametrize(
    ("language", "feature", "label", "href"),
    [
        ("en", "info.health", "M-11-07, Public health services abroad", "/memo/7"),
        ("en", "info.health", "H.R. 411 – Public health services", "/bills/411"),
        ("en", "info.health", "Table 4.2 — Public health services", "/tables/4-2"),
        ("hr", "info.environment", "Mjera 10 - Poljoprivreda, okoliš i klimatske promjene", "/mjera-10"),
        ("en", "info.emergency", "Circular No. 03-12, Emergency response fund", "/c/3-12"),
        ("es", "info.education", "Decreto N° 120/2019 sobre educación y formación", "/d/120"),
        ("pl", "info.education", "Uchwała nr 12/2020 w sprawie oświaty", "/u/12"),
        ("en", "info.health", "Public health services report", "/files/report.pdf"),
        ("en", "info.waste_recycling", "Campaign against waste", "/files/campaign.pdf"),
        ("en", "ministry.education", "Department of Education", "/files/education.pdf"),
        ("en", "ministry.education", "Ministry of Education", "/files/education.pdf"),
        ("en", "ministry.education", "Ministry of Education", "https://edu.example/about/lists/tables/inventory.html"),
        (
            "en",
            "info.health",
            "Public health and the drawing of maps",
            "https://lab.example/papers/health/maps/use.html",
        ),
        ("en", "info.health", "Public health services praised by visitors", "/blog/2026/02/18/visitors-praise-clinics"),
        (
            "vi",
            "info.environment",
            "Ba địa phương cùng bàn về bảo vệ môi trường",
            "/ba-dia-phuong-cung-ban-ve-bao-ve-moi-truong-102260218091500327.htm",
        ),
        ("en", "budget.publication", "www.villa.example/budget", "https://www.villa.example/budget"),
        ("en", "payment.fees", "www.villa.example/pay", "https://www.villa.example/p"),
        ("en", "service.vacancies", "jobs@villa.example", "mailto:jobs@villa.example"),
    ],
)
def test_a_document_a_story_and_an_address_written_out_name_no_section(
    proves: Proves, language: str, feature: str, label: str, href: str
) -> None:
    assert not proves(feature, f'<main><a href="{href}">{label}</a></main>', language)


@pytest.mark.parametrize(
    ("feature", "label", "href"),
    [
        ("info.health", "Public health", "/files/public-health.pdf"),
        ("info.public_transport", "Bus timetable of line 4", "/files/line-4.pdf"),
        ("budget.publication", "Resolution No. 12/2026: municipal budget", "/r/12"),
        ("open_data.policy", "M-13-04, Open data policy", "/m/13-04"),
        ("info.municipality", "History", "/files/history.pdf"),
        ("info.sdg_data", "M-11-07, Goals for Sustainable Development", "/m/11-07"),
        ("ministry.education", "Ministry of Education", "https://www.education.gov.example/"),
        ("ministry.education", "Ministry of Education", "https://edu.example/about/lists/tables"),
        ("info.health", "Public health services", "/2026/health"),
        ("service.building_permit", "Apply for your building permit online", "https://permits.example/a/b/c/apply"),
    ],
)
def test_a_document_proves_what_documents_show(proves: Proves, feature: str, label: str, href: str) -> None:
    assert proves(feature, f'<main><a href="{href}">{label}</a></main>')


def test_an_entry_of_a_table_of_contents_leads_to_the_page_itself(proves: Proves) -> None:
    assert not proves("open_data.metadata", '<main><a href="#b">What are metadata?</a></main>')
    assert not proves("service.housing", '<main><a href="#s8">Section 8.</a></main>')
    assert not proves("info.health", '<main><a href="#b">Health</a><p id="b">Rain</p></main>')
    assert not proves("participation.feedback", '<main><a href="#11">Inquiries</a></main>')
    assert proves("participation.feedback", '<nav><a href="#send">Complaints and suggestions</a></nav>')
    assert not proves("info.justice", '<main><a href="#a">How to file an appeal</a></main>')
    assert not proves("open_data.provision", '<main><a href="#d">Open data portal</a><a name="d"></a></main>')
    assert not proves("open_data.provision", '<main><a href="#d">Open data portal</a><h2 id="d">Rain</h2></main>')
    assert proves("open_data.provision", '<main><a href="#d">Open data portal</a><div id="d">Rain</div></main>')
    part = '<section id="d"><p>Open  data <b>portal</b></p> of the town</section>'
    assert not proves("open_data.provision", f'<main><a href="#d">Open data portal</a>{part}</main>')
    assert proves("service.vacancies", '<main><a href="#">Vacancies</a></main>'), "a script makes something of it"
    assert proves("service.vacancies", '<main><a href="#p" data-toggle="collapse">Vacancies</a></main>')


def test_the_numbered_parts_of_a_list_are_no_sections(proves: Proves) -> None:
    names = ("Copy Shops", "Call Centers", "Travel Agencies", "Credit Bureaus", "Packing Services")
    codes = "".join(f"<p>561{n}2 {name}</p>" for n, name in enumerate(names))
    assert not proves("support.helpdesk_phone", f"<main>{codes}</main>")
    assert proves("support.helpdesk_phone", "<main><p>311 call center</p><p>Town hall</p></main>")


@pytest.mark.parametrize(
    ("numbers", "proof"),
    [
        ("1. 2. 3.", True),
        ("1. 2. 3. 4.", False),
        ("8. 9. 10. 11.", False),
        ("(i) (ii) (iii) (iv)", False),
        ("2024 2025 2026 2027", False),
        ("12 2026 12345 123456", True),
    ],
)
def test_a_part_of_a_list_is_what_three_others_are_numbered_like(proves: Proves, numbers: str, proof: bool) -> None:
    """Numbers of more than a sign or two are alike where they have as many digits."""
    named = zip(numbers.split(), ("Health", "Roads", "Sport", "Taxes"), strict=False)
    links = "".join(f'<li><a href="/p/{number}">{number} {name}</a></li>' for number, name in named)
    assert proves("info.health", f"<main><ul>{links}</ul></main>") is proof


def test_a_caption_that_names_the_topic_for_certain_counts_though_it_is_numbered(proves: Proves) -> None:
    captions = "".join(f"<h2>{n}. {name}</h2>" for n, name in enumerate(("{}", "Roads", "Sport", "Taxes"), 1))
    assert proves("info.health", f"<main>{captions.format('Public health')}</main>")
    assert not proves("info.health", f"<main>{captions.format('Health')}</main>")


def test_a_heading_over_prose_on_another_subject_tells_of_that(proves: Proves) -> None:
    prose = f"<p>{'The house was built by a merchant and stood empty for years. ' * 8}</p>"
    page = f"<main><h1>The old mill</h1><h2>History</h2>{prose}</main>"
    assert not proves("info.municipality", page, url="https://www.villa.example/sights/mill", title="The old mill")
    assert proves("info.municipality", page, title="The old mill"), "on the front page it is of the portal"
    about = page.replace("The old mill", "About the town")
    assert proves("info.municipality", about, url="https://www.villa.example/town", title="About the town")


@pytest.mark.parametrize(
    ("feature", "heading", "below", "title", "step", "proof"),
    [
        ("info.municipality", "History", "", "City of Villa", "sights", True),
        ("info.health", "Health", "", "City of Villa", "sights", False),
        ("info.health", "Health", "", "The old mill", "sights", False),
        ("info.health", "Health", "", "The old mill", "health", True),
        ("info.health", "Health", "<p>Well water</p><h3>More</h3>", "The old mill", "sights", True),
    ],
)
def test_prose_under_a_heading_is_an_essay_unless_the_page_is_about_it(
    proves: Proves, feature: str, heading: str, below: str, title: str, step: str, proof: bool
) -> None:
    """By its titles or its address; on a page named for the city, what is told of the city. Only what stands before the
    next heading is told of the first."""
    prose = f"<p>{'The house was built by a merchant and stood empty for years. ' * 8}</p>"
    page = f"<main><h1>{title}</h1><h2>{heading}</h2>{below}{prose}</main>"
    assert proves(feature, page, url=f"https://www.villa.example/{step}/mill", title=title) is proof


def test_a_sentence_on_satisfaction_is_no_survey(proves: Proves) -> None:
    sentence = "Better estimates of what people spend improve our understanding of customer satisfaction, of the burden"
    paper = f"<main><p>{sentence} that forms impose and of programmes that change.</p></main>"
    assert not proves("satisfaction.method", paper)
    assert proves("satisfaction.method", "<main><p>Customer satisfaction survey</p></main>")


def test_a_link_for_sharing_and_a_dated_heading_tell_nothing_of_the_portal(proves: Proves) -> None:
    assert not proves("contact.details", '<main><a href="mailto:?subject=Villa">Email</a></main>')
    story = '<main><h3><a href="/blog/2026/02/18/health-insurance-is-on-the-rise">{}</a></h3></main>'
    assert not proves("info.health", story.format("Health insurance prices rise again this year"))
    assert proves("info.health", story.replace("2026/02/18/", "").format("Health insurance"))
    assert not proves(
        "institution.organization_chart", "<main><h3>18 March 2026: organisation chart praised by visitors</h3></main>"
    )
    place, title = "https://www.villa.example/blog/2026/02/18/visitors-praise", "Public health praised by visitors"
    assert not proves("info.health", f"<main><h1>{title}</h1></main>", url=place)
    assert proves("info.health", f"<main><h1>{title}</h1></main>", url=place.replace("2026/02/18/", ""))


def test_a_title_that_says_more_than_the_word_is_of_something_else(proves: Proves) -> None:
    body = "<main><p>It rained.</p></main>"
    assert not proves("info.public_transport", body, title="Transit visa holders")
    assert proves("info.health", body, title="Health")
    assert proves("portal.official", body, title="Transit authority of the northern hills and valleys")


def test_a_link_into_an_archive_of_the_web_tells_what_once_was(proves: Proves) -> None:
    link = '<nav><a href="https://{}/accessibility">Accessibility statement</a></nav>'
    assert not proves("policy.accessibility_statement", link.format("web.archive.org/web/2012/https://villa.example"))
    assert not proves("policy.accessibility_statement", link.format("arquivo.pt/wayback/2012/villa.example"))
    assert proves("policy.accessibility_statement", link.format("archive.villa.example"))


def test_words_of_an_address_belong_together(proves: Proves) -> None:
    link = '<main><a href="/{}"><img src=b.png></a></main>'
    assert not proves("participation.land_use_plan", link.format("general/plan_b"))
    assert not proves("participation.land_use_plan", link.format("the-general/plan"))
    assert proves("participation.land_use_plan", link.format("general-plan"))
    assert proves("participation.land_use_plan", link.format("x/general/plan/y")), "two whole steps"


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


def test_public_bodies_that_one_chooses_from_a_list_are_no_references(proves: Proves) -> None:
    hosts = ("alpha.gov.pl", "beta.gov.pl", "gamma.gov.pl")
    options = "".join(
        f"<option value='https://www.{host}/'>The ministry or service at {host}</option>" for host in hosts
    )
    assert proves("institution.agency_links", f"<main><select><option>Elsewhere</option>{options}</select></main>")


def test_a_box_of_partners_shows_them(proves: Proves) -> None:
    assert proves("institution.partnerships", "<main><h3>Partners</h3><p><img src=a.png></p></main>")


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
        (
            "support.helpdesk_phone",
            "<main><p>Since 2019 the citizens' helpline of the ministry was extended and its opening hours made longer"
            " than before</p></main>",
        ),
        ("social.networks", '<nav><a href="https://example.org/share">Share</a></nav>'),
        ("social.networks", '<main><iframe src="https://films.example/1" title="YouTube video"></iframe></main>'),
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
        (
            "support.helpdesk_phone",
            "<footer><p>Ministry of Works, Third Avenue, Villa North, weekdays till six, citizens' helpline 800-10-0050"
            "</p></footer>",
        ),
        ("budget.publication", '<main><a href="/f/b.pdf">Comprehensive Budget FY2026</a></main>'),
    ],
)
def test_what_addresses_hosts_and_numbers_prove(proves: Proves, feature: str, body: str) -> None:
    assert proves(feature, body)


def test_an_english_page_is_read_with_the_words_of_its_country_too(proves: Proves) -> None:
    body = f'<nav><a href="/a">Laus störf</a></nav><main><p>{"The town council meets every month. " * 9}</p></main>'
    assert proves("service.vacancies", body, url="https://www.villa.is/en")
    assert not proves("service.vacancies", body, url="https://www.villa.gov.uk/en")
