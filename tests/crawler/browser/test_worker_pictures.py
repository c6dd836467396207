"""A worker with a browser brings the pictures of the proof to the common place, and another machine has them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from storage.models import Finding
from tests.crawler.browser.test_cycle import town
from tests.crawler.cycles import PICTURED
from tests.crawler.fleet import Fleet
from tests.crawler.loopback import Serve
from tests.crawler.test_jobs_workers import ENDS, fleet
from tests.storage.conftest import postgresql, template

__all__ = ["fleet", "postgresql", "template"]


def _pictures(data: Path) -> dict[str, bytes]:
    """The pictures of all runs in a folder, by their path in it."""
    found = (data / "screenshots").rglob("*.webp")
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in found}


def test_pictures_reach_a_machine_that_asks_for_them(fleet: Fleet, serve: Serve) -> None:
    fleet.plan("one", [serve(town(0))], PICTURED)
    fleet.losi("schedule", "start", "one")
    place = fleet.data.parent / "place"
    assert fleet.worker("--once", "--archives", str(place)).wait(ENDS) == 0
    assert fleet.states() == {"done": 1}
    taken = _pictures(fleet.data)
    with fleet.database.reader() as session:
        evidence = [each for found in session.scalars(select(Finding)) for each in found.evidence]
    named = {str(each["screenshot"]) for each in evidence if each.get("screenshot")}
    assert named
    assert named <= set(taken)
    assert _pictures(place) == taken
    fleet.data = fleet.data.parent / "another machine"
    assert "Archives here: 1;" in fleet.losi("archives", "pull", str(place))
    assert _pictures(fleet.data) == taken
