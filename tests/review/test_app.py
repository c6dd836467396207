"""The app over real HTTP: logging in, roles, forged forms, headers, limits; nothing secret in pages or logs."""

from __future__ import annotations

import logging
import re

import httpx
import pyotp
import pytest
from lxml import html
from sqlalchemy import select, text, update

from review.security.headers import ARCHIVED_POLICY, POLICY
from review.service.accounts import confirm_totp
from review.service.archive import archived_link
from review.service.lost_questions import lost_questions
from review.settings import ReviewSettings
from storage.models import ApiToken, Capture, Card, LoginSession, Sheet, Task
from tests.review.browsing import fields, log_in, token
from tests.review.conftest import PASSWORD, Client, World

HOSTILE = """<!doctype html><title><script>alert(1)</script></title>
<meta http-equiv=refresh content='0;url=//x.example/'>
<script>alert(2)</script><img src=x onerror=alert(3)><a href='javascript:alert(4)'>x</a><form action=/logout></form>"""
QUOTE = "<script>alert(5)</script>\u202egnp.exe <img src=x onerror=alert(6)>"


@pytest.fixture
def desk(small: World) -> World:
    """A sheet on Ana's desk; Sue supervises, Ada administers, Oya owns."""
    from survey.questionnaire import load

    said = dict.fromkeys(load("losi-2024").features, "present")
    small.run(said=said, quote=QUOTE, body=HOSTILE)
    small.assign(small.person("Ana"), *small.open())
    for name, role in (("Sue", "supervisor"), ("Ada", "admin"), ("Oya", "owner")):
        small.person(name, role)
    return small


@pytest.fixture
def browser(desk: World, client: Client) -> httpx.Client:
    """A browser that Ana is logged in with."""
    browser = client(desk)
    assert log_in(browser, "Ana").status_code == 303
    return browser


def _tasks(world: World) -> list[int]:
    with world.database.reader() as session:
        return list(session.scalars(select(Task.id).order_by(Task.position)))


def test_an_assessor_works_through_the_pages(desk: World, browser: httpx.Client) -> None:
    assert browser.get("/").headers["location"] == "/desk"
    first = browser.get("/next?criterion=&stage=open")
    place = first.headers["location"]
    card = browser.get(place)
    assert card.status_code == 200
    answer = browser.post(place, data={**fields(card, place), "verdict": "yes", "proof": "1", "comment": "seen"})
    assert answer.headers["location"] == f"/cards/{_tasks(desk)[1]}"
    assert "1 / 95" in browser.get("/desk").text
    undone = browser.post("/undo", data=fields(browser.get(place), "/undo"))
    assert undone.headers["location"] == place
    for page in ("/desk?text=budget&stage=all", "/account", "/find?q=x"):
        assert browser.get(page, follow_redirects=True).status_code == 200


def test_a_long_day_s_cards_may_be_named_as_taken(desk: World, browser: httpx.Client) -> None:
    taken = ",".join(str(2**31 - 1 - number) for number in range(140))
    found = browser.get(f"/cards/{_tasks(desk)[0]}/ahead?limit=2&taken={taken}").json()
    assert [card["task"] for card in found["cards"]] == _tasks(desk)[1:3]


def test_text_from_portals_is_text(browser: httpx.Client) -> None:
    card = browser.get(browser.get("/next").headers["location"]).text
    assert "<script>alert(5)</script>" in "".join(map(str, html.fromstring(card).itertext()))
    assert "<script>alert" not in card
    assert not re.search(r"<img[^>]*onerror", card)


def test_a_proof_says_that_its_page_came_in_part(desk: World, browser: httpx.Client) -> None:
    place = f"/cards/{_tasks(desk)[0]}"
    assert "Only a part of the page came" not in browser.get(place).text
    with desk.database.session() as session:
        session.execute(update(Capture).values(truncated="damaged"))
    assert "Only a part of the page came" in browser.get(place).text


