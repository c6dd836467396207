"""What a link that only says "Download" leads to is told by what stands beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.observation import Observation
from detectors.page import Page
from detectors.rows import is_bare, row_of


@pytest.mark.parametrize(
    ("label", "bare"),
    [
        ("Download", True),
        ("View PDF (2 MB)", True),
        ("Ver más", True),
        ("Скачать", True),
        ("", True),
        ("12", True),
        ("Download the budget", False),
        ("Organigrama", False),
        ("Click here to see more of this file on the web site", False),
    ],
)
def test_labels_of_words_for_fetching_alone(label: str, bare: bool) -> None:
    assert is_bare(label) is bare


@pytest.mark.parametrize(
    ("markup", "row"),
    [
        ("<ul><li>Organization chart <a href=/o>Download</a></ul>", "Organization chart"),
        ("<ul><li><a href=/o>Download</a> the organization chart</ul>", "the organization chart"),
        ("<table><tr><td>3<td>Minutes<td><a href=/m>View</a></table>", "3 Minutes"),
        ("<table><tr><td><ul><li>Minutes <a href=/m>View</a></ul></table>", "Minutes"),
        ("<table><tr><td>Minutes<td><a href=/m>View</a> <a href=/m.pdf>PDF</a></table>", "Minutes"),
        (
            "<p>In an emergency call <a href=tel:112>112</a> at once. <a href=/e>Read more</a>",
            "In an emergency call … at once.",
        ),
        ("<p>Minutes <a href=/m>View</a> <a href=/m.pdf>PDF</a> (2 pages)", "Minutes … (2 pages)"),
        ("<table><tr><td><a href=/x>Board</a><td><a href=/m>View</a></table>", ""),
        ("<ul><li>Organization chart <a href=/o>of the city</a></ul>", ""),
        (f"<p>{'Much is said on the charter. ' * 6}<a href=/o>Read more</a>", ""),
        ("<div>Organization chart</div><div><a href=/o>Download</a></div>", ""),
        (f"<p>Minutes {''.join(f'<a href=/{n}>{n}</a> ' for n in range(9))}", ""),
    ],
)
def test_the_text_beside_a_bare_link(make_page: Callable[..., Page], markup: str, row: str) -> None:
    assert row_of(make_page(f"<main>{markup}</main>").links[-1]) == row


def test_a_menu_has_no_rows(make_page: Callable[..., Page]) -> None:
    assert row_of(make_page("<nav><ul><li>Organization chart <a href=/o>More</a></ul></nav>").links[0]) == ""


@pytest.mark.parametrize(
    "markup",
    [
        "<li>Municipal budget <a href=/b>Download</a>",
        "<table><tr><td>1<td>Budget execution<td><a href=/b>View</a></table>",
        "<p>Municipal budget <a href=/b><img src=p.png alt=PDF></a>",
    ],
)
def test_a_row_is_as_good_as_a_label(sightings: Callable[..., list[Observation]], markup: str) -> None:
    best = sightings(f"<main>{markup}</main>", "budget.publication")[0]
    assert (best.kind, best.href, best.is_proof) == ("link", "/b", True)
    assert "udget" in best.quote


def test_a_row_of_thousands_of_numbers_is_passed_over(make_page: Callable[..., Page]) -> None:
    numbers = "".join(f"<a href=/{n}>{n}</a> " for n in range(15_000))
    page = make_page(f"<main><table><tr><td>Minutes<td>{numbers}</table></main>")
    assert len(page.links) == 15_000
    assert not any(map(row_of, page.links))
