"""Years in texts and addresses, and what they say of a topic that has to be recent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from detectors.inspector import Inspector
from detectors.years import reckonings, years_in, years_in_address

HOST = "www.villa.example"


@pytest.mark.parametrize(
    ("language", "text", "years"),
    [
        ("es", "Presupuesto 2024-2025", [2024, 2025]),
        ("th", "งบประมาณ 2569", [2026]),
        ("fa", "بودجه ۱۴۰۵", [2026]),
        ("ne", "आर्थिक वर्ष २०७९", [2022]),
        ("ja", "令和6年度予算", [2024]),
        ("zh-Hant", "民國113年預算", [2024]),
        ("th", "Budget 2026", [2026]),
        ("ne", "Budget 2024", [2024]),
        ("en", "1979, 1980, 2079 and 2080", [1980, 2079]),
        ("en", "Room 4100, since 1850", []),
        ("en", "Article 1390 and form 2569", []),
        ("en", "Vision 2050", [2050]),
    ],
)
def test_years_are_counted_as_the_language_does(language: str, text: str, years: list[int]) -> None:
    assert years_in(text, reckonings((language,), HOST)) == years


@pytest.mark.parametrize(
    ("host", "year"), [("www.villa.gov.ir", 2026), ("villa.gov.af", 2026), ("villa.example", None)]
)
def test_years_are_counted_as_the_country_does(host: str, year: int | None) -> None:
    assert years_in("Budget 1405", reckonings(("en",), host)) == ([] if year is None else [year])


@pytest.mark.parametrize(
    ("address", "years"),
    [
        ("/node/2015", []),
        ("/node/2015/", []),
        ("/page/1390", []),
        ("/article/2015.html", []),
        ("/item?id=2014", []),
        ("/index.php?option=content&id=2014&Itemid=2016", []),
        ("/news#2015", []),
        ("/budget%2015", []),
        ("/a/b/2015", []),
        ("/news#budget-2015", [2015]),
        ("/2015/08/opening", [2015]),
        ("/presupuesto-participativo-2015", [2015]),
        ("/files/budget_2015.pdf", [2015]),
        ("/budget/2015", [2015]),
        ("/participatory-budget/2015.html", [2015]),
        ("/year/2015", [2015]),
        ("/list?year=2015", [2015]),
        ("/list?fiscal_year=2015&id=2019", [2015]),
        ("/list?q=budget+2015", [2015]),
    ],
)
def test_what_things_are_counted_by_is_no_year(address: str, years: list[int]) -> None:
    assert years_in_address(f"https://{HOST}:2013{address}", topics=("budget",)) == years


def test_the_host_of_an_address_may_name_a_year() -> None:
    assert years_in_address("https://budget2015.villa.example/") == [2015]
    assert years_in_address("mailto:budget2015@villa.example") == [2015]


def test_an_address_that_is_none_names_no_year() -> None:
    assert years_in_address("http://[2015/budget-2015") == []


def is_found(
    label: str, href: str, feature: str = "participation.budgeting", language: str = "en", *, title: str = ""
) -> bool:
    """Whether a link in the menu is proof; a label without an address is the content of the page."""
    body = f'<nav><a href="{href}">{label}</a></nav>' if href else f"<main>{label}</main>"
    html = f'<html lang="{language}"><title>{title}</title><body>{body}</body></html>'
    inspector = Inspector.default()
    page = inspector.page(
        f"https://{HOST}/", html.encode(), content_type="text/html", fetched_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    return any(o.is_proof for o in inspector.inspect(page) if o.feature == feature)


@pytest.mark.parametrize("href", ["/page/1390", "/node/2015", "/item?id=2014", "/budget-2025", "/node/2015.aspx"])
def test_a_topic_is_not_old_by_the_number_of_its_page(href: str) -> None:
    assert is_found("Participatory budgeting", href)


@pytest.mark.parametrize("href", ["/2015/budgeting/x", "/participatory-budgeting-2015", "/files/pb-2015.pdf"])
def test_a_topic_is_old_whose_address_names_a_year_long_ago(href: str) -> None:
    assert not is_found("Participatory budgeting", href)


def test_the_words_of_the_link_tell_the_year_of_a_number() -> None:
    assert not is_found("Participatory budgeting 2015", "/node/2015")
    assert is_found("Participatory budgeting 2025", "/node/2015")
    assert not is_found("Budget", "/budget/2015", "budget.publication")
    assert not is_found("بودجه", "/budget/1390/1", "budget.publication", "fa")


@pytest.mark.parametrize(("year", "found"), [(2021, True), (2020, False)])
def test_a_topic_is_recent_for_five_years(year: int, found: bool) -> None:
    assert is_found(f"Participatory budgeting {year}", "/pb") is found
    assert is_found("Participatory budgeting", "/pb", title=f"Villa {year}")


@pytest.mark.parametrize(
    ("title", "found"), [("Participation", True), ("Participation 2025", True), ("Year 2015", False)]
)
def test_the_title_tells_the_year_of_a_heading_that_names_none(title: str, found: bool) -> None:
    heading = "<h1>Participatory budgeting: vote online for the projects of your district</h1>"
    assert is_found(heading, "", title=title) is found
