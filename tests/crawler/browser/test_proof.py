"""The proof on a page is found again, made visible, outlined and cut out."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from playwright.async_api import Page

from crawler.browser.card import MAX_BYTES, WIDTH, card
from crawler.browser.engine import Engine
from crawler.browser.proof import Mark, Shot, shoot
from crawler.browser.views import DESKTOP, PLAIN
from tests.crawler.browser.conftest import Shared

PINK = (214, 0, 108)
FILL = "<p>Other text.</p>" * 60
BUDGET = Mark("#menu > a:nth-of-type(2)", "Municipal budget", "budget", "http://x.test/budget")
TRAMITES = '<p><a href="#">Menu</a> <a href="http://x.test/tr%C3%A1mites">Services for residents</a></p>'
LINKS = '<nav id=menu><a href="http://x.test/a">Home</a> <a href="http://x.test/budget">Municipal budget</a></nav>'


def _shot(shared: Shared, html: str, mark: Mark, *, scripts: bool = True) -> tuple[Shot | None, str, str]:
    """The picture of the proof, and the document before and after it was taken."""

    async def work(page: Page) -> tuple[Shot | None, str, str]:
        await page.set_content(f"<!doctype html><body>{html}</body>")
        before = await page.content()
        return await shoot(page, mark), before, await page.content()

    async def run(engine: Engine) -> tuple[Shot | None, str, str]:
        view = DESKTOP if scripts else PLAIN
        return await engine.look(lambda version: view.context("test", version), work, seconds=120.0)

    return shared.run(run)


def _frame(shot: Shot) -> tuple[int, int, int, int]:
    """The box of the outline in the picture: left, top, right, bottom."""
    with Image.open(BytesIO(shot.picture)) as opened:
        apart = ImageChops.difference(opened.convert("RGB"), Image.new("RGB", opened.size, PINK))
    red, green, blue = (band.point(lambda value: 255 * (value < 60)) for band in apart.split())
    found = ImageChops.darker(ImageChops.darker(red, green), blue).getbbox()
    assert found is not None, "no outline in the picture"
    left, top, right, bottom = found
    return left, top, right - 1, bottom - 1


CASES: list[tuple[str, str, Mark, str, bool]] = [
    ("as it was", LINKS, BUDGET, "selector", False),
    ("far down the page", FILL + LINKS + FILL, BUDGET, "selector", False),
    ("moved", LINKS.replace("id=menu", "id=other"), BUDGET, "text", False),
    ("another order", LINKS.replace("<nav id=menu>", "<nav id=menu><a href=x>First</a>"), BUDGET, "text", False),
    ("other words, same target", LINKS.replace("Municipal budget", "Money"), BUDGET, "link", False),
    ("a target as people write it", TRAMITES, Mark("#gone", "Trámites", "", "http://X.test/trámites"), "link", False),
    (
        "a target of this site",
        f"<base href='http://x.test/es/'>{TRAMITES}",
        Mark("", "", "", "../trámites"),
        "link",
        False,
    ),
    ("other case and spaces", LINKS.replace("Municipal budget", "MUNICIPAL\n  Budget"), BUDGET, "selector", False),
    ("menu not displayed", f"<style>#menu{{display:none}}</style>{LINKS}", BUDGET, "selector", True),
    ("menu invisible", f"<style>#menu{{visibility:hidden;opacity:0}}</style>{LINKS}", BUDGET, "selector", True),
    ("menu of no height", f"<style>#menu{{height:0;overflow:hidden}}</style>{LINKS}", BUDGET, "selector", True),
    ("menu off the page", f"<style>#menu{{position:absolute;left:-9999px}}</style>{LINKS}", BUDGET, "selector", True),
    ("closed details", f"<details><summary>More</summary>{LINKS}</details>", BUDGET, "selector", True),
    ("hidden attribute", f"<div hidden>{LINKS}</div>", BUDGET, "selector", True),
    (
        "under a cookie notice",
        f"{LINKS}<div style='position:fixed;inset:0;background:#ddd'>We use cookies</div>",
        BUDGET,
        "selector",
        False,
    ),
    (
        "words in a long paragraph",
        f"<p id=p>{'Text without end. ' * 400} The municipal budget of 2026 is here. {'More text. ' * 400}</p>",
        Mark("#p", "The municipal budget of 2026 is here.", "municipal budget", ""),
        "selector",
        False,
    ),
    ("label of a field", "<input placeholder='Search the site'>", Mark("#q", "Search the site", "", ""), "text", False),
]


@pytest.mark.parametrize(("html", "mark", "how", "revealed"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_proof_is_found_and_outlined(shared: Shared, html: str, mark: Mark, how: str, revealed: bool) -> None:
    shot, before, after = _shot(shared, html, mark)
    assert shot is not None
    assert (shot.how, shot.revealed) == (how, revealed)
    left, top, right, bottom = _frame(shot)
    assert right - left > 40
    assert bottom - top > 8
    assert after.replace(' style=""', "") == before


@pytest.mark.parametrize(
    ("html", "mark"),
    [
        ("<p>Nothing of the kind</p>", BUDGET),
        ("<p><a href='#'>Menu</a> <a href='javascript:void(0)'>More</a></p>", Mark("", "Budget", "", "#")),
        ("<p><a href='javascript:void(0)'>More</a></p>", Mark("", "Budget", "", "javascript:void(0)")),
        ("<p>A page</p><script>var x = 'Municipal budget'</script>", BUDGET),
        ("<meta name=viewport content='width=device-width'><p>x", Mark("html > head > meta", "width=device", "", "")),
    ],
)
def test_proof_that_is_not_there_gets_no_picture(shared: Shared, html: str, mark: Mark) -> None:
    assert _shot(shared, html, mark)[0] is None


def test_proof_is_found_without_scripts(shared: Shared) -> None:
    removing = f"{LINKS}<script>document.getElementById('menu').remove()</script>"
    assert _shot(shared, removing, BUDGET)[0] is None
    assert _shot(shared, removing, BUDGET, scripts=False)[0] is not None


def test_outline_lies_around_the_words(shared: Shared) -> None:
    shot, _, _ = _shot(shared, f"<div style='height:900px'></div>{LINKS}{FILL}", BUDGET)
    assert shot is not None
    with Image.open(BytesIO(shot.picture)) as picture:
        assert picture.format == "WEBP"
        assert picture.width <= WIDTH
        height = picture.height
    left, top, right, bottom = _frame(shot)
    assert 60 < right - left < 200
    assert 15 < bottom - top < 45
    assert height * 0.3 < (top + bottom) / 2 < height * 0.7


def test_scripts_of_the_page_cannot_spoil_it(shared: Shared) -> None:
    spoilt = (
        "<script>Array.prototype.map = null; document.querySelector = null; window.NodeFilter = null;"
        "Element.prototype.getBoundingClientRect = null; String.prototype.normalize = null</script>"
    )
    assert _shot(shared, LINKS + spoilt, BUDGET)[0] is not None


def _noise(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.effect_noise((width, height), 120).convert("RGB").save(out, "PNG")
    return out.getvalue()


def _plain(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(("make", "size"), [(_noise, (1366, 768)), (_plain, (1366, 768)), (_plain, (300, 80))])
def test_cards_are_small(make: Callable[[int, int], bytes], size: tuple[int, int], without_browser: None) -> None:
    made = card(make(*size))
    assert len(made) <= MAX_BYTES
    with Image.open(BytesIO(made)) as picture:
        assert picture.format == "WEBP"
        assert picture.width <= min(WIDTH, size[0])
        assert abs(picture.width / picture.height - size[0] / size[1]) < 0.05
