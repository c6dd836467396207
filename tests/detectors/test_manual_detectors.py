"""Help for questions that only a person can answer: whom to write to, what to search for."""

from __future__ import annotations

from collections.abc import Callable

from detectors.builtin.manual import QueriesToTry, WhomToWriteTo
from detectors.page import Page

MakePage = Callable[..., Page]
FORM = '<form method="post" action="/s"><input type="email" name="e"><textarea name="m"></textarea></form>'


def help_on(page: Page, feature: str = "contact.responsiveness") -> list[tuple[str, str, float]]:
    return [(o.quote, o.why, o.strength) for o in WhomToWriteTo().observe(page) if o.feature == feature]


def test_addresses_of_the_body_come_before_others(make_page: MakePage) -> None:
    page = make_page('<a href="mailto:web@agency.example">x</a> <a href="MAILTO:Info%40villa.example?subject=a">y</a>')
    found = sorted(help_on(page), key=lambda row: -row[2])
    assert [row[0] for row in found] == ["info@villa.example", "web@agency.example"]
    assert help_on(page) == help_on(page, "contact.reply_quality")


def test_many_addresses_of_others_leave_room_for_the_body_s_own(make_page: MakePage) -> None:
    others = "".join(f"<a href=mailto:web{number}@agency.example>x</a>" for number in range(5000))
    page = make_page(f"{others}<a href=mailto:info@villa.example>y</a>")
    assert [row[0] for row in help_on(page)] == ["info@villa.example", "web0@agency.example", "web1@agency.example"]


def test_an_address_in_the_text_counts(make_page: MakePage) -> None:
    assert [row[0] for row in help_on(make_page("<p>Пишіть: rada@villa.example</p>"))] == ["rada@villa.example"]


def test_a_form_to_write_with(make_page: MakePage) -> None:
    ((quote, why, _),) = help_on(make_page(FORM, url="https://www.villa.example/contact"))
    assert (quote, why) == ("https://www.villa.example/contact", "page with a form to write with")


def test_a_search_box_or_a_login_is_no_form_to_write_with(make_page: MakePage) -> None:
    search = '<form><input name="q"></form><form method="post"><input name="u"><input type="password"></form>'
    assert help_on(make_page(search)) == []


def test_help_is_never_proof(make_page: MakePage) -> None:
    page = make_page(f'<title>Villa</title><a href="mailto:info@villa.example">x</a>{FORM}')
    seen = [*WhomToWriteTo().observe(page), *QueriesToTry().observe(page)]
    assert len(seen) >= 4
    assert all(not o.is_proof for o in seen)


def queries(page: Page) -> list[str]:
    return [o.quote for o in QueriesToTry().observe(page)]


def test_the_names_on_a_front_page_and_the_words_of_the_host(make_page: MakePage) -> None:
    page = make_page(
        '<title>Inicio | Ayuntamiento de Villa</title><meta property="og:site_name" content="Villa Nueva">',
        url="https://www.villa-nueva.example/es/",
    )
    assert queries(page) == ["Villa Nueva", "Inicio", "Ayuntamiento de Villa", "villa nueva"]


def test_the_words_of_an_international_host_are_as_people_type_them(make_page: MakePage) -> None:
    assert queries(make_page("", url="https://xn----ftbdromdar.example/")) == ["мой город"]


def test_titles_of_other_pages_are_no_queries(make_page: MakePage) -> None:
    assert queries(make_page("<title>Budget</title>", url="https://www.villa.example/budget")) == []
