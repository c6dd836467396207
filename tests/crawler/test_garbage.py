"""What the garbage collector is spared: a page that was read is freed without it."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crawler.garbage import paused
from crawler.reading import Answer, read
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet

MENU = "".join(f'<li><a href="/s/{word}.html">{word}</a></li>' for word in ("Budget", "News", "Contact", "Tenders"))
PAGE = f"""<!doctype html><html lang="en"><head><title>Town of Elm | Budget 2026</title></head><body>
<header><nav><ul>{MENU}</ul></nav></header><main><h1>Budget 2026</h1><iframe title="Map" src="/map"></iframe>
<p>The adopted budget and the audit report of the town of Elm, published on 3 May 2026. {"Residents read it. " * 30}</p>
<table><tr><td><a href="/budget-2026.pdf">Budget 2026 (PDF)</a></td></tr></table>
<form method="post" action="/feedback"><label>Your opinion <input name="o"></label><button>Send feedback</button></form>
</main><footer><a href="/privacy">Privacy policy</a></footer></body></html>"""


NONE = LexiconSet({})


def answer(number: int) -> Answer:
    """One of many pages that differ."""
    body = PAGE.replace("2026", str(2000 + number)).encode()
    return Answer(f"https://elm.example/{number}", body, 200, "text/html", {}, datetime(2026, 11, 1, tzinfo=UTC), None)


@pytest.fixture
def tidy() -> Iterator[None]:
    """No garbage of before, and none collected meanwhile."""
    gc.collect()
    with paused(NONE):
        yield


def test_a_page_that_was_read_leaves_no_cycles(tidy: None) -> None:
    inspector = Inspector.default()
    assert read(answer(0), inspector).observations
    gc.collect()
    for number in range(1, 5):
        assert read(answer(number), inspector).observations
    assert gc.collect() == 0


def test_a_pause_ends_as_it_began(tidy: None) -> None:
    with paused(NONE):
        assert not gc.isenabled()
    assert not gc.isenabled()
    gc.enable()
    with pytest.raises(ZeroDivisionError), paused(NONE):
        _ = 1 / 0
    assert gc.isenabled()


def test_a_process_that_settles_collects_as_usual() -> None:
    """In a process of its own: what is set holds for all that runs in it."""
    code = (
        "import gc; from crawler.garbage import begin, settle; usual = gc.get_threshold(); begin(); "
        "assert gc.get_threshold() > usual; settle(); assert gc.get_threshold() == usual; assert gc.get_freeze_count()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_lexicons_are_left_alone_once_they_are_read() -> None:
    """In a process of its own: what is frozen stays so."""
    code = (
        "import gc; from crawler.garbage import paused; from detectors.lexicon_set import bundled; found = bundled()\n"
        "with paused(found): pass\n"
        "assert gc.get_freeze_count() == 0\n"
        "with paused(found): terms = len(found.get('es').terms)\n"
        "assert gc.get_freeze_count() > terms"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
