"""Improvement plans: what is a step and what is not, and whom a portal may learn from."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from lxml import html

from review.publish.answers import portal_answers
from review.publish.atlas import plan_page
from review.publish.claims import import_claims, with_claims
from review.publish.claims_file import read_claims
from review.publish.models import Models, models_for
from review.publish.plan import Plan, Step, plan_document, plan_of
from review.publish.scope import scope_of
from review.service.adjudication import adjudicate
from storage.models import Card, Finding, Portal, Sheet
from survey.plan import GRADES
from tests.review.conftest import World

TODAY = date(2027, 3, 1)
EVENTS = "295"


def text_of(element: html.HtmlElement) -> str:
    """All text in an element."""
    return "".join(element.itertext())


def plans(world: World) -> dict[int, Plan]:
    """The plan of every portal."""
    models = Models()
    with world.database.reader() as session:
        scope = scope_of(session, None, TODAY)
        for portal in portal_answers(session, scope):
            models.add(portal)
        found = list(with_claims(session, scope))
        return {portal.visit.portal: plan_of(session, portal, models, claims) for portal, claims in found}


def step(plan: Plan, code: str = EVENTS) -> Step:
    return next(each for each in plan.steps if each.indicator.code == code)


def portal(
    world: World, name: str, said: str = "present", *, country: str = "", language: str = "", district: str = ""
) -> int:
    """A city with news and, as `said`, events; its number."""
    world.run(f"https://{name}.example/", said={"info.events": said, "info.news": "present"}, language=language)
    with world.database.session() as session:
        row = session.query(Portal).filter_by(url=f"https://{name}.example/").one()
        row.country, row.region = country or None, district or None
        return row.id


def test_a_step_has_all_it_takes(world: World) -> None:
    own = portal(world, "own", "absent", country="PER", language="es")
    other = portal(world, "other", country="PER", language="es")
    found = step(plans(world)[own])
    assert found.indicator.counts_as_yes
    assert (found.effort.grade, found.effort.source) == ("moderate", "ours")
    assert [target.target for target in found.targets] == ["11.4"]
    (example,) = found.examples
    assert (example.model.portal, example.model.shared) == (other, ("region", "language", "level"))
    assert (example.model.evidence_url, example.excerpt) == ("https://other.example/", "the proof")


def test_what_nobody_knows_or_does_not_apply_is_no_step(small: World) -> None:
    small.run(said={"info.events": "unknown", "info.news": "not_applicable", "contact.responsiveness": "manual"})
    (plan,) = plans(small).values()
    codes = {each.indicator.code for each in plan.steps}
    assert not codes & {"295", "296"}
    assert {"295"} <= {each.indicator.code for each in plan.open}
    assert {"296"}.isdisjoint(each.indicator.code for each in plan.open)


def test_a_confirmed_no_is_a_step_and_a_confirmed_yes_is_none(small: World) -> None:
    small.run(said={"info.events": "present"})
    small.person("boss", "supervisor")
    small.open()
    with small.database.session() as session:
        sheet = session.query(Sheet).one()
        for code, verdict in ((EVENTS, "no"), ("296", "yes")):
            card = session.query(Card).filter_by(sheet_id=sheet.id, code=code).one()
            adjudicate(session, 1, card.id, verdict, None, small.clock.now)
    (plan,) = plans(small).values()
    assert step(plan).confirmed
    assert "296" not in {each.indicator.code for each in plan.steps}


def test_at_most_three_portals_and_never_itself(small: World) -> None:
    own = portal(small, "own", "absent", country="PER", language="es")
    for name in "abcde":
        portal(small, name, country="PER", language="es")
    found = plans(small)
    assert len(step(found[own]).examples) == 3
    for number, plan in found.items():
        assert all(example.model.portal != number for each in plan.steps for example in each.examples)


def test_those_that_share_most_come_first(small: World) -> None:
    own = portal(small, "own", "absent", country="PER", language="es", district="Lima")
    far = portal(small, "far", country="KEN", language="sw")
    near = portal(small, "near", country="BOL", language="es")
    next_door = portal(small, "door", country="PER", language="es", district="Lima")
    examples = step(plans(small)[own]).examples
    assert [example.model.portal for example in examples] == [next_door, near, far]
    assert [example.model.shared for example in examples] == [
        ("district", "region", "language", "level"), ("region", "language", "level"), ("level",),
    ]  # fmt: skip


def test_a_portal_without_proof_is_no_example(small: World) -> None:
    own = portal(small, "own", "absent", country="PER")
    other = portal(small, "other", country="PER")
    with small.database.session() as session:
        card = session.query(Portal).filter_by(id=other).one()
        for run in card.runs:
            session.query(Finding).filter_by(run_id=run.id).delete()
    assert [example.excerpt for example in step(plans(small)[own]).examples] == [""]


def test_a_single_plan_finds_the_same_portals(small: World) -> None:
    own = portal(small, "own", "absent", country="PER", language="es")
    for name in "abcd":
        portal(small, name, country="PER", language="es")
    with small.database.reader() as session:
        scope = scope_of(session, None, TODAY)
        mine = next(each for each in portal_answers(session, scope) if each.visit.portal == own)
        models = models_for(mine, portal_answers(session, scope))
        assert plan_of(session, mine, models) == plans(small)[own]


def test_steps_go_from_easy_to_hard_and_gains_add_up(small: World) -> None:
    small.run(said={"info.news": "present"})
    (plan,) = plans(small).values()
    grades = [GRADES.index(each.effort.grade) for each in plan.steps]
    assert grades == sorted(grades)
    assert sum(gain.steps for gain in plan.gains) == len(plan.steps) == 94
    assert plan.gains[-1].index == pytest.approx(95 / 96, abs=1e-4)
    assert plan.gains[-1].level == "very high"


def test_the_page_shows_proof_and_claims_and_runs_nothing(small: World) -> None:
    own = portal(small, "own", "absent", country="PER")
    portal(small, "other", country="PER")
    with small.database.session() as session:
        row = session.get_one(Portal, own)
        row.name = "<script>alert(1)</script>"
        claims = read_claims(
            ["portal,code,answer,evidence,comment\n", f'{own},{EVENTS},yes,javascript:alert(2),"<b>we do"\n']
        )
        import_claims(session, scope_of(session, None, TODAY), claims, source="LGQ", now=small.clock.now)
    plan = plans(small)[own]
    tree = html.fromstring(plan_page(plan, "Newest visits", datetime(2027, 3, 1, tzinfo=UTC)))
    assert not list(tree.iter("script", "b", "img"))
    assert all(link.get("href", "").startswith(("https://", "#")) for link in tree.iter("a"))
    text = text_of(tree)
    assert "<b>we do" in text
    assert "the proof" in text
    document = json.loads(json.dumps(plan_document(plan)))
    assert next(each for each in document["steps"] if each["code"] == EVENTS)["claims"][0]["says"] == "yes"


def test_a_portal_without_a_score_has_no_steps(small: World) -> None:
    portal(small, "own", "absent")
    with small.database.session() as session:
        session.get_one(Portal, 1).runs[0].outcome = "blocked"
    (plan,) = plans(small).values()
    assert (plan.steps, plan.gains) == ((), ())
    assert "no score (blocked)" in plan_page(plan, "x", datetime(2027, 3, 1, tzinfo=UTC))
