"""Decisions: blind until both have decided, settled or disputed, undone by a further row, kept for good."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from review.errors import Conflict, Forbidden, NotFound, Refused
from review.service.adjudication import adjudicate, dispute_view, disputes
from review.service.assignments import assign, hides, progress, unassign
from review.service.cards import CardView, card_view, reveal, reveal_sheet
from review.service.decisions import Decision, confirm_same, decide, undo
from review.service.figures import agreement, automation_bias
from review.service.queue import Filters, next_task, tasks
from review.service.windows import Window
from review.settings import ReviewSettings
from storage.models import Answer, Card, Review, Task
from storage.repository import verify_chain
from survey.questionnaire import load
from tests.review.conftest import EDITION, World


def _features(count: int) -> dict[str, str]:
    """So many features, each of which alone answers one question."""
    single = [i.features[0] for i in load(EDITION).indicators if len(i.features) == 1]
    return dict.fromkeys(list(dict.fromkeys(single))[:count], "present")


class Pair:
    """Ana and Ben, who have the same sheet, and Sue, a supervisor."""

    def __init__(self, world: World, *, assessors: int = 2, hidden: float = 0) -> None:
        world.settings = ReviewSettings(hidden_share=hidden, assessors=assessors, jobs=False)
        self.world = world
        world.run(said=_features(6))
        self.sheets = world.open()
        self.ana, self.ben = world.person("Ana"), world.person("Ben")
        self.sue = world.person("Sue", "supervisor")
        world.assign(self.ana, *self.sheets)
        if assessors == 2:
            world.assign(self.ben, *self.sheets)

    def task(self, who: int, position: int = 1) -> int:
        with self.world.database.reader() as session:
            query = select(Task.id).where(Task.account_id == who, Task.position == position)
            return session.scalars(query).one()

    def says(self, who: int, verdict: str, position: int = 1, **more: object) -> None:
        with self.world.database.session() as session:
            decision = Decision(verdict, **more)  # type: ignore[arg-type]
            decide(session, who, self.task(who, position), decision, self.world.clock())
        self.world.clock.pass_(seconds=1)

    def sees(self, who: int, position: int = 1) -> CardView:
        with self.world.database.reader() as session:
            return card_view(session, self.world.signer, who, self.task(who, position), self.world.clock())

    def card(self, position: int = 1) -> Card:
        with self.world.database.reader() as session:
            return session.scalars(select(Card).where(Card.position == position)).one()

    def value(self, position: int = 1) -> float | None:
        with self.world.database.reader() as session:
            return session.get_one(Answer, self.card(position).answer_id).value


@pytest.fixture
def pair(world: World) -> Pair:
    return Pair(world)


@pytest.mark.parametrize(
    ("one", "two", "status", "verdict", "value"),
    [
        ("yes", "yes", "agreed", "yes", 1.0),
        ("no", "no", "agreed", "no", 0.0),
        ("yes", "no", "disputed", None, None),
        ("yes", "unsure", "disputed", None, None),
        ("unsure", "unsure", "disputed", None, None),
        ("yes", "skip", "open", None, None),
    ],
)
def test_two_settle_or_dispute(
    small: World, one: str, two: str, status: str, verdict: str | None, value: float | None
) -> None:
    pair = Pair(small)
    pair.says(pair.ana, one)
    assert (pair.card().status, pair.value()) == ("open", None)
    pair.says(pair.ben, two)
    assert (pair.card().status, pair.card().verdict, pair.value()) == (status, verdict, value)


def test_one_assessor_settles_alone(small: World) -> None:
    pair = Pair(small, assessors=1)
    pair.says(pair.ana, "yes")
    assert (pair.card().status, pair.sees(pair.ana).status) == ("agreed", "agreed")


def test_neither_sees_the_other_before_asking(pair: Pair) -> None:
    pair.says(pair.ana, "yes", comment="from Ana")
    assert "from Ana" not in repr(pair.sees(pair.ben))
    assert (pair.sees(pair.ben).status, pair.sees(pair.ana).can_reveal) == ("open", False)
    pair.says(pair.ben, "no")
    seen = pair.sees(pair.ben)
    assert (seen.status, seen.verdict, seen.other, seen.can_reveal) == ("decided", None, None, True)
    with pair.world.database.reader() as session:
        rows = tasks(session, pair.ben, Filters(stage="decided"))
        assert [row.status for row in rows] == ["decided"]
        assert tasks(session, pair.ben, Filters(stage="all", disputed=True)) == []


def test_the_own_answer_stands_once_the_other_was_shown(pair: Pair) -> None:
    pair.says(pair.ana, "yes")
    with pair.world.database.session() as session, pytest.raises(Conflict):
        reveal(session, pair.ana, pair.task(pair.ana), pair.world.clock())
    pair.says(pair.ben, "no")
    with pair.world.database.session() as session:
        reveal(session, pair.ben, pair.task(pair.ben), pair.world.clock())
    seen = pair.sees(pair.ben)
    assert (seen.status, seen.other) == ("disputed", "yes")
    with pytest.raises(Conflict):
        pair.says(pair.ben, "yes")
    with pair.world.database.session() as session, pytest.raises(Conflict):
        undo(session, pair.ben, pair.world.clock())
    pair.says(pair.ana, "no")
    assert pair.card().status == "agreed"


def test_a_sheet_is_shown_when_it_is_done(small: World) -> None:
    pair = Pair(small)
    count = pair.sees(pair.ana).total
    for position in range(1, count + 1):
        pair.says(pair.ana, "yes", position)
    pair.says(pair.ben, "no", 3)
    with small.database.session() as session:
        with pytest.raises(Conflict):
            reveal_sheet(session, pair.ben, 1, small.clock())
        assert reveal_sheet(session, pair.ana, 1, small.clock()) == 1
        assert [row.status for row in tasks(session, pair.ana, Filters(stage="all", disputed=True))] == ["disputed"]


def test_undo_is_a_further_row_and_goes_back_step_by_step(pair: Pair) -> None:
    pair.says(pair.ana, "yes", 1)
    pair.says(pair.ana, "no", 2)
    for position in (2, 1):
        with pair.world.database.session() as session:
            assert undo(session, pair.ana, pair.world.clock()) == pair.task(pair.ana, position)
    with pair.world.database.session() as session, pytest.raises(NotFound):
        undo(session, pair.ana, pair.world.clock())
    with pair.world.database.reader() as session:
        rows = session.scalars(select(Review).order_by(Review.number)).all()
        assert [(row.act, row.verdict) for row in rows] == [
            ("decision", "yes"),
            ("decision", "no"),
            ("undo", None),
            ("undo", None),
        ]
        assert (rows[2].before["verdict"], rows[2].after["verdict"]) == ("no", None)
        assert verify_chain(session).broken is None


def test_an_undo_that_comes_twice_is_done_once(pair: Pair) -> None:
    for position in (1, 2):
        pair.says(pair.ana, "yes", position)
    for _ in range(2):
        with pair.world.database.session() as session:
            assert undo(session, pair.ana, pair.world.clock(), key="once-and-again") == pair.task(pair.ana, 2)
    mine = pair.sees(pair.ana, 1).mine
    assert mine is not None
    assert mine.verdict == "yes"


def test_undo_opens_an_agreed_card(pair: Pair) -> None:
    pair.says(pair.ana, "yes")
    pair.says(pair.ben, "yes")
    with pair.world.database.session() as session:
        undo(session, pair.ben, pair.world.clock())
    assert (pair.card().status, pair.card().verdict, pair.value()) == ("open", None, None)


def test_the_chosen_proof_is_kept_in_the_words_of_the_moment(pair: Pair) -> None:
    position = next(p for p in range(1, 96) if pair.sees(pair.ana, p).proofs)
    pair.says(pair.ana, "yes", position, proof=1, url="https://elsewhere.example/page")
    with pair.world.database.reader() as session:
        proof = session.scalars(select(Review)).one().proof
    assert (proof["url"], proof["excerpt"], proof["capture"]) == ("https://city.example/", "the proof", 1)
    assert proof["own"] == "https://elsewhere.example/page"
    assert [fetch.state for fetch in pair.sees(pair.ana, position).fetches] == ["queued"]
    with pytest.raises(Refused, match="no proof 9"):
        pair.says(pair.ana, "yes", position, proof=9)


def test_a_further_comment_takes_no_proof_away(pair: Pair) -> None:
    pair.says(pair.ana, "yes", proof=1, url="https://better.example/")
    first = pair.sees(pair.ana).mine
    pair.says(pair.ana, "yes", comment="below the calendar", source="workbook")
    second = pair.sees(pair.ana).mine
    assert first is not None
    assert second is not None
    assert (second.comment, second.proof) == ("below the calendar", {**first.proof, "source": "workbook"})
    pair.says(pair.ana, "no")
    last = pair.sees(pair.ana).mine
    assert last is not None
    assert last.proof == {}


def test_same_proof_is_confirmed_at_once(pair: Pair) -> None:
    first = next(p for p in range(1, 96) if len(pair.sees(pair.ana, p).same_proof) > 1)
    view = pair.sees(pair.ana, first)
    with pair.world.database.session() as session:
        with pytest.raises(Refused):
            confirm_same(session, pair.ana, view.task, [pair.task(pair.ben, first)], pair.world.clock())
        done = confirm_same(session, pair.ana, view.task, view.same_proof, pair.world.clock())
    assert len(done) == len(view.same_proof)
    assert pair.sees(pair.ana, first).same_proof == ()
    with pair.world.database.reader() as session:
        assert verify_chain(session).rows == len(done)


def test_same_proof_leaves_out_what_is_decided_and_is_confirmed_once(pair: Pair) -> None:
    first = next(p for p in range(1, 96) if len(pair.sees(pair.ana, p).same_proof) > 1)
    view = pair.sees(pair.ana, first)
    said, *others = view.same_proof
    with pair.world.database.session() as session:
        decide(session, pair.ana, said, Decision("no"), pair.world.clock())
    for _ in range(2):
        with pair.world.database.session() as session:
            done = confirm_same(session, pair.ana, view.task, view.same_proof, pair.world.clock(), key="once")
        assert [each.task for each in done] == others
    with pair.world.database.reader() as session:
        assert session.get_one(Task, said).verdict == "no"
        assert verify_chain(session).rows == 1 + len(others)


def test_nobody_decides_on_another_desk(pair: Pair) -> None:
    with pair.world.database.session() as session, pytest.raises(NotFound):
        decide(session, pair.ben, pair.task(pair.ana), Decision("yes"), pair.world.clock())
    with pair.world.database.reader() as session, pytest.raises(NotFound):
        card_view(session, pair.world.signer, pair.ben, pair.task(pair.ana), pair.world.clock())
    with pytest.raises(Refused):
        pair.says(pair.ana, "perhaps")
    with pytest.raises(Refused):
        pair.says(pair.ana, "yes", comment="x" * 5000)


def test_a_supervisor_adjudicates_for_good(pair: Pair) -> None:
    pair.says(pair.ana, "yes", comment="seen")
    pair.says(pair.ben, "no")
    now = pair.world.clock()
    with pair.world.database.session() as session:
        (row,) = disputes(session, pair.sue)
        assert disputes(session, pair.ana) == []
        view = dispute_view(session, pair.world.signer, pair.sue, row.card, now)
        assert [(side.who, side.verdict, side.comment) for side in view.sides] == [
            ("Ana", "yes", "seen"),
            ("Ben", "no", None),
        ]
        with pytest.raises(Forbidden):
            adjudicate(session, pair.ana, row.card, "yes", None, now)
        with pytest.raises(Refused):
            adjudicate(session, pair.sue, row.card, "skip", None, now)
        adjudicate(session, pair.sue, row.card, "yes", "it is there", now)
        assert disputes(session, pair.sue) == []
    assert (pair.card().status, pair.card().verdict, pair.value()) == ("adjudicated", "yes", 1.0)
    with pytest.raises(Conflict):
        pair.says(pair.ana, "no")
    assert pair.sees(pair.ben).verdict == "yes"


def test_a_hidden_suggestion_leaks_nowhere(small: World) -> None:
    pair = Pair(small, hidden=1)
    view = pair.sees(pair.ana)
    assert (view.hidden, view.suggestion, view.proofs, view.searched, view.same_proof) == (True, None, (), {}, ())
    with small.database.reader() as session:
        assert {row.state for row in tasks(session, pair.ana, Filters(), limit=200)} == {None}
        for told in (Filters(state="present"), Filters(low=0.1), Filters(changed=True)):
            assert next_task(session, pair.ana, told) is None
    with pytest.raises(Refused):
        pair.says(pair.ana, "yes", proof=1)
    pair.says(pair.ana, "no")
    assert pair.sees(pair.ana).suggestion is not None
    with small.database.reader() as session:
        assert session.scalars(select(Review)).one().shown is False


def test_an_answer_changed_in_view_of_the_suggestion_counts_as_one_in_view(small: World) -> None:
    pair = Pair(small, hidden=1)
    for position in (1, 2):
        pair.says(pair.ana, "no", position)
    pair.says(pair.ana, "yes", seen=pair.sees(pair.ana).run)
    pair.says(pair.ana, "no", 2, comment="looked once more")
    with small.database.reader() as session:
        report = automation_bias(session)
        said = session.execute(select(Review.verdict, Review.shown).order_by(Review.number)).all()
    assert [tuple(row) for row in said] == [("no", False), ("no", False), ("yes", True), ("no", True)]
    assert (report.shown.n, report.shown.hits, report.hidden.n, report.hidden.hits) == (1, 1, 1, 0)


def test_the_hidden_share_is_fixed_and_about_as_set() -> None:
    drawn = [hides(portal, EDITION, str(code), 7, 0.1) for portal in range(200) for code in range(95)]
    assert drawn == [hides(portal, EDITION, str(code), 7, 0.1) for portal in range(200) for code in range(95)]
    assert 0.09 < sum(drawn) / len(drawn) < 0.11
    assert drawn[:95] != [hides(0, EDITION, str(code), 8, 0.1) for code in range(95)]


def test_bias_is_measured_between_shown_and_hidden(small: World) -> None:
    pair = Pair(small, hidden=0.5)
    for position in range(1, 41):
        hidden = pair.sees(pair.ana, position).hidden
        suggested = "yes" if pair.card(position).state == "present" else "no"
        against = "no" if suggested == "yes" else "yes"
        pair.says(pair.ana, against if hidden else suggested, position)
    with small.database.reader() as session:
        report = automation_bias(session)
    assert (report.shown.value, report.hidden.value, report.difference) == (1.0, 0.0, 1.0)
    assert report.shown.n + report.hidden.n == 40
    assert report.low is not None
    assert report.low > 0.5


def test_agreement_counts_pairs_only(small: World) -> None:
    pair = Pair(small)
    for position, (one, two) in enumerate([("yes", "yes"), ("no", "no"), ("yes", "no"), ("no", "no")], 1):
        pair.says(pair.ana, one, position)
        pair.says(pair.ben, two, position)
    pair.says(pair.ana, "yes", 5)
    with small.database.reader() as session:
        report = agreement(session)
    assert (report.overall.n, report.overall.percent, report.overall.kappa) == (4, 75.0, 0.5)
    assert [row.figures.n for row in report.by_indicator] == [1, 1, 1, 1]


def test_assignments_have_room_for_two(pair: Pair) -> None:
    third = pair.world.person("Cem")
    owner = pair.world.person("Oya", "owner")
    now, settings = pair.world.clock(), pair.world.settings
    with pair.world.database.session() as session:
        with pytest.raises(Conflict):
            assign(session, third, pair.sheets, None, now, settings)
        with pytest.raises(Refused):
            assign(session, owner, pair.sheets, None, now, settings)
    pair.says(pair.ana, "yes")
    with pair.world.database.session() as session:
        mine, theirs = progress(session, now)
        assert (mine.decided, theirs.decided, mine.total) == (1, 0, 95)
        unassign(session, theirs.assignment)
        assert assign(session, third, pair.sheets, now, now, settings) == 1
    pair.world.clock.pass_(days=1)
    with pair.world.database.reader() as session:
        assert [row.overdue for row in progress(session, pair.world.clock(), third)] == [True]


def test_a_decision_on_a_suggestion_that_a_later_visit_changed_is_refused(world: World) -> None:
    pair = Pair(world, assessors=1)
    shown = pair.sees(pair.ana).run
    assert shown == 1
    world.run(said=dict.fromkeys(_features(6), "absent"))
    world.open()
    with pytest.raises(Conflict, match="a later visit changed this card"):
        pair.says(pair.ana, "yes", seen=shown)
    assert pair.value() is None
    again = pair.sees(pair.ana)
    assert (again.run, again.mine) == (2, None)
    pair.says(pair.ana, "no", seen=again.run)
    assert pair.value() == 0.0


def test_a_proof_that_a_later_visit_changed_confirms_no_further_card(small: World) -> None:
    pair = Pair(small, assessors=1)
    card = pair.sees(pair.ana)
    small.run(said=_features(6), quote="another place")
    small.open()
    now, others = small.clock(), card.same_proof
    assert len(others) == 5
    with small.database.session() as session, pytest.raises(Conflict, match="a later visit changed"):
        confirm_same(session, pair.ana, card.task, others, now, seen=card.run)
    seen = pair.sees(pair.ana).run
    for _ in range(2):
        with small.database.session() as session:
            assert len(confirm_same(session, pair.ana, card.task, others, now, seen=seen, key="same-proof")) == 5


def test_a_card_without_a_suggestion_tells_no_run(world: World) -> None:
    pair = Pair(world, assessors=1, hidden=1)
    assert pair.sees(pair.ana).run is None
    pair.says(pair.ana, "yes")
    assert pair.sees(pair.ana).run == 1


def _in_window(pair: Pair, verdict: str, answered: int, *sent: str, key: str | None = None, **more: object) -> int:
    """What a window of Ana's that showed a card says; the row of the chain."""
    decision = Decision(verdict, window=Window(answered, sent), **more)  # type: ignore[arg-type]
    with pair.world.database.session() as session:
        done = decide(session, pair.ana, pair.task(pair.ana), decision, pair.world.clock(), key=key)
    return done.review