def test_pages_need_a_login_and_a_role(desk: World, client: Client) -> None:
    stranger = client(desk)
    pages = ("/", "/desk", "/sheets", "/disputes", "/admin/accounts", "/account", "/audit")
    assert {stranger.get(page).headers["location"] for page in pages} == {"/login"}
    assert stranger.get("/api/v1/me").status_code == 401
    log_in(stranger, "Ana")
    for page in ("/sheets", "/sheets/1", "/disputes", "/disputes/1", "/notes", "/contests", "/agreement", "/audit"):
        assert stranger.get(page).status_code == 403
    for page in ("/admin/accounts", "/admin/assignments", "/api/v1/sheets", "/api/v1/accounts", "/api/v1/audit"):
        assert stranger.get(page).status_code == 403
    owner = client(desk)
    log_in(owner, "Oya")
    assert owner.get("/").headers["location"] == "/own"
    assert (owner.get("/desk").status_code, owner.get("/api/v1/queue").status_code) == (403, 403)


def test_supervisors_and_admins_have_their_pages(desk: World, client: Client) -> None:
    browser = client(desk)
    log_in(browser, "Ada")
    pages = ("/sheets", "/sheets/1", "/disputes", "/notes", "/contests", "/agreement", "/audit", "/disputes/1")
    for page in (*pages, "/admin/accounts", "/admin/assignments", "/desk", "/own"):
        assert browser.get(page).status_code == 200, page
    csrf = token(browser)
    made = browser.post("/admin/accounts", data={"csrf": csrf, "name": "Cem", "role": "assessor", "language": "ar"})
    password = re.findall(r"<code>([^<]+)</code>", made.text)[0]
    other = client(desk)
    assert log_in(other, "cem", password).status_code == 303
    assert 'dir="rtl"' in other.get("/desk").text
    number = str(desk.account("Cem").id)
    done = browser.post(
        "/admin/assignments", data={"csrf": csrf, "account": number, "country": "UTO", "due": "2027-05-31"}
    )
    assert done.status_code == 303
    assert other.get("/desk").status_code == 200
    assert other.get("/api/v1/assignments").json()[0]["due"].startswith("2027-05-31T23:59:59")


def test_a_forged_form_changes_nothing(desk: World, browser: httpx.Client) -> None:
    place = f"/cards/{_tasks(desk)[0]}"
    good = fields(browser.get(place), place)
    for data in ({}, {"csrf": "guess"}, {"csrf": good["csrf"][:-1]}):
        assert browser.post(place, data={**data, "verdict": "no"}).status_code == 403
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ):
        assert browser.post(place, data={**good, "verdict": "no"}, headers=headers).status_code == 403
    assert browser.post(f"/api/v1{place}/decision", json={"verdict": "no"}).status_code == 403
    with desk.database.reader() as session:
        assert session.scalars(select(Task.id).where(Task.stage > 0)).all() == []
    assert browser.post("/login", data={"name": "Ana", "password": PASSWORD}).status_code == 403


def test_every_answer_is_sealed(desk: World, browser: httpx.Client) -> None:
    for page in ("/desk", "/login", "/static/review.css", "/nowhere", "/api/v1/me", "/cards/999999"):
        headers = browser.get(page).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
    assert browser.get("/desk").headers["cache-control"] == "no-store"
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


def test_archived_pages_are_sandboxed_and_see_no_cookie(desk: World, client: Client) -> None:
    stranger = client(desk)
    page = stranger.get(archived_link(desk.signer, 1, 1, desk.clock()))
    assert page.text == HOSTILE
    assert page.headers["content-security-policy"] == ARCHIVED_POLICY
    assert "sandbox;" in ARCHIVED_POLICY
    assert "allow" not in ARCHIVED_POLICY
    assert "script-src" not in ARCHIVED_POLICY
    assert "set-cookie" not in page.headers
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for signed in ("1-1.1900000000.guess", "1-2", "", "%00", "1-1.99999999999999999999.x"):
        assert stranger.get(f"/archived/{signed}").status_code == 404
    desk.clock.pass_(days=1)
    assert stranger.get(archived_link(desk.signer, 1, 1, desk.clock())).status_code == 200
    old = archived_link(desk.signer, 1, 1, desk.clock())
    desk.clock.pass_(days=1)
    assert stranger.get(old).status_code == 404


