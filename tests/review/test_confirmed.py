"""Precision and recall from confirmations: counts as made by hand, and nothing claimed where nothing was suggested."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from losi.commands.quality import quality
from review.confirmed import confirmations, outcome
from review.service.adjudication import adjudicate
from storage.models import Card, Finding, Portal
from storage.repository import new_cycle
from storage.words import FindingState
from tests.review.conftest import World
from tests.review.workbooks import SINGLE, Office

# The first six questions are suggested present, the others absent.
YES, ALSO, WRONG, MISSED, RIGHT, OPEN = (SINGLE[n].code for n in (0, 1, 2, 10, 11, 12))


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    """Two hits, a false positive, a miss, a true negative, an answer that was left open, and an unsure one."""
    made = Office(world, tmp_path, assessors=1)
    with world.database.session() as session:
        session.scalars(select(Portal)).one().language = "es, qu"
        for finding in session.scalars(select(Finding)):
            finding.detectors = [{"name": f"looks-{finding.feature}", "version": "1"}]
            finding.evidence = [{**each, "detector": "sees", "language": "sr-Latn"} for each in finding.evidence]
        session.scalars(select(Card).where(Card.code == OPEN)).one().state = "unknown"
    for code, verdict in ((YES, "yes"), (ALSO, "yes"), (WRONG, "no"), (MISSED, "yes"), (RIGHT, "no"), (OPEN, "yes")):
        made.says(made.ana, verdict, code)
    made.says(made.ana, "unsure", SINGLE[13].code)
    return made


@pytest.mark.parametrize("state", ["unknown", "manual", "not_applicable"])
def test_what_claims_nothing_is_neither_right_nor_wrong(state: FindingState) -> None:
    assert {outcome(state, "yes"), outcome(state, "no")} == {"left open"}


def test_every_settled_answer_has_its_outcome(office: Office) -> None:
    with office.world.database.reader() as session:
        found = confirmations(session)
    told = {each.code: each for each in found.answers}
    assert {code: each.outcome for code, each in told.items()} == {
        YES: "hit", ALSO: "hit", WRONG: "false positive", MISSED: "miss", RIGHT: "true negative", OPEN: "left open",
    }  # fmt: skip
    assert (told[YES].detectors, told[YES].language) == (("sees",), "sr")
    assert told[MISSED].language == "es"
    assert told[MISSED].detectors == tuple(f"looks-{key}" for key in SINGLE[10].features)
    assert told[OPEN].confidence is None
    assert found.left_open == {"yes": 1}


def test_an_adjudication_is_what_counts_and_decisions_keep_their_view(small: World, tmp_path: Path) -> None:
    office = Office(small, tmp_path, hidden=1)
    office.says(office.ana, "yes", YES)
    office.says(office.ben, "no", YES)
    with small.database.session() as session:
        assert confirmations(session).answers == ()
        adjudicate(session, office.sue, office.card(YES).id, "no", None, small.clock())
    with small.database.reader() as session:
        found = confirmations(session)
    assert [each.outcome for each in found.answers] == ["false positive"]
    assert found.views["hidden"] == {"hit": 1, "false positive": 1}
    assert found.views["shown"] == {}


def test_the_command_tells_precision_and_recall(office: Office, tmp_path: Path) -> None:
    place = ["--confirmed", "--db", office.world.database.url.render_as_string(hide_password=False)]
    done = CliRunner().invoke(
        quality, [*place, "--json", str(tmp_path / "q.json"), "--errors", str(tmp_path / "e.csv")]
    )
    assert done.exit_code == 0, done.output
    document = json.loads((tmp_path / "q.json").read_text())
    assert document["overall"]["precision"]["value"] == document["overall"]["recall"]["value"] == 0.6667
    assert document["detectors"]["sees"]["false_positives"] == 1
    assert document["languages"]["sr"]["hits"] == 2
    assert document["left_open"] == {"yes": 1, "no": 0}
    assert document["reliability"]["number"] == 5
    assert document["reliability"]["bins"][0]["observed"] == 0.6
    assert "6 answers" in done.output
    errors = (tmp_path / "e.csv").read_text().splitlines()
    assert sorted(line.split(",")[0] for line in errors[1:]) == ["false positive", "miss"]


def test_the_command_tells_what_is_missing(small: World, tmp_path: Path) -> None:
    place = ["--db", f"sqlite:///{small.database.url.database}"]
    with small.database.session() as session:
        new_cycle(session, "2026", "losi-2024")
    for arguments, code, message in (
        (["--confirmed", *place], 1, "no answer has been settled yet"),
        (["--confirmed", "--cycle", "2026", *place], 1, "no answer has been settled yet"),
        (["--confirmed", "--cycle", "1999", *place], 1, "there is no cycle '1999'"),
        ([], 2, "nothing to measure against"),
    ):
        done = CliRunner().invoke(quality, arguments)
        assert (done.exit_code, message in done.output) == (code, True), done.output
