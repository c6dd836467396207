"""The main job on the bundled portal: offline, the same every time, with table, JSON, report and archive."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from losi import demo
from survey.questionnaire import load

Losi = Callable[..., Any]


def comparable(path: Path) -> str:
    """The JSON of a run without its times and ids."""
    document = json.loads(path.read_text(encoding="utf-8"))
    document["run"].update(id=0, seconds=0, seconds_crawl=0, seconds_detect=0)
    return json.dumps(document, ensure_ascii=False)


def test_the_bundled_portal_is_checked_without_network(checked: Any) -> None:
    assert (checked.done.code, checked.done.err) == (0, "")
    assert checked.document["run"]["outcome"] == "ok"
    assert checked.document["summary"]["present"] > 20


def test_every_question_is_printed_with_its_state(checked: Any) -> None:
    lines = checked.done.out.splitlines()
    for row in checked.document["questionnaire"]:
        (line,) = (line for line in lines if line.split(" ")[0] == row["code"])
        assert row["state"].replace("_", " ") in line
        assert row["evidence_url"] in line


def test_the_share_is_said_to_be_a_prefill(checked: Any) -> None:
    present = checked.document["summary"]["present"]
    assert f"{present} / 96 = {present / 96:.4f} found present so far: a pre-fill, not a score" in checked.done.out


def test_report_and_archive_lie_where_it_says(checked: Any) -> None:
    places = dict(
        line.split(maxsplit=1) for line in checked.done.out.splitlines() if line[:7] in ("report ", "archive")
    )
    report = lxml.html.parse(checked.folder / places["report"]).getroot()
    assert len(report.xpath("//article")) == 95
    assert list((checked.folder / places["archive"]).glob("*.warc.gz"))


def test_the_json_has_the_promised_form(checked: Any) -> None:
    document = checked.document
    assert list(document) == [
        *("schema", "portal", "edition", "run", "transport", "findings", "questionnaire", "summary")
    ]
    assert document["portal"]["url"] == demo.url()
    assert [row["code"] for row in document["questionnaire"]] == list(load("losi-2024").codes)
    counted = Counter(row["state"] for row in document["questionnaire"])
    assert all(document["summary"][state] == count for state, count in counted.items())
    proofs = [proof for finding in document["findings"] for proof in finding["evidence"]]
    keys = {"url", "excerpt", "selector", "why", "strength", "capture", "screenshot"}
    assert all(keys <= proof.keys() for proof in proofs)
    assert all(0 < proof["strength"] <= 1 for proof in proofs)


def test_matched_words_lie_inside_their_excerpts(checked: Any) -> None:
    for finding in checked.document["findings"]:
        for proof in finding["evidence"]:
            assert all(0 <= start < end <= len(proof["excerpt"]) for start, end in proof["matched"]), proof


def test_two_runs_differ_in_times_and_ids_alone(checked: Any, offline: Losi, tmp_path: Path) -> None:
    replayed = offline(
        "check", demo.url(), "--name", demo.name(), "--replay", str(demo.archive()), "--json", "run.json"
    )
    assert replayed.code == 0
    assert comparable(tmp_path / "run.json") == comparable(checked.folder / "run.json")


def test_json_on_stdout_stands_alone(offline: Losi) -> None:
    done = offline("check", "--demo", "--json", "-", "--max-pages", "5", "--edition", "losi-2022")
    document = json.loads(done.out)
    assert (done.code, document["edition"]) == (0, "losi-2022")
    assert document["run"]["pages"] <= 5
    reasons = Counter(row["reason"] for row in document["questionnaire"] if row["state"] == "unknown")
    assert reasons["budget"] > 10


def test_an_archive_of_another_site_is_told(offline: Losi) -> None:
    done = offline("check", "https://www.other.example/", "--replay", str(demo.archive()))
    assert done.code == 1
    assert done.lines[-1].startswith("losi: no portal: https://www.other.example/ is not in the archive")
    assert "www.ciudad-valdeluna.example" in done.lines[-1]
    assert "Budget information" not in done.out


@pytest.mark.parametrize("name", ["LOSI_DATA", "--data"])
def test_the_data_folder_can_be_chosen(offline: Losi, tmp_path: Path, name: str) -> None:
    chosen = str(tmp_path / "elsewhere")
    arguments, environment = (["--data", chosen], {}) if name == "--data" else ([], {name: chosen})
    assert offline("check", "--demo", "--max-pages", "2", *arguments, **environment).code == 0
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir() if path.is_dir()) == ["archive", "reports"]
    assert not (tmp_path / "losi-data").exists()
