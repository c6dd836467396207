"""Measuring scripts on documents of every sort, in a world of their own and, for other engines, in the page's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Error, Page

from crawler.browser.measures import look, measure_accessibility, measure_load, measure_mixed, measure_phone
from crawler.browser.measures.world import World, world_of
from crawler.browser.views import PHONE
from tests.crawler.loopback import Site
from tests.crawler.measures.conftest import Run


@pytest.fixture(scope="module")
def tab(run: Run, browser: Browser) -> Iterator[Page]:
    """A tab on a phone's screen."""

    async def start() -> Page:
        return await (await browser.new_context(**PHONE.context("test", browser.version))).new_page()

    page: Page = run(start())
    yield page
    run(page.context.close())


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", ""),
        ("text/html", "<frameset cols='50%,50%'><frame src='/a'><frame src='/b'></frameset>"),
        ("text/html", "<!doctype html><body><svg><title>x</title><a href='/x'><text y='20'>Map</text></a></svg>"),
        ("text/html", "<!doctype html><body><form style='width:900px'><input name=id><input name=children></form>"),
        ("text/html", "<div>" * 3000 + "deep" + "</div>" * 3000),
        ("text/plain", "Opening hours: 8 to 4"),
        ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'><text y='20'>Map</text></svg>"),
        ("application/xml", "<offices><office>Tax</office></offices>"),
        ("application/xhtml+xml", "<html xmlns='http://www.w3.org/1999/xhtml'><head/><body><p>Town</p></body></html>"),
    ],
)
def test_no_document_is_too_odd(run: Run, tab: Page, web: Site, content_type: str, body: str) -> None:
    web.routes["/odd"] = (200, {"Content-Type": content_type}, body.encode())

    async def go() -> tuple[int, int]:
        await tab.goto(f"{web.url}/odd")
        phone, seen = await measure_phone(tab), await look(tab)
        await measure_load(tab)
        assert await measure_mixed(tab) is None
        checked = await measure_accessibility(tab)
        assert checked.version
        return phone.characters, seen.characters

    on_phone, seen = run(go())
    assert on_phone == seen


def test_an_endless_check_is_broken_off_and_the_tab_goes_on(run: Run, tab: Page, web: Site) -> None:
    web.routes["/endless"] = "<!doctype html><title>x</title><form><p>Town</p><input name=parentElement></form>"

    async def go() -> int:
        await tab.goto(f"{web.url}/endless")
        async with world_of(tab) as world:
            assert await world.run("document.forms.length") == 1
        with pytest.raises(asyncio.TimeoutError):
            async with asyncio.timeout(0.5), world_of(tab) as world:
                await world.run("(() => { while (true); })()")
        return (await measure_phone(tab)).characters

    assert run(go()) == 4


def test_the_page_s_own_world_serves_where_there_is_no_other(run: Run, tab: Page, web: Site) -> None:
    web.routes["/plain"] = "<!doctype html><title>x</title><p>Town hall</p>"

    async def go() -> list[object]:
        await tab.goto(f"{web.url}/plain")
        async with world_of(tab) as apart:
            return [await world.call("look", {"words": 9}) for world in (apart, World(tab, None, 0))]

    first, second = run(go())
    assert first == second == {"characters": 9, "links": 0, "words": ["town", "hall"]}


def test_a_script_that_fails_is_an_error_with_its_words(run: Run, tab: Page, web: Site) -> None:
    async def go() -> None:
        async with world_of(tab) as world:
            await world.run("Promise.reject(new TypeError('no such thing'))")

    with pytest.raises(Error, match="no such thing"):
        run(go())
