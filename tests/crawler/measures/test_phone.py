"""Pages with a known outcome on a phone's screen: what is measured, and the verdict."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from crawler.browser.measures import measure_phone
from crawler.browser.views import PHONE
from detectors.builtin.technology import MeasuredMobile
from detectors.facts import BrowserFacts, PortalFacts
from detectors.facts.browser import PhoneMeasures
from detectors.fitness import checked
from tests.crawler.loopback import Site
from tests.crawler.measures.conftest import Run

_TEXT = "<p>The town hall is open from eight to four. " + "Residents find forms, fees and news here. " * 3 + "</p>"
_HEAD = '<meta name="viewport" content="width=device-width, initial-scale=1">'
_FILES = ("cases_phone.toml", "cases_phone_touch.toml")
_CASES: dict[str, dict[str, Any]] = {
    name: case
    for file in _FILES
    for name, case in tomllib.loads(Path(__file__).with_name(file).read_text(encoding="utf-8")).items()
}


def measured(run: Run, phone: Page, web: Site, markup: str) -> PhoneMeasures:
    """The page, served and measured."""
    web.routes["/page"] = markup

    async def go() -> PhoneMeasures:
        await phone.goto(f"{web.url}/page")
        return await measure_phone(phone, capture=7)

    found: PhoneMeasures = run(go())
    return found


@pytest.fixture(scope="module")
def phone(run: Run, browser: Browser) -> Iterator[Page]:
    """A tab on a phone's screen."""

    async def start() -> Page:
        return await (await browser.new_context(**PHONE.context("test", browser.version))).new_page()

    page: Page = run(start())
    yield page
    run(page.context.close())


@pytest.mark.parametrize("name", _CASES)
def test_a_page_on_a_phone(run: Run, phone: Page, web: Site, name: str) -> None:
    case = _CASES[name]
    head = f"<meta charset=utf-8>{case.get('head', _HEAD)}<title>{name}</title>"
    measures = measured(
        run, phone, web, f'<!doctype html><html lang="en"><head>{head}</head><body>{_TEXT}{case["body"]}</body></html>'
    )
    assert [check.name for check in checked(measures) if check.fails] == case["fails"], measures
    facts = PortalFacts(web.url, browser=BrowserFacts("chromium", phone=(measures,)))
    (seen,) = MeasuredMobile().observe(facts)
    assert (seen.polarity, seen.capture) == ("for" if case["fit"] else "against", 7)
    assert seen.strength >= (0.6 if case["fit"] else 0.65)
    if "missed" in case:
        assert measures.missed == case["missed"]
    if "selector" in case:
        assert measures.widest[0].selector.split(" > ")[-1] == case["selector"]


def test_an_empty_page_says_nothing_of_phones(run: Run, phone: Page, web: Site) -> None:
    measures = measured(run, phone, web, f"<!doctype html><html><head>{_HEAD}</head><body></body></html>")
    assert measures.characters == 0
    assert list(MeasuredMobile().observe(PortalFacts(web.url, browser=BrowserFacts("x", phone=(measures,))))) == []


def test_the_numbers_are_told_in_words(run: Run, phone: Page, web: Site) -> None:
    markup = (
        f"<!doctype html><html><head>{_HEAD}</head><body>{_TEXT}<div style='width:982px;margin:0'>x</div></body></html>"
    )
    measures = measured(run, phone, web, markup)
    (seen,) = MeasuredMobile().observe(PortalFacts(web.url, browser=BrowserFacts("x", phone=(measures,))))
    assert measures.overflow == 600
    assert seen.why == "opened 390 px wide, as on a phone: 600 px of sideways scrolling"
    assert "laid out 390 px wide for 390 px" in seen.quote
    assert seen.selector == "html > body > div"
