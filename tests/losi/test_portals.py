"""Portals come in as CSV, with every bad row named, and go out in the same form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Losi = Callable[..., Any]

MIXED = """url,name,country,kind,verified,extra
www.lima.example,Lima,Peru,city,2026-02-01,x
https://www.gov.example/,Gov,EST,national,,
not a url,Bad,,,,
https://www.paris.example/,Paris,Frnace,,,
https://www.rome.example/,Roma,IT,moon,,
https://www.oslo.example/,Oslo,NO,city,soon,
"""


@pytest.fixture
def imported(offline: Losi, tmp_path: Path) -> Any:
    (tmp_path / "mixed.csv").write_text(MIXED, encoding="utf-8-sig")
    return offline("portals", "import", "mixed.csv")


def test_good_rows_are_taken_and_bad_ones_named_with_their_line(imported: Any) -> None:
    assert imported.code == 1
    assert imported.out == "2 portals added, 0 changed, 0 unchanged\n"
    assert [line.split(": ")[1] for line in imported.lines] == [f"mixed.csv:{number}" for number in (4, 5, 6, 7)]
    assert "did you mean France" in imported.lines[1]


def test_rows_are_completed_and_listed(imported: Any, offline: Losi) -> None:
    listed = json.loads(offline("portals", "list", "--json", "-").out)["portals"]
    assert [(p["kind"], p["country"], p["name"], p["url"], p["verified"]) for p in listed] == [
        ("national", "EST", "Gov", "https://www.gov.example/", ""),
        ("city", "PER", "Lima", "https://www.lima.example/", "2026-02-01"),
    ]


@pytest.mark.parametrize(
    ("choice", "names"), [(["--kind", "city"], {"Lima"}), (["--country", "Estonia"], {"Gov"}), ([], {"Lima", "Gov"})]
)
def test_a_choice_of_portals(imported: Any, offline: Losi, choice: list[str], names: set[str]) -> None:
    exported = offline("portals", "export", *choice).out
    assert {row["name"] for row in csv.DictReader(io.StringIO(exported))} == names


def test_a_list_without_names_keeps_those_that_are_known(imported: Any, offline: Losi, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("url,language\nhttps://www.lima.example/,es\n", encoding="utf-8")
    assert offline("portals", "import", "more.csv").out == "0 portals added, 1 changed, 0 unchanged\n"
    listed = json.loads(offline("portals", "list", "--kind", "city", "--json", "-").out)["portals"]
    assert [(p["name"], p["language"], p["country"]) for p in listed] == [("Lima", "es", "PER")]


def test_what_was_exported_can_be_imported(imported: Any, offline: Losi) -> None:
    assert offline("portals", "export", "out.csv").code == 0
    again = offline("portals", "import", "out.csv")
    assert (again.code, again.out) == (0, "0 portals added, 0 changed, 2 unchanged\n")


def test_the_bundled_list_is_the_default_and_can_be_imported(offline: Losi) -> None:
    bundled = json.loads(offline("portals", "list", "--json", "-").out)["portals"]
    assert len({p["country"] for p in bundled if p["kind"] == "national"}) > 150
    addresses = {(p["url"], p["kind"]) for p in bundled}
    assert offline("portals", "import", "--bundled").out.startswith(f"{len(addresses)} portals added")


def test_those_without_an_address_are_chosen_as_others_are(offline: Losi) -> None:
    rows = list(csv.DictReader(io.StringIO(offline("portals", "list", "--missing").out)))
    nations = list(csv.DictReader(io.StringIO(offline("portals", "list", "--missing", "--kind", "national").out)))
    assert nations == [row for row in rows if row["kind"] == "national"]
    assert 0 < len(nations) < len(rows)
    first = offline("portals", "list", "--missing", "--kind", "national", "--country", nations[0]["country"])
    assert list(csv.DictReader(io.StringIO(first.out))) == nations[:1]
    done = offline("portals", "list", "--missing", "--json", "-")
    assert (done.code, done.out, done.lines) == (
        2,
        "",
        ["losi: --missing and --json exclude each other; give one of them"],
    )


def test_a_checked_portal_is_listed_with_its_run(checked: Any, offline: Losi) -> None:
    (portal,) = json.loads(offline("portals", "list", "--data", checked.data, "--json", "-").out)["portals"]
    assert (portal["name"], portal["run"], portal["outcome"]) == ("Valdeluna", 1, "ok")


def test_a_quotation_mark_that_is_not_closed_does_not_swallow_the_rest(offline: Losi, tmp_path: Path) -> None:
    rows = 'url,name\nhttps://www.a.example,A\nhttps://www.b.example,"B\nhttps://www.c.example,C\n'
    (tmp_path / "torn.csv").write_text(rows, encoding="utf-8")
    done = offline("portals", "import", "torn.csv")
    assert (done.code, done.out) == (1, "")
    assert done.lines == ["losi: torn.csv, line 3: a quotation mark is not closed; close it, or take it out"]
    sound = rows.replace('"B', '"B, by\nthe sea"').replace(",C", ',"C 5"" and\nmore"').replace(",A", ',A 5" tall')
    (tmp_path / "torn.csv").write_text(sound, encoding="utf-8")
    assert offline("portals", "import", "torn.csv").out == "3 portals added, 0 changed, 0 unchanged\n"
