"""The queries that commands ask, on both databases."""

from __future__ import annotations

import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.archive import ArchiveWriter
from storage.database import Database
from storage.errors import StorageError
from storage.models import Answer, Capture, Finding, Review
from storage.recorder import RunRecorder
from storage.records import AnswerRecord, CaptureRecord, FindingRecord, ObservationRecord, PortalRecord
from storage.repository import (
    ImportCount,
    add_review,
    answers,
    capture_of_url,
    captures,
    cut_captures,
    export_rows,
    find_cycle,
    find_portal,
    findings,
    finish_run,
    get_portal,
    get_run,
    import_portals,
    latest_run,
    new_cycle,
    observations,
    portals,
    put_portal,
    replace_findings,
    runs,
    start_run,
)
from storage.rows import url_key
from storage.words import FindingState

LIST = [
    PortalRecord("https://www.lima.example/", "Lima", "city", "PER", source="list A"),
    PortalRecord("https://www.oslo.example/", "Oslo 100%", "city", "NOR"),
    PortalRecord("https://www.norge.example/", "Norge", "national", "NOR"),
]


def test_importing_portals(database: Database, at: datetime) -> None:
    with database.session() as session:
        assert import_portals(session, LIST) == ImportCount(added=3)
    better = PortalRecord("https://www.lima.example/", "Lima", "city", language="es", verified=at)
    with database.session() as session:
        assert import_portals(session, [better, *LIST[1:]]) == ImportCount(changed=1, unchanged=2)
    with database.reader() as session:
        portal = find_portal(session, "https://www.lima.example")
        assert portal is not None
        assert (portal.country, portal.source, portal.language, portal.verified) == (
            "PER",
            "list A",
            "es",
            at,
        )


def test_importing_many_portals_in_little_memory(database: Database) -> None:
    many = (PortalRecord(f"https://p{number}.example/", f"P{number}", "city") for number in range(5000))
    with database.session() as session:
        assert import_portals(session, many).added == 5000
    tracemalloc.start()
    with database.reader() as session:
        assert sum(1 for _ in portals(session)) == 5000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_finding_portals(database: Database, at: datetime) -> None:
    with database.session() as session:
        import_portals(session, LIST)
        put_portal(session, PortalRecord("https://new.example/", "New", "city", verified=at))
        put_portal(session, PortalRecord("https://new.example/", "Newer", "city"))
    with database.reader() as session:
        assert [p.name for p in portals(session, country="nor")] == ["Norge", "Oslo 100%"]
        assert [p.name for p in portals(session, kind="city", country="NOR")] == ["Oslo 100%"]
        assert [p.name for p in portals(session, text="LIMA.")] == ["Lima"]
        assert [p.name for p in portals(session, text="0%")] == ["Oslo 100%"]
        assert [p.name for p in portals(session, verified=True)] == ["Newer"]
        assert len(list(portals(session, verified=False))) == 3
        lima = find_portal(session, "Lima")
        assert lima is not None
        assert find_portal(session, str(lima.id)) is lima
        assert find_portal(session, "Atlantis") is None


def test_a_name_that_is_none_or_several_is_told_with_those_it_may_mean(database: Database) -> None:
    with database.session() as session:
        import_portals(session, [PortalRecord(f"https://{n}.example/", "Town", "city") for n in "ab"])
        import_portals(session, [PortalRecord(f"https://l{n}.example/", f"Lake {n}", "city") for n in range(5)])
    with database.reader() as session:
        assert get_portal(session, "Lake 3").url == "https://l3.example/"
        one, two = (get_portal(session, f"https://{n}.example/").id for n in "ab")
        both = f"{one} (Town, https://a.example/), {two} (Town, https://b.example/)"
        for name, told in {
            "Town": f"2 portals are called 'Town'; give the number: {both}",
            "tow": f"no portal is called 'tow'; did you mean {both}?",
            "Atlantis": "no portal is called 'Atlantis'; losi portals list shows numbers and URLs",
            "": "no portal is called ''; losi portals list shows numbers and URLs",
        }.items():
            with pytest.raises(StorageError) as refused:
                get_portal(session, name)
            assert str(refused.value) == told
        with pytest.raises(
            StorageError, match=r"did you mean \d+ \(Lake 0, .*\), \d+ .*, \d+ \(Lake 2, .*\), \.\.\.\?"
        ):
            get_portal(session, "lake")


