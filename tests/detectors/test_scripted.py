"""Links that scripts open: where they lead, and what of a page they make a link."""

from __future__ import annotations

import pytest

from detectors.page import Page
from tests.detectors.test_outline import MakePage, only


@pytest.mark.parametrize(
    "attributes",
    [
        "href='#' onclick=\"window.open('/budget')\"",
        "onclick=\"location.href='/budget'\"",
        "href='javascript:void(0)' onclick='window.open(\"/budget\", \"_blank\"); return false'",
        "href=\"javascript:window.location = '/budget'\"",
        "href=\" JavaScript:window.location = '/budget'\"",
        "href='#' onclick=\"document.location.assign('/budget')\"",
        "href='#top' onclick=\"top.location.replace('/budget')\"",
    ],
)
def test_a_link_leads_where_its_script_does(make_page: MakePage, attributes: str) -> None:
    link = only(make_page(f"<nav><a {attributes}>Budget</a></nav>", url="https://villa.example/x"))
    assert (link.url, link.href, link.label) == ("https://villa.example/budget", "/budget", "Budget")


@pytest.mark.parametrize(
    ("attributes", "href"),
    [
        ("href='#' onclick='window.open(this.href)'", "#"),
        ("href='#' onclick=\"open_menu('budget')\"", "#"),
        ("href='/tax' onclick=\"window.open('/survey')\"", "/tax"),
        ("href='jobs.html' onclick=\"window.open('/survey')\"", "jobs.html"),
        ("xlink:href='/tax' onclick=\"window.open('/survey')\"", "/tax"),
        ("href='#' onclick=\"if (confirm('Delete it?')) location.href = '/tax/5/delete'\"", "#"),
        ("href='#main'", "#main"),
        ("href='javascript:void(0)'", "javascript:void(0)"),
        ("href='#' onclick=\"window.open('/list?of=' + this.id)\"", "#"),
    ],
)
def test_a_script_that_names_no_address_changes_no_link(make_page: MakePage, attributes: str, href: str) -> None:
    assert only(make_page(f"<nav><a {attributes}>Budget</a></nav>")).href == href


def test_a_button_whose_script_opens_an_address_is_a_link(make_page: MakePage) -> None:
    link = only(make_page("<nav><button onclick=\"location.href='/budget'\">Budget</button></nav>"))
    assert (link.href, link.label, link.zone) == ("/budget", "Budget", "nav")
    assert make_page("<nav><button onclick='toggle()'>Budget</button></nav>").links == []


def test_what_a_script_opens_without_address_is_no_link(make_page: MakePage) -> None:
    assert make_page("<nav><a onclick='toggle()'>Budget</a></nav>").links == []


@pytest.mark.parametrize(
    ("tile", "label"),
    [
        ("<div onclick=\"location.href='/budget'\"><img src=x><span>Budget</span></div>", "Budget"),
        ("<ul><li onclick=\"window.open('/budget')\">Budget</ul>", "Budget"),
        ("<table><tr onclick=\"window.location='/budget'\"><td>Budget<td>2026</table>", "Budget 2026"),
        ("<img alt=Budget onclick=\"window.open('/budget','_blank')\">", "Budget"),
        ("<input type=button value=Budget onclick=\"location.href='/budget'\">", "Budget"),
        ("<input type=image alt=Budget onclick=\"location.href='/budget'\">", "Budget"),
        ("<section onclick=\"location='/budget'\"><h3>Budget</h3><p>How it is spent</section>", "Budget"),
        ("<div onclick=\"location='/budget'\"></div>", ""),
        ("<div onclick=\"location='/budget'\"><p onclick=\"location='/more'\">Budget</div>", "Budget"),
    ],
)
def test_what_a_script_alone_makes_a_link_is_one(make_page: MakePage, tile: str, label: str) -> None:
    link = only(make_page(f"<nav>{tile}<p>Beside</nav>", url="https://villa.example/x"))
    assert (link.url, link.label, link.zone) == ("https://villa.example/budget", label, "nav")


@pytest.mark.parametrize(
    "page",
    [
        "<a href=/budget><span onclick=\"location.href='/budget?from=menu'\">Budget</span></a>",
        "<li onclick=\"location.href='/budget'\"><a href=/budget>Budget</a></li>",
        "<div onclick=\"location.href='/more'\"><p>How it is spent<p><a href=/budget>Budget</a></div>",
    ],
)
def test_a_link_in_a_tile_or_around_it_goes_before_the_script(make_page: MakePage, page: str) -> None:
    assert only(make_page(f"<main>{page}</main>")).href == "/budget"


def test_tiles_one_after_the_other_are_links_each(make_page: MakePage) -> None:
    tile = "<div onclick=\"location.href='/%s'\">%s</div>"
    page: Page = make_page("".join(tile % (name, name) for name in ("a", "b")) + "<a href=/c>c</a>" + tile % ("d", "d"))
    assert [(link.href, link.label) for link in page.links] == [("/a", "a"), ("/b", "b"), ("/c", "c"), ("/d", "d")]


@pytest.mark.parametrize("script", ["toggle()", "if (confirm('Sure?')) location.href='/x'", "location.href='/x?' + id"])
def test_a_tile_whose_script_opens_no_address_is_none(make_page: MakePage, script: str) -> None:
    assert make_page(f'<div onclick="{script}">Budget</div>').links == []
