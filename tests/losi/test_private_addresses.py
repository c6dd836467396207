"""A cycle over private networks says that it enters none, and what lets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.private import is_named_private
from storage.database import Database
from storage.models import Portal
from storage.repository import Step, begin_visit, end_visit, finish_run, start_run

Losi = Any
MEND = "the limits of a cycle stay as they are; begin another: losi cycle new NAME --allow-private"


def _imported(losi: Losi, folder: Path, *urls: str) -> None:
    (folder / "list.csv").write_text("url\n" + "".join(f"{url}\n" for url in urls))
    assert losi("portals", "import", "list.csv").code == 0


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True),
        ("10.2.3.4", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("localhost", True),
        ("town.localhost", True),
        ("8.8.8.8", False),
        ("www.lima.example", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_what_a_host_says_of_itself(host: str, private: bool) -> None:
    assert is_named_private(host) is private


def test_a_cycle_that_could_visit_nothing_is_not_begun(offline: Losi, tmp_path: Path) -> None:
    _imported(offline, tmp_path, "http://127.0.0.1:9/", "http://10.1.2.3/")
    done = offline("cycle", "new", "one")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "losi: 2 portals lie in private networks, so that nothing could be visited; "
        "--allow-private has them visited too\n"
    )
    assert offline("cycle", "status", "one").code == 1, "nothing was begun"
    assert offline("cycle", "new", "one", "--allow-private").code == 0


def test_portals_that_could_not_be_visited_are_told(offline: Losi, tmp_path: Path) -> None:
    _imported(offline, tmp_path, "http://127.0.0.1:9/", "https://www.lima.example/")
    done = offline("cycle", "new", "one")
    assert (done.code, done.out) == (0, "cycle one: 2 portals planned\n")
    assert done.err == (
        "losi: 1 portal lies in a private network and will not be visited; --allow-private has them visited too\n"
    )
    _imported(offline, tmp_path, "http://10.1.2.3/")
    added = offline("cycle", "add", "one", "--portals", "10.1.2.3")
    assert (added.code, added.err) == (
        2,
        f"losi: 1 portal lies in a private network, so that nothing could be visited; {MEND}\n",
    )


def test_a_crawl_that_could_visit_nothing_fails(losi: Losi, tmp_path: Path) -> None:
    """What the names say is judged when the cycle begins; here the portal turns private afterwards."""
    _imported(losi, tmp_path, "https://www.lima.example/")
    assert losi("cycle", "new", "one").code == 0
    with Database(tmp_path / "losi-data" / "losi.db") as database, database.session() as session:
        session.scalars(select(Portal)).one().url = "http://127.0.0.1:9/"
    done = losi("cycle", "crawl", "one")
    assert done.code == 1
    assert done.out.startswith("cycle one: 1 visit, 0 pages in ")
    assert done.lines == [f"losi: 1 portal lies in a private network and could not be visited; {MEND}"]


def test_a_crawl_that_could_visit_something_does_not_fail(losi: Losi, tmp_path: Path) -> None:
    _imported(losi, tmp_path, "https://www.lima.example/", "https://www.cusco.example/")
    assert losi("cycle", "new", "one").code == 0
    with Database(tmp_path / "losi-data" / "losi.db") as database, database.session() as session:
        lima, cusco = session.scalars(select(Portal).order_by(Portal.id))
        lima.url = "http://127.0.0.1:9/"
        run = start_run(session, cusco.id, "losi-2024", cycle_id=1)
        begin_visit(session, 1, cusco.id, run.id)
        finish_run(session, run.id, "ok", pages=3)
        end_visit(session, 1, cusco.id, Step("done", counted_id=run.id))
    done = losi("cycle", "crawl", "one")
    assert done.code == 0
    assert done.lines == [f"losi: 1 portal lies in a private network and could not be visited; {MEND}"]