def _rows(pair: Pair) -> list[tuple[str, str | None]]:
    with pair.world.database.reader() as session:
        return [(row.act, row.verdict) for row in session.scalars(select(Review).order_by(Review.number))]


def test_a_second_window_overwrites_nothing_unseen(pair: Pair) -> None:
    shown = pair.sees(pair.ana).answered
    assert shown == 0
    _in_window(pair, "yes", shown, comment="on page nine")
    with pytest.raises(Conflict, match="you answered this card in another window meanwhile; look at it again"):
        _in_window(pair, "no", shown)
    with pytest.raises(Conflict):
        _in_window(pair, "yes", shown, comment="on page ten")
    assert _rows(pair) == [("decision", "yes")]
    _in_window(pair, "no", pair.sees(pair.ana).answered)
    assert _rows(pair) == [("decision", "yes"), ("decision", "no")]


def test_a_second_window_undoes_nothing_unseen(pair: Pair) -> None:
    _in_window(pair, "yes", 0, key="first-of-one")
    _in_window(pair, "no", pair.sees(pair.ana).answered, key="first-of-two")
    with pytest.raises(Conflict), pair.world.database.session() as session:
        undo(session, pair.ana, pair.world.clock(), pair.task(pair.ana), window=Window(sent=("first-of-one",)))
    with pair.world.database.session() as session:
        undo(session, pair.ana, pair.world.clock(), pair.task(pair.ana), window=Window(sent=("first-of-two",)))
    assert _rows(pair)[-1] == ("undo", None)


