"""Pages that people name: fetched from real servers, archived, never from private networks; and the right of reply."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from sqlalchemy import func, select

from review import jobs
from review.errors import Conflict, NotFound, Refused, TooMany
from review.service.archive import archived_link
from review.service.proofs import ask, checked_url, fetch_row
from review.service.replies import close_contest, contest, contests, link_path, make_link, open_link, revoke_link
from review.settings import ReviewSettings
from storage.archive.luggage import run_name
from storage.models import Capture, Card, Contest, Finding, Membership, Portal, ProofFetch, ReplyLink, Run
from storage.repository import latest_run, verify_chain
from survey.questionnaire import load
from tests.review.browsing import log_in, token
from tests.review.conftest import EDITION, Client, World

BUDGET = """<!doctype html><html lang=en><title>Budget 2027</title><main><h1>City budget 2027</h1>
<p>The annual municipal budget. <a href=/budget-2027.pdf>Download the budget 2027 (PDF)</a></p></main>"""
Routes = dict[str, tuple[int, dict[str, str], str]]
ServeRoutes = Callable[[Routes], str]


@pytest.fixture
def serve() -> Iterator[ServeRoutes]:
    """Real servers on loopback; gives their address."""
    running: list[ThreadingHTTPServer] = []

    def start(routes: Routes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, body = routes.get(self.path, (404, {}, ""))
                self.send_response(status)
                for name, value in {"Content-Type": "text/html", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def near(world: World) -> World:
    """A world with one sheet, whose proof may lie on loopback."""
    world.settings = ReviewSettings(hidden_share=0, jobs=False, allow_private=True)
    world.run()
    world.open()
    return world


def _budget_card(world: World) -> Card:
    wanted = next(i.code for i in load(EDITION).indicators if "budget" in i.features[0] and len(i.features) == 1)
    with world.database.reader() as session:
        return session.scalars(select(Card).where(Card.code == wanted)).one()


def _ask(world: World, url: str) -> int:
    with world.database.session() as session:
        private = world.settings.allow_private
        return ask(session, _budget_card(world).id, url, "Ana", world.clock(), allow_private=private).id


def _fetched(world: World, url: str) -> ProofFetch:
    number = _ask(world, url)
    assert jobs.fetch_next(world.context)
    with world.database.reader() as session:
        return session.get_one(ProofFetch, number)


def test_an_own_page_is_archived_in_a_run_of_its_own(near: World, serve: ServeRoutes, client: Client) -> None:
    site = serve({"/old": (301, {"Location": "/new?a=1"}, ""), "/new?a=1": (200, {}, BUDGET)})
    fetch = _fetched(near, f"{site}/old")
    assert (fetch.state, fetch.error) == ("done", None)
    with near.database.reader() as session:
        run = session.get_one(Run, fetch.run_id)
        rows = session.scalars(select(Capture).where(Capture.run_id == run.id).order_by(Capture.seq)).all()
        assert (run.kind, run.outcome, run.pages) == ("proof", "ok", 1)
        assert [row.kind for row in rows] == ["robots", "redirect", "response"]
        newest = latest_run(session, run.portal_id)
        assert newest is not None
        assert newest.id != run.id
    assert fetch.run_id is not None
    assert fetch.capture_seq is not None
    page = client(near).get(archived_link(near.signer, fetch.run_id, fetch.capture_seq, near.clock()))
    assert page.text == BUDGET
    assert not jobs.fetch_next(near.context)
    assert near.open() == [1]


@pytest.mark.parametrize("target", ["/über uns?a=ä b", "/%C3%BCber%20uns?a=%C3%A4%20b"])
def test_an_address_is_asked_for_as_browsers_ask(target: str, near: World, serve: ServeRoutes) -> None:
    sent = target.encode().decode("latin-1")
    site = serve({"/old": (301, {"Location": sent}, ""), "/%C3%BCber%20uns?a=%C3%A4%20b": (200, {}, BUDGET)})
    assert (_fetched(near, f"{site}/old").error, _fetched(near, f"{site}{target}").error) == (None, None)


def test_robots_txt_is_asked_for_where_the_address_has_no_path(near: World, serve: ServeRoutes) -> None:
    site = serve({"/?a=1": (200, {}, BUDGET), "/robots.txt": (200, {}, "User-agent: *\nDisallow: /\n")})
    assert "robots.txt" in (_fetched(near, f"{site}?a=1").error or "")


def test_a_proof_goes_into_no_archive_that_is_there(near: World, serve: ServeRoutes) -> None:
    """As after a restore: the folder has a run that the database forgot."""
    with near.database.reader() as session:
        forgotten = (session.scalar(select(func.max(Run.id))) or 0) + 1
    folder = near.context.data / run_name(forgotten)
    folder.mkdir(parents=True)
    fetch = _fetched(near, f"{serve({'/new': (200, {}, BUDGET)})}/new")
    assert (fetch.state, fetch.run_id) == ("done", forgotten + 1)
    assert not any(folder.iterdir())


@pytest.mark.parametrize(
    ("routes", "path", "error"),
    [
        ({}, "/gone", "HTTP 404"),
        ({"/robots.txt": (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /p")}, "/p", "robots.txt"),
        ({"/l": (302, {"Location": "/l"}, "")}, "/l", "redirects"),
        ({"/f": (302, {"Location": "file:///etc/passwd"}, "")}, "/f", "no web address"),
        ({"/n": (302, {"Location": "http://[::1"}, "")}, "/n", "redirects to no address"),
        (
            {
                "/robots.txt": (301, {"Location": "/rules.txt"}, ""),
                "/rules.txt": (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /p"),
                "/p": (200, {}, BUDGET),
            },
            "/p",
            "robots.txt",
        ),
    ],
)
def test_what_cannot_be_fetched_says_why(
    near: World, serve: ServeRoutes, routes: Routes, path: str, error: str
) -> None:
    fetch = _fetched(near, serve(routes) + path)
    assert fetch.state == "failed"
    assert error in (fetch.error or "")
    with near.database.reader() as session:
        assert session.get_one(Run, fetch.run_id).outcome == "unreachable"


def test_private_addresses_are_never_asked(small: World, serve: ServeRoutes) -> None:
    """Whatever name leads there: it is the connection that is judged."""
    asked: list[str] = []
    site = serve({"/robots.txt": (200, {}, ""), "/x": (200, {}, BUDGET)})
    small.run()
    small.open()
    port = site.rpartition(":")[2]
    for address in (f"{site}/x", f"http://[::1]:{port}/x", f"http://localhost:{port}/x", f"http://2130706433:{port}/"):
        with small.database.session() as session, pytest.raises(Refused):
            ask(session, 1, address, "Ana", small.clock())
        asked.append(address)
    with small.database.session() as session:
        for address in asked:
            session.add(ProofFetch(card_id=1, url=address, who="Ana", asked=small.clock(), state="queued"))
    while jobs.fetch_next(small.context):
        pass
    with small.database.reader() as session:
        rows = session.scalars(select(ProofFetch)).all()
        assert {row.state for row in rows} == {"failed"}
        captures = session.scalars(select(Capture).where(Capture.run_id > 1)).all()
        assert {row.status for row in captures} == {None}


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://169.254.169.254/latest",
        "http://user:pass@www.example.org/",
        "http://10.0.0.1/",
        "http://a.localhost/",
        "",
        "two words",
    ],
)
def test_what_is_no_public_address_is_refused_at_once(address: str) -> None:
    with pytest.raises(Refused):
        checked_url(address)


def test_one_person_names_so_many_pages(near: World) -> None:
    for number in range(60):
        _ask(near, f"https://www.example.org/{number}")
    with pytest.raises(TooMany):
        _ask(near, "https://www.example.org/more")


def test_a_fetch_that_died_is_made_again(near: World, serve: ServeRoutes) -> None:
    number = _ask(near, serve({"/b": (200, {}, BUDGET)}) + "/b")
    with near.database.session() as session:
        fetch = session.get_one(ProofFetch, number)
        fetch.state, fetch.started = "running", near.clock()
    assert not jobs.fetch_next(near.context)
    near.clock.pass_(minutes=11)
    assert jobs.fetch_next(near.context)
    with near.database.reader() as session:
        assert fetch_row(session, number).state == "done"


def _link(world: World) -> tuple[ReplyLink, str]:
    with world.database.session() as session:
        link = make_link(session, 1, "Sue", world.clock(), world.settings)
        return link, link_path(world.signer, link)


def test_a_city_contests_a_finding_and_that_feature_alone_is_looked_at(
    near: World, serve: ServeRoutes, client: Client
) -> None:
    site = serve({"/budget": (200, {}, BUDGET)})
    _, path = _link(near)
    city = client(near)
    card = _budget_card(near)
    shown = city.get(path).text
    assert all(f"question-{code}" in shown for code in load(EDITION).codes)
    sent = city.post(f"{path}/contest", data={"code": card.code, "url": f"{site}/budget", "who": "City of Portal"})
    assert sent.headers["location"] == f"{path}#question-{card.code}"
    assert jobs.fetch_next(near.context)
    feature = load(EDITION).indicator(card.code).features[0]
    sue = near.person("Sue", "supervisor")
    with near.database.session() as session:
        (row,) = contests(session)
        assert (row.state, row.result["before"], row.result["after"]) == (
            "checked",
            {feature: "absent"},
            {feature: "present"},
        )
        assert session.scalars(select(Finding.feature).where(Finding.run_id == row.fetch.run)).all() == [feature]
        with pytest.raises(Refused):
            close_contest(session, row.id, False, " ", sue, "Sue", near.clock())
        close_contest(session, row.id, True, "it is there", sue, "Sue", near.clock())
        with pytest.raises(Conflict):
            close_contest(session, row.id, True, None, sue, "Sue", near.clock())
    with near.database.reader() as session:
        found = session.get_one(Card, card.id)
        assert (found.status, found.verdict) == ("adjudicated", "yes")
        assert verify_chain(session).rows == 1
        assert session.scalars(select(Contest.state)).all() == ["accepted"]
    assert "it is there" in city.get(path).text


def test_a_reply_link_is_for_one_portal_and_a_time(near: World, client: Client) -> None:
    link, path = _link(near)
    city = client(near)
    assert city.get(path).status_code == 200
    signed = path.rpartition("/")[2]
    with near.database.reader() as session:
        assert open_link(session, near.signer, signed, near.clock()).id == link.id
        for forged in (f"9{signed}", f"{signed[:-1]}", signed.replace(".", ".9", 1), "1", ".."):
            with pytest.raises(NotFound):
                open_link(session, near.signer, forged, near.clock())
    assert city.post(f"{path}x/contest", data={"code": "1", "url": "https://x.org", "who": "x"}).status_code == 404
    with near.database.session() as session:
        revoke_link(session, link.sheet_id, link.id, "Sue", near.clock())
    assert city.get(path).status_code == 404
    _, other = _link(near)
    near.clock.pass_(days=31)
    assert city.get(other).status_code == 404


def test_contests_have_a_limit_and_need_a_name(near: World) -> None:
    settings = ReviewSettings(contests=1)
    link, _ = _link(near)
    code, now = _budget_card(near).code, near.clock()
    with near.database.session() as session:
        with pytest.raises(Refused):
            contest(session, link, code, "https://x.example/", None, " ", now, settings)
        with pytest.raises(NotFound):
            contest(session, link, "none", "https://x.example/", None, "City", now, settings)
        contest(session, link, code, "https://x.example/", None, "City", now, settings)
        with pytest.raises(Conflict):
            contest(session, link, code, "https://x.example/", None, "City", now, settings)


def test_an_owner_sees_own_portals_only(near: World, client: Client) -> None:
    owner = near.person("Oya", "owner")
    browser: httpx.Client = client(near)
    log_in(browser, "Oya")
    csrf = token(browser)
    assert browser.post("/own/1", data={"csrf": csrf}).status_code == 404
    with near.database.session() as session:
        session.add(Membership(account_id=owner, portal_id=session.scalars(select(Portal.id)).one()))
    path = browser.post("/own/1", data={"csrf": csrf}).headers["location"]
    assert browser.post("/own/1", data={"csrf": csrf}).headers["location"] == path
    assert browser.get(path).status_code == 200
