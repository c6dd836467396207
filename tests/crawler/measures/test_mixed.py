"""Mixed content: the markup alone and the browser say the same of pages with a known outcome."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import pytest
from playwright.async_api import Browser
from playwright.async_api import Page as Tab

from crawler.browser.measures import measure_mixed
from detectors.builtin.technology import MixedContentOfPortal
from detectors.facts import BrowserFacts, PortalFacts
from detectors.facts.browser import MixedContent
from detectors.page import Page
from detectors.page.mixed import mixed_content
from tests.crawler.loopback import Site
from tests.crawler.measures.conftest import Run

_CASES: dict[str, dict[str, Any]] = tomllib.loads(
    File(__file__).with_name("cases_mixed.toml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def tab(run: Run, browser: Browser) -> Iterator[Tab]:
    """A tab that accepts the test's certificate."""

    async def start() -> Tab:
        return await (await browser.new_context(ignore_https_errors=True)).new_page()

    found: Tab = run(start())
    yield found
    run(found.context.close())


def document(name: str) -> str:
    """The case's document."""
    case = _CASES[name]
    head = f"<title>{name}</title>{case.get('head', '')}"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{case["body"]}</body></html>'


def measured(run: Run, tab: Tab, url: str) -> MixedContent | None:
    """What the browser sees."""

    async def go() -> MixedContent | None:
        await tab.goto(url, wait_until="domcontentloaded")
        return await measure_mixed(tab)

    found: MixedContent | None = run(go())
    return found


def brief(found: MixedContent | None) -> dict[str, Any]:
    """The outcome as the cases write it."""
    assert found is not None
    out: dict[str, Any] = {
        sort: sorted(url.removeprefix("http://plain.example") for url in getattr(found, sort))
        for sort in ("active", "passive", "forms")
    }
    return {key: value for key, value in {**out, "upgraded": found.upgraded}.items() if value}


def expected(name: str) -> dict[str, Any]:
    """What the case says of the outcome."""
    return {key: value for key, value in _CASES[name].items() if key not in ("head", "body")}


@pytest.mark.parametrize("name", _CASES)
def test_mixed_content_in_the_markup(name: str) -> None:
    page = Page("https://127.0.0.1/case", document(name).encode(), content_type="text/html")
    assert brief(mixed_content(page)) == expected(name)


@pytest.mark.parametrize("name", _CASES)
def test_mixed_content_in_the_browser(run: Run, tab: Tab, secure_web: Site, name: str) -> None:
    secure_web.routes["/case"] = document(name)
    assert brief(measured(run, tab, f"{secure_web.url}/case")) == expected(name)


def test_what_a_script_loads_only_the_browser_tells(run: Run, tab: Tab, secure_web: Site) -> None:
    script = "s = document.createElement('script'); s.src = 'http://plain.example/late.js'; document.body.append(s)"
    secure_web.routes["/case"] = f"<!doctype html><title>x</title><body><script>{script}</script>"
    found = measured(run, tab, f"{secure_web.url}/case")
    assert brief(found) == {"active": ["/late.js"]}


def test_a_page_of_http_has_no_mixed_content(run: Run, tab: Tab, web: Site) -> None:
    web.routes["/case"] = document("script")
    assert measured(run, tab, f"{web.url}/case") is None
    assert mixed_content(Page("http://villa.example/", document("script").encode(), content_type="text/html")) is None


def test_active_mixed_content_is_a_doubt_about_https() -> None:
    mixed = (
        MixedContent("https://a.example/", active=("http://b.example/x.js",)),
        MixedContent("https://a.example/2", passive=("http://b.example/x.png",)),
        MixedContent("https://a.example/3", active=("http://b.example/y.js",), upgraded=True),
        MixedContent("https://a.example/4", forms=("http://b.example/pay",)),
    )
    seen = list(
        MixedContentOfPortal().observe(PortalFacts("https://a.example/", browser=BrowserFacts("x", mixed=mixed)))
    )
    assert [o.url for o in seen] == ["https://a.example/", "https://a.example/4"]
    assert all(o.polarity == "against" and 0 < o.strength < 0.5 for o in seen)
