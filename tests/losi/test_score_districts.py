"""Districts of two countries that bear one name are two, in every form of the scores."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database
from storage.models import Answer
from storage.repository import Step, end_visit, finish_run, start_run
from survey.questionnaire import load

Losi = Callable[..., Any]
CODES = load("losi-2024").codes
LIST = """url,name,country,region
a.example,Aldea,ESP,Norte
b.example,Burgo,ESP,Norte
c.example,Caleta,PER,Norte
d.example,Dorado,PER,
"""


@pytest.fixture
def surveyed(offline: Losi, tmp_path: Path) -> Losi:
    """A cycle with portals that have one, two, six and no features."""
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    offline("portals", "import", "list.csv")
    offline("cycle", "new", "2026")
    with Database(tmp_path / "losi-data" / "losi.db") as database, database.session() as session:
        for portal, codes in ((1, CODES[:1]), (2, CODES[:2]), (3, CODES[:6]), (4, ())):
            run = start_run(session, portal, "losi-2024", cycle_id=1)
            finish_run(session, run.id, "ok", pages=9)
            end_visit(session, 1, portal, Step("done", counted_id=run.id))
            for code in codes:
                values = {"edition": "losi-2024", "code": code, "state": "present", "confidence": 0.9}
                session.add(Answer(run_id=run.id, portal_id=portal, **values))
    return offline


def test_districts_are_named_with_their_country(surveyed: Losi) -> None:
    done = surveyed("score", "2026", "--by", "district", "--csv", "-")
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(done.out))}
    assert [(key, row["portals"]) for key, row in sorted(rows.items())] == [
        ("", "1"),
        ("ESP Norte", "2"),
        ("PER Norte", "1"),
    ]
    assert float(rows["PER Norte"]["mean"]) == 6 / 96
    assert float(rows["ESP Norte"]["mean"]) == pytest.approx(1.5 / 96, abs=1e-4)
    assert "ESP Norte" in surveyed("score", "2026", "--by", "district").out


def test_means_are_rounded_as_indices_are(surveyed: Losi) -> None:
    """The mean of 0 and 6 of 96 is 0.03125: a half goes upwards."""
    done = surveyed("score", "2026", "--by", "country", "--csv", "-")
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(done.out))}
    assert [float(rows["PER"][name]) for name in ("lowest", "highest")] == [0.0, 0.0625]
    assert (rows["PER"]["mean"], rows["PER"]["median"]) == ("0.0313", "0.0313")


def test_districts_in_the_json(surveyed: Losi) -> None:
    document = json.loads(surveyed("score", "2026", "--json", "-").out)
    assert "PER Norte" in json.dumps(document)