def test_the_life_of_a_run(database: Database, at: datetime) -> None:
    with database.session() as session:
        portal = put_portal(session, LIST[0])
        cycle = new_cycle(session, "2026", "losi-2024", closes=at)
        old = start_run(session, portal.id, "losi-2024", started=at, cycle_id=cycle.id)
        new = start_run(session, portal.id, "losi-2024", started=at + timedelta(days=1), settings={"pages": 5})
        finish_run(
            session,
            old.id,
            "blocked",
            cause="waf",
            pages=3,
            languages=["es"],
            certificate={"exhausted": False},
        )
        numbers = old.id, new.id
        assert find_cycle(session, "2026") is cycle
    with database.reader() as session:
        found = latest_run(session, portal.id)
        assert found is not None
        assert (found.id, found.outcome, found.cause, found.languages) == (
            numbers[0],
            "blocked",
            "waf",
            ["es"],
        )
        assert found.finished is not None
        latest = latest_run(session, portal.id, finished=False)
        assert latest is not None
        assert (latest.id, latest.outcome, latest.settings) == (numbers[1], None, {"pages": 5})
        assert [run.id for run in runs(session, portal_id=portal.id)] == list(numbers)
        assert [run.id for run in runs(session, cycle_id=cycle.id)] == [numbers[0]]
        assert latest_run(session, portal.id, cycle_id=cycle.id + 1) is None


def test_mistakes_with_runs_and_cycles(database: Database, run_id: int, at: datetime) -> None:
    with database.session() as session:
        new_cycle(session, "2026", "losi-2024")
        with pytest.raises(StorageError, match="already a cycle '2026'"):
            new_cycle(session, "2026", "losi-2024")
        with pytest.raises(StorageError, match="no run 99"):
            get_run(session, 99)
        with pytest.raises(TypeError, match="colour"):
            finish_run(session, run_id, "ok", colour="red")


