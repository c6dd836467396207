"""The JSON is what the documentation promises, whatever the pages hold."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.prefill import Summary
from crawler.result import RunResult
from losi.answers_csv import COLUMNS, answer_lines, header_line
from losi.cells import cell
from losi.errors import Failure
from losi.output import keep_lists, must_take, run_document, summary_document, write_json
from survey.questionnaire import load
from tests.losi.conftest import run
from tests.unprivileged import bound

QUESTIONNAIRE = load("losi-2024")


def test_the_document_of_a_run(result: RunResult) -> None:
    document = run_document(result, QUESTIONNAIRE)
    assert document["schema"] == 1
    assert document["portal"] == {
        "url": "https://www.villa.example/",
        "name": "Villa <Nueva>",
        "country": "ESP",
        "kind": "city",
    }
    assert document["run"].items() >= {"outcome": "ok", "pages": 41, "requests": 55, "languages": ["es", "en"]}.items()
    assert document["summary"].items() >= {"present": 2, "absent": 1, "total": 95, "denominator": 96}.items()
    assert len(document["questionnaire"]) == 95


def test_a_finding_carries_evidence_and_certificate(result: RunResult) -> None:
    document = run_document(result, QUESTIONNAIRE)
    (budget,) = (found for found in document["findings"] if found["feature"] == "budget.publication")
    assert budget["indicators"] == ["losi-2024:219"]
    assert budget["detectors"] == [{"name": "budget", "version": "1"}]
    assert (
        budget["evidence"][0].items()
        >= {
            "url": "https://www.villa.example/transparencia",
            "excerpt": "Presupuesto municipal 2026 (PDF)",
            "matched": [[0, 11], [12, 21]],
            "strength": 0.93,
            "capture": 7,
        }.items()
    )
    assert budget["searched"].items() >= {"pages": 41, "languages": {"es": 33, "en": 8}, "sitemap": True}.items()


def test_the_row_of_a_question(result: RunResult) -> None:
    rows = {row["code"]: row for row in run_document(result, QUESTIONNAIRE)["questionnaire"]}
    assert rows["219"]["evidence_url"] == "https://www.villa.example/transparencia"
    assert (rows["279"]["state"], rows["279"]["evidence_url"]) == ("absent", "")
    assert (rows["270a"]["state"], rows["270a"]["reason"]) == ("unknown", "budget")


def test_lone_surrogates_do_not_break_the_file(result: RunResult, tmp_path: Path) -> None:
    torn = replace(result, message="broken \ud800 text \U0001f3db")
    write_json(run_document(torn, QUESTIONNAIRE), str(tmp_path / "sub" / "run.json"))
    read = json.loads((tmp_path / "sub" / "run.json").read_text(encoding="utf-8"))
    assert read["run"]["message"] == "broken \ufffd text \U0001f3db"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"cannot write .*choose another file"):
        write_json({}, str(tmp_path))


def test_a_name_that_is_too_long_is_told_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"cannot write .*: File name too long; choose another file"):
        must_take(f"{tmp_path}/{'n' * 300}")


@pytest.mark.parametrize("words", [("quality", "--errors"), ("detect", "--json")])
def test_a_folder_that_may_not_be_entered_is_told_before_the_work(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    files = ("--labels", __file__, "--manifest", __file__) if words[0] == "quality" else ()
    done = run(*bound(), sys.executable, "-m", "losi", *words, "closed/result.csv", *files, cwd=tmp_path)
    assert (done.code, done.lines) == (
        1,
        ["losi: cannot write closed/result.csv: Permission denied; choose another file"],
    )


def test_a_list_whose_name_is_too_long_is_told(tmp_path: Path) -> None:
    place = f"{tmp_path}/{'n' * 300}"
    with pytest.raises(Failure, match=r"cannot write .*: File name too long; choose another file"):
        keep_lists(place, ("a", "b"), "losi claims list", "")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "  =1", "\t=1"])
def test_formulas_are_disarmed(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-3.5", "+41", "budget", "", "a=b"])
def test_numbers_and_words_are_left_alone(text: str) -> None:
    assert cell(text) == text


def test_answers_as_csv(result: RunResult) -> None:
    assert header_line() == ",".join(COLUMNS) + "\n"
    lines = answer_lines(result).splitlines()
    assert len(lines) == 95
    assert any(",219," in line and "Presupuesto municipal 2026 (PDF)" in line for line in lines)


@pytest.mark.parametrize(("present", "share"), [(3, 0.0313), (57, 0.5938), (0, 0.0), (96, 1.0)])
def test_the_share_is_rounded_as_the_index_is(present: int, share: float) -> None:
    assert summary_document(Summary(present, 0, 0, 0, 0, 95, 96))["share"] == share
