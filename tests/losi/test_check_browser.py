"""`losi check` with a browser: pictures of the proof in the JSON and the report, and the time they took."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crawler.browser.engine import Engine
from crawler.validator import find_validator


def _has_browser() -> bool:
    import asyncio

    async def ask() -> bool:
        async with Engine() as engine:
            return await engine.ready()

    return asyncio.run(ask())


def test_pictures_lie_where_the_json_says_and_are_in_the_report(offline: Callable[..., Any], tmp_path: Path) -> None:
    done = offline(
        *("check", "--demo", "--max-pages", "3", "--json", "run.json", "--report", "run.html"), LOSI_BROWSER="1"
    )
    assert done.code == 0
    document = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    run = document["run"]
    named = [proof["screenshot"] for finding in document["findings"] for proof in finding["evidence"]]
    pictures = [name for name in named if name]
    report = (tmp_path / "run.html").read_text(encoding="utf-8")
    shown = re.findall(r'src="data:image/webp;base64,', report)
    if not _has_browser():
        assert pictures == shown == []
        assert any("browser" in problem for problem in run["problems"])
        return
    assert len(pictures) > 5
    assert all((tmp_path / "losi-data" / name).stat().st_size <= 60_000 for name in pictures)
    assert sorted(run["screenshots"]) == ["desktop", "phone"]
    assert len(shown) >= 5
    assert "img-src data:" in report
    assert run["seconds_render"] > 0
    parts = run["seconds_crawl"] + run["seconds_detect"] + run["seconds_render"]
    assert abs(parts - run["seconds"]) < 0.1
    assert re.search(r"\(crawl [\d.]+, detect [\d.]+, browser [\d.]+\)", done.out)


def test_validity_is_judged_without_a_browser_or_said_to_be_unknown(losi: Callable[..., Any], tmp_path: Path) -> None:
    done = losi("check", "--demo", "--max-pages", "3", "--json", "run.json", "--report", "r.html", LOSI_VALIDITY="1")
    assert done.code == 0
    document = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    markup = next(f for f in document["findings"] if f["feature"] == "technology.markup_validity")
    if find_validator() is None:
        assert (markup["state"], markup["reason"]) == ("unknown", "tool")
        assert any("Nu Html Checker" in problem for problem in document["run"]["problems"])
        return
    assert markup["state"] == "present"
    assert "found no error" in markup["explanation"]
