"""Weight, times and script errors of pages served on loopback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from playwright.async_api import Browser, Page, Route

from crawler.browser.measures import Watch, compare, look, measure_load
from detectors.facts.browser import LoadMeasures
from tests.crawler.loopback import Site
from tests.crawler.measures.conftest import Run

T = TypeVar("T")
_SCRIPT = b"//" + b"x" * 5000
_PAGE = "<!doctype html><title>x</title><script src=/a.js></script><img src=/a.png alt=''><p>Town hall</p>"


@pytest.fixture(autouse=True)
def routes(web: Site) -> None:
    """A page with a script of five kilobytes and a picture."""
    web.routes["/page"] = _PAGE
    web.routes["/a.js"] = (200, {"Content-Type": "text/javascript"}, _SCRIPT)
    web.routes["/a.png"] = (200, {"Content-Type": "image/png"}, b"\x89PNG" + b"0" * 700)


def opened(
    run: Run, browser: Browser, url: str, work: Callable[[Page, Watch], Awaitable[T]], *, block: bool = False
) -> T:
    """What `work` makes of the page, watched from before it was opened."""

    async def refuse(route: Route) -> None:
        await route.abort("blockedbyclient")

    async def go() -> T:
        async with await browser.new_context() as context:
            page = await context.new_page()
            if block:
                await page.route("**/*.png", refuse)
            watch = Watch(page)
            await page.goto(url)
            return await work(page, watch)

    found: T = run(go())
    return found


def test_requests_and_bytes_by_type(run: Run, browser: Browser, web: Site) -> None:
    found = opened(run, browser, f"{web.url}/page", measure_load)
    weights = {weight.type: weight for weight in found.weights}
    assert {kind: weight.requests for kind, weight in weights.items()} == {"document": 1, "image": 1, "script": 1}
    assert len(_SCRIPT) < weights["script"].bytes < len(_SCRIPT) + 1000
    assert found.requests == 3
    assert found.bytes == sum(weight.bytes for weight in found.weights)
    assert (found.blocked, found.failed) == (0, 0)


_PAINTED = """() => new Promise((resolve) => new PerformanceObserver(() => resolve())
  .observe({type: "largest-contentful-paint", buffered: true}))"""


def test_times_follow_one_another(run: Run, browser: Browser, web: Site) -> None:
    async def work(page: Page, watch: Watch) -> LoadMeasures:
        await page.evaluate(_PAINTED)
        return await measure_load(page, watch)

    found = opened(run, browser, f"{web.url}/page", work)
    assert found.first_byte is not None
    assert found.dom_ready is not None
    assert found.loaded is not None
    assert found.largest_paint is not None
    assert 0 < found.first_byte <= found.dom_ready <= found.loaded


def test_what_the_crawler_refused_is_counted_apart(run: Run, browser: Browser, web: Site) -> None:
    found = opened(run, browser, f"{web.url}/page", measure_load, block=True)
    assert (found.blocked, found.failed, found.requests) == (1, 0, 2)


def test_what_does_not_answer_has_failed(run: Run, browser: Browser, web: Site) -> None:
    web.routes["/far"] = "<!doctype html><title>x</title><p>Town</p><script src='http://far.example/a.js'></script>"
    found = opened(run, browser, f"{web.url}/far", measure_load)
    assert (found.blocked, found.failed, found.requests) == (0, 1, 1)


def test_without_a_watch_the_clock_of_the_page_tells(run: Run, browser: Browser, web: Site) -> None:
    async def work(page: Page, _: Watch) -> LoadMeasures:
        return await measure_load(page, replayed=True)

    found = opened(run, browser, f"{web.url}/page", work)
    assert found.replayed
    assert {weight.type for weight in found.weights} == {"document", "img", "script"}
    assert found.bytes > len(_SCRIPT)


def test_script_errors_are_told_with_what_is_seen(run: Run, browser: Browser, web: Site) -> None:
    web.routes["/broken"] = (
        "<!doctype html><title>x</title><p>Town <b style='display:none'>hidden</b> hall</p><a href=/a>Fees</a>"
        "<script>null.x</script><script>throw new Error('no map')</script>"
    )
    seen = opened(run, browser, f"{web.url}/broken", look)
    assert seen.words == {"town", "hall", "fees"}
    assert (seen.engine, seen.links) == ("chromium", 1)
    assert len(seen.errors) == 2
    assert "no map" in seen.errors[1]


def test_one_engine_alone_is_compared_with_nothing(run: Run, browser: Browser, web: Site) -> None:
    (only,) = compare([opened(run, browser, f"{web.url}/page", look)])
    assert only.shared is None
    assert only.characters == len("Town hall")
