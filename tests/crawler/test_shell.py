"""Pages that are empty without scripts are told by numbers alone; time of overlapping work is counted once."""

from __future__ import annotations

import pytest

from crawler.browser.shell import Fullness, fullness
from crawler.stopwatch import Stopwatch
from detectors.page import Page

TEXT = "The council publishes its decisions and its plans here for everybody who lives in the town. " * 10
SCRIPT = "<script src=/app.js></script>"
MENU = "<nav>" + "".join(f"<a href=/{n}>Menu entry number {n}</a>" for n in range(12)) + "</nav>"


@pytest.mark.parametrize(
    ("body", "shell"),
    [
        (f"<div id=root></div>{SCRIPT}", True),
        (f"<app-root></app-root>{SCRIPT}", True),
        (f"<div id=app></div><noscript>{TEXT[:400]}</noscript>{SCRIPT}", True),
        (f"<p>Loading</p>{SCRIPT}", True),
        (f"{MENU}<div id=app></div>{SCRIPT}", True),
        ("<div id=app></div><script>start({})</script><p>Please wait while the portal is loading.</p>", True),
        (f"<div id=root><p>{TEXT}</p></div>{SCRIPT}", False),
        (f"<div id=root></div><p>{TEXT}</p>{SCRIPT}", False),
        (f"{MENU}<p>Short.</p>{SCRIPT}", False),
        (f"<p>{TEXT}</p>{SCRIPT}", False),
        ("<div id=root></div>", False),
        ("<p>Choose: <a href=/es>es</a> <a href=/en>en</a> <a href=/fr>fr</a></p>" + SCRIPT, False),
        ('<div id=root></div><script type="application/ld+json">{"@type": "City"}</script>', False),
    ],
)
def test_shells(body: str, shell: bool) -> None:
    html = f"<!doctype html><html lang=en><head><title>Town</title></head><body>{body}</body></html>"
    assert fullness(Page("https://x.test/", html.encode())).is_shell is shell


def test_documents_are_no_shells() -> None:
    assert not fullness(Page("https://x.test/a.txt", b"text", content_type="text/plain")).is_shell


def test_the_numbers_are_told() -> None:
    html = f"<!doctype html><body><div id=root></div><noscript>Turn on scripts</noscript>{SCRIPT}{SCRIPT}"
    assert fullness(Page("https://x.test/", html.encode())) == Fullness(0, 0, 0, 2, True)


def test_overlapping_work_is_counted_once_and_other_work_not_at_all() -> None:
    now = 0.0
    watch = Stopwatch(lambda: now)
    with watch:
        now = 1.0
        with watch:
            now = 3.0
        now = 4.0
        with watch.halted():
            now = 9.0
        now = 10.0
        assert watch.seconds == 5.0
    now = 20.0
    assert watch.seconds == 5.0
