"""The report is one safe file that tells state, proof and what was searched."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime

import lxml.html
import pytest
from lxml.html import HtmlElement

from crawler.result import RunResult
from losi.output import run_document
from losi.report import report_html
from survey.questionnaire import load

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def text(result: RunResult) -> str:
    return report_html(result, load("losi-2024"), NOW)


@pytest.fixture
def html(text: str) -> HtmlElement:
    return lxml.html.document_fromstring(text)


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_nothing_is_loaded_from_elsewhere(html: HtmlElement) -> None:
    assert html.xpath("//link | //img | //iframe | //script[@src] | //object | //embed") == []
    for style in html.xpath("//style/text()"):
        assert "url(" not in style
        assert "@import" not in style


def test_every_link_is_a_web_address_or_a_place_in_the_report(html: HtmlElement) -> None:
    targets = html.xpath("//a/@href")
    assert "https://www.villa.example/transparencia" in targets
    assert [t for t in targets if not re.match(r"https?://|#", t)] == []


def test_words_of_a_hostile_page_stay_words(html: HtmlElement, text: str) -> None:
    card = html.get_element_by_id("q206")
    assert len(html.xpath("//script")) == 1
    assert html.xpath("//@onerror") == []
    assert "</bdi><script>alert(1)</script>" in words(card)
    assert "javascript:alert(4)" in words(card)
    assert "<script>alert" not in text


def test_the_policy_allows_exactly_the_own_script_and_style(html: HtmlElement) -> None:
    (policy,) = html.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'")
    for kind in ("script", "style"):
        (inline,) = html.xpath(f"//{kind}/text()")
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_a_present_question_shows_its_proof(html: HtmlElement) -> None:
    card = html.get_element_by_id("q219")
    assert card.get("data-state") == "present"
    assert card.xpath(".//mark/text()") == ["Presupuesto", "municipal"]
    for expected in ("Budget", "present", "confidence 97 %", "In English: municipal budget", "capture 7", "main menu"):
        assert expected in words(card)


def test_a_proof_says_that_its_page_was_cut(result: RunResult) -> None:
    asked = load("losi-2024")
    cut = replace(result, cuts={7: "damaged"})
    html: HtmlElement = lxml.html.document_fromstring(report_html(cut, asked, NOW))
    assert "The page was cut: it cannot be unpacked to its end." in words(html.get_element_by_id("q219"))
    told = [proof["cut"] for found in run_document(cut, asked)["findings"] for proof in found["evidence"]]
    assert told.count("damaged") == 1
    assert None in told


def test_an_absent_question_shows_what_was_searched(html: HtmlElement) -> None:
    card = words(html.get_element_by_id("q279"))
    assert "absent confidence 90 %" in card
    assert "41 pages were read: 33 in Spanish, 8 in English." in card
    assert "No known page of the portal was left unvisited." in card


def test_an_unknown_question_gives_reason_and_mend(html: HtmlElement) -> None:
    card = words(html.get_element_by_id("q270a"))
    assert "Too few pages were read: 5. Allow more pages." in card
    assert "230 known pages were not visited." in card


def test_states_are_told_by_word_and_icon(html: HtmlElement) -> None:
    for card in html.xpath("//article"):
        (badge,) = card.xpath("./header//span[contains(@class, 'badge')]")
        assert words(badge) == card.get("data-state").replace("_", " ")
        assert badge.xpath(".//*[local-name()='use']/@href") == [f"#i-{card.get('data-state')}"]


def test_all_questions_are_there_and_the_share_is_no_score(html: HtmlElement) -> None:
    assert len(html.xpath("//article")) == 95
    summary = words(html.xpath("//section[contains(@class, 'summary')]")[0])
    assert "2 of 96" in summary
    assert "not a score" in summary


def test_the_title_of_the_portal_is_escaped(html: HtmlElement) -> None:
    assert words(html.xpath("//h1")[0]) == "Villa <Nueva>"
