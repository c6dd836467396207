"""Claims of governments: read leniently, kept beside the findings, and never part of a score."""

from __future__ import annotations

from datetime import date

import pytest

from review.publish.claims import Beside, ClaimCount, import_claims, with_claims
from review.publish.claims_file import ClaimLine, Fault, read_claims
from review.publish.scope import scope_of
from review.publish.scores import score_of, scores
from storage.models import Portal
from storage.repository import new_cycle
from tests.review.conftest import EDITION, World

TODAY = date(2027, 3, 1)
URL = "https://city.example/"


def lines(*rows: str, head: str = "portal,code,answer,evidence,comment") -> list[str]:
    return [f"{row}\n" for row in (head, *rows)]


def taken(world: World, *rows: str, source: str = "LGQ 2027", edition: str = "") -> ClaimCount:
    with world.database.session() as session:
        scope = scope_of(session, None, TODAY)
        return import_claims(
            session, scope, read_claims(lines(*rows)), source=source, now=world.clock.now, edition=edition
        )


def beside(world: World) -> list[Beside]:
    with world.database.reader() as session:
        return [each for _, found in with_claims(session, scope_of(session, None, TODAY)) for each in found]


def test_a_claim_stands_beside_the_finding_and_changes_no_score(world: World) -> None:
    world.run(URL, said={"info.events": "present"})
    with world.database.reader() as session:
        before = list(scores(session, scope_of(session, None, TODAY)))
        assert not beside(world)
    count = taken(world, f"{URL},296,yes,{URL}news,weekly", f"{URL},295,no", f"{URL},299,yes")
    assert (count.added, count.changed, count.faults) == (3, 0, ())
    told = {each.claim.code: (each.claim.says, each.said.value, each.agrees) for each in beside(world)}
    assert told == {"296": ("yes", 0, False), "295": ("no", 1, False), "299": ("yes", 0, False)}
    with world.database.reader() as session:
        assert list(scores(session, scope_of(session, None, TODAY))) == before


def test_claims_of_a_source_are_replaced_and_those_of_another_added(world: World) -> None:
    world.run(URL)
    assert taken(world, f"{URL},296,yes").added == 1
    assert taken(world, f"{URL},296,yes").unchanged == 1
    assert taken(world, f"{URL},296,no").changed == 1
    assert taken(world, f"{URL},296,yes", source="letter").added == 1
    assert [(each.claim.source, each.claim.says) for each in beside(world)] == [("LGQ 2027", "no"), ("letter", "yes")]


def test_a_claim_about_what_nobody_knows_is_neither_right_nor_wrong(small: World) -> None:
    small.run(URL, said={"info.news": "unknown"})
    taken(small, f"{URL},296,yes")
    assert [each.agrees for each in beside(small)] == [None]


def test_a_claim_under_the_questionnaire_of_another_kind_is_no_claim(small: World) -> None:
    small.run(URL)
    count = taken(small, f"{URL},osi-2024:010,yes")
    assert (count.added, [fault.line for fault in count.faults]) == (0, [2])
    assert "osi-2024 is for national portals" in count.faults[0].message


def test_rows_that_cannot_be_used_are_told_with_their_lines(small: World) -> None:
    small.run(URL)
    count = taken(
        small, "nobody,296,yes", f"{URL},losi-2024:1234,yes", f"{URL},losi-1999:296,yes", "1,losi-2024:296,yes"
    )
    assert count.added == 1
    assert [fault.line for fault in count.faults] == [2, 3, 4]
    assert ["no portal" in count.faults[0].message, "1234" in count.faults[1].message] == [True, True]


def test_a_portal_outside_the_cycle_has_no_claims_there(small: World) -> None:
    small.run(URL)
    with small.database.session() as session:
        new_cycle(session, "2028", EDITION)
        scope = scope_of(session, "2028", TODAY)
        count = import_claims(session, scope, read_claims(lines(f"{URL},296,yes")), source="x", now=small.clock.now)
    assert (count.added, len(count.faults)) == (0, 1)


def test_claims_go_with_their_portal(world: World) -> None:
    world.run(URL)
    world.run("https://other.example/")
    taken(world, "1,296,yes", "2,296,yes")
    with world.database.session() as session:
        session.delete(session.get_one(Portal, 1))
    assert [each.claim.portal_id for each in beside(world)] == [2]


def test_every_portal_comes_even_without_claims(small: World) -> None:
    small.run(URL)
    small.run("https://other.example/")
    taken(small, "2,296,yes")
    with small.database.reader() as session:
        found = [
            (score_of(portal).visit.portal, len(told))
            for portal, told in with_claims(session, scope_of(session, None, TODAY))
        ]
    assert sorted(found) == [(1, 0), (2, 1)]


@pytest.mark.parametrize(
    ("head", "row"),
    [("portal,code,answer", "p,296,yes"), ("Portal URL;Question;Response", "p;296;Y"),
     ("\ufeffWebsite\tIndicator\tSays", "p\t296\tTRUE"), ("answer,portal,id,extra", "1,p,296,x")],
)  # fmt: skip
def test_headers_delimiters_and_words_may_vary(head: str, row: str) -> None:
    assert list(read_claims(lines(row, head=head))) == [ClaimLine(2, "p", "296", "yes")]


def test_an_open_answer_makes_no_claim_and_odd_ones_are_told() -> None:
    rows = lines("p,296,", "", "p,296,perhaps", "p,,yes", 'p,296,no,,"two', 'lines"', "p,297,n")
    found = list(read_claims(rows))
    assert [each.line for each in found] == [4, 5, 7, 8]
    assert [type(each) for each in found] == [Fault, Fault, ClaimLine, ClaimLine]


@pytest.mark.parametrize("text", ["", "\n", "name,url\n", "portal,code\nx,1\n"])
def test_a_file_without_the_columns_is_one_fault(text: str) -> None:
    found = list(read_claims(text.splitlines(keepends=True)))
    assert [type(each) for each in found] == [Fault]


def test_a_quotation_mark_that_is_not_closed_is_told_with_its_line() -> None:
    rows = ["portal,code,answer,comment\n", "p,291,yes,\n", 'p,219,yes,"open\n', "p,220,no,\n"]
    whole, fault = read_claims(rows)
    assert isinstance(whole, ClaimLine)
    assert isinstance(fault, Fault)
    assert (whole.code, fault.line) == ("291", 3)
    assert "quotation mark" in fault.message
    closed = list(read_claims([*rows, 'which ends here"\n']))
    assert [one.code for one in closed if isinstance(one, ClaimLine)] == ["291", "219"]
