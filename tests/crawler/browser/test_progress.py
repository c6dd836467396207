"""While the browser works, people are told what it does and how much of it is behind."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from crawler.check import run_check
from crawler.progress import Progress
from crawler.result import PortalTarget
from crawler.settings import CrawlOptions
from detectors.inspector import Inspector
from storage.database import Database
from tests.crawler.browser.site import menu
from tests.crawler.loopback import Serve


def test_the_work_of_the_browser_is_told(
    serve: Serve, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    site = serve(menu())
    told: list[Progress] = []
    options = CrawlOptions(
        delay=0, timeout=120, allow_private=True, soft404=False, sitemaps=False, browser=True, validate_markup=False
    )
    target = PortalTarget(f"{site.url}/")
    run_check(target, options, inspector=inspector, database=database, data_dir=tmp_path, progress=told.append)
    stages = [stage for stage, _ in groupby(moment.step.stage for moment in told)]
    assert [stage for stage in stages if stage != "probing"] == [
        "rendering",
        "reading",
        "measuring",
        "concluding",
        "picturing",
    ]
    assert {moment.pages for moment in told if moment.step.stage != "rendering"} == {1, 2, 3}
    measured = [(moment.step.done, moment.url) for moment in told if moment.step.stage == "measuring"]
    assert measured[0] == (0, f"{site.url}/")
    assert [done for done, _ in measured] == sorted({done for done, _ in measured})
    pictured = [moment.step for moment in told if moment.step.stage == "picturing"]
    assert (pictured[0].done, pictured[-1].done) == (0, pictured[-1].of)
    assert all(moment.url.startswith(site.url) for moment in told if moment.step.stage == "picturing")
