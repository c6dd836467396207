"""News, coming events and the freshness of the content, told by dates against the capture's day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from detectors.inspector import Inspector
from detectors.observation import PROOF, Observation
from detectors.page import Page

CAPTURED = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)

See = Callable[..., dict[str, Observation]]


@pytest.fixture(scope="module")
def see() -> See:
    inspector = Inspector.default()

    def best(body: str, language: str = "en", captured: datetime | None = CAPTURED) -> dict[str, Observation]:
        head = '<head><meta charset="utf-8"><title>Villa</title></head>'
        html = f'<!DOCTYPE html><html lang="{language}">{head}<body>{body}</body></html>'
        page: Page = inspector.page("https://www.villa.example/", html.encode(), content_type="text/html")
        page.fetched_at = captured
        found: dict[str, Observation] = {}
        for each in inspector.inspect(page):
            if each.feature not in found or each.strength > found[each.feature].strength:
                found[each.feature] = each
        return found

    return best


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Water works on Mill Road finished on 12 May 2026"),
        ("th", "ข่าววันที่ 12 พฤษภาคม 2569"),
        ("fa", "خبر ۲۲ اردیبهشت ۱۴۰۵"),
        ("ja", "更新日：令和8年5月12日"),
    ],
)
def test_content_dated_within_a_month_is_fresh(see: See, language: str, text: str) -> None:
    found = see(f"<main><p>{text}</p></main>", language)["technology.recently_updated"]
    assert found.strength >= PROOF
    assert "2026-05-12" in found.why


@pytest.mark.parametrize(
    "body",
    [
        "<main><p>Minutes of 12 March 2026</p></main>",
        "<main><p>The fair opens on 12 June 2026</p></main>",
        "<header><p>Wednesday, 20 May 2026</p></header><main><p>Minutes of 12 March 2025</p></main>",
        "<main><p>No date at all</p></main>",
    ],
)
def test_old_and_coming_dates_and_a_clock_are_not_fresh(see: See, body: str) -> None:
    assert "technology.recently_updated" not in see(body)


def test_without_a_day_of_capture_nothing_is_fresh(see: See) -> None:
    assert "technology.recently_updated" not in see("<main><p>12 May 2026</p></main>", captured=None)


def test_a_heading_of_coming_events_is_proof_one_of_bygone_events_is_not(see: See) -> None:
    coming = see("<main><h1>Upcoming events</h1><p>Spring fair, 30 May 2026</p></main>")
    bygone = see("<main><h1>Upcoming events</h1><p>Spring fair, 30 May 2019</p></main>")
    assert coming["info.events"].strength >= PROOF
    assert bygone["info.events"].strength < PROOF


def test_a_link_to_the_calendar_counts_whatever_the_page_is_dated(see: See) -> None:
    found = see('<nav><a href="/calendar">Calendar of events</a></nav><main><p>30 May 2019</p></main>')
    assert found["info.events"].strength >= PROOF


@pytest.mark.parametrize(("day", "proof"), [("2026-06-01", True), ("2020-06-01", False)])
def test_structured_events_count_while_they_are_to_come(see: See, day: str, proof: bool) -> None:
    data = f'{{"@type": "Event", "name": "Fair", "startDate": "{day}"}}'
    found = see(f'<script type="application/ld+json">{data}</script>')
    assert (found["info.events"].strength >= PROOF) is proof


def test_one_bygone_event_hides_no_coming_one(see: See) -> None:
    days = ("2026-04-01", "2026-06-01")
    data = ", ".join(f'{{"@type": "SportsEvent", "name": "Fair of {day}", "startDate": "{day}"}}' for day in days)
    found = see(f'<script type="application/ld+json">[{data}]</script>')["info.events"]
    assert found.strength >= PROOF
    assert found.quote == "Fair of 2026-06-01"


def test_a_type_may_be_written_as_an_address(see: See) -> None:
    data = '{"@type": "https://schema.org/NewsArticle", "headline": "Bridge opened"}'
    assert see(f'<script type="application/ld+json">{data}</script>')["info.news"].strength >= PROOF


@pytest.mark.parametrize(
    ("language", "label", "proof"),
    [
        ("en", "Participatory budgeting 2025", True),
        ("en", "Participatory budgeting 2018", False),
        ("en", "Budget 2026", True),
        ("en", "Budget 2012", False),
        ("th", "งบประมาณรายจ่ายประจำปี 2569", True),
        ("th", "งบประมาณรายจ่ายประจำปี 2555", False),
        ("fa", "بودجه ۱۴۰۵", True),
        ("fa", "بودجه ۱۳۹۰", False),
    ],
)
def test_budgets_count_while_they_are_recent(see: See, language: str, label: str, proof: bool) -> None:
    found = see(f'<nav><a href="/a">{label}</a></nav>', language)
    strengths = [found[name].strength for name in ("participation.budgeting", "budget.publication") if name in found]
    assert (max(strengths, default=0.0) >= PROOF) is proof
