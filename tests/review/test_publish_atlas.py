"""The atlas opens from disk: its links lead to files of it, it asks for nothing, and tables have its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import html

from review.publish.answers import portal_answers
from review.publish.atlas import plan_page, write_atlas
from review.publish.figures import Gathered, histogram, tile_places, tiles
from review.publish.models import Models
from review.publish.plan import plan_of
from review.publish.scope import scope_of
from review.publish.scores import in_percent
from review.publish.summary import Summary
from storage.models import Card, Portal, Run
from survey.countries import countries, member_states
from tests.review.conftest import World

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def text_of(element: html.HtmlElement) -> str:
    """All text in an element."""
    return "".join(element.itertext())


def atlas(world: World, *, plans: bool = True) -> Path:
    folder = world.data / "atlas"
    with world.database.reader() as session:
        write_atlas(session, scope_of(session, None, date(2027, 3, 1)), folder, NOW, plans=plans)
    return folder


@pytest.fixture
def filled(small: World) -> World:
    """Three cities: one of them hostile, one that was not reached."""
    small.run("https://a.example/", said={"info.news": "present"})
    small.run("https://b.example/", said={"info.news": "present", "info.events": "present"})
    run = small.run("https://c.example/")
    with small.database.session() as session:
        session.get_one(Run, run).outcome = "unreachable"
        for number, country in ((1, "FRA"), (2, "PSE"), (3, "FRA")):
            session.get_one(Portal, number).country = country
        session.get_one(Portal, 1).name = "</title><script>alert(1)</script>"
    return small


def pages(folder: Path) -> Iterator[tuple[Path, html.HtmlElement]]:
    for path in sorted(folder.rglob("*.html")):
        yield path, html.fromstring(path.read_text(encoding="utf-8"))


def test_it_needs_nothing_but_its_files(filled: World) -> None:
    folder = atlas(filled)
    assert sorted(str(path.relative_to(folder)) for path, _ in pages(folder)) == [
        "features.html", "index.html", "plans/1.html", "plans/2.html", "portals-1.html",
    ]  # fmt: skip
    for path, tree in pages(folder):
        assert not list(tree.iter("script", "img", "iframe", "link", "object"))
        assert not tree.xpath("//@src | //@onclick | //@style")
        assert "url(" not in path.read_text(encoding="utf-8")
        for link in tree.xpath("//a/@href"):
            inside = not link.startswith(("https://", "#"))
            assert not inside or (path.parent / link).resolve().is_file(), f"{path.name}: {link}"


def test_without_plans_there_is_no_link_to_one(filled: World) -> None:
    folder = atlas(filled, plans=False)
    assert not (folder / "plans").exists()
    assert not [link for _, tree in pages(folder) for link in tree.xpath("//a/@href") if "plans" in link]


def test_written_again_it_keeps_no_page_of_before_and_every_file_of_others(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review.publish.atlas.ROWS", 1)
    folder = atlas(filled)
    assert (folder / "portals-3.html").is_file()
    with filled.database.reader() as session:
        chosen = next(portal_answers(session, scope_of(session, None, date(2027, 3, 1))))
        plan = plan_of(session, chosen, Models())
    mine = {
        "plans/9.html": plan_page(plan, "a plan of its own", NOW),
        "plans/a.html": "mine",
        "portals-7.html": "mine",
        "notes.txt": "mine",
    }
    for name, text in mine.items():
        (folder / name).write_text(text, encoding="utf-8")
    with filled.database.session() as session:
        session.get_one(Run, 2).outcome = "unreachable"
    monkeypatch.setattr("review.publish.atlas.ROWS", 2)
    atlas(filled)
    made = {"index.html", "features.html", "portals-1.html", "portals-2.html", "plans/1.html"}
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == made | set(mine)
    atlas(filled, plans=False)
    assert not (folder / "plans" / "1.html").exists()
    assert (folder / "plans" / "9.html").is_file()


def test_a_portal_that_could_not_be_read_shows_why_and_no_index(filled: World) -> None:
    tree = html.fromstring((atlas(filled) / "portals-1.html").read_text(encoding="utf-8"))
    row = next(row for row in tree.iter("tr") if "c.example" in text_of(row))
    cells = [text_of(cell).strip() for cell in row.iter("td")]
    assert "unreachable" in cells
    assert "0.0000" not in cells


def test_what_nobody_confirmed_says_so(filled: World) -> None:
    text = text_of(html.fromstring((atlas(filled) / "index.html").read_text(encoding="utf-8")))
    assert "Nobody has confirmed these answers yet" in text
    assert "what it found may be wrong" in text
    assert "lower bound" not in text


def test_all_are_confirmed_only_where_all_are(filled: World) -> None:
    filled.person("boss", "supervisor")
    sheets = filled.open()
    with filled.database.session() as session:
        cards = session.query(Card).filter(Card.sheet_id.in_(sheets)).all()
        for each in cards[1:]:
            each.status, each.verdict = "agreed", "no"
    text = text_of(html.fromstring((atlas(filled) / "index.html").read_text(encoding="utf-8")))
    assert "People have confirmed >99\u202f% of the answers; the others are a program’s." in text
    assert [in_percent(share) for share in (0, 0.004, 0.5, 0.996, 1)] == ["0", "<1", "50", ">99", "100"]


def test_the_day_that_pages_name_is_that_of_utc(filled: World) -> None:
    for _, tree in pages(atlas(filled)):
        assert "Made on 2027-03-01 (UTC)" in text_of(tree.find(".//footer"))


def test_every_figure_is_named_and_every_map_number_stands_in_a_table(filled: World) -> None:
    tree = html.fromstring((atlas(filled) / "index.html").read_text(encoding="utf-8"))
    shown = [svg for svg in tree.iter("svg") if svg.get("aria-hidden") != "true"]
    assert shown
    assert all(svg.get("role") == "img" and svg.get("aria-label") for svg in shown)
    tables = [table for table in tree.iter("table") if (table.findtext("caption") or "") == "Countries"]
    rows = {row.findtext("th"): text_of(row) for row in tables[0].iter("tr")}
    assert "0.0104" in (rows["France"] or "")
    assert all(cell.get("scope") for table in tree.iter("table") for cell in table.iter("th"))


def test_an_empty_survey_makes_an_atlas_that_says_so(small: World) -> None:
    assert "no portals yet" in (atlas(small) / "index.html").read_text(encoding="utf-8")


def test_each_member_state_has_a_tile_of_its_own() -> None:
    places = tile_places()
    assert places.keys() == {state.iso3 for state in member_states()}
    assert len(set(places.values())) == len(places)


def test_tiles_of_a_region_lie_together() -> None:
    """The box around a region is at most two and a half times as large as its tiles, and a row."""
    for region in {state.region for state in member_states()}:
        ours = [tile_places()[state.iso3] for state in member_states() if state.region == region]
        wide, high = (max(axis) - min(axis) + 1 for axis in zip(*ours, strict=True))
        assert wide * high < 2.5 * len(ours) + 4


def test_countries_without_a_place_follow_below(filled: World) -> None:
    from review.publish.scores import scores

    summary = Summary()
    with filled.database.reader() as session:
        for score in scores(session, scope_of(session, None, date(2027, 3, 1))):
            summary.add(score)
    made = {tile.iso3: tile for tile in tiles(summary.lines("country"))}
    assert made["PSE"].row > max(row for _, row in tile_places().values())
    assert (made["PSE"].name, made["PSE"].level) == (countries()["PSE"].name, "low")
    assert made["PER"].index is None
    assert sum(count for _, count in histogram(summary)) == 2


def test_features_are_counted_over_the_portals_with_a_score(filled: World) -> None:
    from review.publish.scores import score_of

    gathered = Gathered()
    with filled.database.reader() as session:
        for portal in portal_answers(session, scope_of(session, None, date(2027, 3, 1))):
            gathered.add(portal, score_of(portal))
    offers = {offer.indicator.code: (offer.yes, offer.known, offer.portals) for offer in gathered.offers("losi-2024")}
    assert (offers["296"], offers["295"]) == ((2, 2, 2), (1, 2, 2))
    assert sum(dot.cities for dot in gathered.dots) == 1