def test_pictures_come_from_their_folder_only(desk: World, browser: httpx.Client) -> None:
    folder = desk.data / "screenshots" / "run-000001"
    folder.mkdir(parents=True)
    (folder / "content.news.webp").write_bytes(b"RIFF")
    (desk.data / "secret.png").write_bytes(b"secret")
    found = browser.get("/screenshots/run-000001/content.news.webp")
    assert (found.content, found.headers["content-type"]) == (b"RIFF", "image/webp")
    for path in ("../secret.png", "..%2Fsecret.png", "run-000001/..%2F..%2Fsecret.png", "run-000001/.hidden.png"):
        assert browser.get(f"/screenshots/{path}").status_code == 404
    assert browser.get("/screenshots/../losi.db").status_code == 404


def test_the_cookie_is_closed_to_scripts(desk: World, client: Client) -> None:
    answer = log_in(client(desk), "Ana")
    cookie = next(value for name, value in answer.headers.multi_items() if name == "set-cookie" and "losi=" in value)
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    with desk.database.reader() as session:
        key = session.scalars(select(LoginSession.key)).one()
    assert key not in cookie


def test_sessions_end(desk: World, browser: httpx.Client) -> None:
    desk.clock.pass_(minutes=50)
    assert browser.get("/desk").status_code == 200
    desk.clock.pass_(minutes=50)
    assert browser.get("/desk").status_code == 200
    desk.clock.pass_(minutes=61)
    assert browser.get("/desk").headers["location"] == "/login"
    log_in(browser, "Ana")
    for _ in range(15):
        desk.clock.pass_(minutes=50)
        browser.get("/desk")
    assert browser.get("/desk").headers["location"] == "/login"


def test_logging_out_ends_the_session_for_good(desk: World, browser: httpx.Client) -> None:
    stolen = browser.cookies["losi"]
    assert browser.post("/logout", data={"csrf": token(browser)}).headers["location"] == "/login"
    browser.cookies.set("losi", stolen)
    assert browser.get("/desk").headers["location"] == "/login"


def test_a_new_password_ends_every_session(desk: World, browser: httpx.Client, client: Client) -> None:
    other = client(desk)
    log_in(other, "Ana")
    data = {"csrf": token(browser), "current": PASSWORD, "new": "another long phrase"}
    assert browser.post("/account/password", data={**data, "current": "wrong"}).status_code == 401
    assert browser.post("/account/password", data={**data, "new": "short"}).status_code == 422
    assert browser.post("/account/password", data=data).status_code == 303
    assert other.get("/desk").headers["location"] == "/login"
    assert log_in(other, "Ana").status_code == 401
    assert log_in(other, "Ana", "another long phrase").status_code == 303


def test_guessing_is_slowed_down(desk: World, client: Client) -> None:
    browser = client(desk)
    assert [log_in(browser, "Ana", "guess").status_code for _ in range(5)] == [401] * 5
    stopped = log_in(browser, "Ana")
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["retry-after"]) <= 900
    assert log_in(browser, "Sue").status_code == 303
    desk.clock.pass_(minutes=16)
    browser.cookies.clear()
    assert log_in(browser, "Ana").status_code == 303


