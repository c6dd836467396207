"""The speed benchmarks count what a server saw, compare only crawlers that fetched the same, and tell it whole."""

from __future__ import annotations

import csv
import json
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import crawl, lexicon_cost
from benchmarks.contestants.contestant import AbsentError, Contestant
from benchmarks.contestants.entrants import ENTRANTS, able
from benchmarks.contestants.mirrors import needs
from benchmarks.crawl_report import Race, Run, print_table, summary
from benchmarks.generated_site import Shape, generated_page, path_of
from benchmarks.measured import Cost, FailedError, run
from benchmarks.scaling_report import Point, Series
from benchmarks.track import Track, laid
from detectors import registry
from detectors.inspector import Inspector

PAGES = 12
SPREAD = {"min", "median", "max"}


@pytest.fixture(scope="module")
def track() -> Iterator[Track]:
    with laid(PAGES) as one:
        yield one


@pytest.mark.parametrize("key", ["losi", "bare", "minimal"])
def test_a_contestant_fetches_exactly_the_pages_of_the_site(track: Track, key: str) -> None:
    cost = track.run(ENTRANTS[key])
    pages = {path: count for path, count in track.log.fetched().items() if path.endswith(".html")}
    assert pages.keys() == {path_of(number) for number in range(PAGES)}
    assert all(count == 1 for path, count in pages.items() if path != path_of(0))
    assert track.log.asked()["/robots.txt"] == 1
    assert cost.cpu_seconds > 0.05
    assert 0 < cost.halfway_mb <= cost.peak_mb
    assert 30 < cost.peak_mb < 1000


@pytest.mark.skipif(shutil.which("wget") is None, reason="wget is not installed")
def test_a_program_that_is_not_ours_is_counted_in_the_same_way(track: Track) -> None:
    assert track.run(ENTRANTS["wget"]).seconds > 0
    assert len([path for path in track.log.fetched() if path.endswith(".html")]) == PAGES


def test_a_contestant_that_fetched_less_has_no_result(track: Track, capsys: pytest.CaptureFixture[str]) -> None:
    fetch = "import sys, urllib.request as u; u.urlopen(sys.argv[1]).read(); print('had enough')"
    lazy = Contestant("bare", "Lazy", "nothing", lambda course: [sys.executable, "-c", fetch, course.url])
    race = crawl.compete([lazy], PAGES, rounds=2)
    assert race.errors["bare"] == f"fetched 1 of {PAGES} pages, and said: had enough"
    report = summary(race, {})
    assert report["contestants"] == {}
    assert report["ratio_to_bare_crawlspider"] is None
    print_table(report)
    assert f"ERROR Scrapy CrawlSpider, bare: fetched 1 of {PAGES} pages" in capsys.readouterr().out


def test_a_command_that_fails_or_does_not_end_is_told(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match=r"ended with 3 after .*: the reason"):
        run([sys.executable, "-c", "print('the reason'); raise SystemExit(3)"], tmp_path / "said")
    endless = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])"
    with pytest.raises(FailedError, match="ended with -9"):
        run([sys.executable, "-c", endless], tmp_path / "said", limit=0.3)


def test_memory_is_that_of_the_whole_process_tree(tmp_path: Path) -> None:
    hold = "held = b'x' * 80_000_000; import time; time.sleep(1.5)"
    twice = f"held = b'x' * 80_000_000; import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    alone, both = (run([sys.executable, "-c", code], tmp_path / "said").peak_mb for code in (hold, twice))
    assert 80 < alone < 150
    assert both > alone + 70