def test_what_was_taken_back_in_another_window_is_told_too(pair: Pair) -> None:
    _in_window(pair, "yes", 0)
    shown = pair.sees(pair.ana).answered
    with pair.world.database.session() as session:
        undo(session, pair.ana, pair.world.clock(), pair.task(pair.ana))
    with pytest.raises(Conflict):
        _in_window(pair, "yes", shown)


def test_one_window_changes_its_mind_as_often_as_it_likes(pair: Pair) -> None:
    """It shows the card as it was at first, and knows what it has sent since."""
    _in_window(pair, "yes", 0, key="key-number-1")
    _in_window(pair, "no", 0, "key-number-1", key="key-number-2")
    with pair.world.database.session() as session:
        undo(session, pair.ana, pair.world.clock(), pair.task(pair.ana), key="key-number-3")
    _in_window(pair, "unsure", 0, "key-number-2", "key-number-3", key="key-number-4")
    assert [verdict for _, verdict in _rows(pair)] == ["yes", "no", None, "unsure"]


def test_the_same_answer_out_of_two_windows_is_stored_once(pair: Pair) -> None:
    """As a form that is sent twice."""
    first = _in_window(pair, "yes", 0, comment="on page nine")
    assert _in_window(pair, "yes", 0, comment=" on page nine ") == first
    assert _rows(pair) == [("decision", "yes")]


@pytest.mark.parametrize("url", ["https://Better.example", "better.example/page", "https://better.example/a b"])
def test_a_form_with_an_address_that_is_sent_twice_is_stored_once(pair: Pair, url: str) -> None:
    first = _in_window(pair, "yes", 0, url=url)
    assert _in_window(pair, "yes", 0, url=url) == first
    with pytest.raises(Conflict):
        _in_window(pair, "yes", 0, url="https://worse.example/")
    assert _rows(pair) == [("decision", "yes")]


def test_another_proof_that_a_second_window_chose_is_not_dropped_unseen(pair: Pair) -> None:
    _in_window(pair, "yes", 0)
    with pytest.raises(Conflict):
        _in_window(pair, "yes", 0, proof=1)
    first = _in_window(pair, "yes", pair.sees(pair.ana).answered, proof=1)
    assert _in_window(pair, "yes", 0, proof=1) == first


def test_another_persons_answer_is_none_of_the_own_windows(pair: Pair) -> None:
    shown = pair.sees(pair.ana).answered
    pair.says(pair.ben, "no")
    assert pair.sees(pair.ana).answered == shown
    _in_window(pair, "yes", shown)
    assert pair.card().status == "disputed"
