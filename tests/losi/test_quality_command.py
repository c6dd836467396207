"""The measurement from files to tables, JSON and the list of errors."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Losi = Callable[..., Any]

PAGE = """<!doctype html><html lang="en"><title>Villa</title><body>
<nav><a href="/budget">Municipal budget</a> <a href="/privacy">Privacy policy</a></nav>
<main><p>Welcome to this small town by the sea, where the market opens early.</p></main></body></html>"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """One page with labels: one that is seen, two that are not, one that no page can show."""
    (tmp_path / "villa.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "pages.jsonl").write_text('{"id": "v", "file": "villa.html", "url": "https://www.villa.example/"}\n')
    labels = [
        {"code": "219", "kind": "link", "quote": "Municipal budget", "href": "/budget"},
        {"code": "279", "kind": "content", "quote": "electronic ballot"},
        {"code": "H2", "kind": "content", "quote": "=cookies"},
        {"code": "250", "kind": "content", "quote": "a reply"},
    ]
    (tmp_path / "labels.jsonl").write_text(json.dumps({"id": "v", "language": "en", "labels": labels}) + "\n")
    return ["quality", "--labels", "labels.jsonl", "--manifest", "pages.jsonl"]


def test_counts_and_intervals(offline: Losi, files: list[str], tmp_path: Path) -> None:
    done = offline(*files, "--json", "quality.json")
    assert (done.code, done.err) == (0, "")
    document = json.loads((tmp_path / "quality.json").read_text())
    assert document["features"]["budget.publication"]["recall"]["value"] == 1
    assert document["features"]["participation.e_voting"].items() >= {"hits": 0, "misses": 1}.items()
    assert document["features"]["policy.privacy"]["false_positives"] == 1
    assert "contact.responsiveness" not in document["features"]
    assert document["languages"].keys() == {"en"}
    overall = document["overall"]
    assert overall["recall"]["low"] < overall["recall"]["value"] == pytest.approx(1 / 3, abs=1e-4)
    assert "J = hits" in document["intervals"]


def test_macro_averages_and_reliability(offline: Losi, files: list[str]) -> None:
    document = json.loads(offline(*files, "--json", "-").out)
    assert document["macro"]["by_feature"]["groups"] == len(document["features"])
    assert document["macro"]["by_language"]["f1"] == document["overall"]["f1"]["value"]
    found = document["reliability"]
    assert sum(each["number"] for each in found["bins"]) == found["number"] >= 2
    assert found["bins"][-1]["expected"] > 0.8
    assert 0 < found["brier"] < 1


def test_tables_for_people(offline: Losi, files: list[str]) -> None:
    out = offline(*files).out
    for word in (
        "Overall",
        "By language",
        "By feature",
        "budget.publication",
        "95 % intervals",
        "Macro averages",
        "Brier",
    ):
        assert word in out


def test_errors_are_listed_with_what_was_seen_and_what_was_labelled(
    offline: Losi, files: list[str], tmp_path: Path
) -> None:
    offline(*files, "--errors", "errors.csv")
    with (tmp_path / "errors.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["feature"]: row for row in csv.DictReader(stream)}
    privacy = rows["policy.privacy"]
    assert (privacy["error"], privacy["quote"], privacy["page"]) == ("false positive", "Privacy policy", "v")
    assert privacy["why"]
    assert float(privacy["strength"]) >= 0.5
    voting = rows["participation.e_voting"]
    assert (voting["error"], voting["label_quote"]) == ("miss", "electronic ballot")
    assert rows["policy.cookies"]["label_quote"] == "'=cookies"


def test_an_unknown_code_is_told_with_its_line(offline: Losi, files: list[str], tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text('{"id": "v", "labels": [{"code": "999"}]}\n')
    done = offline(*files)
    assert done.code == 1
    assert "labels.jsonl:1" in done.err
    assert "999" in done.err


def test_a_page_is_labelled_once(offline: Losi, files: list[str], tmp_path: Path) -> None:
    with (tmp_path / "labels.jsonl").open("a") as labels:
        labels.write('{"id": "v", "language": "en", "labels": []}\n')
    done = offline(*files)
    assert (done.code, done.out) == (1, "")
    assert "labels.jsonl:2: the id 'v' is given twice" in done.err


def test_errors_on_stdout_stand_alone(offline: Losi, files: list[str]) -> None:
    rows = list(csv.DictReader(offline(*files, "--errors", "-").out.splitlines()))
    assert {row["error"] for row in rows} == {"false positive", "miss"}


def test_a_language_in_brackets_is_a_name_like_others(offline: Losi, files: list[str], tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text(labels.read_text().replace('"en"', '"[/en] :cat: [bozen]"'))
    done = offline(*files)
    assert (done.code, done.err) == (0, "")
    assert "[/en] :cat: [bozen]" in done.out


def test_labelled_pages_that_are_missing_are_told(offline: Losi, files: list[str], tmp_path: Path) -> None:
    with (tmp_path / "labels.jsonl").open("a") as stream:
        stream.write('{"id": "w", "labels": []}\n')
    done = offline(*files)
    assert done.code == 1
    assert done.lines == ["losi: not measured: 1 of 2 labelled pages"]


def test_an_empty_name_is_no_cycle_and_does_not_stand_for_all(checked: Any, offline: Losi) -> None:
    done = offline("quality", "--confirmed", "--cycle", "", "--data", checked.data)
    assert done.lines == ["losi: there is no cycle ''; losi cycle status shows the cycles"]