def test_the_report_tells_least_median_most_and_ratios(tmp_path: Path) -> None:
    files = {ending: tmp_path / f"crawl.{ending}" for ending in ("json", "csv", "png")}
    words = [word for ending, path in files.items() for word in (f"--{ending}", str(path))]
    chosen = ["--pages", str(PAGES), "--rounds", "1", "--contestants", "minimal,bare"]
    assert crawl.main([*chosen, *words]) == 0
    report = json.loads(files["json"].read_text())
    assert (report["pages"], report["rounds"], report["errors"]) == (PAGES, 1, {})
    assert list(report["contestants"]) == ["minimal", "bare"]
    for one in report["contestants"].values():
        for what in ("pages_per_second", "peak_mb", "cpu_ms_a_page", "ratio_of_rounds"):
            assert one[what].keys() == SPREAD
            assert 0 < one[what]["min"] <= one[what]["median"] <= one[what]["max"]
    assert report["contestants"]["bare"]["ratio"] == 1
    assert report["ratio_to_bare_crawlspider"] is None
    rows = list(csv.DictReader(files["csv"].open()))
    assert [(row["contestant"], row["pages"]) for row in rows] == [("minimal", "12"), ("bare", "12")]
    assert files["png"].read_bytes().startswith(b"\x89PNG")


def test_ratios_are_those_of_the_medians() -> None:
    def made(*seconds: float) -> list[Run]:
        return [Run(100, 103, Cost(one, one, 150.0, 140.0), 1.0) for one in seconds]

    race = Race(100, 16, "nginx", {"losi": made(4, 5, 8), "bare": made(10, 20, 20)}, {})
    report = summary(race, {"wget": "not installed"})
    ours = report["contestants"]["losi"]
    assert ours["pages_per_second"] == {"min": 12.5, "median": 20.0, "max": 25.0}
    assert report["ratio_to_bare_crawlspider"] == ours["ratio"] == 4.0
    assert ours["ratio_of_rounds"] == {"min": 2.5, "median": 2.5, "max": 4.0}
    assert ours["ratio_without_start"] == 4.75
    assert report["absent"] == {"wget": "not installed"}


def test_a_contestant_that_is_not_there_is_left_out_with_the_mend() -> None:
    there, absent = able(["bare", "minimal"])
    assert ([one.key for one in there], absent) == (["bare", "minimal"], {})
    with pytest.raises(AbsentError, match="losi-no-such-program is not installed: sudo apt install"):
        needs("losi-no-such-program")()


def test_a_page_has_the_weight_and_the_links_that_are_asked_for() -> None:
    for weight in (10_000, 100_000):
        page = generated_page(2, 100, Shape(weight, 40, 25))
        assert weight <= len(page) < weight + 1000
        assert page.count("<a href=") == 40


def test_a_straight_line_is_told_from_a_bent_one() -> None:
    def series(*costs: float) -> Series:
        sizes = (1, 500, 2000, 8000)
        points = (Point(size, cost, cost, 200.0, 190.0) for size, cost in zip(sizes, costs, strict=True))
        return Series("pages", "page", "s", tuple(points))

    straight, bent = series(3.01, 8.0, 23.0, 83.0), series(3.0, 8.0, 43.0, 643.0)
    assert straight.line.fixed == pytest.approx(3.0)
    assert straight.line.slope == pytest.approx(0.01, rel=1e-4)
    assert straight.line.r2 == pytest.approx(1.0)
    assert straight.ratio == pytest.approx(1.0, abs=0.01)
    assert bent.ratio > 9
    assert bent.line.off > 0.5


def test_as_many_lexicons_are_loaded_as_are_asked_for() -> None:
    lexicons = lexicon_cost.loaded(3)
    assert len(lexicons.languages) == 3
    assert "en" in lexicons.languages
    rounds = lexicon_cost.english(pages=2, rounds=2)
    assert [len(bodies) for bodies in rounds] == [2, 2]
    assert all(b'<html lang="en">' in body for bodies in rounds for _, body in bodies)
    assert lexicon_cost.measure(Inspector(registry.load(), lexicons), rounds[0]) > 0
    with pytest.raises(ValueError, match="only"):
        lexicon_cost.loaded(1000)


def test_the_site_is_served_with_what_the_pages_refer_to(track: Track) -> None:
    base = track.url.removesuffix(path_of(0))
    assert urllib.request.urlopen(f"{base}/s.css").status == 200
