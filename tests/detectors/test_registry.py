"""Detectors come from entry points; a broken plug-in is reported and skipped, the others stay."""

from __future__ import annotations

import sys
from importlib import invalidate_caches
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from detectors import registry
from detectors.builtin.news import News
from detectors.registry import GROUP, load

PLUGIN = '''
from detectors.base import Detector, PageDetector, PortalDetector
from detectors.observation import Observation

class Bench(PageDetector):
    """A bench."""
    name = "bench"
    version = "7"
    features = ("park.bench",)

    def observe(self, page):
        if "bench" in page.text:
            yield Observation("park.bench", "content", 0.9, "bench", "the word bench")

class Census(PortalDetector):
    """A census."""
    name = "census"
    features = ("park.census",)

    def observe(self, portal):
        return ()

class Thief(Bench):
    name = "search"

class News(Bench):
    name = "news"

class Nameless(PageDetector):
    features = ("a.b",)

    def observe(self, page):
        return ()

class Idle(PageDetector):
    name = "idle"
    features = ()

    def observe(self, page):
        return ()

class Unfinished(PageDetector):
    name = "unfinished"
    features = ("a.b",)

class Wordy(Bench):
    name = "wordy"
    features = "park.bench"

class Neither(Detector):
    name = "neither"
    features = ("a.b",)

DETECTORS = (Bench, Census)
MIXED = (Bench, "no detector")
TWICE = (Bench, Bench)
'''


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A real package on sys.path; its entry points are written by the test into its dist-info folder."""
    (tmp_path / "losi_bench_plugin.py").write_text(PLUGIN, encoding="utf-8")
    (tmp_path / "losi_bench_broken.py").write_text("raise RuntimeError('cannot start')", encoding="utf-8")
    info = tmp_path / "losi_bench_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: losi-bench-plugin\nVersion: 1.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "losi_bench_plugin", raising=False)
    return info / "entry_points.txt"


def offer(plugin: Path, *lines: str) -> registry.Registry:
    """The registry with these entry points installed."""
    plugin.write_text(f"[{GROUP}]\n" + "\n".join(lines), encoding="utf-8")
    invalidate_caches()
    return load()


def point(target: str, name: str = "bench") -> EntryPoint:
    """An entry point that is not installed."""
    return EntryPoint(name, f"losi_bench_plugin:{target}", GROUP)


def test_the_built_in_detectors_come_from_entry_points() -> None:
    found = load()
    assert found.problems == ()
    assert len(found.page) > 70
    measured = {"measured-mobile", "measured-accessibility", "browser-compatibility", "mixed-content"}
    validity = {"valid-markup", "valid-css"}
    assert {d.name for d in found.portal} == {"https", "languages-of-portal"} | measured | validity


def test_every_detector_says_what_counts() -> None:
    for detector in load().all:
        assert detector.__doc__, detector.name
        assert all("." in feature for feature in detector.features)
        assert detector.version


def test_no_docstring_says_a_sentence_twice() -> None:
    for detector in load().all:
        lines = [line.strip() for line in (detector.__doc__ or "").splitlines() if line.strip()]
        assert len(lines) == len(set(lines)), detector.name


def test_an_installed_package_adds_its_detectors(plugin: Path) -> None:
    before = load()
    found = offer(plugin, "bench = losi_bench_plugin:DETECTORS")
    assert {d.name for d in found.all} - {d.name for d in before.all} == {"bench", "census"}
    assert found.problems == ()
    assert [(d.name, d.version) for d in found.of_feature("park.bench")] == [("bench", "7")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x = losi_bench_broken:DETECTORS", "cannot start"),
        ("x = losi_bench_missing:DETECTORS", "No module named"),
        ("x = losi_bench_plugin:MISSING", "MISSING"),
        ("x = losi_bench_plugin:PLUGIN", ""),
        ("x = losi_bench_plugin:Nameless", "declares no `name`"),
        ("x = losi_bench_plugin:Idle", "declares no `features`"),
        ("x = losi_bench_plugin:Unfinished", "abstract"),
        ("x = losi_bench_plugin:MIXED", "is no detector class"),
        ("x = losi_bench_plugin:__name__", "is no detector class"),
    ],
)
def test_a_broken_plugin_is_reported_and_skipped(
    plugin: Path, line: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = load()
    found = offer(plugin, line)
    assert [d.name for d in found.all] == [d.name for d in before.all]
    (problem,) = found.problems
    assert problem.startswith("detector plug-in x (losi_bench_")
    assert "skipped" in problem
    assert words in problem
    assert problem.endswith(
        "; install a mended version of losi-bench-plugin, or remove it: pip uninstall losi-bench-plugin"
    )
    assert caplog.records == []


def test_a_name_that_is_taken_is_a_problem(plugin: Path) -> None:
    found = offer(plugin, "aaa = losi_bench_plugin:Bench", "bbb = losi_bench_plugin:Bench")
    assert [p for p in found.problems if "bbb" in p and "'bench' is taken" in p]
    assert len(found.of_feature("park.bench")) == 1


def test_a_plugin_cannot_push_out_a_built_in_detector(plugin: Path) -> None:
    found = offer(plugin, "aaa = losi_bench_plugin:News")
    assert [type(d) for d in found.all if d.name == "news"] == [News]
    assert "events" in {d.name for d in found.all}


def test_a_plugin_is_taken_whole_or_not_at_all(plugin: Path) -> None:
    assert offer(plugin, "x = losi_bench_plugin:TWICE").of_feature("park.bench") == ()


@pytest.mark.parametrize("target", ["Wordy", "Neither"])
def test_a_detector_of_the_wrong_shape_is_a_problem(plugin: Path, target: str) -> None:
    assert len(offer(plugin, f"x = losi_bench_plugin:{target}").problems) == 1


def test_entry_points_may_be_given(plugin: Path) -> None:
    assert [d.name for d in load([point("DETECTORS")]).all] == ["bench", "census"]
    assert load([]).all == ()


def test_the_named_detectors_alone() -> None:
    found = load()
    assert [d.name for d in found.only(["https", "news"]).all] == ["news", "https"]
    with pytest.raises(LookupError, match="no such detector: nosuch, what"):
        found.only(["news", "what", "nosuch"])
