"""Documents with a known outcome of the accessibility check, and what is concluded from it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from playwright.async_api import TimeoutError as TooLongError

from crawler.browser.measures import AxeMissingError, axe_script, measure_accessibility
from crawler.browser.measures.accessibility import criteria
from detectors.facts.browser import AccessibilityMeasures
from tests.crawler.loopback import Site
from tests.crawler.measures.conftest import Run

_CASES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cases_accessibility.toml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def tab(run: Run, browser: Browser) -> Iterator[Page]:
    """A tab on a desktop's screen."""

    async def start() -> Page:
        return await (await browser.new_context()).new_page()

    page: Page = run(start())
    yield page
    run(page.context.close())


def checked(run: Run, tab: Page, web: Site, html: str, **headers: str) -> AccessibilityMeasures:
    """The document, served and checked."""
    web.routes["/case"] = (200, headers, html.encode())

    async def go() -> AccessibilityMeasures:
        await tab.goto(f"{web.url}/case")
        return await measure_accessibility(tab, capture=3, seconds=120.0)

    found: AccessibilityMeasures = run(go())
    return found


@pytest.mark.parametrize("name", _CASES)
def test_the_rules_that_fail(run: Run, tab: Page, web: Site, name: str) -> None:
    found = checked(run, tab, web, _CASES[name]["html"])
    assert {v.rule: list(v.criteria) for v in found.violations} == _CASES[name]["rules"]
    assert (found.tool, found.url, found.capture) == ("axe-core", f"{web.url}/case", 3)
    assert found.passes > 0


def test_a_policy_sent_as_a_header_changes_nothing(run: Run, tab: Page, web: Site) -> None:
    policy = {"Content-Security-Policy": "default-src 'none'; script-src 'none'; require-trusted-types-for 'script'"}
    found = checked(run, tab, web, _CASES["button_without_name"]["html"], **policy)
    assert [v.rule for v in found.violations] == ["button-name"]


def test_a_violation_says_where_and_how_bad(run: Run, tab: Page, web: Site) -> None:
    html = "<!doctype html><html lang=en><title>x</title><body>" + "<button class=b></button>" * 5
    (found,) = checked(run, tab, web, html).violations
    assert (found.impact, found.nodes, len(found.first)) == ("critical", 5, 3)
    assert found.first[0].selector == "button:nth-child(1)"
    assert found.help_url.startswith("https://dequeuniversity.com/rules/axe/")


def test_the_checker_is_named_with_its_version(run: Run, tab: Page, web: Site) -> None:
    found = checked(run, tab, web, _CASES["clean"]["html"])
    assert f"axe v{found.version}" in axe_script()[:60]
    assert found.tags == ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")


def test_the_time_limit_holds(run: Run, tab: Page, web: Site) -> None:
    web.routes["/case"] = _CASES["clean"]["html"]

    async def go() -> None:
        await tab.goto(f"{web.url}/case")
        await measure_accessibility(tab, seconds=0.001)

    with pytest.raises(TooLongError, match="longer than"):
        run(go())


def test_a_checker_that_is_named_but_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AxeMissingError, match="LOSI_AXE"):
        axe_script(str(tmp_path / "axe.js"))
    (tmp_path / "axe.js").write_text("/* mine */", encoding="utf-8")
    monkeypatch.setenv("LOSI_AXE", str(tmp_path / "axe.js"))
    assert axe_script() == "/* mine */"


def test_criteria_are_read_from_tags() -> None:
    assert criteria(["cat.color", "wcag2aa", "wcag143", "wcag1411", "TTv5"]) == ("1.4.3", "1.4.11")