@pytest.mark.parametrize(
    ("place", "field", "more"),
    [("/account/password", "current", {"new": "another long phrase"}), ("/account/totp/off", "password", {})],
)
def test_a_stolen_session_guesses_the_password_no_faster_than_a_login(
    desk: World, browser: httpx.Client, place: str, field: str, more: dict[str, str]
) -> None:
    secret = pyotp.random_base32()
    with desk.database.session() as session:
        confirm_totp(session, desk.account("Ana").id, secret, pyotp.TOTP(secret).at(desk.clock()), desk.clock())
    data = {"csrf": token(browser), **more}
    guesses = [browser.post(place, data={**data, field: f"guess {number}"}).status_code for number in range(6)]
    assert guesses == [401] * 5 + [429]
    stopped = browser.post(place, data={**data, field: PASSWORD})
    assert (stopped.status_code, 0 < int(stopped.headers["retry-after"]) <= 900) == (429, True)
    assert desk.account("Ana").totp_secret == secret
    desk.clock.pass_(minutes=16)
    assert browser.post(place, data={**data, field: PASSWORD}).status_code == 303


def test_an_admin_turns_a_lost_second_factor_off(
    desk: World, browser: httpx.Client, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    secret, place = pyotp.random_base32(), f"/admin/accounts/{desk.account('Ana').id}/factor"
    with desk.database.session() as session:
        confirm_totp(session, desk.account("Ana").id, secret, pyotp.TOTP(secret).at(desk.clock()), desk.clock())
    admin = client(desk)
    log_in(admin, "Ada")
    page = admin.get("/admin/accounts")
    assert page.text.count("Second factor lost") == 1
    assert browser.post(place, data={"csrf": token(browser)}).status_code == 403
    assert admin.post(place, data=fields(page, place)).status_code == 303
    assert "Ada turned off the second factor of Ana" in caplog.text
    assert browser.get("/desk").headers["location"] == "/login"
    assert log_in(browser, "Ana").status_code == 303
    assert admin.post(place, data=fields(page, place)).status_code == 409
    assert "Second factor lost" not in admin.get("/admin/accounts").text


def test_unknown_names_look_like_wrong_passwords(desk: World, client: Client) -> None:
    browser = client(desk)
    known, unknown = log_in(browser, "Ana", "guess"), log_in(browser, "Nobody", "guess")
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace("Ana", "") == unknown.text.replace("Nobody", "")


def test_a_second_factor_is_asked_for_and_good_once(desk: World, client: Client) -> None:
    secret = pyotp.random_base32()
    code = pyotp.TOTP(secret)
    with desk.database.session() as session:
        confirm_totp(session, desk.account("Ana").id, secret, code.at(desk.clock()), desk.clock())
    desk.clock.pass_(minutes=2)
    browser = client(desk)
    assert log_in(browser, "Ana").status_code == 401
    assert log_in(browser, "Ana", code="000000").status_code == 401
    assert log_in(browser, "Ana", code=code.at(desk.clock())).status_code == 303
    browser.cookies.clear()
    assert log_in(browser, "Ana", code=code.at(desk.clock())).status_code == 401


def test_tokens_open_the_api_and_nothing_more(desk: World, browser: httpx.Client, client: Client) -> None:
    page = browser.post("/account/tokens", data={"csrf": token(browser), "label": "notebook"})
    key = re.findall(r"losi_[\w-]{40,}", page.text)[0]
    program = client(desk)
    program.headers["Authorization"] = f"Bearer {key}"
    assert program.get("/api/v1/me").json()["name"] == "Ana"
    first = program.get("/api/v1/queue/next").json()
    done = program.post(f"/api/v1/cards/{first['next']}/decision", json={"verdict": "yes", "proof": 1})
    assert (done.status_code, done.json()["next"], done.json()["review"]) == (200, _tasks(desk)[1], 1)
    assert done.json()["card"]["task"] == done.json()["next"]
    assert program.post("/api/v1/undo", json={}).json()["task"] == first["next"]
    with desk.database.reader() as session:
        assert session.scalars(select(ApiToken.key)).one() not in key
    assert "losi_" not in browser.get("/account").text
    desk.clock.pass_(days=181)
    assert program.get("/api/v1/me").status_code == 401


def test_closed_accounts_are_out_at_once(desk: World, browser: httpx.Client, client: Client) -> None:
    admin = client(desk)
    log_in(admin, "Ada")
    csrf = token(admin)
    ana, ada = desk.account("Ana").id, desk.account("Ada").id
    assert admin.post(f"/admin/accounts/{ana}", data={"csrf": csrf, "active": "no"}).status_code == 303
    assert browser.get("/desk").headers["location"] == "/login"
    assert log_in(browser, "Ana").status_code == 401
    assert admin.post(f"/admin/accounts/{ada}", data={"csrf": csrf, "role": "assessor"}).status_code == 409


def test_large_and_odd_requests_are_refused(small: World, client: Client) -> None:
    small.settings = ReviewSettings(jobs=False, max_body=20_000)
    browser = client(small)
    assert browser.post("/login", content=b"x" * 30_000).status_code == 413
    assert browser.post("/login", content=iter([b"x" * 15_000] * 3)).status_code in (400, 413, 422)
    for path in ("/cards/99999999999999999999", "/api/v1/cards/0", "/cards/x"):
        assert browser.get(path).status_code in (303, 401, 422)


def test_numbers_and_keys_that_cannot_be_are_refused(desk: World, client: Client) -> None:
    browser = client(desk)
    desk.person("Ida", "admin")
    log_in(browser, "Ida")
    form, big = {"csrf": token(browser)}, "9" * 30
    for path, said in (
        ("/cards/1/same", {"others": big}),
        ("/admin/assignments", {"account": "1", "sheet": big}),
        ("/account/totp", {"secret": "no base 32!", "code": "123456"}),
        ("/account/totp", {"secret": "é" * 32, "code": "123456"}),
    ):
        assert browser.post(path, data={**form, **said}).status_code == 422, path


@pytest.mark.parametrize("name", ["criterion", "state", "text", "stage"])
def test_a_filter_may_hold_any_character(world: World, client: Client, name: str) -> None:
    world.person("Ana")
    browser = client(world)
    log_in(browser, "Ana")
    assert browser.get(f"/desk?{name}=%00").status_code == 200


def test_what_is_wrong_with_the_database_is_for_the_log(
    small: World, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with small.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE login_sessions"))
    browser = client(small)
    browser.cookies.set("losi", "x")
    for path in ("/login", "/api/v1/me"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "the database cannot be used now" in answer.text
        assert small.database.where not in answer.text
        assert small.database.where in caplog.text


def test_a_question_taken_out_of_its_questionnaire_is_told(
    desk: World, browser: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with desk.database.session() as session:
        card = session.scalars(select(Card).order_by(Card.id)).first()
        assert card is not None
        card.code = "gone"
    for path in ("/desk", f"/cards/{_tasks(desk)[0]}"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "a question was taken out of its questionnaire after it was asked" in answer.text
    assert "losi-2024 has no indicator 'gone'" in caplog.text


def test_questions_that_no_questionnaire_has_any_more_are_named(desk: World) -> None:
    with desk.database.session() as session:
        assert lost_questions(session) == ()
        for card, code in zip(session.scalars(select(Card).order_by(Card.id)), ("gone", "lost"), strict=False):
            card.code = code
    with desk.database.session() as session:
        assert lost_questions(session) == ("losi-2024 has no indicator 'gone'",)
        session.execute(update(Sheet).values(edition="greece-2026"))
    with desk.database.reader() as session:
        assert [lost.partition(";")[0] for lost in lost_questions(session)] == ["unknown edition 'greece-2026'"]


def test_nothing_secret_is_logged(desk: World, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for own in ("httpcore", "httpx"):
        caplog.set_level(logging.WARNING, own)
    browser = client(desk)
    log_in(browser, "Ana", "a secret guess that is long")
    log_in(browser, "Ana")
    assert browser.cookies["losi"] not in caplog.text
    assert PASSWORD not in caplog.text
    assert "secret guess" not in caplog.text


def test_errors_name_fields_and_no_values(desk: World, client: Client) -> None:
    answer = client(desk).post("/login", data={"password": "typed by mistake"})
    assert answer.status_code == 422
    assert "typed by mistake" not in answer.text