@pytest.mark.parametrize(
    ("answers", "number"),
    [((200, 200), 2), ((503, 200), 2), ((200, 503), 1), ((None, 404), 1), ((None, 200, None), 2), ((503, 503), 1)],
)
def test_of_several_captures_of_a_url_the_one_that_was_read(
    answers: tuple[int | None, ...], number: int, database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    """A page is asked for again only where what came before was no good."""
    with RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
        for status in answers:
            error = None if status else "timeout"
            recorder.capture(CaptureRecord(recorder.allot(), "https://x.org/a", at, status, error=error))
    with database.reader() as session:
        found = capture_of_url(session, run_id, "https://x.org/a")
    assert found is not None
    assert found.seq == number


def test_captures_of_a_run(database: Database, run_id: int, at: datetime, tmp_path: Path) -> None:
    longest = "https://x.org/" + "ä" * 20_000
    with RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
        for url in ("https://x.org/a", "https://x.org/b", "https://x.org/a", longest):
            recorder.capture(CaptureRecord(recorder.allot(), url, at))
        recorder.observe(ObservationRecord(feature, "d", "1", "content", 0.5, 1) for feature in ("x", "y", "x"))
    with database.reader() as session:
        assert [capture.seq for capture in captures(session, run_id)] == [1, 2, 3, 4]
        for url, seq in (("https://x.org/a#top", 3), ("https://x.org/b", 2), (longest, 4)):
            found = capture_of_url(session, run_id, url)
            assert found is not None
            assert found.seq == seq
        assert capture_of_url(session, run_id, "https://x.org/c") is None
        assert len(list(observations(session, run_id))) == 3
        assert len(list(observations(session, run_id, feature="x"))) == 2


def test_of_captures_that_are_cut_those_that_somebody_reads_are_told(
    database: Database, run_id: int, at: datetime, tmp_path: Path
) -> None:
    with RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
        for why in (None, "length", "unspecified", "time", "disconnect"):
            recorder.capture(CaptureRecord(recorder.allot(), "https://x.org/", at, 200, truncated=why))
    with database.reader() as session:
        assert cut_captures(session, run_id) == {2: "length", 4: "time", 5: "disconnect"}
        assert cut_captures(session, run_id, {1, 3, 4}) == {4: "time"}
        assert cut_captures(session, run_id, ()) == {}
        assert cut_captures(session, run_id + 1) == {}


def test_streaming_captures_takes_little_memory(database: Database, run_id: int, at: datetime) -> None:
    row = {
        "run_id": run_id,
        "url": "https://x.org/" + "x" * 500,
        "digest": "sha1:A",
        "length": 1,
        "fetched_at": at,
        "file": "run-00000.warc.gz",
        "offset": 0,
        "record_length": 1,
        "kind": "response",
    }
    with database.session() as session:
        session.execute(
            Capture.__table__.insert(),  # type: ignore[attr-defined]
            [{**row, "seq": seq, "url_key": url_key(str(seq))} for seq in range(6_000)],
        )
    tracemalloc.start()
    with database.reader() as session:
        assert sum(1 for _ in captures(session, run_id)) == 6_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def answer(code: str, state: str = "present", value: float | None = 1.0) -> AnswerRecord:
    return AnswerRecord("losi-2024", code, state, value, 0.9)  # type: ignore[arg-type]


def test_a_rerun_replaces_findings_and_keeps_reviews(database: Database, run_id: int, at: datetime) -> None:
    with database.session() as session:
        replace_findings(
            session,
            run_id,
            [FindingRecord("a", "present"), FindingRecord("b", "absent")],
            [answer("1"), answer("2"), answer("3")],
            [ObservationRecord("a", "d", "1", "portal", 0.5)],
        )
        second = {a.code: a.id for a in answers(session, run_id)}["2"]
        third = {a.code: a.id for a in answers(session, run_id)}["3"]
        add_review(session, second, "Ana", 0.0, comment="not a budget", at=at)
        add_review(session, third, "Ana", 0.0, at=at)
        add_review(session, third, "Ben", 1.0, at=at)
    with database.session() as session:
        replace_findings(
            session,
            run_id,
            [FindingRecord("a", "absent"), FindingRecord("c", "manual")],
            [answer("2", "unknown", None), answer("4")],
            [ObservationRecord("c", "d", "2", "portal", 0.6)] * 2,
        )
    with database.reader() as session:
        assert {f.feature: f.state for f in findings(session, run_id)} == {"a": "absent", "c": "manual"}
        assert [o.detector_version for o in observations(session, run_id)] == ["2", "2"]
        kept = {a.code: a for a in answers(session, run_id, edition="losi-2024")}
        assert sorted(kept) == ["2", "3", "4"]
        assert (kept["2"].id, kept["2"].state, kept["2"].value) == (second, "unknown", 0.0)
        assert [(r.who, r.before["value"], r.after["value"]) for r in kept["3"].reviews] == [
            ("Ana", 1.0, 0.0),
            ("Ben", 0.0, 1.0),
        ]
        assert list(answers(session, run_id, edition="osi-2024")) == []


def test_whoever_has_read_findings_sees_what_a_rerun_put_in_their_place(database: Database, run_id: int) -> None:
    states: tuple[FindingState, ...] = ("absent", "present")
    held: list[Answer | Finding] = []
    with database.session() as session:
        for state in states:
            replace_findings(session, run_id, [FindingRecord("f", state)], [AnswerRecord("losi-2024", "1", state)])
            found: list[Answer | Finding] = [*findings(session, run_id), *answers(session, run_id)]
            assert [row.state for row in found] == [state, state]
            held += found


def test_reviews_are_only_ever_added(database: Database, run_id: int, at: datetime) -> None:
    with database.session() as session:
        replace_findings(session, run_id, [], [answer("1")])
        number = next(answers(session, run_id)).id
        add_review(session, number, "Ana", 0.0, at=at, proof={"url": "https://x.org/"})
    for statement in (
        "UPDATE reviews SET who = 'Eve'",
        "DELETE FROM reviews",
        "DELETE FROM answers",
        "DELETE FROM runs",
    ):
        with pytest.raises(StorageError), database.session() as session:
            session.execute(text(statement))
    with database.reader() as session:
        review = session.query(Review).one()
        assert (review.who, review.at, review.proof) == ("Ana", at, {"url": "https://x.org/"})
        assert session.query(Answer).count() == 1
    with pytest.raises(StorageError, match="no answer 999"), database.session() as session:
        add_review(session, 999, "Ana", 1.0)


def test_exporting(database: Database, run_id: int, at: datetime) -> None:
    with database.session() as session:
        cycle = new_cycle(session, "2026", "losi-2024")
        other = start_run(session, put_portal(session, LIST[0]).id, "losi-2024", cycle_id=cycle.id).id
        replace_findings(session, run_id, [], [answer("2"), answer("1")])
        replace_findings(session, other, [], [answer("1", "manual", None)])
        add_review(session, next(answers(session, run_id)).id, "Ana", 1.0, at=at)
    with database.reader() as session:
        rows = list(export_rows(session))
        assert [(row.country, row.run, row.code, row.reviews) for row in rows] == [
            ("PER", other, "1", 0),
            ("UTO", run_id, "1", 1),
            ("UTO", run_id, "2", 0),
        ]
        assert (rows[1].portal, rows[1].kind, rows[1].started, rows[1].state) == (
            "Example City",
            "city",
            at,
            "present",
        )
        assert [row.run for row in export_rows(session, cycle_id=cycle.id)] == [other]
        assert len(list(export_rows(session, run_id=run_id, edition="losi-2024"))) == 2
        assert list(export_rows(session, edition="osi-2024")) == []


def test_a_portal_goes_with_all_that_hangs_on_it(database: Database, run_id: int, at: datetime, tmp_path: Path) -> None:
    with RunRecorder(database, run_id, ArchiveWriter(tmp_path, "run")) as recorder:
        recorder.capture(CaptureRecord(1, "https://x.org/", at))
        recorder.observe([ObservationRecord("x", "d", "1", "content", 0.5, 1)])
        recorder.conclude([FindingRecord("x", "present")])
        recorder.answer([answer("1")])
    with database.session() as session:
        session.delete(next(portals(session)))
    with database.reader() as session:
        for table in ("runs", "captures", "observations", "findings", "answers"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_reruns_of_portals_are_looked_up_through_indexes(sqlite: Database) -> None:
    with sqlite.reader() as session:
        for query in (
            "runs WHERE portal_id = 1 ORDER BY started",
            "captures WHERE run_id = 1 ORDER BY seq",
            "captures WHERE run_id = 1 AND url_key = 2",
            "observations WHERE run_id = 1 AND feature = 'x'",
            "findings WHERE run_id = 1 ORDER BY feature",
            "reviews WHERE answer_id = 1",
            "answers WHERE portal_id = 1 AND edition = 'x'",
            "runs WHERE cycle_id = 1 AND outcome IS NULL",
        ):
            plan = str(session.execute(text(f"EXPLAIN QUERY PLAN SELECT * FROM {query}")).all())
            assert "SEARCH" in plan, plan
            assert "TEMP B-TREE" not in plan, plan
